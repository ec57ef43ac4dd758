#include "lazuli/backends/cpu/contract/multiply_float.h"

#include <algorithm>

#include "lazuli/backends/cpu/contract/blas.h"
#include "lazuli/backends/cpu/contract/pieces.h"
#include "lazuli/kernel/float_environment.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

constexpr double kLeastWork = 256.0 * 1024;  // multiply-adds worth a piece of its own

template <typename T>
void multiply_vector(const blas::VectorProduct<T>& product, int64_t k) {
  for (int64_t i = 0; i < product.count; ++i) product.y[i * product.y_step] = 0;  // may hold NaN
  blas::gemv(product, k);
}

template <typename T>
void multiply_piece(const backend::MatrixProduct& product, const T* a, const T* b, T* result,
                    int64_t row, int64_t column, int64_t rows, int64_t columns) {
  a += row * (product.a_transposed ? 1 : product.a_leading);
  b += column * (product.b_transposed ? product.b_leading : 1);
  result += row * product.result_leading + column;
  if (product.m == 1) {
    multiply_vector<T>({b, product.b_leading, !product.b_transposed, columns, a,
                        product.a_transposed ? product.a_leading : 1, result, 1},
                       product.k);
  } else if (product.n == 1) {
    multiply_vector<T>(
        {a, product.a_leading, product.a_transposed, rows, b,
         product.b_transposed ? 1 : product.b_leading, result, product.result_leading},
        product.k);
  } else {
    backend::MatrixProduct piece = product;
    piece.m = rows;
    piece.n = columns;
    blas::gemm<T>(piece, a, b, 0, result);
  }
}

template <typename T>
void multiply_pieces(const backend::MatrixProduct& product, const T* a, const T* b, T* result) {
  const Pieces pieces = cut(product, kLeastWork);
  runtime::parallel_for(pieces.count(), [&](int64_t piece) {
    const kernel::FloatEnvironment rules;
    const blas::OneThread one;
    const int64_t row = piece / pieces.column_pieces * pieces.rows;
    const int64_t column = piece % pieces.column_pieces * pieces.columns;
    multiply_piece(product, a, b, result, row, column, std::min(pieces.rows, product.m - row),
                   std::min(pieces.columns, product.n - column));
  });
}

}  // namespace

void multiply_float(const backend::MatrixProduct& product, const float* a, const float* b,
                    float* result) {
  multiply_pieces(product, a, b, result);
}
void multiply_float(const backend::MatrixProduct& product, const double* a, const double* b,
                    double* result) {
  multiply_pieces(product, a, b, result);
}

}  // namespace lazuli::cpu
