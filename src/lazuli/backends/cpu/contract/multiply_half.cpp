#include "lazuli/backends/cpu/contract/multiply_half.h"

#include <algorithm>

#include "lazuli/backends/cpu/contract/blas.h"
#include "lazuli/backends/cpu/contract/pieces.h"
#include "lazuli/core/half.h"

namespace lazuli::cpu {
namespace {

constexpr double kLeastWork = 256.0 * 1024;  // multiply-adds worth a piece of its own
// A block of each operand and of the result lies widened on the stack: 192 KiB.
constexpr int64_t kEdge = 128;
constexpr int64_t kDepth = 128;

struct F16 {
  static float widen(uint16_t bits) { return float_from_f16(bits); }
  static uint16_t narrow(float value) { return f16_from_float(value); }
};
struct BF16 {
  static float widen(uint16_t bits) { return float_from_bf16(bits); }
  static uint16_t narrow(float value) { return bf16_from_float(value); }
};

// Rows as they lie in memory, without gaps.
template <typename Half>
void widen(const uint16_t* from, int64_t leading, int64_t rows, int64_t columns, float* to) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) to[i * columns + j] = Half::widen(from[i * leading + j]);
  }
}

// result[rows, columns] of the product's block at (row, column).
template <typename Half>
void multiply_block(const backend::MatrixProduct& product, const uint16_t* a, const uint16_t* b,
                    uint16_t* result, int64_t row, int64_t column, int64_t rows, int64_t columns) {
  alignas(64) float wide_a[kEdge * kDepth];
  alignas(64) float wide_b[kEdge * kDepth];
  alignas(64) float sums[kEdge * kEdge];
  for (int64_t k = 0; k < product.k; k += kDepth) {
    const int64_t depth = std::min(kDepth, product.k - k);
    if (product.a_transposed) {
      widen<Half>(a + k * product.a_leading + row, product.a_leading, depth, rows, wide_a);
    } else {
      widen<Half>(a + row * product.a_leading + k, product.a_leading, rows, depth, wide_a);
    }
    if (product.b_transposed) {
      widen<Half>(b + column * product.b_leading + k, product.b_leading, columns, depth, wide_b);
    } else {
      widen<Half>(b + k * product.b_leading + column, product.b_leading, depth, columns, wide_b);
    }
    backend::MatrixProduct block = product;
    block.k = depth;
    block.a_leading = product.a_transposed ? rows : depth;
    block.b_leading = product.b_transposed ? depth : columns;
    block.result_leading = columns;
    blas::gemm(block, rows, columns, wide_a, wide_b, k == 0 ? 0.0f : 1.0f, sums);
  }
  for (int64_t i = 0; i < rows; ++i) {
    uint16_t* to = result + (row + i) * product.result_leading + column;
    for (int64_t j = 0; j < columns; ++j) to[j] = Half::narrow(sums[i * columns + j]);
  }
}

template <typename Half>
void multiply_pieces(const backend::MatrixProduct& product, const uint16_t* a, const uint16_t* b,
                     uint16_t* result) {
  for_each_piece<blas::Scope>(product, kLeastWork, [&](const Piece& piece) {
    const int64_t last_row = piece.row + piece.rows;
    const int64_t last_column = piece.column + piece.columns;
    for (int64_t row = piece.row; row < last_row; row += kEdge) {
      for (int64_t column = piece.column; column < last_column; column += kEdge) {
        multiply_block<Half>(product, a + piece.a, b + piece.b, result + piece.result, row, column,
                             std::min(kEdge, last_row - row),
                             std::min(kEdge, last_column - column));
      }
    }
  });
}

}  // namespace

void multiply_half(const backend::MatrixProduct& product, const uint16_t* a, const uint16_t* b,
                   uint16_t* result) {
  if (product.dtype == DType::f16) {
    multiply_pieces<F16>(product, a, b, result);
  } else {
    multiply_pieces<BF16>(product, a, b, result);
  }
}

}  // namespace lazuli::cpu
