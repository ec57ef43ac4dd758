// The family of matrix products, made of mm, bmm and sums.
#include "lazuli/functions/products.h"

#include <algorithm>

#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {
namespace {

std::string text_of(const Tensor& a, const Tensor& b) {
  return to_string(a.variable().type()) + " and " + to_string(b.variable().type());
}

Shape expanded_shape(const Shape& batch, const Tensor& matrices) {
  Shape shape = batch;
  for (const int64_t dim : {-2, -1}) shape.push_back(matrices.size(dim));
  return shape;
}

Shape batch_of(const Tensor& matrices) {
  const Shape& shape = matrices.sizes();
  return Shape(shape.span().first(static_cast<size_t>(shape.rank() - 2)));
}

Tensor expand_to(const Tensor& tensor, const Shape& shape, At at) {
  return tensor.sizes() == shape ? tensor : expand(tensor, shape, at);
}

// Of matrices in the last two dimensions; those before them broadcast.
Tensor broadcast_product(const Tensor& self, const Tensor& other, At at) {
  if (other.dim() == 2 && self.dim() > 2) {
    // One product of all rows, where they lie so that they are rows of one matrix.
    const Shape rows = {-1, self.size(-1)};
    if (self.numel() > 0 && self.is_contiguous()) {
      Shape shape = self.sizes();
      shape[shape.rank() - 1] = other.size(1);
      return view(mm(view(self, rows, at), other, at), shape, at);
    }
  }
  if (self.dim() == 2 && other.dim() == 2) return mm(self, other, at);
  Shape batch;
  try {
    batch = broadcast("matmul", batch_of(self), batch_of(other));
  } catch (...) {
    rethrow_at(at);
  }
  return bmm(expand_to(self, expanded_shape(batch, self), at),
             expand_to(other, expanded_shape(batch, other), at), at);
}

// beta * self + alpha * product.
Tensor scaled_sum(const char* op, const Tensor& self, const Tensor& product, Scalar beta,
                  Scalar alpha, At at) {
  const DType dtype = promote(dtype_of(self), dtype_of(product));
  check_factor(op, "beta", beta, dtype, at);
  check_factor(op, "alpha", alpha, dtype, at);
  bool fits = true;
  try {
    fits = broadcast(op, self.sizes(), product.sizes()) == product.sizes();
  } catch (const ValueError&) {
    fits = false;
  }
  LZ_CHECK_AT(fits, ValueError, at, "{}: need self that broadcasts to {}; got {}", op,
              to_string(product.sizes()), to_string(self.variable().type()));
  const Tensor scaled = alpha.to_double() == 1 ? product : mul(product, alpha, at);
  if (beta.to_double() == 0) return to(scaled, dtype, at);
  return add(scaled, self, beta, at);
}

Dims wrapped(const Dims& dims, int rank, At at) {
  Dims result;
  for (const int64_t dim : dims) {
    const int place = wrap_dim("tensordot", dim, rank, at);
    LZ_CHECK_AT(std::count(result.begin(), result.end(), place) == 0, ValueError, at,
                "tensordot: need different dims; got {}", to_string(dims));
    result.push_back(place);
  }
  return result;
}

// The dimensions that are not among `dims`.
Dims others(const Dims& dims, int rank) {
  Dims result;
  for (int dim = 0; dim < rank; ++dim) {
    if (std::count(dims.begin(), dims.end(), dim) == 0) result.push_back(dim);
  }
  return result;
}

Dims joined(const Dims& first, const Dims& second) {
  Dims result = first;
  for (const int64_t dim : second) result.push_back(dim);
  return result;
}

int64_t numel_along(const Shape& shape, const Dims& dims) {
  int64_t count = 1;
  for (const int64_t dim : dims) count *= shape[static_cast<int>(dim)];
  return count;
}

}  // namespace

Tensor multiply_matrices(const Tensor& a, const Tensor& b, At at) {
  return a.dim() == 2 ? mm(a, b, at) : bmm(a, b, at);
}

Tensor sum_of_products(const Tensor& a, const Tensor& b, const DimList& dims, At at) {
  const DType dtype = promote(dtype_of(a), dtype_of(b));
  const DType wide = to_wide(dtype);
  const Tensor products = mul(to(a, wide, at), to(b, wide, at), at);
  return to(sum(products, dims, false, std::nullopt, at), dtype, at);
}

Tensor matmul(const Tensor& self, const Tensor& other, At at) {
  check_defined("matmul", "self", self, at);
  check_defined("matmul", "other", other, at);
  LZ_CHECK_AT(self.dim() > 0 && other.dim() > 0, ValueError, at,
              "matmul: need tensors with a dimension; got {}", text_of(self, other));
  const bool is_row = self.dim() == 1;
  const bool is_column = other.dim() == 1;
  LZ_CHECK_AT(self.size(-1) == other.size(is_column ? 0 : -2), ValueError, at,
              "matmul: need self.shape[-1] == other.shape[{}]; got {}", is_column ? 0 : -2,
              text_of(self, other));
  if (is_row && is_column) return dot(self, other, at);
  const Tensor product = broadcast_product(is_row ? unsqueeze(self, 0, at) : self,
                                           is_column ? unsqueeze(other, 1, at) : other, at);
  if (is_row) return squeeze(product, -2, at);
  return is_column ? squeeze(product, -1, at) : product;
}

Tensor dot(const Tensor& self, const Tensor& tensor, At at) {
  check_defined("dot", "self", self, at);
  check_defined("dot", "tensor", tensor, at);
  check_shapes("dot", {{"self", self, "K"}, {"tensor", tensor, "K"}}, at);
  LZ_CHECK_AT(promote(dtype_of(self), dtype_of(tensor)) != kBool, TypeError, at,
              "dot: need float or int; got {}", text_of(self, tensor));
  return sum_of_products(self, tensor, 0, at);
}

Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, Scalar beta, Scalar alpha,
             At at) {
  check_defined("addmm", "self", self, at);
  check_defined("addmm", "mat1", mat1, at);
  check_defined("addmm", "mat2", mat2, at);
  check_shapes("addmm", {{"mat1", mat1, "NK"}, {"mat2", mat2, "KM"}}, at);
  return scaled_sum("addmm", self, mm(mat1, mat2, at), beta, alpha, at);
}
const Tensor& Tensor::addmm_(const Tensor& mat1, const Tensor& mat2, Scalar beta, Scalar alpha,
                             At at) const {
  write_result("addmm_", *this, lazuli::addmm(*this, mat1, mat2, beta, alpha, at), at);
  return *this;
}

Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, Scalar beta,
               Scalar alpha, At at) {
  check_defined("baddbmm", "self", self, at);
  check_defined("baddbmm", "batch1", batch1, at);
  check_defined("baddbmm", "batch2", batch2, at);
  check_shapes("baddbmm", {{"batch1", batch1, "BNK"}, {"batch2", batch2, "BKM"}}, at);
  return scaled_sum("baddbmm", self, bmm(batch1, batch2, at), beta, alpha, at);
}
const Tensor& Tensor::baddbmm_(const Tensor& batch1, const Tensor& batch2, Scalar beta,
                               Scalar alpha, At at) const {
  write_result("baddbmm_", *this, lazuli::baddbmm(*this, batch1, batch2, beta, alpha, at), at);
  return *this;
}

Tensor tensordot(const Tensor& self, const Tensor& other, int64_t dims, At at) {
  check_defined("tensordot", "self", self, at);
  check_defined("tensordot", "other", other, at);
  LZ_CHECK_AT(dims >= 0 && dims <= std::min(self.dim(), other.dim()), ValueError, at,
              "tensordot: need dims from 0 to {}; got {}", std::min(self.dim(), other.dim()), dims);
  Dims last, first;
  for (int64_t i = 0; i < dims; ++i) {
    last.push_back(self.dim() - dims + i);
    first.push_back(i);
  }
  return tensordot(self, other, last, first, at);
}

Tensor tensordot(const Tensor& self, const Tensor& other, const Dims& dims_self,
                 const Dims& dims_other, At at) {
  check_defined("tensordot", "self", self, at);
  check_defined("tensordot", "other", other, at);
  LZ_CHECK_AT(dims_self.rank() == dims_other.rank(), ValueError, at,
              "tensordot: need as many dims of self as of other; got {} and {}",
              to_string(dims_self), to_string(dims_other));
  const Dims left = wrapped(dims_self, self.sizes().rank(), at);
  const Dims right = wrapped(dims_other, other.sizes().rank(), at);
  for (int i = 0; i < left.rank(); ++i) {
    LZ_CHECK_AT(self.size(left[i]) == other.size(right[i]), ValueError, at,
                "tensordot: need equal extents along {} of self and {} of other; got {}",
                to_string(dims_self), to_string(dims_other), text_of(self, other));
  }
  const Dims rows = others(left, self.sizes().rank());
  const Dims columns = others(right, other.sizes().rank());
  const int64_t folded = numel_along(self.sizes(), left);
  Shape shape;
  for (const int64_t dim : rows) shape.push_back(self.size(dim));
  for (const int64_t dim : columns) shape.push_back(other.size(dim));
  const Tensor a =
      reshape(permute(self, joined(rows, left), at), {numel_along(self.sizes(), rows), folded}, at);
  const Tensor b = reshape(permute(other, joined(right, columns), at),
                           {folded, numel_along(other.sizes(), columns)}, at);
  return view(mm(a, b, at), shape, at);
}

}  // namespace lazuli
