#include "lazuli/trace/period.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace lazuli::trace {
namespace {

size_t cut_of(std::string_view text) {
  const std::vector<uint64_t> signatures(text.begin(), text.end());
  return last_repetition(signatures);
}

TEST(LastRepetition, CutsBeforeAnIncompleteRound) {
  EXPECT_EQ(cut_of("pqabcabcab"), 8u);
  EXPECT_EQ(cut_of("pqabcabcabc"), 11u);
  EXPECT_EQ(cut_of("pqabcabca"), 8u);
}

TEST(LastRepetition, NeedsTwoRounds) {
  EXPECT_EQ(cut_of("pqabcab"), 7u);
  EXPECT_EQ(cut_of("pqabcabc"), 8u);
  EXPECT_EQ(cut_of(""), 0u);
  EXPECT_EQ(cut_of("a"), 1u);
  EXPECT_EQ(cut_of("abcdefg"), 7u);
}

TEST(LastRepetition, SeesTheOuterLoopWhereAnInnerOneEndsTheText) {
  EXPECT_EQ(cut_of("xaaabxaaabxaaa"), 10u);
  EXPECT_EQ(cut_of("aaaaaaa"), 7u);
}

TEST(LastRepetition, BeginsEveryLaterTapeAtTheSamePointOfTheLoop) {
  constexpr size_t kRound = 137;
  constexpr size_t kTape = 4096;
  std::vector<uint64_t> tape;
  for (uint64_t i = 0; i < 50; ++i) tape.push_back(1000 + i);
  size_t step = 0;
  std::vector<size_t> cuts;
  for (int i = 0; i < 6; ++i) {
    for (; tape.size() < kTape; ++step) tape.push_back(step % kRound / 2);
    cuts.push_back(last_repetition(tape));
    tape.erase(tape.begin(), tape.begin() + static_cast<ptrdiff_t>(cuts.back()));
  }
  EXPECT_EQ(cuts[0], 50 + (kTape - 50) / kRound * kRound);
  for (size_t i = 1; i < cuts.size(); ++i) EXPECT_EQ(cuts[i], kTape / kRound * kRound) << i;
}

// The same by its definition.
size_t slow_cut(const std::vector<uint64_t>& text) {
  for (size_t length = text.size(); length > 0; --length) {
    const size_t begin = text.size() - length;
    for (size_t period = 1; period * 2 <= length; ++period) {
      bool repeats = true;
      for (size_t i = begin + period; i < text.size(); ++i) repeats &= text[i] == text[i - period];
      if (repeats) return text.size() - length % period;
    }
  }
  return text.size();
}

TEST(LastRepetition, AgreesWithItsDefinitionOnRandomTexts) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 5000; ++i) {
    std::vector<uint64_t> text(random() % 24);
    const uint64_t letters = 1 + random() % 3;
    for (uint64_t& letter : text) letter = random() % letters;
    std::string shown;
    for (uint64_t letter : text) shown += static_cast<char>('a' + letter);
    ASSERT_EQ(last_repetition(text), slow_cut(text)) << shown;
  }
}

}  // namespace
}  // namespace lazuli::trace
