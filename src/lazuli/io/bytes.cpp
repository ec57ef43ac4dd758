#include "lazuli/io/bytes.h"

#include <algorithm>

#include "lazuli/functions/creation.h"

namespace lazuli::io {

std::span<const StoredType> stored_types() {
  static constexpr StoredType kTypes[] = {
      {DType::boolean, "BOOL", "b1"}, {DType::u8, "U8", "u1"},   {DType::i8, "I8", "i1"},
      {DType::i16, "I16", "i2"},      {DType::i32, "I32", "i4"}, {DType::i64, "I64", "i8"},
      {DType::f16, "F16", "f2"},      {DType::bf16, "BF16", ""}, {DType::f32, "F32", "f4"},
      {DType::f64, "F64", "f8"}};
  static_assert(std::size(kTypes) == kDTypeCount);
  return kTypes;
}

const StoredType& stored_type(DType dtype) {
  const std::span<const StoredType> types = stored_types();
  return *std::find_if(types.begin(), types.end(),
                       [&](const StoredType& type) { return type.dtype == dtype; });
}

std::string known_names(std::string_view StoredType::*format) {
  std::string names;
  for (const StoredType& type : stored_types()) {
    if ((type.*format).empty()) continue;
    names += (names.empty() ? "" : ", ") + std::string(type.*format);
  }
  return names;
}

std::optional<int64_t> bytes_of(std::span<const int64_t> extents, DType dtype) {
  if (extents.size() > static_cast<size_t>(kMaxRank)) return std::nullopt;
  int64_t bytes = size_of(dtype);
  bool is_empty = false;
  for (const int64_t extent : extents) {
    if (extent < 0) return std::nullopt;
    is_empty |= extent == 0;
    if (extent != 0 && __builtin_mul_overflow(bytes, extent, &bytes)) return std::nullopt;
  }
  return is_empty ? 0 : bytes;
}

std::optional<size_t> find_wrong_bool(std::span<const std::byte> bytes) {
  const auto wrong =
      std::find_if(bytes.begin(), bytes.end(), [](std::byte byte) { return byte > std::byte{1}; });
  if (wrong == bytes.end()) return std::nullopt;
  return static_cast<size_t>(wrong - bytes.begin());
}

Tensor make_tensor(std::span<std::byte> elements, DType dtype, const Shape& shape,
                   std::shared_ptr<void> owner, At at) {
  const auto address = reinterpret_cast<uintptr_t>(elements.data());
  const bool is_aligned = address % static_cast<uintptr_t>(size_of(dtype)) == 0;
  if (elements.empty() || !is_aligned || owner == nullptr) {
    return from_data(elements.data(), dtype, shape, at);
  }
  return adopt_blob(
      elements.data(), shape, dtype, [owner = std::move(owner)] {}, at);
}

Elements::Elements(const Tensor& tensor, At at) : tensor_(tensor) {
  const auto size = static_cast<size_t>(tensor.numel() * size_of(tensor.dtype()));
  if (tensor.is_contiguous()) {
    bytes_ = {static_cast<const std::byte*>(tensor.data_ptr(at)), size};
  } else {
    copy_.resize(size);
    tensor.copy_to(copy_.data(), at);
    bytes_ = copy_;
  }
}

}  // namespace lazuli::io
