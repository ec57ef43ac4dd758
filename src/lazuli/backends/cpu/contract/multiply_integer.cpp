#include "lazuli/backends/cpu/contract/multiply_integer.h"

#include <algorithm>
#include <type_traits>

#include "lazuli/backends/cpu/contract/pieces.h"

namespace lazuli::cpu {
namespace {

constexpr int64_t kTile = 64;               // a tile of b is 16 or 32 KiB
constexpr double kLeastWork = 16.0 * 1024;  // multiply-adds worth a piece of its own

struct Strides {
  int64_t row;
  int64_t column;
};

// One piece: tiles of b are copied row-major, then each row of the result adds their rows up. Sums
// are words of 4 or 8 bytes, of which the result keeps the low ones.
template <typename T>
void multiply_piece(Strides a_strides, Strides b_strides, int64_t result_leading, int64_t rows,
                    int64_t columns, int64_t depth, const T* a, const T* b, T* result) {
  using Word = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  Word tile[kTile][kTile];
  for (int64_t j0 = 0; j0 < columns; j0 += kTile) {
    const int64_t width = std::min(kTile, columns - j0);
    for (int64_t k0 = 0; k0 < depth; k0 += kTile) {
      const int64_t height = std::min(kTile, depth - k0);
      for (int64_t k = 0; k < height; ++k) {
        const T* from = b + (k0 + k) * b_strides.row + j0 * b_strides.column;
        for (int64_t j = 0; j < width; ++j) {
          tile[k][j] = static_cast<Word>(from[j * b_strides.column]);
        }
      }
      for (int64_t i = 0; i < rows; ++i) {
        Word sums[kTile];
        T* target = result + i * result_leading + j0;
        for (int64_t j = 0; j < width; ++j) sums[j] = k0 == 0 ? 0 : static_cast<Word>(target[j]);
        for (int64_t k = 0; k < height; ++k) {
          const auto factor = static_cast<Word>(a[i * a_strides.row + (k0 + k) * a_strides.column]);
          for (int64_t j = 0; j < width; ++j) sums[j] += factor * tile[k][j];
        }
        for (int64_t j = 0; j < width; ++j) target[j] = static_cast<T>(sums[j]);
      }
    }
  }
}

template <typename T>
void multiply_pieces(const backend::MatrixProduct& product, const void* a, const void* b,
                     void* result) {
  const Strides a_strides =
      product.a_transposed ? Strides{1, product.a_leading} : Strides{product.a_leading, 1};
  const Strides b_strides =
      product.b_transposed ? Strides{1, product.b_leading} : Strides{product.b_leading, 1};
  struct NoScope {};
  for_each_piece<NoScope>(product, kLeastWork, [&](const Piece& piece) {
    multiply_piece(
        a_strides, b_strides, product.result_leading, piece.rows, piece.columns, product.k,
        static_cast<const T*>(a) + piece.a + piece.row * a_strides.row,
        static_cast<const T*>(b) + piece.b + piece.column * b_strides.column,
        static_cast<T*>(result) + piece.result + piece.row * product.result_leading + piece.column);
  });
}

}  // namespace

void multiply_integer(const backend::MatrixProduct& product, const void* a, const void* b,
                      void* result) {
  switch (product.dtype) {
    case DType::u8:
      return multiply_pieces<uint8_t>(product, a, b, result);
    case DType::i8:
      return multiply_pieces<int8_t>(product, a, b, result);
    case DType::i16:
      return multiply_pieces<int16_t>(product, a, b, result);
    case DType::i32:
      return multiply_pieces<int32_t>(product, a, b, result);
    default:
      return multiply_pieces<int64_t>(product, a, b, result);
  }
}

}  // namespace lazuli::cpu
