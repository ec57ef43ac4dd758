// Turns a graph into a flat list of launches over planned memory. It decides what is fused, what is
// stored and where; it compiles nothing and touches no memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lazuli/backend/backend.h"
#include "lazuli/ir/graph.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::schedule {

// The memory that a launch reads or writes.
struct Buffer {
  enum class Kind : uint8_t {
    parameter,  // the memory of graph parameters with this `memory` number
    output,     // a new buffer that outlives the run
    temporary   // a place in the run's arena
  };
  Kind kind = Kind::temporary;
  uint32_t index = 0;  // parameter: Node::memory; output: its place among output buffers
  int64_t bytes = 0;
  int64_t arena_offset = 0;  // temporary; a multiple of 64
  // Output: parameter memories whose bytes this buffer may take over at launch, best first. Legal
  // for every launch value: whatever reads the donor has run before, or reads and writes the same
  // elements in the same kernel at the same point.
  std::vector<uint32_t> donors;
};

// An element's place: buffer + (offset + sum of words times strides) elements.
struct Address {
  struct Term {
    uint32_t word = 0;
    int64_t stride = 0;  // elements
  };
  uint32_t buffer = 0;
  int64_t offset = 0;
  SmallVector<Term, 2> terms;
};

// One operand of an instance of a kernel. For a ramp the address has no buffer: offset and terms
// give its i64 value at the origin.
struct AccessPlan {
  Address address;
  kernel::AccessArguments strides;        // base left empty
  SmallVector<int64_t, 2> outer_strides;  // bytes, or increments of a ramp
};

struct InstancePlan {
  SmallVector<int64_t, 2> outer;
  int64_t rows = 1, columns = 1, depth = 1;
  std::vector<AccessPlan> accesses;
  std::vector<uint32_t> words;  // of each number of the kernel
};

struct Step {
  enum class Kind : uint8_t { kernel, multiply, library, copy };
  Kind kind = Kind::kernel;
  bool can_fail = false;
  std::vector<uint32_t> entries;  // tape entries that it computes, for names, lines and errors
  std::vector<uint32_t> writes;   // buffers

  uint32_t kernel = 0;                  // kernel: its place in Schedule::kernels
  std::vector<InstancePlan> instances;  // kernel: the table

  backend::MatrixProduct product;         // multiply
  std::vector<Address> operands;          // multiply: a, b; library: tensors; copy: source
  Address result;                         // multiply, library, copy
  op::OpKind library{};                   // library
  std::vector<TensorType> operand_types;  // library
  std::vector<Dims> operand_strides;      // library
  TensorType result_type;                 // library
  std::vector<uint32_t> words;            // library: numbers and offsets
  std::vector<int64_t> attributes;        // library
  int64_t bytes = 0;                      // copy; skipped when the result's buffer has taken the
                                          // source's memory
};

// What a value is worked out from, as far as it can be spoiled: bit m is the parameter memory m,
// the bits from Schedule::memory_count on are Schedule::fallible.
using Sources = std::vector<uint64_t>;

// Where an output of the graph is afterwards: a buffer of its own, or a view of one that lives on
// anyway (a parameter's or another output's).
struct Output {
  Address address;  // of its first element
  Dims strides;
};

struct Schedule {
  std::vector<kernel::Kernel> kernels;
  std::vector<Buffer> buffers;
  std::vector<Step> steps;
  std::vector<Output> outputs;            // as Graph::outputs
  uint32_t memory_count = 0;              // parameter memories
  std::vector<uint32_t> fallible;         // tape entries that can fail; at most one a step
  std::vector<Sources> output_sources;    // by output
  std::vector<Sources> fallible_sources;  // by fallible entry; its own bit is not among them
  int64_t arena_bytes = 0;                // planned peak of temporaries
  int64_t intermediate_bytes = 0;         // what they would take without reuse
  uint32_t commit_step = 0;  // steps from here on can't fail; donors are taken only by buffers
                             // that no earlier step writes
};

struct Options {
  bool unfused = false;            // one kernel a node, no reuse, no donors
  int64_t cache_bytes = 32 << 20;  // stores of working sets beyond this bypass the caches
};

Schedule make_schedule(ir::Graph graph, const Options& options);
// One line a step, with what it fuses and where its memory lies.
std::string to_string(const Schedule& schedule);

}  // namespace lazuli::schedule
