// Views made of permute and view: dimensions moved, joined, cut and taken out.
#include <algorithm>

#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {

Tensor t(const Tensor& self, At at) {
  check_defined("t", "self", self, at);
  LZ_CHECK_AT(self.dim() <= 2, ValueError, at, "t: need at most two dimensions; got {}",
              to_string(self.variable().type()));
  return self.dim() == 2 ? transpose(self, 0, 1, at) : view(self, self.sizes(), at);
}

Tensor squeeze(const Tensor& self, At at) {
  check_defined("squeeze", "self", self, at);
  Shape shape;
  for (const int64_t extent : self.sizes()) {
    if (extent != 1) shape.push_back(extent);
  }
  return view(self, shape, at);
}

Tensor squeeze(const Tensor& self, const Dims& dim, At at) {
  check_defined("squeeze", "self", self, at);
  const int rank = self.sizes().rank();
  const Dims dims = dim.rank() == 0 ? dim : folded_dims("squeeze", dim, rank, at);
  Shape shape;
  for (int i = 0; i < rank; ++i) {
    const bool goes = self.sizes()[i] == 1 && std::count(dims.begin(), dims.end(), i) > 0;
    if (!goes) shape.push_back(self.sizes()[i]);
  }
  return view(self, shape, at);
}

Tensor movedim(const Tensor& self, int64_t source, int64_t destination, At at) {
  return movedim(self, Dims{source}, Dims{destination}, at);
}

Tensor movedim(const Tensor& self, const Dims& source, const Dims& destination, At at) {
  check_defined("movedim", "self", self, at);
  LZ_CHECK_AT(source.rank() == destination.rank(), ValueError, at,
              "movedim: need as many dims in destination as in source; got {} and {}",
              to_string(source), to_string(destination));
  const int rank = self.sizes().rank();
  if (rank == 0) return view(self, {}, at);
  Dims order = Dims::filled(rank, -1);
  bool is_moved[kMaxRank] = {};
  for (int i = 0; i < source.rank(); ++i) {
    const int from = wrap_dim("movedim", source[i], rank, at);
    const int to = wrap_dim("movedim", destination[i], rank, at);
    LZ_CHECK_AT(!is_moved[from] && order[to] == -1, ValueError, at,
                "movedim: need different dims; got {} and {}", to_string(source),
                to_string(destination));
    is_moved[from] = true;
    order[to] = from;
  }
  int next = 0;
  for (int to = 0; to < rank; ++to) {
    if (order[to] != -1) continue;
    while (is_moved[next]) ++next;
    order[to] = next++;
  }
  return permute(self, order, at);
}

Tensor flatten(const Tensor& self, int64_t start_dim, int64_t end_dim, At at) {
  check_defined("flatten", "self", self, at);
  const Shape& from = self.sizes();
  const int first = wrap_dim("flatten", start_dim, from.rank(), at);
  const int last = wrap_dim("flatten", end_dim, from.rank(), at);
  LZ_CHECK_AT(first <= last, ValueError, at,
              "flatten: need start_dim before end_dim; got {} and {}", start_dim, end_dim);
  if (from.rank() == 0) return reshape(self, {1}, at);
  Shape shape;
  for (int i = 0; i < from.rank(); ++i) {
    if (i > first && i <= last) {
      shape[first] *= from[i];
    } else {
      shape.push_back(from[i]);
    }
  }
  return reshape(self, shape, at);
}

Tensor unflatten(const Tensor& self, int64_t dim, const Shape& sizes, At at) {
  check_defined("unflatten", "self", self, at);
  const Shape& from = self.sizes();
  LZ_CHECK_AT(from.rank() > 0 && sizes.rank() > 0, ValueError, at,
              "unflatten: need a dimension and sizes for it; got {} and {}", to_string(from),
              to_string(sizes));
  const int wrapped = wrap_dim("unflatten", dim, from.rank(), at);
  const Shape parts = complete_shape("unflatten", sizes, from[wrapped], at);
  Shape shape;
  for (int i = 0; i < from.rank(); ++i) {
    if (i != wrapped) {
      shape.push_back(from[i]);
      continue;
    }
    for (const int64_t extent : parts) shape.push_back(extent);
  }
  return view(self, shape, at);
}

std::vector<Tensor> meshgrid(TensorList tensors, std::string_view indexing, At at) {
  check_choice("meshgrid", "indexing", indexing, {"ij", "xy"}, at);
  const auto count = static_cast<int>(tensors.size());
  // In "xy" the first two tensors lie along each other's dimension.
  const auto dim_of = [&](int i) { return indexing == "xy" && count > 1 && i < 2 ? 1 - i : i; };
  Shape grid = Shape::filled(count, 1);
  for (int i = 0; i < count; ++i) {
    const Tensor& each = tensors[static_cast<size_t>(i)];
    check_defined("meshgrid", "a tensor", each, at);
    LZ_CHECK_AT(each.dim() <= 1, ValueError, at, "meshgrid: need vectors or numbers; got {}",
                to_string(each.variable().type()));
    grid[dim_of(i)] = each.numel();
  }
  std::vector<Tensor> coordinates;
  for (int i = 0; i < count; ++i) {
    Shape line = Shape::filled(count, 1);
    line[dim_of(i)] = grid[dim_of(i)];
    coordinates.push_back(tensors[static_cast<size_t>(i)].view(line, at).expand(grid, at));
  }
  return coordinates;
}

Tensor clone(const Tensor& self, At at) {
  check_defined("clone", "self", self, at);
  // A view may show memory that the program writes; a result has its own.
  Record record(op::OpKind::to, at);
  record.tensor(self);
  record.attribute(static_cast<int64_t>(self.dtype()));
  return record.run();
}

Tensor contiguous(const Tensor& self, At at) {
  check_defined("contiguous", "self", self, at);
  return self.is_contiguous() ? self : clone(self, at);
}

}  // namespace lazuli
