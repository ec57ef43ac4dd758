// A plan: what an evaluation of one trace, with one live set and one set of sizes, launches. Made
// once, replayed for every set of numbers, offsets and memory.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <vector>

#include "lazuli/backend/backend.h"
#include "lazuli/base/ref.h"
#include "lazuli/exec/kernel_cache.h"
#include "lazuli/schedule/schedule.h"
#include "lazuli/trace/trie.h"

namespace lazuli::exec {

// What names a plan below its trie node: compared word by word, never by a hash.
struct PlanKey {
  std::vector<uint64_t> live;  // one bit an entry
  std::vector<int64_t> sizes;  // of each parameter: dtype, rank, plainness, memory, extents and,
                               // where not plain, strides; then every size of the entries
  uint32_t mode = 0;           // knobs that change how it runs
  friend bool operator==(const PlanKey&, const PlanKey&) = default;
};

// The arguments of a kernel step, laid out for launching; only addresses and numbers change.
struct LaunchTable {
  std::vector<backend::Instance> instances;
  std::vector<kernel::AccessArguments> accesses;  // of all instances, one after another
  std::vector<int64_t> outer_strides;
  std::vector<uint64_t> numbers;
  std::vector<const schedule::AccessPlan*> plans;  // of each access
  std::vector<int64_t> element_bytes;              // of each access; 0 for a ramp
  std::vector<DType> dtypes;                       // of each access
  std::vector<uint32_t> words;                     // of each number
};

class Plan : public RefCounted<Plan> {
 public:
  Plan(PlanKey key, schedule::Schedule schedule, backend::Backend& backend, char variant,
       KernelCache& kernels);

  PlanKey key;
  schedule::Schedule schedule;
  backend::Backend& backend;
  std::vector<std::shared_ptr<backend::CompiledKernel>> kernels;
  std::vector<LaunchTable> tables;       // one a step; empty but for kernels
  std::vector<uint32_t> output_buffers;  // schedule buffers of kind output, by index
  std::vector<uint32_t> last_writer;     // by output buffer: the step after which it is ready
  std::vector<std::vector<uint32_t>> finished;  // by step: output buffers that it makes ready
  uint32_t memory_count = 0;                    // parameter memories
  bool can_fail = false;
  bool is_small = false;  // worth running on the evaluating thread
  uint64_t used = 0;      // when an evaluation last took it

  int64_t bytes() const { return bytes_; }

 private:
  void build_table(size_t step);
  int64_t bytes_ = 0;
};

// The plans of one trie node, the latest used first.
class PlanTable final : public trace::Payload {
 public:
  using List = std::list<PlanTable*>;
  // Enters itself in `all` and its bytes in `total`; both outlive it.
  PlanTable(List& all, int64_t& total);
  ~PlanTable() override;
  Ref<Plan> find(const PlanKey& key);
  void add(Ref<Plan> plan);
  void remove(const Plan* plan);
  std::span<const Ref<Plan>> plans() const { return plans_; }
  int64_t bytes() const override;

 private:
  std::vector<Ref<Plan>> plans_;
  List& all_;
  List::iterator place_;
  int64_t& total_;
};

}  // namespace lazuli::exec
