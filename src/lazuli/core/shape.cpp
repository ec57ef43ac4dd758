#include "lazuli/core/shape.h"

#include <algorithm>

#include "lazuli/base/check.h"

namespace lazuli {

Dims::Dims(std::initializer_list<int64_t> values)
    : Dims(std::span<const int64_t>(values.begin(), values.size())) {}

Dims::Dims(std::span<const int64_t> values) {
  LZ_CHECK(values.size() <= kMaxRank, ValueError, "need at most {} dimensions; got {}", kMaxRank,
           values.size());
  std::copy(values.begin(), values.end(), values_.begin());
  rank_ = static_cast<int>(values.size());
}

Dims Dims::filled(int rank, int64_t value) {
  LZ_CHECK(rank <= kMaxRank, ValueError, "need at most {} dimensions; got {}", kMaxRank, rank);
  Dims dims;
  dims.rank_ = rank;
  for (int i = 0; i < rank; ++i) dims.values_[i] = value;
  return dims;
}

void Dims::push_back(int64_t value) { insert(rank_, value); }

void Dims::insert(int at, int64_t value) {
  LZ_CHECK(rank_ < kMaxRank, ValueError, "need at most {} dimensions; got {}", kMaxRank, rank_ + 1);
  for (int i = rank_; i > at; --i) values_[i] = values_[i - 1];
  values_[at] = value;
  ++rank_;
}

void Dims::erase(int at) {
  for (int i = at; i + 1 < rank_; ++i) values_[i] = values_[i + 1];
  --rank_;
}

int64_t Dims::product() const {
  int64_t result = 1;
  for (int64_t value : *this) result *= value;
  return result;
}

std::string to_string(const Dims& dims) {
  std::string text = "[";
  for (int i = 0; i < dims.rank(); ++i) text += format("{}{}", i ? ", " : "", dims[i]);
  return text + "]";
}

std::string to_string(const TensorType& type) {
  return std::string(name_of(type.dtype)) + to_string(type.shape);
}

Shape broadcast(std::string_view op, const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  Shape result = Shape::filled(rank, 1);
  for (int i = 0; i < rank; ++i) {
    const int in_a = i - (rank - a.rank());
    const int in_b = i - (rank - b.rank());
    const int64_t from_a = in_a >= 0 ? a[in_a] : 1;
    const int64_t from_b = in_b >= 0 ? b[in_b] : 1;
    LZ_CHECK(from_a == from_b || from_a == 1 || from_b == 1, ValueError,
             "{}: shapes {} and {} do not broadcast: dimension {} is {} and {}", op, to_string(a),
             to_string(b), i, from_a, from_b);
    result[i] = from_a == 1 ? from_b : from_a;
  }
  return result;
}

int wrap_dim(std::string_view op, int64_t dim, int rank) {
  const int64_t range = std::max(rank, 1);
  LZ_CHECK(dim >= -range && dim < range, IndexError, "{}: need a dimension from {} to {}; got {}",
           op, -range, range - 1, dim);
  return static_cast<int>(dim < 0 ? dim + range : dim);
}

}  // namespace lazuli
