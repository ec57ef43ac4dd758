#include <algorithm>
#include <cstring>
#include <vector>

#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/backends/cpu/library/lines.h"

namespace lazuli::cpu {
namespace {

constexpr int64_t kPart = 64 * 1024;  // elements of a task

// The mask in parts, of each of which it is known how many elements hold before it.
class MaskParts {
 public:
  explicit MaskParts(const backend::TensorArgument& mask)
      : mask_(mask), count_(mask.shape.product()), parts_((count_ + kPart - 1) / kPart) {
    begins_.resize(static_cast<size_t>(parts_) + 1, 0);
    runtime::parallel_for(parts_, [&](int64_t part) {
      int64_t found = 0;
      visit(part, [&](int64_t, char holds) { found += holds; });
      begins_[static_cast<size_t>(part) + 1] = found;
    });
    for (size_t part = 1; part < begins_.size(); ++part) begins_[part] += begins_[part - 1];
  }
  int64_t held() const { return begins_.back(); }

  // Calls f(part, how many hold before it, how many up to its end) from the thread team.
  template <typename F>
  void for_each(const F& f) const {
    runtime::parallel_for(parts_, [&](int64_t part) {
      f(part, begins_[static_cast<size_t>(part)], begins_[static_cast<size_t>(part) + 1]);
    });
  }
  // Calls take(i, whether element i holds) for a part's elements in order.
  template <typename Take>
  void visit(int64_t part, const Take& take) const {
    const int64_t first = part * kPart;
    const int64_t last = std::min(first + kPart, count_);
    if (is_contiguous({mask_.shape, mask_.strides, 0})) {
      for (int64_t i = first; i < last; ++i) take(i, mask_.data[i]);
      return;
    }
    Walk<1> walk(mask_.shape, {&mask_.strides}, first);
    for (int64_t i = first; i < last; ++i, walk.advance()) take(i, mask_.data[walk.offsets[0]]);
  }

 private:
  const backend::TensorArgument& mask_;
  int64_t count_;
  int64_t parts_;
  std::vector<int64_t> begins_;
};

}  // namespace

void nonzero_places(const backend::LibraryCall& call) {
  const Shape& shape = call.operands[0].shape;
  const int rank = shape.rank();
  auto* places = reinterpret_cast<int64_t*>(call.result.data);
  const MaskParts parts(call.operands[0]);
  LZ_ASSERT(parts.held() == call.result.shape[0], "nonzero: {} places for {}", call.result.shape[0],
            parts.held());
  parts.for_each([&](int64_t part, int64_t begin, int64_t held) {
    int64_t* to = places + begin * rank;
    const int64_t* end = places + held * rank;
    if (rank == 1) {  // written whether it counts or not, while there is room for one
      parts.visit(part, [&](int64_t i, char holds) {
        if (to == end) return;
        *to = i;
        to += holds;
      });
      return;
    }
    if (to == end) return;
    int64_t index[kMaxRank] = {};
    for (int64_t dim = rank, rest = part * kPart; dim-- > 0; rest /= shape[static_cast<int>(dim)]) {
      index[dim] = rest % shape[static_cast<int>(dim)];
    }
    parts.visit(part, [&](int64_t, char holds) {
      if (to == end) return;
      to[0] = index[0];
      to[1] = index[1];
      for (int dim = 2; dim < rank; ++dim) to[dim] = index[dim];
      to += holds * rank;
      for (int dim = rank - 1; dim > 0 && ++index[dim] == shape[dim]; --dim) {
        index[dim] = 0;
        if (dim == 1) ++index[0];
      }
    });
  });
}

namespace {

// The elements of [first, last) where the mask holds; both lie without gaps. Eight at a time while
// there is room for as many, whatever holds.
template <typename T>
void select_plain(const T* from, const char* mask, int64_t first, int64_t last, T* to,
                  const T* end) {
  constexpr uint64_t kAll = 0x0101010101010101u;
  int64_t i = first;
  for (; i + 8 <= last && end - to >= 8; i += 8) {
    uint64_t word = 0;
    std::memcpy(&word, mask + i, sizeof(word));
    if (word == kAll) {
      to = std::copy_n(from + i, 8, to);
    } else if (word != 0) {
      for (int64_t k = i; k < i + 8; ++k) {
        *to = from[k];
        to += mask[k];
      }
    }
  }
  for (; i < last && to < end; ++i) {
    *to = from[i];
    to += mask[i];
  }
}

}  // namespace

void selected(const backend::LibraryCall& call) {
  const backend::TensorArgument& self = call.operands[0];
  const backend::TensorArgument& mask = call.operands[1];
  const MaskParts parts(mask);
  LZ_ASSERT(parts.held() == call.result.shape[0], "selected: {} elements for {}",
            call.result.shape[0], parts.held());
  with_elements(self.dtype, [&](auto element) {
    using T = decltype(element);
    const T* from = reinterpret_cast<const T*>(self.data);
    T* elements = reinterpret_cast<T*>(call.result.data);
    parts.for_each([&](int64_t part, int64_t begin, int64_t held) {
      T* to = elements + begin;
      const T* end = elements + held;
      if (self.strides[0] == 1 && mask.strides[0] == 1) {
        const int64_t last = std::min((part + 1) * kPart, mask.shape[0]);
        return select_plain(from, mask.data, part * kPart, last, to, end);
      }
      parts.visit(part, [&](int64_t i, char holds) {
        if (to == end) return;
        *to = from[i * self.strides[0]];
        to += holds;
      });
    });
  });
}

}  // namespace lazuli::cpu
