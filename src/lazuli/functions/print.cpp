// Tensors as text, in PyTorch's manner:
//   tensor([[1.0000, 2.5000],
//           [3.0000, 4.0000]], f32[2, 2])
#include <algorithm>
#include <cmath>
#include <cstring>
#include <ostream>
#include <vector>

#include "lazuli/base/format.h"
#include "lazuli/functions/tensor.h"
#include "lazuli/tensor/variable.h"

namespace lazuli {
namespace {

constexpr int64_t kSummaryElements = 1000;  // above, only the edges are shown
constexpr int64_t kEdge = 3;
constexpr size_t kWidth = 80;

// How all elements of one tensor are written: as integers with a point, with four digits, or with
// an exponent; right-aligned.
class ElementFormat {
 public:
  explicit ElementFormat(const std::vector<Scalar>& shown) {
    double largest = 0;
    double smallest = INFINITY;
    for (const Scalar& value : shown) {
      const double x = std::abs(value.to_double());
      if (value.category() != kFloat32 || !std::isfinite(x)) continue;
      is_whole_ &= x == std::floor(x);
      largest = std::max(largest, x);
      if (x > 0) smallest = std::min(smallest, x);
    }
    if (is_whole_) {
      has_exponent_ = largest > 1e8;
    } else {
      has_exponent_ = largest / smallest > 1000 || largest > 1e8 || smallest < 1e-4;
    }
    for (const Scalar& value : shown) width_ = std::max(width_, text(value).size());
  }
  std::string operator()(const Scalar& value) const {
    return format("{:>{}}", text(value), width_);
  }
  size_t width() const { return width_; }

 private:
  std::string text(const Scalar& value) const {
    if (value.category() == kBool) return value.to_bool() ? "true" : "false";
    if (value.category() == kInt64) return format("{}", value.to_int64());
    const double x = value.to_double();
    if (std::isnan(x)) return "nan";
    if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
    if (has_exponent_) return format("{:.4e}", x);
    return is_whole_ ? format("{:.0f}.", x) : format("{:.4f}", x);
  }

  bool is_whole_ = true;
  bool has_exponent_ = false;
  size_t width_ = 0;
};

class Printer {
 public:
  Printer(const TensorType& type, const char* data) : type_(type), data_(data) {
    is_summary_ = type.numel() > kSummaryElements;
  }

  std::string text() {
    std::vector<Scalar> shown;
    collect(0, 0, shown);
    const ElementFormat format(shown);
    format_ = &format;
    return rows(0, 0);
  }

 private:
  Scalar element(int64_t index) const {
    const auto size = static_cast<size_t>(size_of(type_.dtype));
    uint64_t bits = 0;
    std::memcpy(&bits, data_ + static_cast<size_t>(index) * size, size);
    return Scalar::from_bits(type_.dtype, bits);
  }
  bool is_cut(int dim) const { return is_summary_ && type_.shape[dim] > 2 * kEdge; }
  // Elements between neighbours along `dim`.
  int64_t step(int dim) const {
    int64_t elements = 1;
    for (int i = dim + 1; i < type_.shape.rank(); ++i) elements *= type_.shape[i];
    return elements;
  }

  void collect(int dim, int64_t start, std::vector<Scalar>& shown) const {
    if (dim == type_.shape.rank()) return shown.push_back(element(start));
    const int64_t extent = type_.shape[dim];
    for (int64_t i = 0; i < extent; ++i) {
      if (is_cut(dim) && i == kEdge) i = extent - kEdge;
      collect(dim + 1, start + i * step(dim), shown);
    }
  }

  std::string rows(int dim, int64_t start) const {
    const int rank = type_.shape.rank();
    if (dim == rank) return (*format_)(element(start));
    const bool is_row = dim + 1 == rank;
    const std::string indent(8 + static_cast<size_t>(dim), ' ');  // "tensor(["
    const std::string between = is_row ? ", " : format(",{:\n>{}}{}", "", rank - 1 - dim, indent);
    const size_t in_line = std::max<size_t>(1, (kWidth - indent.size()) / (format_->width() + 2));
    std::string text = "[";
    const int64_t extent = type_.shape[dim];
    size_t written = 0;
    for (int64_t i = 0; i < extent; ++i) {
      if (i > 0) text += is_row && written % in_line == 0 ? format(",\n{}", indent) : between;
      if (is_cut(dim) && i == kEdge) {
        text += format("...{}", between);
        i = extent - kEdge;
        written += is_row;
      }
      text += rows(dim + 1, start + i * step(dim));
      ++written;
    }
    return text + "]";
  }

  const TensorType& type_;
  const char* data_;
  bool is_summary_ = false;
  const ElementFormat* format_ = nullptr;
};

}  // namespace

std::string Tensor::to_string(At at) const {
  if (!defined()) return "tensor(undefined)";
  const TensorType type = variable_->type();
  std::vector<char> data(static_cast<size_t>(type.numel() * size_of(type.dtype)));
  copy_to(data.data(), at);
  return format("tensor({}, {}{})", Printer(type, data.data()).text(), lazuli::to_string(type),
                requires_grad() ? ", requires_grad" : "");
}

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  return out << tensor.to_string();
}

}  // namespace lazuli
