#include "lazuli/functions/creation.h"

#include <cmath>
#include <cstring>

#include "lazuli/exec/executor.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"
#include "lazuli/tensor/variable.h"

namespace lazuli {

using op::OpKind;

namespace {

void check_aligned(const char* op, const void* data, DType dtype, At at) {
  const auto address = reinterpret_cast<uintptr_t>(data);
  LZ_CHECK_AT(address % static_cast<uintptr_t>(size_of(dtype)) == 0, ValueError, at,
              "{}: need an address aligned to {} bytes", op, size_of(dtype));
}

Tensor fill(const char* op, Scalar value, DType dtype, const Shape& sizes, At at) {
  check_sizes(op, sizes, at);
  return internal::fill(value, sizes, dtype, at);
}

Tensor record_arange(Scalar start, Scalar step, int64_t length, DType dtype, At at) {
  Record record(OpKind::arange, at);
  record.number(start, dtype);
  record.number(step, dtype);
  record.size(length);
  return record.run();
}

Tensor of_buffer(DType dtype, const Layout& layout, Ref<runtime::Buffer> buffer) {
  const TensorType type{dtype, layout.shape};
  return Tensor(tensor::Variable::make(trace::Value::of_buffer(type, layout, std::move(buffer))));
}

}  // namespace

Tensor full(const Shape& size, Scalar fill_value, std::optional<DType> dtype, At at) {
  return fill("full", fill_value, dtype.value_or(fill_value.category()), size, at);
}
Tensor zeros(const Shape& size, std::optional<DType> dtype, At at) {
  return fill("zeros", 0, dtype.value_or(kFloat32), size, at);
}
Tensor ones(const Shape& size, std::optional<DType> dtype, At at) {
  return fill("ones", 1, dtype.value_or(kFloat32), size, at);
}
Tensor empty(const Shape& size, std::optional<DType> dtype, At at) {
  return fill("empty", 0, dtype.value_or(kFloat32), size, at);
}

Tensor full_like(const Tensor& self, Scalar fill_value, std::optional<DType> dtype, At at) {
  check_defined("full_like", "self", self, at);
  return internal::fill(fill_value, self.sizes(), dtype.value_or(self.dtype()), at);
}
Tensor zeros_like(const Tensor& self, std::optional<DType> dtype, At at) {
  check_defined("zeros_like", "self", self, at);
  return full_like(self, false, dtype, at);
}
Tensor ones_like(const Tensor& self, std::optional<DType> dtype, At at) {
  check_defined("ones_like", "self", self, at);
  return full_like(self, true, dtype, at);
}
Tensor empty_like(const Tensor& self, std::optional<DType> dtype, At at) {
  check_defined("empty_like", "self", self, at);
  return full_like(self, false, dtype, at);
}

Tensor eye(int64_t n, std::optional<DType> dtype, At at) { return eye(n, n, dtype, at); }
Tensor eye(int64_t n, int64_t m, std::optional<DType> dtype, At at) {
  check_sizes("eye", {n, m}, at);
  const Tensor rows = view(arange(n, kInt64, at), {n, 1}, at);
  return to(eq(rows, arange(m, kInt64, at), at), dtype.value_or(kFloat32), at);
}

Tensor arange(Scalar end, std::optional<DType> dtype, At at) {
  return arange(0, end, 1, dtype, at);
}
Tensor arange(Scalar start, Scalar end, std::optional<DType> dtype, At at) {
  return arange(start, end, 1, dtype, at);
}
Tensor arange(Scalar start, Scalar end, Scalar step, std::optional<DType> dtype, At at) {
  const DType natural = promote(promote(start.category(), end.category()), step.category());
  const DType result = dtype.value_or(natural == kFloat32 ? kFloat32 : kInt64);
  LZ_CHECK_AT(result != kBool, TypeError, at, "arange: need float or int; got bool");
  const double distance = end.to_double() - start.to_double();
  LZ_CHECK_AT(step.to_double() != 0 && distance / step.to_double() >= 0, ValueError, at,
              "arange: need a step, not 0, that leads from start to end; got {}, {} and {}",
              to_string(start), to_string(end), to_string(step));
  int64_t length;
  if (natural == kFloat32) {
    length = static_cast<int64_t>(std::ceil(distance / step.to_double()));
  } else {
    const int64_t last = end.to_int64() - start.to_int64();
    length = last / step.to_int64() + (last % step.to_int64() != 0);
  }
  return record_arange(start, step, length, result, at);
}

namespace {

// Counted from both ends, so that both are exact and the middle is symmetric, as in PyTorch.
Tensor evenly_spaced(const char* op, Scalar start, Scalar end, int64_t steps, DType dtype, At at) {
  LZ_CHECK_AT(steps >= 0, ValueError, at, "{}: need steps of at least 0; got {}", op, steps);
  const double first = start.to_double();
  const double last = end.to_double();
  const double step = steps > 1 ? (last - first) / static_cast<double>(steps - 1) : 0;
  const Tensor up = record_arange(first, step, steps, dtype, at);
  const Tensor back = record_arange(steps - 1, -1, steps, dtype, at);
  const Tensor down = add(mul(back, -step, at), steps > 1 ? last : first, 1, at);
  const Tensor is_near = lt(record_arange(0, 1, steps, kInt64, at), steps / 2, at);
  return where(is_near, up, down, at);
}

// What fractions of a dtype are worked out in before they are rounded.
DType working_dtype(DType dtype) { return is_floating(dtype) ? to_wide(dtype) : kFloat64; }

}  // namespace

Tensor linspace(Scalar start, Scalar end, int64_t steps, std::optional<DType> dtype, At at) {
  const DType result = dtype.value_or(kFloat32);
  LZ_CHECK_AT(result != kBool, TypeError, at, "linspace: need float or int; got bool");
  return to(evenly_spaced("linspace", start, end, steps, working_dtype(result), at), result, at);
}

Tensor logspace(Scalar start, Scalar end, int64_t steps, double base, std::optional<DType> dtype,
                At at) {
  const DType result = dtype.value_or(kFloat32);
  LZ_CHECK_AT(is_floating(result), TypeError, at, "logspace: need float; got {}", name_of(result));
  const Tensor exponents = evenly_spaced("logspace", start, end, steps, working_dtype(result), at);
  return to(pow(base, exponents, at), result, at);
}

Tensor from_data(const void* data, DType dtype, const Shape& sizes, At at) {
  check_sizes("from_data", sizes, at);
  const int64_t bytes = sizes.product() * size_of(dtype);
  Ref<runtime::Buffer> buffer = runtime::Buffer::allocated(bytes);
  if (bytes > 0) std::memcpy(buffer->data(), data, static_cast<size_t>(bytes));
  return of_buffer(dtype, contiguous(sizes), std::move(buffer));
}

Tensor from_blob(void* data, const Shape& sizes, DType dtype, const std::optional<Dims>& strides,
                 std::function<void()> on_release, At at) {
  check_sizes("from_blob", sizes, at);
  LZ_CHECK_AT(!strides || strides->rank() == sizes.rank(), ValueError, at,
              "from_blob: need a stride for each dimension of {}; got {}", to_string(sizes),
              to_string(*strides));
  check_aligned("from_blob", data, dtype, at);
  Layout layout = contiguous(sizes);
  if (strides) layout.strides = *strides;
  const auto [low, high] = touched_range(layout);
  LZ_CHECK_AT(low >= 0, ValueError, at, "from_blob: need strides of at least 0; got {}",
              to_string(layout.strides));
  Tensor result = of_buffer(
      dtype, layout, runtime::Buffer::borrowed(data, high * size_of(dtype), std::move(on_release)));
  result.variable().pin();
  return result;
}

Tensor adopt_blob(void* data, const Shape& sizes, DType dtype, std::function<void()> on_release,
                  At at) {
  check_sizes("adopt_blob", sizes, at);
  check_aligned("adopt_blob", data, dtype, at);
  const int64_t bytes = sizes.product() * size_of(dtype);
  return of_buffer(dtype, contiguous(sizes),
                   runtime::Buffer::borrowed(data, bytes, std::move(on_release)));
}

namespace {

void check_count(size_t count, const Shape& sizes, At at) {
  check_sizes("from_vector", sizes, at);
  LZ_CHECK_AT(static_cast<int64_t>(count) == sizes.product(), ValueError, at,
              "from_vector: need {} elements for {}; got {}", sizes.product(), to_string(sizes),
              count);
}

}  // namespace

Tensor detail::from_numbers(const Scalar* values, size_t count, DType dtype, const Shape& sizes,
                            At at) {
  check_count(count, sizes, at);
  const auto size = static_cast<size_t>(size_of(dtype));
  Ref<runtime::Buffer> buffer = runtime::Buffer::allocated(static_cast<int64_t>(count * size));
  for (size_t i = 0; i < count; ++i) {
    const uint64_t bits = values[i].bits_as(dtype);
    std::memcpy(buffer->data() + i * size, &bits, size);
  }
  return of_buffer(dtype, contiguous(sizes), std::move(buffer));
}

Tensor detail::from_elements(const void* values, size_t count, DType dtype, const Shape& sizes,
                             At at) {
  check_count(count, sizes, at);
  return from_data(values, dtype, sizes, at);
}

Tensor scalar_tensor(Scalar value, At at) {
  return detail::from_numbers(&value, 1, value.category(), {}, at);
}

}  // namespace lazuli
