#include "lazuli/schedule/random_graph.h"

#include <algorithm>
#include <array>

#include "lazuli/base/error.h"
#include "lazuli/schedule/random_nodes.h"

namespace lazuli::schedule {
namespace {

using ir::Node;
using ir::NodeId;
using ir::Operand;
using op::OpKind;

class Generator : public RandomNodes {
 public:
  using RandomNodes::RandomNodes;

  GraphCase make() {
    const int64_t parameters = random_.between(1, 5);
    for (int64_t i = 0; i < parameters; ++i) add_parameter(random_dtype(), random_shape());
    const int64_t wanted = random_.between(1, random_.one_in(4) ? 40 : 14);
    for (int64_t tries = 0; tries < 20 * wanted && operations_.size() < size_t(wanted); ++tries) {
      add_operation();
    }
    while (operations_.empty()) take(builder_.apply(OpKind::fill, {number(kFloat32)}, {}, {2}));
    choose_outputs();
    return std::move(builder_.made);
  }

 private:
  using Makers = NodeId (Generator::*)();

  void add_operation() {
    struct Choice {
      int weight;
      Makers make;
    };
    static constexpr Choice kChoices[] = {
        {14, &Generator::make_unary},   {20, &Generator::make_binary},
        {4, &Generator::make_where},    {4, &Generator::make_to},
        {2, &Generator::make_fill},     {5, &Generator::make_view},
        {4, &Generator::make_expand},   {5, &Generator::make_permute},
        {6, &Generator::make_narrow},   {5, &Generator::make_select},
        {9, &Generator::make_reduce},   {4, &Generator::make_gather},
        {5, &Generator::make_write},    {4, &Generator::make_cat},
        {4, &Generator::make_mm},       {1, &Generator::make_rand},
        {2, &Generator::make_scatter},  {3, &Generator::make_again},
        {3, &Generator::make_softmax},  {4, &Generator::make_slice},
        {3, &Generator::make_diagonal}, {2, &Generator::make_strided},
        {3, &Generator::make_bmm},      {3, &Generator::make_strided_write}};
    int total = 0;
    for (const Choice& choice : kChoices) total += choice.weight;
    int64_t at = random_.between(0, total - 1);
    for (const Choice& choice : kChoices) {
      at -= choice.weight;
      if (at >= 0) continue;
      try {
        take((this->*choice.make)());
      } catch (const InternalError&) {
        throw;
      } catch (const Error&) {
        // The operands do not suit the kind.
      }
      return;
    }
  }

  // ---- elementwise

  NodeId make_unary() {
    constexpr OpKind kKinds[] = {OpKind::neg,  OpKind::relu, OpKind::exp,   OpKind::log,
                                 OpKind::sqrt, OpKind::tanh, OpKind::cos2pi};
    const NodeId a = pick([](const TensorType&) { return true; });
    return builder_.apply(random_.pick(kKinds), {a});
  }

  // A tensor that broadcasts against `with`, else a number.
  Operand partner(DType dtype, const TensorType& with) {
    const NodeId id = random_.one_in(4) ? ir::kNoNode : pick([&](const TensorType& type) {
      if (type.dtype != dtype) return false;
      try {
        return reach_of(broadcast("", type.shape, with.shape)) <= kMaxElements;
      } catch (const ValueError&) {
        return false;
      }
    });
    return id == ir::kNoNode ? number(dtype) : builder_.operand(id);
  }

  NodeId make_binary() {
    constexpr OpKind kKinds[] = {OpKind::add, OpKind::sub,     OpKind::mul, OpKind::mul,
                                 OpKind::div, OpKind::maximum, OpKind::eq,  OpKind::lt};
    const OpKind kind = random_.pick(kKinds);
    const NodeId a = pick([](const TensorType&) { return true; });
    const DType dtype = builder_.type_of(a).dtype;
    std::vector<Operand> operands = {builder_.operand(a), partner(dtype, builder_.type_of(a))};
    if (random_.one_in(3)) std::swap(operands[0], operands[1]);
    if (kind == OpKind::add || kind == OpKind::sub) operands.push_back(number(dtype));
    return builder_.apply(kind, operands);
  }

  NodeId make_where() {
    const NodeId condition = pick_of(kBool);
    if (condition == ir::kNoNode) return condition;
    const DType dtype = random_dtype();
    const Operand a = partner(dtype, builder_.type_of(condition));
    TensorType met = builder_.type_of(condition);
    if (a.kind == Operand::Kind::node) {
      met.shape = broadcast("", met.shape, builder_.type_of(a.node).shape);
    }
    return builder_.apply(OpKind::where, {builder_.operand(condition), a, partner(dtype, met)});
  }

  NodeId make_to() {
    const NodeId a = pick([](const TensorType&) { return true; });
    return builder_.apply(OpKind::to, {a}, {static_cast<int64_t>(random_dtype())});
  }

  NodeId make_fill() {
    const DType dtype = random_dtype();
    if (random_.one_in(2)) {
      return builder_.apply(OpKind::fill, {number(dtype)}, {}, list_of(random_shape()));
    }
    return builder_.apply(OpKind::arange, {number(dtype), number(dtype)}, {},
                          {random_.pick(extents_)});
  }

  // ---- views

  NodeId make_view() {
    const NodeId a = pick([](const TensorType&) { return true; });
    std::vector<int64_t> shape = list_of(builder_.type_of(a).shape);
    for (int64_t changes = random_.between(1, 3); changes > 0; --changes) {
      const auto rank = static_cast<int64_t>(shape.size());
      const auto at = static_cast<size_t>(random_.between(0, rank));
      if (random_.one_in(3) && rank < kMaxShapeRank) {
        shape.insert(shape.begin() + static_cast<ptrdiff_t>(at), 1);
      } else if (random_.one_in(2) && at + 1 < shape.size()) {
        shape[at] *= shape[at + 1];
        shape.erase(shape.begin() + static_cast<ptrdiff_t>(at) + 1);
      } else if (at < shape.size() && rank < kMaxShapeRank) {
        for (const int64_t divisor : {2, 3, 5, 7, 13}) {
          if (shape[at] < divisor || shape[at] % divisor != 0) continue;
          shape[at] /= divisor;
          shape.insert(shape.begin() + static_cast<ptrdiff_t>(at), divisor);
          break;
        }
      } else if (at < shape.size() && shape[at] == 1) {
        shape.erase(shape.begin() + static_cast<ptrdiff_t>(at));
      }
    }
    return builder_.apply(OpKind::view, {a}, {}, shape);
  }

  NodeId make_expand() {
    const NodeId a = pick([](const TensorType& type) { return type.shape.rank() < 4; });
    if (a == ir::kNoNode) return a;
    Shape shape = builder_.type_of(a).shape;
    for (int i = 0; i < shape.rank(); ++i) {
      if (shape[i] == 1 && !random_.one_in(4)) shape[i] = random_.pick(extents_);
    }
    if (random_.one_in(2)) shape.insert(0, random_.pick(extents_));
    if (reach_of(shape) > kMaxElements) return ir::kNoNode;
    return builder_.apply(OpKind::expand, {a}, {}, list_of(shape));
  }

  NodeId make_permute() {
    const NodeId a = pick([](const TensorType& type) { return type.shape.rank() > 1; });
    if (a == ir::kNoNode) return a;
    return builder_.apply(OpKind::permute, {a}, random_order(builder_.type_of(a).shape.rank()));
  }

  NodeId narrow(NodeId a, int dim, int64_t length) {
    const int64_t spare = builder_.type_of(a).shape[dim] - length;
    return builder_.apply(OpKind::narrow, {a}, {dim}, {length}, {random_.between(0, spare)});
  }

  NodeId make_narrow() {
    const NodeId a = pick_with_dims();
    if (a == ir::kNoNode) return a;
    const int dim = random_dim(builder_.type_of(a).shape);
    const int64_t extent = builder_.type_of(a).shape[dim];
    return narrow(a, dim, random_.one_in(15) ? 0 : random_.between((extent + 1) / 2, extent));
  }

  NodeId make_select() {
    const NodeId a = pick_with_dims();
    if (a == ir::kNoNode) return a;
    const int dim = random_dim(builder_.type_of(a).shape);
    const int64_t extent = builder_.type_of(a).shape[dim];
    if (extent == 0) return ir::kNoNode;
    return builder_.apply(OpKind::select, {a}, {dim}, {}, {random_.between(0, extent - 1)});
  }

  NodeId make_slice() {
    const NodeId a = pick_with_dims();
    if (a == ir::kNoNode) return a;
    const int dim = random_dim(builder_.type_of(a).shape);
    const int64_t extent = builder_.type_of(a).shape[dim];
    const int64_t step = random_.between(2, 4);
    const int64_t start = random_.between(0, extent);
    return builder_.apply(OpKind::slice, {a}, {dim, step}, {(extent - start + step - 1) / step},
                          {start});
  }

  NodeId make_diagonal() {
    const NodeId a = pick([](const TensorType& type) { return type.shape.rank() > 1; });
    if (a == ir::kNoNode) return a;
    const Shape& shape = builder_.type_of(a).shape;
    const std::vector<int64_t> order = random_order(shape.rank());
    const auto dim1 = static_cast<int>(order[0]);
    const auto dim2 = static_cast<int>(order[1]);
    const int64_t start1 = random_.one_in(2) ? random_.between(0, shape[dim1]) : 0;
    const int64_t start2 = start1 == 0 ? random_.between(0, shape[dim2]) : 0;
    return builder_.apply(OpKind::diagonal, {a}, {dim1, dim2},
                          {std::min(shape[dim1] - start1, shape[dim2] - start2)}, {start1, start2});
  }

  // Strides that stay within so many elements, and a start.
  std::vector<int64_t> random_strides(const Shape& shape, int64_t elements, int64_t& start) {
    std::vector<int64_t> strides;
    int64_t last = 0;
    for (int i = 0; i < shape.rank(); ++i) {
      const int64_t steps = shape[i] - 1;
      const int64_t room = elements - 1 - last;
      strides.push_back(steps > 0 ? random_.between(0, std::max<int64_t>(room / steps, 0)) : 1);
      last += std::max<int64_t>(steps, 0) * strides.back();
    }
    start = random_.between(0, std::max<int64_t>(elements - 1 - last, 0));
    return strides;
  }

  NodeId make_strided() {
    const NodeId a =
        pick([](const TensorType& type) { return type.shape.rank() == 1 && type.shape[0] > 0; });
    if (a == ir::kNoNode) return a;
    const Shape shape = random_shape();
    int64_t start = 0;
    const std::vector<int64_t> strides = random_strides(shape, builder_.type_of(a).shape[0], start);
    return builder_.apply(OpKind::as_strided, {a}, strides, list_of(shape), {start});
  }

  // ---- reductions

  NodeId make_reduce() {
    const NodeId a = pick([](const TensorType&) { return true; });
    std::vector<int64_t> dims;
    const bool all = random_.one_in(5);
    for (int i = 0; i < builder_.type_of(a).shape.rank(); ++i) {
      if (all || random_.one_in(2)) dims.push_back(i);
    }
    const OpKind kind =
        random_.pick(std::array{OpKind::sum, OpKind::sum, OpKind::amax, OpKind::amin});
    return builder_.reduce(kind, a, dims, random_.one_in(2));
  }

  NodeId make_softmax() {
    const NodeId a = pick(
        [](const TensorType& type) { return is_floating(type.dtype) && type.shape.rank() > 0; });
    if (a == ir::kNoNode) return a;
    const int64_t dim = random_dim(builder_.type_of(a).shape);
    const NodeId shifted = builder_.sub(a, builder_.reduce(OpKind::amax, a, {dim}, true));
    const NodeId powers = builder_.apply(OpKind::exp, {shifted});
    const NodeId sum = builder_.reduce(OpKind::sum, powers, {dim}, true);
    if (random_.one_in(2)) return builder_.apply(OpKind::div, {powers, sum});
    return builder_.sub(shifted, builder_.apply(OpKind::log, {sum}));
  }

  // ---- places and regions

  // i64 values in [0, extent), now and then one that is not.
  NodeId index_for(const Shape& shape, int64_t extent) {
    const NodeId known = random_.one_in(2) ? ir::kNoNode : pick([&](const TensorType& type) {
      return type.dtype == kInt64 && type.shape == shape;
    });
    if (known != ir::kNoNode) {
      const Array& array = values_.value(known);
      const int64_t* data = array.data<int64_t>();
      const bool fits = std::all_of(data, data + shape.product(),
                                    [&](int64_t value) { return value >= 0 && value < extent; });
      if (fits) return known;
    }
    const NodeId index = builder_.parameter({kInt64, shape});
    dtypes_.push_back(kInt64);
    auto* data = reinterpret_cast<int64_t*>(builder_.made.memories.back().data());
    for (int64_t i = 0; i < shape.product(); ++i) {
      data[i] = extent > 0 ? random_.between(0, extent - 1) : 0;
    }
    if (shape.product() > 0 && random_.one_in(15)) {
      data[random_.between(0, shape.product() - 1)] =
          random_.pick(std::array{int64_t{-1}, extent, extent + 7, int64_t{1} << 62});
    }
    take(index);
    if (shape.rank() < 2 || random_.one_in(2)) return index;
    // Through a view, so that indices are not always plain memory.
    const std::vector<int64_t> order = random_order(shape.rank());
    std::vector<int64_t> inverse(order.size());
    for (size_t i = 0; i < order.size(); ++i) inverse[static_cast<size_t>(order[i])] = int64_t(i);
    std::vector<int64_t> sizes;
    for (const int64_t dim : order) sizes.push_back(shape[static_cast<int>(dim)]);
    const NodeId reshaped = builder_.apply(OpKind::view, {index}, {}, sizes);
    return builder_.apply(OpKind::permute, {reshaped}, inverse);
  }

  // An index shape for `self`: no larger but along dim.
  Shape index_shape(const Shape& self, int dim) {
    Shape shape = self;
    for (int i = 0; i < shape.rank(); ++i) {
      if (i == dim) {
        shape[i] = random_.pick(extents_);
      } else if (random_.one_in(4)) {
        shape[i] = random_.between(0, shape[i]);
      }
    }
    return shape;
  }

  NodeId make_gather() {
    const NodeId self = pick([](const TensorType&) { return true; });
    const Shape& shape = builder_.type_of(self).shape;
    const int dim = shape.rank() ? random_dim(shape) : 0;
    const int64_t extent = shape.rank() ? shape[dim] : 1;
    const Shape wanted = index_shape(shape, dim);
    if (reach_of(wanted) > kMaxElements || (extent == 0 && wanted.product() > 0)) {
      return ir::kNoNode;
    }
    return builder_.apply(OpKind::gather, {self, index_for(wanted, extent)}, {dim});
  }

  NodeId make_scatter() {
    const NodeId self = pick([](const TensorType& type) { return type.dtype != kBool; });
    if (self == ir::kNoNode) return self;
    const TensorType type = builder_.type_of(self);
    const int dim = type.shape.rank() ? random_dim(type.shape) : 0;
    const int64_t extent = type.shape.rank() ? type.shape[dim] : 1;
    const Shape wanted = index_shape(type.shape, dim);
    if (reach_of(wanted) > kMaxElements || (extent == 0 && wanted.product() > 0)) {
      return ir::kNoNode;
    }
    NodeId source = pick([&](const TensorType& other) {
      return other.dtype == type.dtype && other.shape == wanted;
    });
    if (source == ir::kNoNode) source = add_parameter(type.dtype, wanted);
    const NodeId index = index_for(wanted, extent);
    return builder_.apply(OpKind::scatter_add, {self, index, source}, {dim});
  }

  NodeId make_write() {
    const NodeId self = pick_with_dims();
    if (self == ir::kNoNode) return self;
    const TensorType type = builder_.type_of(self);
    const int dim = random_dim(type.shape);
    NodeId source = pick([&](const TensorType& other) {
      if (other.dtype != type.dtype || other.shape.rank() != type.shape.rank()) return false;
      for (int i = 0; i < type.shape.rank(); ++i) {
        if (i == dim ? other.shape[i] > type.shape[i] : other.shape[i] != type.shape[i]) {
          return false;
        }
      }
      return true;
    });
    // A part of itself, or of another: what is written and what is read may overlap.
    if (builder_.type_of(source).shape[dim] == type.shape[dim] || random_.one_in(3)) {
      source = narrow(source, dim, random_.between(0, builder_.type_of(source).shape[dim]));
      if (random_.one_in(3)) source = builder_.apply(OpKind::mul, {source, source});
    }
    const int64_t spare = type.shape[dim] - builder_.type_of(source).shape[dim];
    return builder_.apply(OpKind::narrow_write, {self, source}, {dim}, {},
                          {random_.between(0, spare)});
  }

  NodeId make_strided_write() {
    const NodeId self = pick([](const TensorType& type) { return type.numel() > 0; });
    if (self == ir::kNoNode) return self;
    const TensorType type = builder_.type_of(self);
    const NodeId source = pick([&](const TensorType& other) {
      return other.dtype == type.dtype && other.numel() <= type.numel();
    });
    int64_t start = 0;
    const Shape& shape = builder_.type_of(source).shape;
    const std::vector<int64_t> strides = random_strides(shape, type.numel(), start);
    if (!is_injective({shape, Dims(std::span<const int64_t>(strides)), 0})) return ir::kNoNode;
    return builder_.apply(OpKind::strided_write, {self, source}, strides, {}, {start});
  }

  NodeId make_cat() {
    const NodeId first = pick_with_dims();
    if (first == ir::kNoNode) return first;
    const TensorType type = builder_.type_of(first);
    const int dim = random_dim(type.shape);
    std::vector<Operand> operands = {builder_.operand(first)};
    int64_t extent = type.shape[dim];
    for (int64_t more = random_.between(0, 3); more > 0; --more) {
      const NodeId next = pick([&](const TensorType& other) {
        Shape shape = other.shape;
        if (other.dtype != type.dtype || shape.rank() != type.shape.rank()) return false;
        shape[dim] = type.shape[dim];
        return shape == type.shape;
      });
      operands.push_back(builder_.operand(next));
      extent += builder_.type_of(next).shape[dim];
    }
    if (reach_of(type.shape) * std::max<int64_t>(extent, 1) >
        kMaxElements * std::max<int64_t>(type.shape[dim], 1)) {
      return ir::kNoNode;
    }
    return builder_.apply(OpKind::cat, operands, {dim});
  }

  // ---- the rest

  NodeId transposed(NodeId a) { return builder_.apply(OpKind::permute, {a}, {1, 0}); }

  NodeId add_matrix(DType dtype, int64_t rows) {
    const int64_t columns = random_.pick(extents_);
    return add_parameter(dtype, {rows, rows * columns > kMaxElements ? 1 : columns});
  }

  NodeId make_mm() {
    const DType dtype = random_dtype();
    if (dtype == kBool) return ir::kNoNode;
    const auto is_matrix = [dtype](const TensorType& type) {
      return type.dtype == dtype && type.shape.rank() == 2;
    };
    NodeId a = pick(is_matrix);
    if (a == ir::kNoNode) a = add_matrix(dtype, random_.pick(extents_));
    if (random_.one_in(3)) a = transposed(a);
    const int64_t inner = builder_.type_of(a).shape[1];
    NodeId b = pick([&](const TensorType& type) {
      return is_matrix(type) && (type.shape[0] == inner || type.shape[1] == inner);
    });
    if (b == ir::kNoNode) b = add_matrix(dtype, inner);
    if (builder_.type_of(b).shape[0] != inner) b = transposed(b);
    if (builder_.type_of(a).shape[0] * builder_.type_of(b).shape[1] > kMaxElements) {
      return ir::kNoNode;
    }
    return builder_.apply(OpKind::mm, {a, b});
  }

  // Of three or four dimensions, an operand now and then transposed or repeated along the batch.
  NodeId make_bmm() {
    const DType dtype = random_dtype();
    if (dtype == kBool) return ir::kNoNode;
    NodeId a = pick([&](const TensorType& type) {
      return type.dtype == dtype && (type.shape.rank() == 3 || type.shape.rank() == 4);
    });
    if (a == ir::kNoNode) a = add_parameter(dtype, {3, random_.pick(extents_), 5});
    const auto swapped = [&](NodeId id) {
      std::vector<int64_t> order;
      for (int i = 0; i < builder_.type_of(id).shape.rank(); ++i) order.push_back(i);
      std::swap(order[order.size() - 1], order[order.size() - 2]);
      return builder_.apply(OpKind::permute, {id}, order);
    };
    if (random_.one_in(3)) a = swapped(a);
    const Shape shape = builder_.type_of(a).shape;
    Shape other = shape;
    const int rows = shape.rank() - 2;
    const int64_t columns = random_.pick(extents_);
    other[rows] = columns;
    other[rows + 1] = shape[rows + 1];
    Shape result = shape;
    result[rows + 1] = columns;
    if (reach_of(other) > kMaxElements || reach_of(result) > kMaxElements) return ir::kNoNode;
    NodeId b = ir::kNoNode;
    if (random_.one_in(2)) {  // one matrix for all
      b = add_parameter(dtype, {columns, shape[rows + 1]});
      b = builder_.apply(OpKind::expand, {b}, {}, list_of(other));
    } else {
      b = add_parameter(dtype, other);
    }
    return builder_.apply(OpKind::bmm, {a, swapped(b)});
  }

  NodeId make_rand() {
    const Operand seed = builder_.word(kInt64, 42);
    const DType dtype = random_.pick(std::array{kFloat32, kFloat32, kFloat16, kBFloat16, kFloat64});
    return builder_.apply(OpKind::rand, {seed, builder_.word(kInt64, builder_.made.words.size())},
                          {static_cast<int64_t>(dtype)}, list_of(random_shape()));
  }

  // An operation once more, on the same operands, words and offsets.
  NodeId make_again() {
    if (operations_.empty()) return ir::kNoNode;
    return builder_.repeat(random_.pick(operations_));
  }

  void choose_outputs() {
    // Those that could take a parameter's memory over are chosen often.
    std::vector<NodeId> fitting;
    for (const NodeId id : operations_) {
      const TensorType& type = builder_.type_of(id);
      const auto bytes = static_cast<size_t>(type.numel() * size_of(type.dtype));
      for (const std::vector<char>& memory : builder_.made.memories) {
        if (memory.size() != bytes || bytes == 0) continue;
        fitting.push_back(id);
        break;
      }
    }
    const int64_t count = random_.between(1, 5);
    for (int64_t i = 0; i < count; ++i) {
      const bool fits = !fitting.empty() && random_.one_in(2);
      const NodeId id = fits     ? random_.pick(fitting)
                        : i == 0 ? operations_.back()
                                 : random_.pick(operations_);
      const std::vector<NodeId>& outputs = builder_.made.graph.outputs;
      if (std::find(outputs.begin(), outputs.end(), id) == outputs.end()) builder_.output(id);
    }
  }
};

}  // namespace

GraphCase random_case(uint64_t seed, MakeProgram make_program) {
  return Generator(seed, make_program).make();
}

}  // namespace lazuli::schedule
