// How the ten digits are written: for each one or more ways, each a few points and the strokes that
// run through them. Plain numbers; drawing is elsewhere.
#pragma once

#include <cstdint>
#include <span>

namespace lazuli::data {

// In a box 60 wide and 100 high, y downwards.
struct GlyphPoint {
  float x;
  float y;
};

inline constexpr int kMaxGlyphPoints = 16;
inline constexpr int kMaxGlyphStrokes = 4;

// A smooth line through points first .. last of its glyph. Strokes that share a point meet there
// in a corner.
struct GlyphStroke {
  int first;
  int last;
};

struct Glyph {
  int point_count;
  GlyphPoint points[kMaxGlyphPoints];
  int stroke_count;
  GlyphStroke strokes[kMaxGlyphStrokes];
};

// The ways of writing a digit, 0 to 9.
std::span<const Glyph> glyphs_of(int digit);

}  // namespace lazuli::data
