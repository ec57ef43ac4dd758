#include "lazuli/schedule/expressions.h"

#include <algorithm>

#include "lazuli/base/check.h"

namespace lazuli::schedule {

using op::Category;

bool ExpressionCollector::is_worked_out(ir::NodeId id) const {
  const std::vector<ClusterId>& inlined = d_.state(id).inlined;
  return std::find(inlined.begin(), inlined.end(), cluster_) != inlined.end();
}

// Down through views, and through reductions that fold single elements, to what is worked out
// here or loaded.
ExpressionCollector::Key ExpressionCollector::resolve(ir::NodeId id, const AxisMap& map) const {
  Key key{id, map};
  for (;;) {
    const ir::Node& node = d_.node(key.node);
    AxisMap below;
    if (d_.state(key.node).base != key.node) {
      const Shape& source = d_.node(node.operands[0].node).type.shape;
      if (!is_composable(node, source) || !compose(node, source, key.map, below)) return key;
    } else if (!node.is_parameter && category_of(node) == Category::reduction &&
               is_worked_out(key.node)) {
      const Shape& operand = d_.node(node.operands[0].node).type.shape;
      if (!folds_one(node, operand) || folds_none(node, operand)) return key;
      below = kept_map(node, operand, key.map);
    } else {
      return key;
    }
    key = {node.operands[0].node, below};
  }
}

int32_t ExpressionCollector::find(const Key& key) const {
  const Head& head = heads_[static_cast<size_t>(key.node)];
  if (head.cluster != cluster_) return -1;
  for (int32_t i = head.first; i >= 0; i = out_->list[static_cast<size_t>(i)].next) {
    if (out_->list[static_cast<size_t>(i)].map == key.map) return i;
  }
  return -1;
}

int32_t ExpressionCollector::add(const Key& key, Expression expression) {
  for (const int32_t operand : expression.operands) {
    const Expression& below = out_->list[static_cast<size_t>(operand)];
    expression.axes |= below.axes;
    expression.ready = std::max(expression.ready, below.ready);
  }
  if (expression.kind == Expression::Kind::fold) {
    expression.axes &= ~d_.clusters[static_cast<size_t>(cluster_)].reduced;
    ++expression.ready;
  }
  const auto index = static_cast<int32_t>(out_->list.size());
  if (key.node != ir::kNoNode) {
    Head& head = heads_[static_cast<size_t>(key.node)];
    if (head.cluster != cluster_) head = {cluster_, -1};
    expression.map = key.map;
    expression.next = head.first;
    head.first = index;
  }
  out_->list.push_back(std::move(expression));
  return index;
}

Load ExpressionCollector::located(const Place& place, const AxisMap& map, DType dtype) const {
  Load load;
  load.storage = place.storage;
  load.dtype = dtype;
  load.strides.resize(d_.clusters[static_cast<size_t>(cluster_)].axes.size(), 0);
  load.offset = place.offset;
  load.terms = place.terms;
  for (int d = 0; d < map.rank; ++d) {
    const int64_t stride = place.strides[d];
    if (map.axis[d] != AxisMap::kNone) {
      load.strides[static_cast<size_t>(map.axis[d])] += stride;
    }
    load.offset += map.offset[d].constant * stride;
    if (stride == 0) continue;
    for (int i = 0; i < map.offset[d].count; ++i) {
      load.terms.push_back({map.offset[d].words[i], stride});
    }
  }
  return load;
}

Load ExpressionCollector::ramp(const AxisMap& map) const {
  Place place;
  place.strides = Dims{1};
  Load load = located(place, map, DType::i64);
  load.is_ramp = true;
  load.storage = ~0u;
  return load;
}

int32_t ExpressionCollector::add_load(const Key& key, Load load, SmallVector<int32_t, 4> operands) {
  Expression expression;
  expression.kind = Expression::Kind::load;
  expression.load = static_cast<uint32_t>(out_->loads.size());
  expression.operands = std::move(operands);
  for (size_t axis = 0; axis < load.strides.size(); ++axis) {
    if (load.strides[axis] != 0) expression.axes |= 1u << axis;
  }
  out_->loads.push_back(std::move(load));
  return add(key, std::move(expression));
}

int32_t ExpressionCollector::add_scalar(const ir::Operand& operand) {
  Expression expression;
  const bool is_word = operand.kind == ir::Operand::Kind::word;
  expression.kind = is_word ? Expression::Kind::number : Expression::Kind::constant;
  expression.word = operand.word;
  expression.bits = operand.bits;
  expression.dtype = operand.dtype;
  return add({ir::kNoNode, {}}, std::move(expression));
}

AxisMap ExpressionCollector::folded_map(const ir::Node& node, const AxisMap& map) const {
  const Shape& shape = d_.node(node.operands[0].node).type.shape;
  AxisMap below = kept_map(node, shape, map);
  const uint32_t folded = folded_dims(node);
  uint32_t axes = d_.clusters[static_cast<size_t>(cluster_)].reduced;
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] == 1 || !(folded >> d & 1)) continue;
    LZ_ASSERT(axes != 0, "a reduction folds more axes than its kernel");
    below.axis[d] = static_cast<int8_t>(__builtin_ctz(axes));
    axes &= axes - 1;
  }
  return below;
}

bool ExpressionCollector::checks_indices(const ir::Node& gather) const {
  const ir::Node& data = d_.node(gather.operands[0].node);
  return !d_.options.unfused && !data.is_parameter && data.kind == op::OpKind::arange;
}

// Either the whole expression, where nothing has to be evaluated first, or its operands.
void ExpressionCollector::open(const Key& key, std::vector<Frame>& frames) {
  const ir::Node& node = d_.node(key.node);
  if (!is_worked_out(key.node)) {
    add_load(key, located(d_.place_of(key.node), key.map, node.type.dtype));
    return;
  }
  frames.push_back({key, true});
  switch (category_of(node)) {
    case Category::reduction:
      if (!folds_none(node, d_.node(node.operands[0].node).type.shape) &&
          !d_.state(key.node).arranged) {
        frames.push_back({{node.operands[0].node, folded_map(node, key.map)}, false});
      }
      return;
    case Category::gather:
      frames.push_back({{node.operands[1].node, key.map}, false});
      return;
    default:
      for (size_t i = node.operands.size(); i-- > 0;) {
        const ir::Operand& operand = node.operands[i];
        if (operand.kind != ir::Operand::Kind::node) continue;
        frames.push_back({{operand.node, broadcast_map(key.map, node.type.shape,
                                                       d_.node(operand.node).type.shape)},
                          false});
      }
  }
}

void ExpressionCollector::close_gather(const Key& key, const ir::Node& node) {
  const ir::NodeId data = node.operands[0].node;
  const Shape& shape = d_.node(data).type.shape;
  const auto dim = static_cast<int>(node.attributes[0]);
  const Key index_key = resolve(node.operands[1].node, key.map);
  SmallVector<int32_t, 4> index = {find(index_key)};
  out_->can_fail = true;
  if (checks_indices(node)) {
    AxisMap nowhere;
    nowhere.rank = 1;
    nowhere.axis[0] = AxisMap::kNone;
    Load check = ramp(nowhere);
    check.is_indexed = true;
    check.index_stride = 1;
    check.index_extent = shape[0];
    const int32_t checked = add_load({ir::kNoNode, {}}, std::move(check), index);
    Expression value;
    value.kind = Expression::Kind::operation;
    value.node = data;
    for (const ir::Operand& operand : d_.node(data).operands) {
      value.operands.push_back(add_scalar(operand));
    }
    value.operands.push_back(checked);
    add(key, std::move(value));
    return;
  }
  AxisMap map = key.map;
  map.axis[dim] = AxisMap::kNone;
  map.offset[dim] = Offset();
  const Place place = d_.place_of(data);
  Load load = located(place, map, node.type.dtype);
  load.is_indexed = true;
  const bool is_vector = shape.rank() > 0;  // a single element counts as a vector of one
  load.index_stride = is_vector ? place.strides[dim] : 0;
  load.index_extent = is_vector ? shape[dim] : 1;
  add_load(key, std::move(load), index);
}

void ExpressionCollector::close(const Key& key) {
  const ir::Node& node = d_.node(key.node);
  out_->entries.push_back(node.entry);
  Expression expression;
  expression.kind = Expression::Kind::operation;
  expression.node = key.node;
  switch (category_of(node)) {
    case Category::gather:
      close_gather(key, node);
      return;
    case Category::reduction: {
      const Shape& shape = d_.node(node.operands[0].node).type.shape;
      if (folds_none(node, shape)) {
        expression.kind = Expression::Kind::constant;
        expression.bits = op::empty_value(node.kind).word_as(node.type.dtype);
        expression.dtype = node.type.dtype;
        break;
      }
      expression.kind = Expression::Kind::fold;
      const AxisMap below = folded_map(node, key.map);
      if (const std::unique_ptr<Place>& arranged = d_.state(key.node).arranged) {
        expression.operands.push_back(
            add_load({ir::kNoNode, {}},
                     located(*arranged, below, d_.node(node.operands[0].node).type.dtype)));
      } else {
        expression.operands.push_back(find(resolve(node.operands[0].node, below)));
      }
      break;
    }
    default:
      for (const ir::Operand& operand : node.operands) {
        if (operand.kind != ir::Operand::Kind::node) {
          expression.operands.push_back(add_scalar(operand));
          continue;
        }
        const AxisMap below =
            broadcast_map(key.map, node.type.shape, d_.node(operand.node).type.shape);
        expression.operands.push_back(find(resolve(operand.node, below)));
      }
      if (op::traits_of(node.kind).takes_index) {
        expression.operands.push_back(add_load({ir::kNoNode, {}}, ramp(key.map)));
      }
  }
  add(key, std::move(expression));
}

int32_t ExpressionCollector::evaluate(ir::NodeId id, const AxisMap& map) {
  const Key root = resolve(id, map);
  std::vector<Frame> frames = {{root, false}};
  while (!frames.empty()) {
    const Frame frame = frames.back();
    frames.pop_back();
    if (frame.operands_done) {
      close(frame.key);
      continue;
    }
    const Key key = resolve(frame.key.node, frame.key.map);
    if (find(key) < 0) open(key, frames);
  }
  return find(root);
}

void ExpressionCollector::collect(ClusterId id, Expressions& expressions) {
  expressions.list.clear();
  expressions.loads.clear();
  expressions.roots.clear();
  expressions.entries.clear();
  expressions.can_fail = false;
  cluster_ = id;
  out_ = &expressions;
  for (const Root& root : d_.clusters[static_cast<size_t>(id)].roots) {
    expressions.roots.push_back(evaluate(root.node, root.map));
  }
}

}  // namespace lazuli::schedule
