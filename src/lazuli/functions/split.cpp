// Views of the parts of a tensor along one dimension.
#include <algorithm>
#include <numeric>

#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {
namespace {

int split_dim(const char* op, const Tensor& self, int64_t dim, At at) {
  check_defined(op, "self", self, at);
  LZ_CHECK_AT(self.dim() > 0, IndexError, at, "{}: need a dimension; got a tensor without", op);
  return wrap_dim(op, dim, self.sizes().rank(), at);
}

// Parts of `length`, the last one shorter; where there is nothing to split, `at_least` empty ones.
std::vector<Tensor> parts_of(const Tensor& self, int dim, int64_t length, int64_t at_least, At at) {
  const int64_t extent = self.sizes()[dim];
  std::vector<Tensor> parts;
  for (int64_t start = 0; start < extent; start += length) {
    parts.push_back(narrow(self, dim, start, std::min(length, extent - start), at));
  }
  while (extent == 0 && static_cast<int64_t>(parts.size()) < at_least) {
    parts.push_back(narrow(self, dim, 0, 0, at));
  }
  return parts;
}

std::vector<Tensor> parts_of_sizes(const char* op, const Tensor& self, const Shape& sizes,
                                   int64_t dim, At at) {
  const int wrapped = split_dim(op, self, dim, at);
  const int64_t extent = self.sizes()[wrapped];
  const bool fits =
      std::all_of(sizes.begin(), sizes.end(), [](int64_t size) { return size >= 0; }) &&
      std::accumulate(sizes.begin(), sizes.end(), int64_t{0}) == extent;
  LZ_CHECK_AT(fits, ValueError, at, "{}: need sizes of at least 0 that make up {}; got {}", op,
              extent, to_string(sizes));
  std::vector<Tensor> parts;
  int64_t start = 0;
  for (const int64_t size : sizes) {
    parts.push_back(narrow(self, wrapped, start, size, at));
    start += size;
  }
  return parts;
}

}  // namespace

std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim, At at) {
  const int wrapped = split_dim("split", self, dim, at);
  const int64_t extent = self.sizes()[wrapped];
  LZ_CHECK_AT(split_size > 0 || (split_size == 0 && extent == 0), ValueError, at,
              "split: need a split_size above 0; got {} for an extent of {}", split_size, extent);
  return parts_of(self, wrapped, split_size, 1, at);
}

std::vector<Tensor> split(const Tensor& self, const Shape& split_size, int64_t dim, At at) {
  return parts_of_sizes("split", self, split_size, dim, at);
}

std::vector<Tensor> split_with_sizes(const Tensor& self, const Shape& split_sizes, int64_t dim,
                                     At at) {
  return parts_of_sizes("split_with_sizes", self, split_sizes, dim, at);
}

std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim, At at) {
  const int wrapped = split_dim("chunk", self, dim, at);
  LZ_CHECK_AT(chunks > 0, ValueError, at, "chunk: need at least one chunk; got {}", chunks);
  const int64_t extent = self.sizes()[wrapped];
  return parts_of(self, wrapped, extent / chunks + (extent % chunks != 0), chunks, at);
}

std::vector<Tensor> unbind(const Tensor& self, int64_t dim, At at) {
  const int wrapped = split_dim("unbind", self, dim, at);
  std::vector<Tensor> parts;
  for (int64_t i = 0; i < self.sizes()[wrapped]; ++i) parts.push_back(select(self, wrapped, i, at));
  return parts;
}

}  // namespace lazuli
