#include "lazuli/backends/cpu/contract/multiply_i64.h"

#include <algorithm>

#include "lazuli/backends/cpu/contract/pieces.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

constexpr int64_t kTile = 64;               // a tile of b is 32 KiB
constexpr double kLeastWork = 16.0 * 1024;  // multiply-adds worth a piece of its own

struct Strides {
  int64_t row;
  int64_t column;
};

// One piece: tiles of b are copied row-major, then each row of the result adds their rows up.
void multiply_piece(Strides a_strides, Strides b_strides, int64_t result_leading, int64_t rows,
                    int64_t columns, int64_t depth, const int64_t* a, const int64_t* b,
                    int64_t* result) {
  uint64_t tile[kTile][kTile];
  for (int64_t j0 = 0; j0 < columns; j0 += kTile) {
    const int64_t width = std::min(kTile, columns - j0);
    for (int64_t k0 = 0; k0 < depth; k0 += kTile) {
      const int64_t height = std::min(kTile, depth - k0);
      for (int64_t k = 0; k < height; ++k) {
        const int64_t* from = b + (k0 + k) * b_strides.row + j0 * b_strides.column;
        for (int64_t j = 0; j < width; ++j) {
          tile[k][j] = static_cast<uint64_t>(from[j * b_strides.column]);
        }
      }
      for (int64_t i = 0; i < rows; ++i) {
        uint64_t sums[kTile];
        int64_t* target = result + i * result_leading + j0;
        for (int64_t j = 0; j < width; ++j) {
          sums[j] = k0 == 0 ? 0 : static_cast<uint64_t>(target[j]);
        }
        for (int64_t k = 0; k < height; ++k) {
          const auto factor =
              static_cast<uint64_t>(a[i * a_strides.row + (k0 + k) * a_strides.column]);
          for (int64_t j = 0; j < width; ++j) sums[j] += factor * tile[k][j];
        }
        for (int64_t j = 0; j < width; ++j) target[j] = static_cast<int64_t>(sums[j]);
      }
    }
  }
}

}  // namespace

void multiply_i64(const backend::MatrixProduct& product, const int64_t* a, const int64_t* b,
                  int64_t* result) {
  const Strides a_strides =
      product.a_transposed ? Strides{1, product.a_leading} : Strides{product.a_leading, 1};
  const Strides b_strides =
      product.b_transposed ? Strides{1, product.b_leading} : Strides{product.b_leading, 1};
  const Pieces pieces = cut(product, kLeastWork);
  runtime::parallel_for(pieces.count(), [&](int64_t piece) {
    const int64_t row = piece / pieces.column_pieces * pieces.rows;
    const int64_t column = piece % pieces.column_pieces * pieces.columns;
    multiply_piece(a_strides, b_strides, product.result_leading,
                   std::min(pieces.rows, product.m - row),
                   std::min(pieces.columns, product.n - column), product.k, a + row * a_strides.row,
                   b + column * b_strides.column, result + row * product.result_leading + column);
  });
}

}  // namespace lazuli::cpu
