#include "lazuli/backends/cpu/contract/multiply_float.h"

#include "lazuli/backends/cpu/contract/blas.h"
#include "lazuli/backends/cpu/contract/onednn.h"
#include "lazuli/backends/cpu/contract/pieces.h"

namespace lazuli::cpu {
namespace {

constexpr double kLeastWork = 256.0 * 1024;  // multiply-adds worth a piece of its own

template <typename T>
void multiply_vector(const blas::VectorProduct<T>& product, int64_t k) {
  for (int64_t i = 0; i < product.count; ++i) product.y[i * product.y_step] = 0;  // may hold NaN
  blas::gemv(product, k);
}

// False where OpenBLAS is to do it.
bool multiply_by_onednn(const backend::MatrixProduct& product, const Piece& piece, const float* a,
                        const float* b, float* result) {
  if (product.a_transposed || !product.b_transposed) return false;
  const onednn::Product wanted = {piece.rows,        piece.columns,     product.k,
                                  product.a_leading, product.b_leading, product.result_leading};
  return onednn::is_faster(wanted) && onednn::is_here() && onednn::multiply(wanted, a, b, result);
}
bool multiply_by_onednn(const backend::MatrixProduct&, const Piece&, const double*, const double*,
                        double*) {
  return false;  // has none of f64
}

template <typename T>
void multiply_piece(const backend::MatrixProduct& product, const Piece& piece, const T* a,
                    const T* b, T* result) {
  a += piece.a + piece.row * (product.a_transposed ? 1 : product.a_leading);
  b += piece.b + piece.column * (product.b_transposed ? product.b_leading : 1);
  result += piece.result + piece.row * product.result_leading + piece.column;
  if (product.m == 1) {
    multiply_vector<T>({b, product.b_leading, !product.b_transposed, piece.columns, a,
                        product.a_transposed ? product.a_leading : 1, result, 1},
                       product.k);
  } else if (product.n == 1) {
    multiply_vector<T>(
        {a, product.a_leading, product.a_transposed, piece.rows, b,
         product.b_transposed ? 1 : product.b_leading, result, product.result_leading},
        product.k);
  } else if (!multiply_by_onednn(product, piece, a, b, result)) {
    blas::gemm<T>(product, piece.rows, piece.columns, a, b, 0, result);
  }
}

template <typename T>
void multiply_pieces(const backend::MatrixProduct& product, const T* a, const T* b, T* result) {
  for_each_piece<blas::Scope>(product, kLeastWork, [&](const Piece& piece) {
    multiply_piece(product, piece, a, b, result);
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
