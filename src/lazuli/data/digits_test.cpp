#include "lazuli/data/digits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/data/glyphs.h"

namespace lazuli::data {
namespace {

uint64_t fingerprint(const std::vector<uint8_t>& bytes) {
  uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (const uint8_t byte : bytes) hash = (hash ^ byte) * 1099511628211u;
  return hash;
}

// Pinned: a change of compiler, flags or machine may not change one pixel.
TEST(Digits, AreTheSameOnEveryMachine) {
  const LabelledImages set = Digits(1).make(0, 1000);
  EXPECT_EQ(fingerprint(set.images.pixels), 17877642241248361001u);
  EXPECT_EQ(fingerprint(set.labels), 492687987265597115u);
}

TEST(Digits, AnImageDependsOnItsIndexAlone) {
  const LabelledImages all = Digits(7).make(0, 50);
  const LabelledImages part = Digits(7).make(30, 20);
  EXPECT_TRUE(std::equal(part.images.pixels.begin(), part.images.pixels.end(),
                         all.images.pixels.begin() + 30 * Digits::kPixels));
  EXPECT_TRUE(std::equal(part.labels.begin(), part.labels.end(), all.labels.begin() + 30));
  EXPECT_NE(all.images.pixels, Digits(8).make(0, 50).images.pixels);
}

TEST(Digits, HoldEveryClassAboutAsOften) {
  const LabelledImages set = Digits(3).make(0, 10000);
  std::array<int, Digits::kClasses> counts{};
  for (const uint8_t label : set.labels) {
    ASSERT_LT(label, Digits::kClasses);
    ++counts[label];
  }
  EXPECT_GE(*std::min_element(counts.begin(), counts.end()), 850);
  EXPECT_LE(*std::max_element(counts.begin(), counts.end()), 1150);
}

TEST(Digits, EveryImageShowsAStroke) {
  const LabelledImages set = Digits(5).make(0, 2000);
  EXPECT_EQ(set.count(), 2000);
  for (int64_t i = 0; i < set.count(); ++i) {
    const uint8_t* pixels = &set.images.pixels[i * Digits::kPixels];
    const auto dark =
        std::count_if(pixels, pixels + Digits::kPixels, [](uint8_t p) { return p > 64; });
    EXPECT_GE(dark, 12) << "image " << i;
    EXPECT_LE(dark, Digits::kPixels / 2) << "image " << i;
  }
}

TEST(Digits, RefusesNegativeRanges) {
  EXPECT_THROW(Digits(1).make(-1, 5), ValueError);
  EXPECT_THROW(Digits(1).make(0, -5), ValueError);
  EXPECT_EQ(Digits(1).make(4, 0).count(), 0);
}

TEST(Glyphs, StayInTheirBoxAndDrawEveryPoint) {
  for (int digit = 0; digit < Digits::kClasses; ++digit) {
    ASSERT_FALSE(glyphs_of(digit).empty());
    for (const Glyph& glyph : glyphs_of(digit)) {
      std::set<int> drawn;
      for (int i = 0; i < glyph.stroke_count; ++i) {
        ASSERT_LT(glyph.strokes[i].first, glyph.strokes[i].last);
        for (int at = glyph.strokes[i].first; at <= glyph.strokes[i].last; ++at) drawn.insert(at);
      }
      EXPECT_EQ(static_cast<int>(drawn.size()), glyph.point_count) << digit;
      EXPECT_EQ(*drawn.rbegin(), glyph.point_count - 1) << digit;
      for (int i = 0; i < glyph.point_count; ++i) {
        EXPECT_TRUE(glyph.points[i].x >= 0 && glyph.points[i].x <= 60) << digit;
        EXPECT_TRUE(glyph.points[i].y >= 0 && glyph.points[i].y <= 100) << digit;
      }
    }
  }
}

}  // namespace
}  // namespace lazuli::data
