// Functions that write at places: each gives a new tensor.
#include <limits>

#include "lazuli/functions/advanced_index.h"
#include "lazuli/functions/arithmetic.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/gradient_helpers.h"
#include "lazuli/functions/recording.h"

namespace lazuli {

using op::ScatterFold;

namespace {

Tensor flat(const Tensor& self, At at) { return reshape(self, {-1}, at); }

// A value for each element that index sends somewhere.
Tensor one_each(const Tensor& index, Scalar value, DType dtype, At at) {
  return full(index.sizes(), value, dtype, at);
}

// Broadcast to `shape`.
Tensor spread(const char* op, const char* what, const Tensor& tensor, const Shape& shape, At at) {
  const Shape& own = tensor.sizes();
  const int added = shape.rank() - own.rank();
  bool fits = added >= 0;
  for (int i = 0; fits && i < own.rank(); ++i) fits = own[i] == 1 || own[i] == shape[i + added];
  LZ_CHECK_AT(fits, ValueError, at, "{}: need {} to broadcast to {}; got {}", op, what,
              to_string(shape), to_string(own));
  return tensor.expand(shape, at);
}

// What changes no fold: the least of the largest, the greatest of the least.
Scalar identity_of(std::string_view reduce, DType dtype) {
  if (reduce == "prod") return int64_t{1};
  if (reduce != "amax" && reduce != "amin") return int64_t{0};
  const bool is_least = reduce == "amax";
  if (is_floating(dtype)) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return is_least ? -kInfinity : kInfinity;
  }
  if (dtype == kUInt8) return int64_t{is_least ? 0 : 255};
  const int bits = 8 * size_of(dtype);
  const int64_t greatest = std::numeric_limits<int64_t>::max() >> (64 - bits);
  return is_least ? -greatest - 1 : greatest;
}

// The index of slices along `dim` in the shape of the slices that it names.
struct Slices {
  int dim;
  Shape shape;
  Tensor index;
};

Slices slices_of(const char* op, const Tensor& self, int64_t dim, const Tensor& index, At at) {
  check_defined(op, "self", self, at);
  check_defined(op, "index", index, at);
  check_dtype(op, "index", index, kInt64, at);
  LZ_CHECK_AT(index.dim() <= 1, ValueError, at, "{}: need an index [N]; got {}", op,
              to_string(index.sizes()));
  Slices slices{wrap_dim(op, dim, self.sizes().rank(), at), self.sizes(), index};
  if (self.dim() == 0) {
    slices.index = index.view({}, at);
    return slices;
  }
  Shape along = Shape::filled(self.sizes().rank(), 1);
  along[slices.dim] = slices.shape[slices.dim] = index.numel();
  slices.index = index.view(along, at).expand(slices.shape, at);
  return slices;
}

void check_source(const char* op, const Tensor& source, const Shape& shape, At at) {
  check_defined(op, "source", source, at);
  LZ_CHECK_AT(source.sizes() == shape, ValueError, at, "{}: need source {}; got {}", op,
              to_string(shape), to_string(source.sizes()));
}

}  // namespace

Tensor internal::scatter_fold(const Tensor& self, int64_t dim, const Tensor& index,
                              const Tensor& src, int64_t fold, At at) {
  Record record(op::OpKind::scatter_fold, at);
  record.tensor(self);
  record.tensor(index);
  record.tensor(src, self.dtype());
  record.attribute(dim);
  record.attribute(fold);
  return record.run();
}

Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
               std::string_view reduce, At at) {
  check_choice("scatter", "reduce", reduce, {"add", "multiply"}, at);
  const std::string_view fold = reduce == "add" ? "sum" : "prod";
  return scatter_reduce(self, dim, index, src, fold, true, at);
}

Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, Scalar value,
               std::string_view reduce, At at) {
  check_defined("scatter", "self", self, at);
  check_defined("scatter", "index", index, at);
  return scatter(self, dim, index, one_each(index, value, self.dtype(), at), reduce, at);
}

Tensor scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                      std::string_view reduce, bool include_self, At at) {
  check_defined("scatter_reduce", "self", self, at);
  check_defined("scatter_reduce", "index", index, at);
  check_defined("scatter_reduce", "src", src, at);
  check_dtype("scatter_reduce", "index", index, kInt64, at);
  check_choice("scatter_reduce", "reduce", reduce, {"sum", "prod", "mean", "amax", "amin"}, at);
  const DType dtype = self.dtype();
  const int wrapped = wrap_dim("scatter_reduce", dim, self.sizes().rank(), at);
  const Tensor start = include_self
                           ? self
                           : scatter(self, wrapped, index,
                                     one_each(index, identity_of(reduce, dtype), dtype, at), at);
  if (reduce == "sum") return scatter_add(start, wrapped, index, to(src, dtype, at), at);
  if (reduce == "mean") {
    const DType wide = to_wide(dtype);
    const Tensor total = scatter_add(to(start, wide, at), wrapped, index, to(src, wide, at), at);
    const Tensor none = full(self.sizes(), include_self ? 1 : 0, kInt64, at);
    const Tensor found = scatter_add(none, wrapped, index, one_each(index, 1, kInt64, at), at);
    const Tensor count = arithmetic::where(found.eq(0, at), int64_t{1}, found, at);
    if (is_floating(dtype)) return to(total.div(count, at), dtype, at);
    return to(floor(to(total, kFloat64, at).div(count, at), at), dtype, at);
  }
  const ScatterFold fold = reduce == "prod"   ? ScatterFold::product
                           : reduce == "amax" ? ScatterFold::max
                                              : ScatterFold::min;
  return internal::scatter_fold(start, wrapped, index, src, static_cast<int64_t>(fold), at);
}

Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                 Scalar alpha, At at) {
  const Slices slices = slices_of("index_add", self, dim, index, at);
  check_source("index_add", source, slices.shape, at);
  check_factor("index_add", "alpha", alpha, self.dtype(), at);
  return scatter_add(self, slices.dim, slices.index, arithmetic::mul(source, alpha, at), at);
}

Tensor index_copy(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                  At at) {
  const Slices slices = slices_of("index_copy", self, dim, index, at);
  check_source("index_copy", source, slices.shape, at);
  return scatter(self, slices.dim, slices.index, source, at);
}

Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value,
                  At at) {
  const Slices slices = slices_of("index_fill", self, dim, index, at);
  check_defined("index_fill", "value", value, at);
  LZ_CHECK_AT(value.dim() == 0, ValueError, at,
              "index_fill: need a value without dimensions; got {}", to_string(value.sizes()));
  return scatter(self, slices.dim, slices.index, value.expand(slices.shape, at), at);
}

Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, Scalar value, At at) {
  const Slices slices = slices_of("index_fill", self, dim, index, at);
  return scatter(self, slices.dim, slices.index, full(slices.shape, value, self.dtype(), at), at);
}

Tensor masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source, At at) {
  check_defined("masked_scatter", "self", self, at);
  check_defined("masked_scatter", "mask", mask, at);
  check_defined("masked_scatter", "source", source, at);
  check_dtype("masked_scatter", "mask", mask, kBool, at);
  const Tensor chosen = spread("masked_scatter", "mask", mask, self.sizes(), at);
  const Tensor values = to(source, self.dtype(), at);
  // The n-th place takes the n-th element; where nothing is taken any place will do, and of no
  // elements the only one that is put in.
  const bool is_empty = values.numel() == 0;
  const Tensor elements = is_empty ? full({1}, 0, self.dtype(), at) : flat(values, at);
  const Tensor count = cumsum(flat(chosen, at), 0, std::nullopt, at);
  const Tensor place = count.sub(is_empty ? 0 : 1, 1, at);
  const Tensor places = arithmetic::where(flat(chosen, at), place, int64_t{0}, at);
  const Tensor taken = gather(elements, 0, places, at).view(self.sizes(), at);
  return arithmetic::where(chosen, taken, self, at);
}

Tensor index(const Tensor& self, TensorList indices, At at) {
  const AdvancedIndex advanced("index", self, indices, at);
  return gather(advanced.folded(self), 1, advanced.places(), at).view(advanced.shape(), at);
}

Tensor index_put(const Tensor& self, TensorList indices, const Tensor& values, bool accumulate,
                 At at) {
  const AdvancedIndex advanced("index_put", self, indices, at);
  check_defined("index_put", "values", values, at);
  const Tensor places = advanced.places();
  const Tensor src =
      spread("index_put", "values", to(values, self.dtype(), at), advanced.shape(), at)
          .reshape(places.sizes(), at);
  const Tensor folded = advanced.folded(self);
  return advanced.unfolded(accumulate ? scatter_add(folded, 1, places, src, at)
                                      : scatter(folded, 1, places, src, at));
}

// Gradients.

Tensor return_scattered(const Tensor& grad, const Tensor& index, const GradientCall& call) {
  const At at = call.at;
  const int64_t dim = call.attributes[0];
  const Tensor taken = gather(grad, dim, index, at);
  // Of several elements for one place the last is there.
  const Shape& shape = index.sizes();
  const Tensor order = internal::index_along(index, dim, at).expand(shape, at);
  const Tensor last =
      scatter(full(call.shapes[0], 0, kInt64, at), dim, index, order, at).gather(dim, index, at);
  return arithmetic::where(last.eq(order, at), taken, 0, at);
}

namespace {

// Of a fold over elements of self and src, by the one or the other: `at_self` and `at_src` give for
// places of the result, and for elements of src, what belongs to them.
Tensor share_of_scattered(const Tensor& grad, const Tensor& self, const Tensor& index,
                          const Tensor& src, const Tensor& result, bool of_src,
                          const GradientCall& call) {
  using namespace arithmetic;
  const At at = call.at;
  const int64_t dim = call.attributes[0];
  const DType dtype = call.dtypes[0];
  const auto spread = [&](const Tensor& each) { return gather(each, dim, index, at); };
  const auto total = [&](const Tensor& of_self, const Tensor& of_sources) {
    return scatter_add(to(of_self, dtype, at), dim, index, to(of_sources, dtype, at), at);
  };
  if (static_cast<ScatterFold>(call.attributes[1]) != ScatterFold::product) {
    const Tensor in_self = eq(self, result, at);
    const Tensor in_src = eq(src, spread(result), at);
    const Tensor part = div(grad, total(in_self, in_src), at);
    return of_src ? where(in_src, spread(part), 0, at) : where(in_self, part, 0, at);
  }
  // As product_of_others, by place.
  const Tensor zero_self = eq(self, 0, at);
  const Tensor zero_src = eq(src, 0, at);
  const Tensor factor_self = where(zero_self, 1, self, at);
  const Tensor factor_src = where(zero_src, 1, src, at);
  const Tensor whole = internal::scatter_fold(factor_self, dim, index, factor_src,
                                              static_cast<int64_t>(ScatterFold::product), at);
  const Tensor count = total(zero_self, zero_src);
  const Tensor zeros = total(where(zero_self, self, 0, at), where(zero_src, src, 0, at));
  const auto others = [&](const Tensor& x, const Tensor& is_zero, const Tensor& factor,
                          const Tensor& p, const Tensor& n, const Tensor& z) {
    const Tensor quotient = div(p, factor, at);
    const Tensor beside_zeros =
        where(eq(n, 1, at), p, where(eq(n, 2, at), mul(p, sub(z, x, at), at), 0, at), at);
    const Tensor elsewhere =
        where(eq(n, 0, at), quotient, where(eq(n, 1, at), mul(quotient, z, at), 0, at), at);
    return where(is_zero, beside_zeros, elsewhere, at);
  };
  if (!of_src) return mul(grad, others(self, zero_self, factor_self, whole, count, zeros), at);
  return mul(spread(grad),
             others(src, zero_src, factor_src, spread(whole), spread(count), spread(zeros)), at);
}

}  // namespace

Tensor return_folded(const Tensor& grad, const Tensor& self, const Tensor& index, const Tensor& src,
                     const Tensor& result, const GradientCall& call) {
  return share_of_scattered(grad, self, index, src, result, false, call);
}

Tensor return_folded_source(const Tensor& grad, const Tensor& self, const Tensor& index,
                            const Tensor& src, const Tensor& result, const GradientCall& call) {
  return share_of_scattered(grad, self, index, src, result, true, call);
}

}  // namespace lazuli
