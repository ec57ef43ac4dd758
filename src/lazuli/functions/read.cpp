// Reads: from a tensor to elements that the program can see.
#include <cstring>
#include <memory>

#include "lazuli/core/element_types.h"
#include "lazuli/exec/executor.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/record.h"
#include "lazuli/functions/strided_copy.h"
#include "lazuli/functions/tensor.h"
#include "lazuli/tensor/variable.h"

namespace lazuli {
namespace {

// The current value, evaluated.
trace::Value& evaluated(const char* name, const Tensor& tensor, At at) {
  LZ_CHECK_AT(tensor.defined(), ValueError, at, "{}: self is undefined", name);
  tensor::Variable& variable = tensor.variable();
  if (variable.is_stale()) refresh(variable, at);
  trace::Value& value = *variable.value();
  exec::read(value);
  return value;
}

}  // namespace

void Tensor::copy_to(void* target, At at) const {
  const trace::Value& value = evaluated("copy_to", *this, at);
  copy_strided(target, lazuli::contiguous(value.type().shape), value.buffer()->data(),
               value.layout(), size_of(value.type().dtype));
}

Scalar Tensor::item(At at) const {
  LZ_CHECK_AT(!defined() || numel() == 1, ValueError, at, "item: need one element; got {}",
              lazuli::to_string(variable_->type()));
  const trace::Value& value = evaluated("item", *this, at);
  const int64_t size = size_of(value.type().dtype);
  uint64_t bits = 0;
  std::memcpy(&bits, value.buffer()->data() + value.layout().offset * size,
              static_cast<size_t>(size));
  return Scalar::from_bits(value.type().dtype, bits);
}

template <typename T>
std::vector<T> Tensor::to_vector(At at) const {
  constexpr DType kDType = dtype_of_elements<T>();
  LZ_CHECK_AT(!defined() || dtype() == kDType, TypeError, at,
              "to_vector: need a tensor of {}; got {}", name_of(kDType), name_of(dtype()));
  if constexpr (std::is_same_v<T, bool>) {
    const auto count = static_cast<size_t>(numel());
    std::unique_ptr<bool[]> elements(new bool[count]);
    copy_to(elements.get(), at);
    return std::vector<bool>(elements.get(), elements.get() + count);
  } else {
    std::vector<T> elements(static_cast<size_t>(numel()));
    copy_to(elements.data(), at);
    return elements;
  }
}
template std::vector<bool> Tensor::to_vector(At at) const;
template std::vector<uint8_t> Tensor::to_vector(At at) const;
template std::vector<int8_t> Tensor::to_vector(At at) const;
template std::vector<int16_t> Tensor::to_vector(At at) const;
template std::vector<int32_t> Tensor::to_vector(At at) const;
template std::vector<int64_t> Tensor::to_vector(At at) const;
template std::vector<float16> Tensor::to_vector(At at) const;
template std::vector<bfloat16> Tensor::to_vector(At at) const;
template std::vector<float> Tensor::to_vector(At at) const;
template std::vector<double> Tensor::to_vector(At at) const;

const void* Tensor::data_ptr(At at) const {
  trace::Value* value = &evaluated("data_ptr", *this, at);
  Layout layout = value->layout();
  if (!lazuli::is_contiguous(layout)) {
    LZ_CHECK_AT(!variable_->is_pinned(), ValueError, at,
                "data_ptr: need borrowed memory without gaps; got {}", lazuli::to_string(layout));
    const int64_t size = size_of(dtype());
    Ref<runtime::Buffer> buffer = runtime::Buffer::allocated(numel() * size);
    copy_strided(buffer->data(), lazuli::contiguous(sizes()), value->buffer()->data(), layout,
                 size);
    Ref<trace::Value> copy =
        trace::Value::of_buffer(value->type(), lazuli::contiguous(sizes()), std::move(buffer));
    value = copy.get();
    layout = value->layout();
    // The same contents, lying otherwise: no write.
    variable_->refresh(std::move(copy));
  }
  return value->buffer()->data() + layout.offset * size_of(dtype());
}

}  // namespace lazuli
