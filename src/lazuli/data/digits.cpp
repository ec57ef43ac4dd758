#include "lazuli/data/digits.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "lazuli/base/check.h"
#include "lazuli/data/glyphs.h"
#include "lazuli/data/random.h"

// Only +, -, *, / and sqrt touch a pixel: IEEE 754 gives each of them one result, so images are
// equal on every machine. Library functions (sin, exp) would differ in the last bit.
namespace lazuli::data {
namespace {

constexpr int kRows = static_cast<int>(Digits::kRows);
constexpr int kColumns = static_cast<int>(Digits::kColumns);
constexpr float kFar = 1e9f;

// How a hand writes one image: a map from the glyph's box to pixels.
struct Hand {
  float xx, xy, yx, yy;  // pixel = matrix * (point - centre of the box) + place
  float x, y;
  float wobble;  // how far points stray, in units of the box
  float radius;  // half the width of the line, in pixels
  float ink;     // the darkest pixel
};

Hand take_hand(Draws& draws) {
  const float height = draws.uniform(14.0f, 22.0f);
  const float width = height * draws.uniform(0.75f, 1.25f);
  const float slant = draws.uniform(-0.35f, 0.25f);
  // A turn by the angle whose half has this tangent, up to 16 degrees.
  const float half = draws.uniform(-0.14f, 0.14f);
  const float scale = 1 / (1 + half * half);
  const float cosine = (1 - half * half) * scale;
  const float sine = 2 * half * scale;
  const float across = width * 0.01f;
  const float down = height * 0.01f;
  Hand hand;
  hand.xx = cosine * across;
  hand.xy = (cosine * slant - sine) * down;
  hand.yx = sine * across;
  hand.yy = (sine * slant + cosine) * down;
  hand.x = 0.5f * kColumns + draws.uniform(-3.0f, 3.0f);
  hand.y = 0.5f * kRows + draws.uniform(-3.0f, 3.0f);
  hand.wobble = draws.uniform(1.0f, 9.0f);
  hand.radius = draws.uniform(0.55f, 1.6f);
  hand.ink = draws.uniform(120.0f, 255.0f);
  return hand;
}

// The squared distance of each pixel's centre to the nearest line drawn so far.
class Sheet {
 public:
  Sheet() { distances_.fill(kFar); }

  // Only pixels within `reach` of the line are touched.
  void line(GlyphPoint a, GlyphPoint b, float reach) {
    const float dx = b.x - a.x;
    const float dy = b.y - a.y;
    const float length = dx * dx + dy * dy;
    const float inverse = length > 0 ? 1 / length : 0;
    const int left = pixel(std::min(a.x, b.x) - reach, kColumns);
    const int right = pixel(std::max(a.x, b.x) + reach, kColumns);
    const int top = pixel(std::min(a.y, b.y) - reach, kRows);
    const int bottom = pixel(std::max(a.y, b.y) + reach, kRows);
    for (int row = top; row <= bottom; ++row) {
      const float py = static_cast<float>(row) + 0.5f - a.y;
      float* distances = &distances_[row * kColumns];
      for (int column = left; column <= right; ++column) {
        const float px = static_cast<float>(column) + 0.5f - a.x;
        const float along = std::clamp((px * dx + py * dy) * inverse, 0.0f, 1.0f);
        const float ex = px - along * dx;
        const float ey = py - along * dy;
        distances[column] = std::min(distances[column], ex * ex + ey * ey);
      }
    }
  }

  float distance(int at) const { return distances_[at]; }

 private:
  static int pixel(float position, int extent) {
    return static_cast<int>(std::clamp(position, 0.0f, static_cast<float>(extent - 1)));
  }

  std::array<float, Digits::kPixels> distances_;
};

// A point of the smooth curve (Catmull and Rom's) through b and c, whose neighbours are a and d.
GlyphPoint between(GlyphPoint a, GlyphPoint b, GlyphPoint c, GlyphPoint d, float t) {
  const auto blend = [t](float p, float q, float r, float s) {
    const float cubic = 3 * (q - r) + s - p;
    const float square = 2 * p - 5 * q + 4 * r - s;
    return q + 0.5f * t * (r - p + t * (square + t * cubic));
  };
  return {blend(a.x, b.x, c.x, d.x), blend(a.y, b.y, c.y, d.y)};
}

void draw_stroke(std::span<const GlyphPoint> points, float reach, Sheet& sheet) {
  constexpr int kPieces = 4;
  const size_t last = points.size() - 1;
  for (size_t i = 0; i < last; ++i) {
    const GlyphPoint before = points[i == 0 ? 0 : i - 1];
    const GlyphPoint after = points[std::min(i + 2, last)];
    GlyphPoint from = points[i];
    // Two points alone make a straight line.
    for (int piece = last == 1 ? kPieces : 1; piece <= kPieces; ++piece) {
      const float t = static_cast<float>(piece) / kPieces;
      const GlyphPoint to = between(before, points[i], points[i + 1], after, t);
      sheet.line(from, to, reach);
      from = to;
    }
  }
}

// Grey levels: full ink within the line, nothing a pixel beyond its edge, noise on top.
void expose(const Sheet& sheet, const Hand& hand, Draws& draws, std::span<uint8_t> pixels) {
  const float grain = draws.uniform(4.0f, 40.0f);
  const float edge = hand.radius + 0.5f;
  const float visible = edge * edge;
  uint64_t bits = 0;
  for (int i = 0; i < static_cast<int>(Digits::kPixels); ++i) {
    if (i % 4 == 0) bits = draws.next();
    // Two bytes make a noise that prefers zero.
    const int noise = static_cast<int>(bits & 255) - static_cast<int>((bits >> 8) & 255);
    bits >>= 16;
    float level = static_cast<float>(noise) * (1.0f / 255) * grain;
    const float distance = sheet.distance(i);
    if (distance < visible) level += hand.ink * std::min(edge - std::sqrt(distance), 1.0f);
    pixels[i] = static_cast<uint8_t>(std::clamp(level, 0.0f, 255.0f));
  }
}

}  // namespace

uint8_t Digits::draw(int64_t index, std::span<uint8_t, kPixels> pixels) const {
  Draws draws(seed_, static_cast<uint64_t>(index));
  const auto label = static_cast<uint8_t>(draws.below(kClasses));
  const std::span<const Glyph> ways = glyphs_of(label);
  const Glyph& glyph = ways[draws.below(static_cast<uint32_t>(ways.size()))];
  const Hand hand = take_hand(draws);

  std::array<GlyphPoint, kMaxGlyphPoints> points;
  for (int i = 0; i < glyph.point_count; ++i) {
    const float x = glyph.points[i].x - 30 + draws.uniform(-hand.wobble, hand.wobble);
    const float y = glyph.points[i].y - 50 + draws.uniform(-hand.wobble, hand.wobble);
    points[i] = {hand.x + hand.xx * x + hand.xy * y, hand.y + hand.yx * x + hand.yy * y};
  }
  Sheet sheet;
  for (int i = 0; i < glyph.stroke_count; ++i) {
    const GlyphStroke stroke = glyph.strokes[i];
    draw_stroke(std::span(points).subspan(stroke.first, stroke.last - stroke.first + 1),
                hand.radius + 1, sheet);
  }
  expose(sheet, hand, draws, pixels);
  return label;
}

LabelledImages Digits::make(int64_t first, int64_t count) const {
  LZ_CHECK(first >= 0 && count >= 0, ValueError,
           "Digits::make: need numbers of 0 or more; got first {}, count {}", first, count);
  LabelledImages set;
  set.images = {count, kRows, kColumns, std::vector<uint8_t>(static_cast<size_t>(count * kPixels))};
  set.labels.resize(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    set.labels[i] =
        draw(first + i, std::span<uint8_t, kPixels>(&set.images.pixels[i * kPixels], kPixels));
  }
  return set;
}

}  // namespace lazuli::data
