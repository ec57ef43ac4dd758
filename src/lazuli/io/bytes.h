// Between the bytes of files and the elements of tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lazuli/functions/tensor.h"

namespace lazuli::io {

// How the formats name a dtype.
struct StoredType {
  DType dtype;
  std::string_view safetensors;  // "F32"
  std::string_view numpy;        // "f4": kind and bytes, without the byte order; bf16 has none
};
std::span<const StoredType> stored_types();
const StoredType& stored_type(DType dtype);
// "BOOL, U8, ...": what the format has for Lazuli's dtypes.
std::string known_names(std::string_view StoredType::*format);

// Bytes of a shape's elements; none where an extent is below 0, there are more than kMaxRank, or
// the bytes are more than 2^63.
std::optional<int64_t> bytes_of(std::span<const int64_t> extents, DType dtype);

// The place of the first byte that is no bool; none where all are 0 or 1.
std::optional<size_t> find_wrong_bool(std::span<const std::byte> bytes);

// A tensor of these elements, row-major, in this machine's byte order. Without a copy, keeping
// `owner` alive, where they are aligned.
Tensor make_tensor(std::span<std::byte> elements, DType dtype, const Shape& shape,
                   std::shared_ptr<void> owner, At at);

// The evaluated elements of a tensor, row-major: its own memory, or a copy where it has gaps.
class Elements {
 public:
  Elements(const Tensor& tensor, At at);
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  Tensor tensor_;  // whose memory it is
  std::vector<std::byte> copy_;
  std::span<const std::byte> bytes_;
};

}  // namespace lazuli::io
