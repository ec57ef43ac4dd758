// Finds, for every view, the memory that it shows: strides and offset in the base's memory. A
// reshape that strides cannot express becomes a computing node of its own.
#include "lazuli/schedule/draft.h"

namespace lazuli::schedule {
namespace {

void place_parameter(const ir::Node& node, NodeState& state) {
  state.place.strides = node.strides;
  if (node.offset_word != ir::kNoWord) state.place.terms.push_back({node.offset_word, 1});
}

// Fills the view's place from its source's; false for a reshape that does not fit.
bool place_view(const ir::Node& view, const Shape& source, const Place& from, Place& place) {
  place.offset = from.offset;
  place.terms = from.terms;
  const Layout layout{source, from.strides, 0};
  switch (view.kind) {
    case op::OpKind::expand:
      place.strides = expanded(layout, view.type.shape).strides;
      return true;
    case op::OpKind::permute:
      place.strides = permuted(layout, Dims(std::span<const int64_t>(view.attributes))).strides;
      return true;
    case op::OpKind::narrow:
      place.strides = from.strides;
      break;
    case op::OpKind::slice:
      place.strides = from.strides;
      place.strides[static_cast<int>(view.attributes[0])] *= view.attributes[1];
      break;
    case op::OpKind::diagonal: {
      const auto dim1 = static_cast<int>(view.attributes[0]);
      const auto dim2 = static_cast<int>(view.attributes[1]);
      place.strides = diagonal_of(layout, dim1, dim2, 0, 0, 0).strides;
      place.terms.push_back({view.offsets[0], from.strides[dim1]});
      place.terms.push_back({view.offsets[1], from.strides[dim2]});
      return true;
    }
    case op::OpKind::as_strided:
      place.strides =
          strided(layout, view.type.shape, Dims(std::span<const int64_t>(view.attributes)), 0)
              .strides;
      place.terms.push_back({view.offsets[0], from.strides[0]});
      return true;
    case op::OpKind::select:
      place.strides = from.strides;
      place.strides.erase(static_cast<int>(view.attributes[0]));
      break;
    default: {
      const std::optional<Layout> fitted = reshaped(layout, view.type.shape);
      if (!fitted) return false;
      place.strides = fitted->strides;
      return true;
    }
  }
  const int64_t stride = from.strides[static_cast<int>(view.attributes[0])];
  if (stride != 0) place.terms.push_back({view.offsets[0], stride});
  return true;
}

}  // namespace

bool operator==(const Place& a, const Place& b) {
  if (a.storage != b.storage || a.offset != b.offset || !(a.strides == b.strides) ||
      a.terms.size() != b.terms.size()) {
    return false;
  }
  for (size_t i = 0; i < a.terms.size(); ++i) {
    if (a.terms[i].word != b.terms[i].word || a.terms[i].stride != b.terms[i].stride) return false;
  }
  return true;
}

void place_views(Draft& draft) {
  const auto count = static_cast<ir::NodeId>(draft.graph.nodes.size());
  draft.nodes.resize(static_cast<size_t>(count));
  for (ir::NodeId id = 0; id < count; ++id) {
    const ir::Node& node = draft.node(id);
    NodeState& state = draft.state(id);
    state.base = id;
    state.family = id;
    if (node.is_parameter) {
      place_parameter(node, state);
      continue;
    }
    state.place.strides = contiguous_strides(node.type.shape);
    if (op::traits_of(node.kind).category != op::Category::view) continue;
    const ir::NodeId source = node.operands[0].node;
    const NodeState& from = draft.state(source);
    const Shape& shape = draft.node(source).type.shape;
    Place place;
    if (!place_view(node, shape, from.place, place)) {
      state.is_copy = true;
      continue;
    }
    state.base = from.base;
    state.place = std::move(place);
    state.crosses_reshape = from.crosses_reshape || !is_composable(node, shape);
  }
}

}  // namespace lazuli::schedule
