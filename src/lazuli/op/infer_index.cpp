// Shapes of the kinds that read and write at places and regions.
#include "lazuli/core/layout.h"
#include "lazuli/op/tables.h"

namespace lazuli::op {
namespace {

// A tensor without dimensions counts as a vector of one, as in PyTorch.
Shape at_least_vector(const Shape& shape) { return shape.rank() == 0 ? Shape{1} : shape; }

int checked_dim(const Application& application, int rank) {
  const int64_t dim = application.attributes[0];
  LZ_CHECK(dim >= 0 && dim < rank, IndexError, "{}: need a dimension from 0 to {}; got {}",
           name_of(application.kind), rank - 1, dim);
  return static_cast<int>(dim);
}

// `index` has the rank of `other` and reaches no further, but along `free_dim`.
void check_reach(const Application& application, const char* other_name, const Shape& index,
                 const Shape& other, int free_dim) {
  bool fits = index.rank() == other.rank();
  for (int i = 0; fits && i < index.rank(); ++i) {
    fits = i == free_dim || index[i] <= other[i];
  }
  LZ_CHECK(fits, ValueError, "{}: need index no larger than {}{}; got {}",
           name_of(application.kind), other_name,
           free_dim < 0 ? std::string() : format(" but in dimension {}", free_dim),
           text_of(application.operands));
}

}  // namespace

Shape infer_gather(const Application& application) {
  const Shape self = at_least_vector(application.operands[0].shape);
  const Shape index = at_least_vector(application.operands[1].shape);
  const int dim = checked_dim(application, self.rank());
  check_reach(application, "self", index, self, dim);
  return application.operands[1].shape;
}

Shape infer_narrow_write(const Application& application) {
  const Shape& self = application.operands[0].shape;
  const Shape& src = application.operands[1].shape;
  const int dim = checked_dim(application, self.rank());
  bool fits = src.rank() == self.rank();
  for (int i = 0; fits && i < self.rank(); ++i) {
    fits = i == dim ? src[i] <= self[i] : src[i] == self[i];
  }
  LZ_CHECK(fits, ValueError, "narrow_write: need src like self but shorter in dimension {}; got {}",
           dim, text_of(application.operands));
  return self;
}

void check_strides(const Application& application, const Shape& shape) {
  const Dims strides(application.attributes);
  bool fits = strides.rank() == shape.rank();
  for (int i = 0; fits && i < strides.rank(); ++i) fits = strides[i] >= 0;
  LZ_CHECK(fits, ValueError, "{}: need a stride of at least 0 for each of {}; got {}",
           name_of(application.kind), to_string(shape), to_string(strides));
  const TensorType& self = application.operands[0];
  LZ_CHECK(touched_range({shape, strides, 0}).second <= self.numel(), ValueError,
           "{}: need elements of {}; got {} in steps of {}", name_of(application.kind),
           to_string(self), to_string(shape), to_string(strides));
}

Shape infer_strided_write(const Application& application) {
  check_strides(application, application.operands[1].shape);
  return application.operands[0].shape;
}

Shape infer_cat(const Application& application) {
  Shape shape = application.operands[0].shape;
  LZ_CHECK(shape.rank() > 0, ValueError, "cat: need tensors with a dimension; got {}",
           text_of(application.operands));
  const int dim = checked_dim(application, shape.rank());
  for (const TensorType& operand : application.operands.subspan(1)) {
    bool fits = operand.shape.rank() == shape.rank();
    for (int i = 0; fits && i < shape.rank(); ++i) {
      fits = i == dim || operand.shape[i] == shape[i];
    }
    LZ_CHECK(fits, ValueError, "cat: need equal shapes but in dimension {}; got {}", dim,
             text_of(application.operands));
    LZ_CHECK(!__builtin_add_overflow(shape[dim], operand.shape[dim], &shape[dim]), ValueError,
             "cat: need at most 2^63 elements; got {}", text_of(application.operands));
  }
  return shape;
}

Shape infer_scatter_add(const Application& application) {
  const Shape self = at_least_vector(application.operands[0].shape);
  const Shape index = at_least_vector(application.operands[1].shape);
  const Shape src = at_least_vector(application.operands[2].shape);
  const int dim = checked_dim(application, self.rank());
  check_reach(application, "self", index, self, dim);
  check_reach(application, "src", index, src, -1);
  return application.operands[0].shape;
}

}  // namespace lazuli::op
