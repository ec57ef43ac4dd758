// Result types: dtypes by the kind's row, shapes by category.
#include <algorithm>
#include <vector>

#include "lazuli/core/layout.h"
#include "lazuli/op/tables.h"

namespace lazuli::op {
namespace {

// "float, i64 or bool", in the catalogue's words: groups where they are whole.
std::string text_of_set(unsigned dtypes) {
  std::vector<std::string_view> words;
  const auto add_group = [&](std::string_view name, unsigned group) {
    if ((dtypes & group) == group) {
      words.push_back(name);
      return;
    }
    for (const DType dtype : kAllDTypes) {
      if (dtypes & group & tables::bit_of(dtype)) words.push_back(lazuli::name_of(dtype));
    }
  };
  add_group("float", tables::k_float);
  add_group("int", tables::k_int);
  add_group("bool", tables::k_bool);
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

bool contains(unsigned dtypes, DType dtype) { return dtypes & tables::bit_of(dtype); }

void check_dtypes(const Application& application, const tables::TypeRule& rule) {
  const auto name = name_of(application.kind);
  const std::span<const TensorType> operands = application.operands;
  const DType leading = operands[rule.leading_operand].dtype;
  const bool all_named = traits_of(application.kind).operands >= 0;
  for (size_t i = 0; i < operands.size(); ++i) {
    const unsigned own = all_named ? rule.operand_dtypes[i] : 0;
    if (own) {
      LZ_CHECK(contains(own, operands[i].dtype), TypeError, "{}: need {} of {}; got {}", name,
               rule.operand_names[i], text_of_set(own), to_string(operands[i]));
    } else {
      LZ_CHECK(contains(rule.dtypes, operands[i].dtype), TypeError, "{}: need {}; got {}", name,
               text_of_set(rule.dtypes), text_of(operands));
      LZ_CHECK(operands[i].dtype == leading, TypeError, "{}: need operands of one dtype; got {}",
               name, text_of(operands));
    }
  }
}

Shape shape_of_sizes(const Application& application) {
  const Shape shape(application.sizes);
  for (const int64_t extent : shape) {
    LZ_CHECK(extent >= 0, ValueError, "{}: need extents of at least 0; got {}",
             name_of(application.kind), to_string(shape));
  }
  return shape;
}

Shape infer_elementwise(const Application& application) {
  if (traits_of(application.kind).sizes != 0) return shape_of_sizes(application);
  Shape shape = application.operands[0].shape;
  for (const TensorType& operand : application.operands.subspan(1)) {
    if (operand.shape == shape) continue;
    shape = broadcast(name_of(application.kind), shape, operand.shape);
  }
  return shape;
}

Shape infer_reduction(const Application& application) {
  const auto name = name_of(application.kind);
  const TensorType& self = application.operands[0];
  const bool keepdim = application.attributes[0] != 0;
  const bool has_empty = tables::row_of(tables::kReductionRules, application.kind).has_empty;
  Shape shape = self.shape;
  // From the last dimension on, so that those before keep their places.
  for (size_t i = application.attributes.size(); i-- > 1;) {
    const int64_t dim = application.attributes[i];
    LZ_CHECK(dim >= 0 && dim < self.shape.rank(), IndexError,
             "{}: need a dimension from 0 to {}; got {}", name, self.shape.rank() - 1, dim);
    LZ_CHECK(has_empty || self.shape[static_cast<int>(dim)] > 0, ValueError,
             "{}: need at least one element along dimension {}; got {}", name, dim,
             to_string(self));
    if (keepdim) {
      shape[static_cast<int>(dim)] = 1;
    } else {
      shape.erase(static_cast<int>(dim));
    }
  }
  return shape;
}

Shape infer_expand(const Application& application) {
  const TensorType& self = application.operands[0];
  const Shape shape = shape_of_sizes(application);
  const int added = shape.rank() - self.shape.rank();
  LZ_CHECK(added >= 0, ValueError, "expand: need at least {} extents; got {} for {}",
           self.shape.rank(), to_string(shape), to_string(self));
  for (int i = 0; i < self.shape.rank(); ++i) {
    LZ_CHECK(self.shape[i] == shape[i + added] || self.shape[i] == 1, ValueError,
             "expand: need {} in dimension {}; got {} for {}", self.shape[i], i + added,
             to_string(shape), to_string(self));
  }
  return shape;
}

Shape infer_permute(const Application& application) {
  const TensorType& self = application.operands[0];
  const Dims order(application.attributes);
  Shape shape = self.shape;
  unsigned seen = 0;
  bool fits = order.rank() == shape.rank();
  for (int i = 0; fits && i < shape.rank(); ++i) {
    fits = order[i] >= 0 && order[i] < shape.rank() && !(seen >> order[i] & 1);
    if (!fits) break;
    seen |= 1u << order[i];
    shape[i] = self.shape[static_cast<int>(order[i])];
  }
  LZ_CHECK(fits, ValueError, "permute: need each dimension of {} once; got {}", to_string(self),
           to_string(order));
  return shape;
}

int checked_dim(const Application& application) {
  const int64_t dim = application.attributes[0];
  const int rank = application.operands[0].shape.rank();
  LZ_CHECK(dim >= 0 && dim < rank, IndexError, "{}: need a dimension of {}; got {}",
           name_of(application.kind), to_string(application.operands[0]), dim);
  return static_cast<int>(dim);
}

Shape infer_slice(const Application& application) {
  const TensorType& self = application.operands[0];
  Shape shape = self.shape;
  const int dim = checked_dim(application);
  const int64_t length = application.sizes[0];
  const int64_t step = application.attributes[1];
  LZ_CHECK(step > 0 && length >= 0 && (length == 0 || (length - 1) * step < shape[dim]), ValueError,
           "slice: need a step above 0 and elements of {}; got {} in steps of {}", to_string(self),
           length, step);
  shape[dim] = length;
  return shape;
}

Shape infer_diagonal(const Application& application) {
  const TensorType& self = application.operands[0];
  const int dim1 = checked_dim(application);
  const int64_t dim2 = application.attributes[1];
  const int64_t length = application.sizes[0];
  LZ_CHECK(dim2 >= 0 && dim2 < self.shape.rank() && dim2 != dim1, IndexError,
           "diagonal: need two dimensions of {}; got {} and {}", to_string(self), dim1, dim2);
  LZ_CHECK(
      length >= 0 && length <= self.shape[dim1] && length <= self.shape[static_cast<int>(dim2)],
      ValueError, "diagonal: need a length within {}; got {}", to_string(self), length);
  return diagonal_of({self.shape, self.shape, 0}, dim1, static_cast<int>(dim2), 0, 0, length).shape;
}

Shape infer_view(const Application& application) {
  const TensorType& self = application.operands[0];
  switch (application.kind) {
    case OpKind::view: {
      const Shape shape = shape_of_sizes(application);
      LZ_CHECK(shape.product() == self.numel(), ValueError,
               "view: need a shape of {} elements; got {} for {}", self.numel(), to_string(shape),
               to_string(self));
      return shape;
    }
    case OpKind::expand:
      return infer_expand(application);
    case OpKind::permute:
      return infer_permute(application);
    case OpKind::narrow: {
      Shape shape = self.shape;
      const int dim = checked_dim(application);
      const int64_t length = application.sizes[0];
      LZ_CHECK(length >= 0 && length <= shape[dim], ValueError,
               "narrow: need a length from 0 to {}; got {} for {}", shape[dim], length,
               to_string(self));
      shape[dim] = length;
      return shape;
    }
    case OpKind::select: {
      Shape shape = self.shape;
      shape.erase(checked_dim(application));
      return shape;
    }
    case OpKind::slice:
      return infer_slice(application);
    case OpKind::diagonal:
      return infer_diagonal(application);
    case OpKind::as_strided: {
      const Shape shape = shape_of_sizes(application);
      check_strides(application, shape);
      return shape;
    }
    default:
      break;
  }
  throw InternalError(format("{} has no index map", name_of(application.kind)));
}

// Matrices along the last two dimensions; those before them are a batch and equal.
Shape infer_bmm(const Application& application) {
  Shape shape = application.operands[0].shape;
  const Shape& mat2 = application.operands[1].shape;
  const int rank = shape.rank();
  bool fits = rank >= 3 && mat2.rank() == rank;
  for (int i = 0; fits && i < rank - 2; ++i) fits = shape[i] == mat2[i];
  LZ_CHECK(fits, ValueError, "bmm: need two batches of matrices of one size; got {}",
           text_of(application.operands));
  LZ_CHECK(shape[rank - 1] == mat2[rank - 2], ValueError,
           "bmm: need self.shape[-1] == mat2.shape[-2]; got {}", text_of(application.operands));
  shape[rank - 1] = mat2[rank - 1];
  return shape;
}

Shape infer_mm(const Application& application) {
  const TensorType& self = application.operands[0];
  const TensorType& mat2 = application.operands[1];
  LZ_CHECK(self.shape.rank() == 2 && mat2.shape.rank() == 2, ValueError,
           "mm: need two matrices; got {}", text_of(application.operands));
  LZ_CHECK(self.shape[1] == mat2.shape[0], ValueError,
           "mm: need self.shape[1] == mat2.shape[0]; got {}", text_of(application.operands));
  return {self.shape[0], mat2.shape[1]};
}

Shape infer_multinomial(const Application& application) {
  Shape shape = application.operands[0].shape;
  LZ_CHECK(shape.rank() == 1 || shape.rank() == 2, ValueError,
           "multinomial: need weights in one or two dimensions; got {}",
           to_string(application.operands[0]));
  shape[shape.rank() - 1] = application.sizes[0];
  return shape;
}

Shape infer_library(const Application& application) {
  const Shape& self = application.operands[0].shape;
  switch (application.kind) {
    case OpKind::rand:
    case OpKind::randint:
    case OpKind::randperm:
      return shape_of_sizes(application);
    case OpKind::scatter:
    case OpKind::scatter_add:
    case OpKind::scatter_fold:
      return infer_scatter(application);
    case OpKind::multinomial:
      return infer_multinomial(application);
    case OpKind::nonzero_places:
      return {application.sizes[0], self.rank()};
    case OpKind::selected:
      return {application.sizes[0]};
    case OpKind::row_places:
      return {self[0]};
    case OpKind::top_places: {
      Shape shape = self;
      if (shape.rank() > 0) shape[checked_dim(application)] = application.sizes[0];
      return shape;
    }
    case OpKind::searched_places:
      return application.operands[1].shape;
    default:
      return self;
  }
}

Shape infer_shape(const Application& application) {
  switch (traits_of(application.kind).category) {
    case Category::elementwise:
      return infer_elementwise(application);
    case Category::reduction:
      return infer_reduction(application);
    case Category::view:
      return infer_view(application);
    case Category::gather:
      return infer_gather(application);
    case Category::write:
      return application.kind == OpKind::narrow_write ? infer_narrow_write(application)
                                                      : infer_strided_write(application);
    case Category::concat:
      return infer_cat(application);
    case Category::contraction:
      return application.kind == OpKind::mm ? infer_mm(application) : infer_bmm(application);
    case Category::library:
      return infer_library(application);
  }
  throw InternalError(format("{} has no category", name_of(application.kind)));
}

DType infer_dtype(const Application& application, const tables::TypeRule& rule) {
  switch (rule.result) {
    case tables::Result::boolean:
      return DType::boolean;
    case tables::Result::i64:
      return DType::i64;
    case tables::Result::attribute: {
      const auto dtype = static_cast<DType>(application.attributes[0]);
      // A kind whose operands all have dtypes of their own computes in the one that it gives.
      LZ_CHECK(!rule.operand_dtypes[rule.leading_operand] || contains(rule.dtypes, dtype),
               TypeError, "{}: need {}; got {}", name_of(application.kind),
               text_of_set(rule.dtypes), lazuli::name_of(dtype));
      return dtype;
    }
    case tables::Result::operand:
      break;
  }
  return application.operands[rule.leading_operand].dtype;
}

// Extents whose product does not fit would make every later size wrong.
void check_numel(const Application& application, const Shape& shape) {
  int64_t numel = 1;
  for (const int64_t extent : shape) {
    LZ_CHECK(!__builtin_mul_overflow(numel, std::max<int64_t>(extent, 1), &numel), ValueError,
             "{}: need at most 2^63 elements; got {}", name_of(application.kind), to_string(shape));
  }
}

}  // namespace

std::string text_of(std::span<const TensorType> types) {
  std::string text;
  for (size_t i = 0; i < types.size(); ++i) {
    if (i > 0) text += i + 1 == types.size() ? " and " : ", ";
    text += to_string(types[i]);
  }
  return text;
}

TensorType infer(const Application& application) {
  const Traits& traits = traits_of(application.kind);
  LZ_CHECK(!application.operands.empty(), ValueError, "{}: need at least one operand; got none",
           traits.name);
  LZ_ASSERT(traits.operands < 0 || static_cast<int>(application.operands.size()) == traits.operands,
            "{} takes {} operands; got {}", traits.name, traits.operands,
            application.operands.size());
  LZ_ASSERT(
      traits.attributes < 0 || static_cast<int>(application.attributes.size()) == traits.attributes,
      "{} takes {} attributes; got {}", traits.name, traits.attributes,
      application.attributes.size());
  LZ_ASSERT(traits.sizes < 0 || static_cast<int>(application.sizes.size()) == traits.sizes,
            "{} takes {} sizes; got {}", traits.name, traits.sizes, application.sizes.size());
  const tables::TypeRule& rule = tables::row_of(tables::kTypeRules, application.kind);
  check_dtypes(application, rule);
  const TensorType type{infer_dtype(application, rule), infer_shape(application)};
  check_numel(application, type.shape);
  return type;
}

}  // namespace lazuli::op
