#include "torch/node.h"

#include "torch/errors.h"
#include "torch/lowering.h"

namespace lazuli::torch {

std::string Node::to_string() const {
  std::string results;
  for (const Shape& shape : shapes_) {
    results += (results.empty() ? "" : ", ") + std::string(c10::toString(shape.scalar_type())) +
               text(shape.sizes().vec());
  }
  return std::string(op_) + " -> " + results;
}

Values Node::lower() const {
  TORCH_CHECK_NOT_IMPLEMENTED(false, op_,
                              ": need an operator of Lazuli's; it has none of this kind");
}

Values lowered(const Node& node) {
  Values results = translated(node.op(), [&] { return node.lower(); });
  const Shapes& shapes = node.shapes();
  TORCH_CHECK(results.size() == shapes.size(), node.to_string(), ": need ", shapes.size(),
              " results; Lazuli gives ", results.size());
  for (size_t i = 0; i < results.size(); ++i) {
    if (!results[i].defined()) continue;  // the caller did not ask for it
    const Dims& sizes = results[i].sizes();
    const bool fits = scalar_type_of(results[i].dtype()) == shapes[i].scalar_type() &&
                      at::IntArrayRef(sizes.begin(), sizes.end()) == shapes[i].sizes();
    TORCH_CHECK(fits, node.to_string(), ": result ", i, " of Lazuli's is ",
                lazuli::to_string(TensorType{results[i].dtype(), sizes}));
  }
  return results;
}

bool is_same(const at::Scalar& a, const at::Scalar& b) {
  if (a.type() != b.type()) return false;
  if (a.isComplex()) return a.toComplexDouble() == b.toComplexDouble();
  if (a.isFloatingPoint()) return a.toDouble() == b.toDouble();
  return a.type() == at::kUInt64 ? a.toUInt64() == b.toUInt64() : a.toLong() == b.toLong();
}

}  // namespace lazuli::torch
