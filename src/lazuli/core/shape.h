// Extents and tensor types: values without behaviour. A shape has at most kMaxRank dimensions.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include "lazuli/core/dtype.h"

namespace lazuli {

inline constexpr int kMaxRank = 8;

// A short list of int64: the extents of a tensor, or its strides, in elements.
class Dims {
 public:
  Dims() = default;
  Dims(std::initializer_list<int64_t> values);  // throws ValueError over kMaxRank values
  explicit Dims(std::span<const int64_t> values);
  static Dims filled(int rank, int64_t value);

  int rank() const { return rank_; }
  int64_t operator[](int i) const { return values_[i]; }
  int64_t& operator[](int i) { return values_[i]; }
  const int64_t* begin() const { return values_.data(); }
  const int64_t* end() const { return values_.data() + rank_; }
  std::span<const int64_t> span() const { return {values_.data(), static_cast<size_t>(rank_)}; }
  int64_t back() const { return values_[rank_ - 1]; }
  void push_back(int64_t value);  // throws ValueError at kMaxRank
  void insert(int at, int64_t value);
  void erase(int at);
  // The product of all; 1 for rank 0.
  int64_t product() const;
  friend bool operator==(const Dims& a, const Dims& b) {
    if (a.rank_ != b.rank_) return false;
    for (int i = 0; i < a.rank_; ++i) {
      if (a.values_[i] != b.values_[i]) return false;
    }
    return true;
  }

 private:
  std::array<int64_t, kMaxRank> values_{};
  int rank_ = 0;
};

using Shape = Dims;

// "[2, 3]"
std::string to_string(const Dims& dims);

// What a tensor is apart from its values.
struct TensorType {
  DType dtype = DType::f32;
  Shape shape;
  int64_t numel() const { return shape.product(); }
  friend bool operator==(const TensorType& a, const TensorType& b) {
    return a.dtype == b.dtype && a.shape == b.shape;
  }
};

// "f32[2, 3]"
std::string to_string(const TensorType& type);

// The shape that two meet in (NumPy's rule). Throws ValueError: "<op>: shapes [2, 3] and [4] do
// not broadcast: dimension 1 is 3 and 4".
Shape broadcast(std::string_view op, const Shape& a, const Shape& b);
// `dim` counted from the front. Throws IndexError when it is not in [-rank, rank); rank 0 takes
// -1 and 0 like a vector, as PyTorch does.
int wrap_dim(std::string_view op, int64_t dim, int rank);

}  // namespace lazuli
