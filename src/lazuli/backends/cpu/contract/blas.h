// OpenBLAS for f32 and f64 by one name, and as one thread.
#pragma once

#include <cblas.h>
#include <omp.h>

#include "lazuli/backend/backend.h"
#include "lazuli/kernel/float_environment.h"

namespace lazuli::cpu::blas {

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

// What a task's floating-point calls need.
struct Scope {
  kernel::FloatEnvironment rules;
  OneThread one;
};

inline CBLAS_TRANSPOSE flag_of(bool is_transposed) {
  return is_transposed ? CblasTrans : CblasNoTrans;
}

// result = a b + beta result, of the sizes and strides of `product`; of fewer rows and columns.
template <typename T>
void gemm(const backend::MatrixProduct& product, int64_t rows, int64_t columns, const T* a,
          const T* b, T beta, T* result) {
  const auto run = [&](auto function) {
    function(CblasRowMajor, flag_of(product.a_transposed), flag_of(product.b_transposed),
             static_cast<blasint>(rows), static_cast<blasint>(columns),
             static_cast<blasint>(product.k), 1, a, static_cast<blasint>(product.a_leading), b,
             static_cast<blasint>(product.b_leading), beta, result,
             static_cast<blasint>(product.result_leading));
  };
  if constexpr (std::same_as<T, float>) {
    run(cblas_sgemm);
  } else {
    run(cblas_dgemm);
  }
}

// A vector times a matrix, or a matrix times a vector: y[i] = sum over k of matrix[i, k] * x[k].
template <typename T>
struct VectorProduct {
  const T* matrix;
  int64_t leading;
  bool is_transposed;  // lies as [k, i]
  int64_t count;       // of y
  const T* x;
  int64_t x_step;
  T* y;
  int64_t y_step;
};

// y = matrix x + y
template <typename T>
void gemv(const VectorProduct<T>& product, int64_t k) {
  const auto run = [&](auto function) {
    function(CblasRowMajor, flag_of(product.is_transposed),
             static_cast<blasint>(product.is_transposed ? k : product.count),
             static_cast<blasint>(product.is_transposed ? product.count : k), 1, product.matrix,
             static_cast<blasint>(product.leading), product.x, static_cast<blasint>(product.x_step),
             1, product.y, static_cast<blasint>(product.y_step));
  };
  if constexpr (std::same_as<T, float>) {
    run(cblas_sgemv);
  } else {
    run(cblas_dgemv);
  }
}

}  // namespace lazuli::cpu::blas
