// Random kernels on every executor that this machine has, in every way that a launch may be cut:
// all must write the same bits, and no byte outside. LAZULI_FUZZ_KERNELS says how many kernels,
// LAZULI_FUZZ_SEED where to begin, LAZULI_FUZZ_UPDATE=1 writes the digests anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <map>
#include <span>

#include "execute.h"
#include "launched.h"
#include "lazuli/backends/cpu/jit/assemble.h"
#include "lazuli/base/env.h"
#include "lazuli/base/format.h"
#include "lazuli/base/hash.h"
#include "lazuli/interpret/interpret.h"
#include "reference.h"

namespace lazuli::fuzz {
namespace {

constexpr int64_t kBlock = 500;  // kernels a digest stands for
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int64_t kDefaultCount = 1000;
#else
constexpr int64_t kDefaultCount = 10000;
#endif
constexpr int64_t kMostReferenceSteps = 1500000;

using Factory = std::function<std::unique_ptr<kernel::Program>(const kernel::Kernel&)>;

struct Executor {
  std::string name;
  Factory make;
};

int64_t environment(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  return text && *text ? std::strtoll(text, nullptr, 10) : otherwise;
}

// `make` while the processor is another.
Executor on(const std::string& name, env::Processor processor, Factory make) {
  return {name, [processor, make = std::move(make)](const kernel::Kernel& kernel) {
            const env::Processor before = env::cpu();
            env::set_cpu(processor);
            auto program = make(kernel);
            env::set_cpu(before);
            return program;
          }};
}

Executor interpreter(const std::string& name, env::Processor processor) {
  return on(name, processor,
            [](const kernel::Kernel& one) { return interpret::make_program(one); });
}

bool has_turned(const kernel::Kernel& kernel) {
  return std::any_of(kernel.accesses.begin(), kernel.accesses.end(),
                     [](const kernel::Access& one) { return one.step == kernel::Step::turned; });
}

std::vector<Executor> executors() {
  std::vector<Executor> list = {interpreter("interpreter", env::cpu())};
  const auto add = [&list](const char* name, jit::InstructionSet set) {
    if (!jit::supports(set)) return;
    list.push_back(
        {name, [set](const kernel::Kernel& kernel) { return jit::assemble(kernel, set); }});
  };
  add("assembled avx2", jit::InstructionSet::avx2);
  add("assembled avx512", jit::InstructionSet::avx512);
  return list;
}

class KernelFuzz : public testing::Test {
 protected:
  // Compares one executor's outcome with the expected one.
  void expect_same(const Outcome& expected, const Outcome& actual, const std::string& name,
                   const KernelCase& one, const kernel::Kernel& kernel) {
    const std::string text = difference(expected, actual, one);
    if (text.empty()) return;
    ++failures_;
    ADD_FAILURE() << name << ": " << text << "\n" << describe(one, kernel);
  }

  void expect_same_fault(const Outcome& expected, const Outcome& actual, const std::string& name,
                         const KernelCase& one, const kernel::Kernel& kernel) {
    if (expected.fault == actual.fault) return;
    ++failures_;
    ADD_FAILURE() << name << ": fault " << actual.fault << "\n" << describe(one, kernel);
  }

  // Every executor's outcome compared with the expected one. `cuts` are ways to cut the launch.
  void compare_all(const KernelCase& one, const kernel::Kernel& kernel, const std::string& text,
                   const Outcome& expected, std::span<const Cut> cuts) {
    constexpr const char* kNames[] = {"whole", "in boxes", "in chunks"};
    for (const Executor& executor : executors_) {
      const std::unique_ptr<kernel::Program> program = executor.make(kernel);
      for (const Cut cut : cuts) {
        const std::string name = executor.name + " " + kNames[static_cast<int>(cut)] + ", " + text;
        const Outcome outcome = execute(*program, kernel, one, cut);
        expect_same(expected, outcome, name, one, kernel);
        expect_same_fault(expected, outcome, name, one, kernel);
      }
    }
  }

  // The digest of the kernel's results.
  uint64_t run_one(uint64_t seed) {
    const KernelCase one = random_case(seed);
    const Executor& first = executors_[0];
    const Outcome expected = execute(*first.make(one.kernel), one.kernel, one, Cut::none);

    const int64_t steps =
        one.rows * one.columns * one.depth * static_cast<int64_t>(one.kernel.code.size());
    if (steps <= kMostReferenceSteps) {
      const Outcome outcome = execute(*make_reference(one.kernel), one.kernel, one, Cut::none);
      expect_same(outcome, expected, "interpreter against the reference", one, one.kernel);
      expect_same_fault(outcome, expected, "interpreter against the reference", one, one.kernel);
    }
    for (const Executor& other : other_interpreters_) {
      if (seed % 4 != 0) break;
      const Outcome outcome = execute(*other.make(one.kernel), one.kernel, one, Cut::none);
      expect_same(expected, outcome, other.name, one, one.kernel);
    }
    if (has_turned(one.kernel) && may_launch(one.kernel)) {
      const Executor& launched = launched_[seed % launched_.size()];
      const Outcome outcome = execute(*launched.make(one.kernel), one.kernel, one, Cut::none);
      expect_same(expected, outcome, launched.name, one, one.kernel);
      expect_same_fault(expected, outcome, launched.name, one, one.kernel);
    }
    // Every kernel whole; how else is a matter of its number.
    constexpr Cut kCuts[] = {Cut::none, Cut::boxes, Cut::none, Cut::chunks};
    const std::span cuts(kCuts);
    compare_all(one, one.kernel, "as written", expected, cuts.subspan(seed % 2 * 2, 2));

    // Gathers that nothing uses are gone, and their faults with them.
    const kernel::Kernel rebuilt = rebuild(one.kernel);
    const Outcome outcome = execute(*first.make(rebuilt), rebuilt, one, Cut::none);
    expect_same(expected, outcome, "interpreter, built again", one, rebuilt);
    compare_all(one, rebuilt, "built again", outcome, cuts.subspan((seed + 1) % 2 * 2, 2));
    return digest(expected);
  }

  const std::vector<Executor> executors_ = executors();
  const std::vector<Executor> other_interpreters_ = {
      interpreter("portable interpreter", env::Processor::portable),
      interpreter("avx2 interpreter", env::Processor::avx2)};
  // The best that LAZULI_CPU allows, and what lies below it.
  const std::vector<Executor> launched_ = {
      on("launched", env::cpu(), make_launched),
      on("launched on avx2", env::Processor::avx2, make_launched),
      on("launched portable", env::Processor::portable, make_launched)};
  int failures_ = 0;
};

TEST_F(KernelFuzz, EveryExecutorWritesTheSameBits) {
  const int64_t first = environment("LAZULI_FUZZ_SEED", 0);
  const int64_t count = environment("LAZULI_FUZZ_KERNELS", kDefaultCount);
  const bool update = environment("LAZULI_FUZZ_UPDATE", 0) != 0;

  std::map<int64_t, uint64_t> known;
  std::ifstream file(LAZULI_FUZZ_DIGESTS);
  int64_t block = 0;
  uint64_t value = 0;
  while (file >> std::dec >> block >> std::hex >> value) known[block] = value;

  uint64_t hash = 0;
  for (int64_t seed = first; seed < first + count; ++seed) {
    if (seed % kBlock == 0) hash = 0;
    try {
      hash = hash_combine(hash, run_one(static_cast<uint64_t>(seed)));
    } catch (const std::exception& error) {
      const KernelCase one = random_case(static_cast<uint64_t>(seed));
      FAIL() << error.what() << "\n" << describe(one, one.kernel);
    }
    ASSERT_LT(failures_, 3) << "enough";
    const bool is_whole_block = seed % kBlock == kBlock - 1 && seed - first >= kBlock - 1;
    if (!is_whole_block) continue;
    const int64_t number = seed / kBlock;
    if (update) {
      known[number] = hash;
    } else if (known.count(number)) {
      EXPECT_EQ(hash, known[number])
          << "kernels " << number * kBlock << " to " << seed << " give other bits than elsewhere";
    }
  }
  if (!update || failures_ > 0) return;
  std::ofstream out(LAZULI_FUZZ_DIGESTS);
  for (const auto& [number, digest] : known) out << format("{} {:016x}\n", number, digest);
}

}  // namespace
}  // namespace lazuli::fuzz
