#include "lazuli/io/npy_header.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "lazuli/core/layout.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/strided_copy.h"
#include "lazuli/io/bytes.h"

namespace lazuli::io {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kAlignment = 64;  // of the elements, from format version 1 on

struct Header {
  std::string descr;
  bool is_fortran_order = false;
  std::vector<int64_t> shape;
};

// Reads the dictionary, as far as NumPy writes one.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<Header> read() {
    Header header;
    bool has_descr = false, has_order = false, has_shape = false;
    if (!take('{')) return std::nullopt;
    while (!take('}')) {
      const std::optional<std::string> key = string();
      if (!key || !take(':')) return std::nullopt;
      bool* const is_there = *key == "descr"           ? &has_descr
                             : *key == "fortran_order" ? &has_order
                             : *key == "shape"         ? &has_shape
                                                       : nullptr;
      if (is_there == nullptr || *is_there) return std::nullopt;
      *is_there = true;
      if (is_there == &has_descr && !descr(header.descr)) return std::nullopt;
      if (is_there == &has_order && !flag(header.is_fortran_order)) return std::nullopt;
      if (is_there == &has_shape && !tuple(header.shape)) return std::nullopt;
      if (!take(',') && !is_at('}')) return std::nullopt;
    }
    skip();
    if (at_ != text_.size() || !has_descr || !has_order || !has_shape) return std::nullopt;
    return header;
  }

 private:
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool is_at(char c) {
    skip();
    return at_ < text_.size() && text_[at_] == c;
  }
  bool take(char c) {
    if (!is_at(c)) return false;
    ++at_;
    return true;
  }
  std::optional<std::string> string() {
    const char quote = is_at('"') ? '"' : '\'';
    if (!take(quote)) return std::nullopt;
    const size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) return std::nullopt;
    std::string value(text_.substr(at_, end - at_));
    at_ = end + 1;
    return value;
  }
  // A structured dtype is a list; told by its first characters.
  bool descr(std::string& value) {
    const std::optional<std::string> text = string();
    if (!text && !is_at('[')) return false;
    value = text.value_or("a structured dtype");
    if (!text) at_ = std::min(text_.find(']', at_), text_.size() - 1) + 1;
    return true;
  }
  bool flag(bool& value) {
    skip();
    const std::string_view rest = text_.substr(at_);
    value = rest.starts_with("True");
    if (!value && !rest.starts_with("False")) return false;
    at_ += value ? 4 : 5;
    return true;
  }
  bool tuple(std::vector<int64_t>& values) {
    if (!take('(')) return false;
    while (!take(')')) {
      skip();
      int64_t value = 0;
      const char* const begin = text_.data() + at_;
      const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
      if (error != std::errc() || value < 0) return false;
      at_ += static_cast<size_t>(end - begin);
      values.push_back(value);
      if (!take(',') && !is_at(')')) return false;
    }
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

uint32_t little_endian(std::span<const std::byte> bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    value |= std::to_integer<uint32_t>(bytes[i]) << (8 * i);
  }
  return value;
}

// Each element's bytes in the other order.
std::vector<std::byte> swapped(std::span<const std::byte> elements, int64_t size) {
  std::vector<std::byte> result(elements.begin(), elements.end());
  for (auto at = result.begin(); at != result.end(); at += size) std::reverse(at, at + size);
  return result;
}

// A row-major tensor of elements that lie in the order of Fortran.
Tensor from_columns(std::span<const std::byte> elements, DType dtype, const Shape& shape, At at) {
  Layout layout = contiguous(shape);
  int64_t stride = 1;
  for (int dim = 0; dim < shape.rank(); ++dim) {
    layout.strides[dim] = stride;
    stride *= shape[dim];
  }
  std::vector<std::byte> rows(elements.size());
  copy_strided(rows.data(), contiguous(shape), elements.data(), layout, size_of(dtype));
  return from_data(rows.data(), dtype, shape, at);
}

}  // namespace

Tensor parse_npy(const std::string& what, std::span<std::byte> bytes, std::shared_ptr<void> owner,
                 At at) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  LZ_CHECK_AT(text.starts_with(kMagic) && bytes.size() >= kMagic.size() + 4, ValueError, at,
              "{}: need a .npy file; got other bytes", what);
  const auto version = std::to_integer<int>(bytes[kMagic.size()]);
  LZ_CHECK_AT(version >= 1 && version <= 3, ValueError, at,
              "{}: need .npy format version 1, 2 or 3; got {}", what, version);
  const size_t length_bytes = version == 1 ? 2 : 4;
  const size_t begin = kMagic.size() + 2 + length_bytes;
  const bool has_length = bytes.size() >= begin;
  const size_t length =
      has_length ? little_endian(bytes.subspan(kMagic.size() + 2, length_bytes)) : 0;
  LZ_CHECK_AT(has_length && length <= bytes.size() - begin, ValueError, at,
              "{}: need a whole header; got a file of {} bytes", what, bytes.size());
  const std::optional<Header> header = Reader(text.substr(begin, length)).read();
  LZ_CHECK_AT(header.has_value(), ValueError, at,
              "{}: need a header of descr, fortran_order and shape; got {}", what,
              text.substr(begin, std::min<size_t>(length, 80)));

  const bool has_order = !header->descr.empty() && std::strchr("<>=|", header->descr[0]) != nullptr;
  const char order = has_order ? header->descr[0] : '=';
  const std::string name = header->descr.substr(has_order ? 1 : 0);
  const std::span<const StoredType> types = stored_types();
  const auto type = std::find_if(types.begin(), types.end(), [&](const StoredType& t) {
    return !name.empty() && t.numpy == name;
  });
  LZ_CHECK_AT(type != types.end(), ValueError, at, "{}: need a dtype of {}; got {}", what,
              known_names(&StoredType::numpy), header->descr);
  const int64_t size = size_of(type->dtype);
  const auto expected = bytes_of(header->shape, type->dtype);
  LZ_CHECK_AT(expected.has_value(), ValueError, at, "{}: need at most {} extents and 2^63 bytes",
              what, kMaxRank);
  const Shape shape{std::span<const int64_t>(header->shape)};
  std::span<std::byte> elements = bytes.subspan(begin + length);
  LZ_CHECK_AT(static_cast<int64_t>(elements.size()) == *expected, ValueError, at,
              "{}: need {} bytes for {}{}; got {}", what, *expected, name, to_string(shape),
              elements.size());
  if (type->dtype == kBool) {
    const auto wrong = find_wrong_bool(elements);
    LZ_CHECK_AT(!wrong, ValueError, at, "{}: need bools of 0 and 1; got {} as element {}", what,
                std::to_integer<int>(elements[wrong.value_or(0)]), wrong.value_or(0));
  }
  std::vector<std::byte> turned;
  constexpr char kOther = std::endian::native == std::endian::little ? '>' : '<';
  if (order == kOther && size > 1) {
    turned = swapped(elements, size);
    elements = turned;
    owner = nullptr;
  }
  if (header->is_fortran_order && shape.rank() > 1) {
    return from_columns(elements, type->dtype, shape, at);
  }
  return make_tensor(elements, type->dtype, shape, std::move(owner), at);
}

std::string npy_header(const std::string& what, DType dtype, const Shape& shape, At at) {
  const std::string_view name = stored_type(dtype).numpy;
  LZ_CHECK_AT(!name.empty(), ValueError, at, "{}: need a dtype of {}; got {}", what,
              known_names(&StoredType::numpy), name_of(dtype));
  const char order = size_of(dtype) == 1                          ? '|'
                     : std::endian::native == std::endian::little ? '<'
                                                                  : '>';
  std::string extents;
  for (const int64_t extent : shape) extents += format("{}, ", extent);
  if (shape.rank() > 1) extents.resize(extents.size() - 2);
  if (shape.rank() == 1) extents.resize(extents.size() - 1);
  std::string dictionary =
      format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}), }}", order, name, extents);
  const size_t before = kMagic.size() + 4;  // at most 8 extents: version 1 is enough
  const size_t total = (before + dictionary.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  dictionary.append(total - before - dictionary.size() - 1, ' ');
  dictionary += '\n';
  std::string header(kMagic);
  header += '\x01';
  header += '\x00';
  header += static_cast<char>(dictionary.size() & 0xff);
  header += static_cast<char>(dictionary.size() >> 8);
  return header + dictionary;
}

}  // namespace lazuli::io
