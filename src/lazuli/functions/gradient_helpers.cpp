#include "lazuli/functions/gradient_helpers.h"

#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/gradient_node.h"
#include "lazuli/functions/products.h"

namespace lazuli {
namespace {

// A reduction records [keepdim, folded dimensions...].
Dims folded(const GradientCall& call) { return Dims(call.attributes.subspan(1)); }

}  // namespace

Term term(const GradientCall& call, size_t i) {
  if (call.operands[i].defined()) return call.operands[i];
  // The gradient has the dtype of the operand that it is for.
  std::optional<DType> dtype;
  for (size_t k = 0; k < call.edges.size() && !dtype; ++k) {
    if (call.needs(k)) dtype = call.dtypes[k];
  }
  return Term(call.numbers[i], dtype);
}

Tensor spread(const Tensor& folded_tensor, const GradientCall& call) {
  const bool keeps_dims = call.attributes[0] != 0;
  if (keeps_dims) return folded_tensor;
  Shape shape = call.shapes[0];
  for (const int64_t dim : folded(call)) shape[static_cast<int>(dim)] = 1;
  return reshape(folded_tensor, shape, call.at);
}

Tensor share(const Tensor& grad, const Tensor& mask, const GradientCall& call) {
  const Dims dims = folded(call);
  const Tensor parts = to(mask, grad.dtype(), call.at);
  if (dims.rank() == 0) return mul(parts, grad, call.at);
  // Counts that f16 and bf16 do not hold.
  const DType wide = to_wide(grad.dtype());
  const Tensor count = sum(parts, dims, true, wide, call.at);
  const Tensor portion = div(to(grad, wide, call.at), count, call.at);
  return mul(parts, to(portion, grad.dtype(), call.at), call.at);
}

namespace {

// The gradient put into zeros of the operand's shape, where `region` of its elements lies.
Tensor put_into_zeros(const Tensor& grad, const Layout& region, const GradientCall& call) {
  return internal::strided_write(full(call.shapes[0], 0, grad.dtype(), call.at), grad,
                                 region.strides, region.offset, call.at);
}

}  // namespace

Tensor return_slice(const Tensor& grad, const GradientCall& call) {
  const Layout region = sliced(contiguous(call.shapes[0]), static_cast<int>(call.attributes[0]),
                               call.offsets[0], call.sizes[0], call.attributes[1]);
  return put_into_zeros(grad, region, call);
}

Tensor return_diagonal(const Tensor& grad, const GradientCall& call) {
  const Layout region = diagonal_of(
      contiguous(call.shapes[0]), static_cast<int>(call.attributes[0]),
      static_cast<int>(call.attributes[1]), call.offsets[0], call.offsets[1], call.sizes[0]);
  return put_into_zeros(grad, region, call);
}

Tensor return_strided(const Tensor& grad, const GradientCall& call) {
  const Layout region{grad.sizes(), Dims(call.attributes), call.offsets[0]};
  if (is_injective(region)) return put_into_zeros(grad, region, call);
  const int rank = region.rank();
  Tensor places = full({}, region.offset, kInt64, call.at);
  for (int dim = 0; dim < rank; ++dim) {
    Shape along = Shape::filled(rank, 1);
    along[dim] = region.shape[dim];
    const Tensor steps =
        mul(arange(region.shape[dim], kInt64, call.at), region.strides[dim], call.at);
    places = add(places, view(steps, along, call.at), 1, call.at);
  }
  const Tensor flat = reshape(expand(places, region.shape, call.at), {-1}, call.at);
  return scatter_add(full(call.shapes[0], 0, grad.dtype(), call.at), 0, flat,
                     reshape(grad, {-1}, call.at), call.at);
}

Tensor written(const Tensor& grad, const GradientCall& call) {
  const Tensor flat = reshape(grad, {-1}, call.at);
  Record record(op::OpKind::as_strided, call.at);
  record.tensor(flat);
  record.attributes(call.attributes);
  record.sizes(call.shapes[1].span());
  record.offset(call.offsets[0]);
  return record.run();
}

Tensor written_over(const Tensor& grad, const GradientCall& call) {
  return internal::strided_write(grad, full(call.shapes[1], 0, grad.dtype(), call.at),
                                 Dims(call.attributes), call.offsets[0], call.at);
}

Tensor return_gathered(const Tensor& grad, const Tensor& index, const GradientCall& call) {
  const Shape& shape = call.shapes[0];
  const int64_t dim = call.attributes[0];
  Shape one_a_line = shape;
  if (shape.rank() > 0) one_a_line[static_cast<int>(dim)] = 1;
  if (shape.rank() == 0 || index.sizes() != one_a_line) {
    return scatter_add(full(shape, 0, grad.dtype(), call.at), dim, index, grad, call.at);
  }
  const Tensor places = arange(shape[static_cast<int>(dim)], kInt64, call.at);
  // An index out of range fails here, as the scatter would.
  const Tensor checked = gather(places, 0, reshape(index, {-1}, call.at), call.at);
  Shape line = Shape::filled(shape.rank(), 1);
  line[static_cast<int>(dim)] = shape[static_cast<int>(dim)];
  const Tensor chosen =
      eq(view(places, line, call.at), view(checked, one_a_line, call.at), call.at);
  return where(chosen, grad, 0, call.at);
}

Tensor product(const Tensor& a, const Tensor& b, size_t place, const GradientCall& call) {
  const auto transposed = [&](const Tensor& matrix) { return transpose(matrix, -2, -1, call.at); };
  const auto* next = dynamic_cast<const OperationNode*>(call.edges[place].node.get());
  if (!next || next->kind() != op::OpKind::permute) return multiply_matrices(a, b, call.at);
  return transposed(multiply_matrices(transposed(b), transposed(a), call.at));
}

Tensor inverse_permute(const Tensor& grad, const GradientCall& call) {
  Dims inverse = Dims::filled(static_cast<int>(call.attributes.size()), 0);
  for (int i = 0; i < inverse.rank(); ++i) {
    inverse[static_cast<int>(call.attributes[static_cast<size_t>(i)])] = i;
  }
  return permute(grad, inverse, call.at);
}

void cat_gradients(const GradientCall& call, const Tensor& grad, std::span<Tensor> gradients) {
  const int64_t dim = call.attributes[0];
  int64_t start = 0;
  for (size_t i = 0; i < gradients.size(); ++i) {
    const int64_t length = call.shapes[i][static_cast<int>(dim)];
    if (call.needs(i)) gradients[i] = narrow(grad, dim, start, length, call.at);
    start += length;
  }
}

}  // namespace lazuli
