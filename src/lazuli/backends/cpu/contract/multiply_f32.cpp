#include "lazuli/backends/cpu/contract/multiply_f32.h"

#include <cblas.h>
#include <omp.h>

#include <algorithm>

#include "lazuli/backends/cpu/contract/pieces.h"
#include "lazuli/kernel/float_environment.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

constexpr double kLeastWork = 256.0 * 1024;  // multiply-adds worth a piece of its own

// OpenBLAS uses as many threads as OpenMP says to the calling thread. Within the scope it is one.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) {
    if (before_ != 1) omp_set_num_threads(1);
  }
  ~OneThread() {
    if (before_ != 1) omp_set_num_threads(before_);
  }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

// A vector times a matrix, or a matrix times a vector: y[i] = sum over k of matrix[i, k] * x[k].
struct VectorProduct {
  const float* matrix;
  int64_t leading;
  bool is_transposed;  // lies as [k, i]
  int64_t count;       // of y
  const float* x;
  int64_t x_step;
  float* y;
  int64_t y_step;
};

void multiply_vector(const VectorProduct& product, int64_t k) {
  for (int64_t i = 0; i < product.count; ++i) product.y[i * product.y_step] = 0;  // may hold NaN
  cblas_sgemv(CblasRowMajor, product.is_transposed ? CblasTrans : CblasNoTrans,
              static_cast<blasint>(product.is_transposed ? k : product.count),
              static_cast<blasint>(product.is_transposed ? product.count : k), 1, product.matrix,
              static_cast<blasint>(product.leading), product.x,
              static_cast<blasint>(product.x_step), 1, product.y,
              static_cast<blasint>(product.y_step));
}

void multiply_piece(const backend::MatrixProduct& product, const float* a, const float* b,
                    float* result, int64_t row, int64_t column, int64_t rows, int64_t columns) {
  a += row * (product.a_transposed ? 1 : product.a_leading);
  b += column * (product.b_transposed ? product.b_leading : 1);
  result += row * product.result_leading + column;
  if (product.m == 1) {
    multiply_vector({b, product.b_leading, !product.b_transposed, columns, a,
                     product.a_transposed ? product.a_leading : 1, result, 1},
                    product.k);
  } else if (product.n == 1) {
    multiply_vector({a, product.a_leading, product.a_transposed, rows, b,
                     product.b_transposed ? 1 : product.b_leading, result, product.result_leading},
                    product.k);
  } else {
    cblas_sgemm(CblasRowMajor, product.a_transposed ? CblasTrans : CblasNoTrans,
                product.b_transposed ? CblasTrans : CblasNoTrans, static_cast<blasint>(rows),
                static_cast<blasint>(columns), static_cast<blasint>(product.k), 1, a,
                static_cast<blasint>(product.a_leading), b, static_cast<blasint>(product.b_leading),
                0, result, static_cast<blasint>(product.result_leading));
  }
}

}  // namespace

void multiply_f32(const backend::MatrixProduct& product, const float* a, const float* b,
                  float* result) {
  const Pieces pieces = cut(product, kLeastWork);
  runtime::parallel_for(pieces.count(), [&](int64_t piece) {
    const kernel::FloatEnvironment rules;
    const OneThread one;
    const int64_t row = piece / pieces.column_pieces * pieces.rows;
    const int64_t column = piece % pieces.column_pieces * pieces.columns;
    multiply_piece(product, a, b, result, row, column, std::min(pieces.rows, product.m - row),
                   std::min(pieces.columns, product.n - column));
  });
}

}  // namespace lazuli::cpu
