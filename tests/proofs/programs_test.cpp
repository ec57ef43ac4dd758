// The same program gives the same bits interpreted or compiled, on every instruction set, fused or
// not, with any number of threads, evaluated after every statement or never, read anywhere.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>

#include "lazuli/backends/cpu/jit/assemble.h"
#include "lazuli/base/format.h"
#include "tests/proofs/program.h"

namespace lazuli::proofs {
namespace {

constexpr int64_t kBlock = 500;  // programs that a digest stands for
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int64_t kDefaultCount = 300;
#else
constexpr int64_t kDefaultCount = 5000;
#endif
constexpr int kMostFailures = 5;

int64_t environment(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  return text && *text ? std::strtoll(text, nullptr, 10) : otherwise;
}

// One kernel a node, interpreted by one thread, a plan a statement: nothing that could be clever.
const Configuration kPlain = {"plain", env::Processor::portable, true, 1, 1, 0};

// For programs that may fail: evaluated at the end. Fused, because what is simplified away cannot
// fail.
const Configuration kPlainUncut = {"plain, uncut", env::Processor::portable, false, 1, 0, 0};

const Configuration& plain(const Program& program) {
  return program.can_fail ? kPlainUncut : kPlain;
}

bool suits(const Program& program, const Configuration& configuration) {
  if (!program.can_fail) return true;
  return !configuration.unfused && configuration.eval_one_in == 0 && configuration.read_one_in == 0;
}

std::vector<Configuration> configurations() {
  using enum env::Processor;
  std::vector<Configuration> list = {
      {"interpreted, fused", portable, false, 2, 0, 0},
      {"interpreted, fused, cut anywhere", portable, false, 1, 3, 0},
  };
  if (jit::supports(jit::InstructionSet::avx2)) {
    list.push_back({"avx2", avx2, false, 2, 0, 0});
    list.push_back({"avx2, one thread, read anywhere", avx2, false, 1, 0, 3});
    list.push_back({"avx2, unfused", avx2, true, 2, 0, 0});
    list.push_back({"avx2, cut anywhere", avx2, false, 2, 4, 6});
    list.push_back({"avx2, a plan a statement", avx2, false, 2, 1, 0});
  }
  if (jit::supports(jit::InstructionSet::avx512)) {
    list.push_back({"avx512", avx512, false, 2, 0, 0});
    list.push_back({"avx512, read anywhere", avx512, false, 2, 0, 4});
    list.push_back({"avx512, unfused", avx512, true, 1, 5, 0});
  }
  return list;
}

// Our own mistakes are no answer, however many agree on them.
std::string compare(const Program& program, const Configuration& configuration) {
  const Outcome expected = run(program, plain(program));
  if (!expected.mistake.empty()) return expected.mistake;
  return difference(expected, run(program, configuration));
}

void report(const Program& program, const Configuration& configuration, const std::string& first) {
  const Program small = shrink(
      program, [&](const Program& shorter) { return !compare(shorter, configuration).empty(); });
  ADD_FAILURE() << format("seed {}, {}: {}\n{} of {} statements are enough:\n{}{}", program.seed,
                          configuration.name, first, small.statements.size(),
                          program.statements.size(), to_string(small),
                          compare(small, configuration));
}

TEST(Programs, GiveTheSameBitsHoweverTheyAreRun) {
  const int64_t first = environment("LAZULI_FUZZ_SEED", 0);
  const int64_t count = environment("LAZULI_FUZZ_PROGRAMS", kDefaultCount);
  const bool update = environment("LAZULI_FUZZ_UPDATE", 0) != 0;
  const std::vector<Configuration> all = configurations();

  std::map<int64_t, uint64_t> known;
  {
    std::ifstream file(LAZULI_PROGRAM_DIGESTS);
    int64_t block = 0;
    uint64_t value = 0;
    while (file >> std::dec >> block >> std::hex >> value) known[block] = value;
  }
  uint64_t hash = 0;
  int failures = 0;
  for (int64_t seed = first; seed < first + count && failures < kMostFailures; ++seed) {
    const Program program = random_program(static_cast<uint64_t>(seed));
    const Outcome expected = run(program, plain(program));
    if (!expected.mistake.empty()) {
      ++failures;
      report(program, plain(program), expected.mistake);
    }
    // Each program in half of the configurations, by turns.
    for (size_t i = static_cast<size_t>(seed) % 2; i < all.size(); i += 2) {
      const Configuration& configuration = all[i];
      if (!suits(program, configuration)) continue;
      const std::string found = difference(expected, run(program, configuration));
      if (found.empty()) continue;
      ++failures;
      report(program, configuration, found);
    }
    if (seed % kBlock == 0) hash = 0;
    if (program.is_exact && !program.can_fail) hash = digest(expected, hash);
    const bool is_whole = seed % kBlock == kBlock - 1 && seed - first >= kBlock - 1;
    if (!is_whole) continue;
    const int64_t block = seed / kBlock;
    if (update) {
      known[block] = hash;
    } else if (known.contains(block)) {
      EXPECT_EQ(format("{:016x}", known[block]), format("{:016x}", hash))
          << "programs " << block * kBlock << " to " << seed;
    }
  }
  if (!update || failures > 0) return;
  std::ofstream file(LAZULI_PROGRAM_DIGESTS);
  for (const auto& [block, value] : known) file << format("{} {:016x}\n", block, value);
}

TEST(Programs, AreCutDownToTheStatementsThatMatter) {
  Program program;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (const Statement& s : random_program(seed).statements) program.statements.push_back(s);
  }
  const auto count = [](const Program& of, Action action) {
    return std::count_if(of.statements.begin(), of.statements.end(),
                         [&](const Statement& s) { return s.action == action; });
  };
  const Program small = shrink(program, [&](const Program& shorter) {
    return count(shorter, Action::softmax) > 0 && count(shorter, Action::permute) > 1;
  });
  EXPECT_EQ(small.statements.size(), 3u) << to_string(small);
}

TEST(Programs, ThatDifferAreToldApart) {
  Program program = random_program(3);
  Statement s;
  s.action = Action::full;
  s.number = 2;
  program.statements.push_back(s);
  const Outcome two = run(program, kPlain);
  program.statements.back().number = 3;
  const Outcome three = run(program, kPlain);
  EXPECT_EQ(difference(two, two), "");
  EXPECT_NE(difference(two, three).find("element 0 is 0x1p+1 and 0x1.8p+1"), std::string::npos)
      << difference(two, three);
  EXPECT_NE(digest(two, 0), digest(three, 0));
}

}  // namespace
}  // namespace lazuli::proofs
