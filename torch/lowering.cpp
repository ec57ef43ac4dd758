#include "torch/lowering.h"

#include <c10/util/Exception.h>

namespace lazuli::torch {

DType dtype_of(at::ScalarType type) {
  switch (type) {
    case at::kBool:
      return DType::boolean;
    case at::kByte:
      return DType::u8;
    case at::kChar:
      return DType::i8;
    case at::kShort:
      return DType::i16;
    case at::kInt:
      return DType::i32;
    case at::kLong:
      return DType::i64;
    case at::kHalf:
      return DType::f16;
    case at::kBFloat16:
      return DType::bf16;
    case at::kFloat:
      return DType::f32;
    case at::kDouble:
      return DType::f64;
    default:
      TORCH_CHECK_NOT_IMPLEMENTED(false,
                                  "lazuli: need one of Bool, Byte, Char, Short, Int, Long, Half, "
                                  "BFloat16, Float, Double; got ",
                                  type);
  }
}

at::ScalarType scalar_type_of(DType dtype) {
  constexpr at::ScalarType kTypes[] = {at::kBool,  at::kByte,  at::kChar, at::kShort,
                                       at::kInt,   at::kLong,  at::kHalf, at::kBFloat16,
                                       at::kFloat, at::kDouble};
  return kTypes[static_cast<int>(dtype)];
}

lazuli::Scalar number_of(const at::Scalar& number) {
  if (number.isBoolean()) return number.toBool();
  if (number.isIntegral(/*includeBool=*/false)) {
    return number.type() == at::kUInt64 ? lazuli::Scalar(number.toUInt64())
                                        : lazuli::Scalar(number.toLong());
  }
  TORCH_CHECK_NOT_IMPLEMENTED(number.isFloatingPoint(), "lazuli: need a real number; got one of ",
                              number.type());
  return number.toDouble();
}

std::vector<Tensor> tensors_of(const std::vector<std::optional<Tensor>>& tensors) {
  std::vector<Tensor> all;
  all.reserve(tensors.size());
  for (const std::optional<Tensor>& tensor : tensors) all.push_back(tensor_of(tensor));
  return all;
}

Dims last_dims(int64_t count) {
  Dims dims;
  for (int64_t dim = -count; dim < 0; ++dim) dims.push_back(dim);
  return dims;
}

void need_default(std::string_view op, std::string_view argument, std::string_view default_text,
                  bool is_default) {
  TORCH_CHECK_NOT_IMPLEMENTED(is_default, op, ": Lazuli has no argument '", argument,
                              "': need its default, ", default_text);
}

}  // namespace lazuli::torch
