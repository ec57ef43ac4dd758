#include "lazuli/functions/gradient_node.h"

#include <vector>

#include "lazuli/autograd/memory.h"
#include "lazuli/autograd/state.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli {

using autograd::Edge;
using autograd::Gradient;
using autograd::Saved;

static_assert(sizeof(OperationNode) % alignof(Edge) == 0);

Edge* OperationNode::edge_data() const {
  return reinterpret_cast<Edge*>(const_cast<OperationNode*>(this) + 1);
}
OperationNode::Known* OperationNode::known_data() const {
  return reinterpret_cast<Known*>(edge_data() + operand_count_);
}
Saved* OperationNode::saved_data() const {
  return reinterpret_cast<Saved*>(known_data() + operand_count_);
}
int64_t* OperationNode::word_data() const {
  return reinterpret_cast<int64_t*>(saved_data() + saved_count_);
}
size_t OperationNode::bytes() const {
  const size_t words = shape_words_ + attribute_count_ + size_count_ + offset_count_;
  return sizeof(OperationNode) + operand_count_ * (sizeof(Edge) + sizeof(Known)) +
         saved_count_ * sizeof(Saved) + words * sizeof(int64_t);
}

Ref<OperationNode> OperationNode::make(const Record& record, const GradientRule& rule,
                                       const tensor::Variable& result) {
  const std::span<const Record::Argument> arguments = record.arguments();
  // Operands after the 31st are differentiable in `cat` alone, which reads none.
  uint32_t reads = 0;
  uint32_t shape_words = 0;
  for (uint32_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].tensor) continue;
    const tensor::Variable& variable = arguments[i].tensor->variable();
    shape_words += static_cast<uint32_t>(variable.type().shape.rank());
    if (i < rule.reads.size() && autograd::needs_gradient(variable)) reads |= rule.reads[i];
  }
  uint32_t saved_count = 0;
  for (uint32_t i = 0; i < arguments.size() && i < 31; ++i) {
    if (arguments[i].tensor && (reads >> i & 1)) ++saved_count;
  }
  const size_t words =
      shape_words + record.attribute_count_ + record.size_count_ + record.offset_count_;
  void* memory = autograd::take_memory(sizeof(OperationNode) +
                                       arguments.size() * (sizeof(Edge) + sizeof(Known)) +
                                       saved_count * sizeof(Saved) + words * sizeof(int64_t));

  auto* node = new (memory) OperationNode;
  node->kind_ = record.kind_;
  node->operand_count_ = static_cast<uint32_t>(arguments.size());
  node->saved_count_ = static_cast<uint8_t>(saved_count);
  node->attribute_count_ = record.attribute_count_;
  node->size_count_ = record.size_count_;
  node->offset_count_ = record.offset_count_;
  node->shape_words_ = shape_words;
  node->saves_result_ = (reads & GradientRule::kResult) != 0;
  node->rule_ = &rule;
  node->at_ = record.at_;
  if (node->saves_result_) node->result_ = result.value();

  Edge* edges = node->edge_data();
  Known* known = node->known_data();
  Saved* saved = node->saved_data();
  int64_t* word = node->word_data();
  int8_t place = 0;
  for (uint32_t i = 0; i < arguments.size(); ++i) {
    new (&edges[i]) Edge;
    const Record::Argument& argument = arguments[i];
    if (!argument.tensor) {
      known[i] = {argument.bits, argument.dtype, 0, -1, false};
      continue;
    }
    tensor::Variable& variable = argument.tensor->variable();
    const TensorType& type = variable.type();
    const int rank = type.shape.rank();
    known[i] = {0, type.dtype, static_cast<uint8_t>(rank), -1, true};
    for (int dim = 0; dim < rank; ++dim) *word++ = type.shape[dim];
    if (rule.is_differentiable(i) && is_floating(type.dtype))
      edges[i] = autograd::edge_of(variable);
    if (i < 31 && (reads >> i & 1)) {
      known[i].saved = place;
      auto* kept = new (&saved[place++]) Saved(autograd::save(variable));
      // What the call itself overwrites stays as it was: its value is a separate one.
      if (&variable == record.target_ && !variable.is_pinned()) kept->watch = nullptr;
    }
  }
  for (uint32_t i = 0; i < record.attribute_count_; ++i) *word++ = record.attributes_[i];
  for (uint32_t i = 0; i < record.size_count_; ++i) *word++ = record.sizes_[i];
  for (uint32_t i = 0; i < record.offset_count_; ++i) *word++ = record.offsets_[i];
  node->take_place(node->edges());
  return Ref<OperationNode>::adopt(node);
}

OperationNode::~OperationNode() {
  for (uint32_t i = 0; i < operand_count_; ++i) edge_data()[i].~Edge();
  for (uint32_t i = 0; i < saved_count_; ++i) saved_data()[i].~Saved();
}

void OperationNode::operator delete(OperationNode* node, std::destroying_delete_t) {
  const size_t bytes = node->bytes();
  node->~OperationNode();
  autograd::give_memory(node, bytes);
}

void OperationNode::free_saved() {
  is_released_ = true;
  result_ = nullptr;
  for (uint32_t i = 0; i < saved_count_; ++i) saved_data()[i] = Saved();
}

Tensor OperationNode::saved_result() const {
  if (written_version() > result_version_) [[unlikely]] {
    throw_modified(result_->type(), *this, result_version_, *this);
  }
  const auto self = Ref<autograd::Node>::share(const_cast<OperationNode*>(this));
  return Tensor(autograd::unpacked(result_, {self, 0}, self, result_version_));
}

namespace {

// An array on the stack, or from the heap for the few calls with many operands.
template <typename T>
class Operands {
 public:
  explicit Operands(size_t count) : count_(count) {
    if (count > Record::kMaxInlineOperands) more_.resize(count);
  }
  T& operator[](size_t i) { return data()[i]; }
  T* data() { return more_.empty() ? inline_ : more_.data(); }
  std::span<T> span() { return {data(), count_}; }

 private:
  size_t count_;
  T inline_[Record::kMaxInlineOperands];
  std::vector<T> more_;
};

}  // namespace

void OperationNode::apply(std::span<const Gradient> inputs, std::span<Gradient> results) {
  if (is_released_ && (saved_count_ > 0 || saves_result_)) throw_released(*this);
  Operands<Tensor> operands(operand_count_);
  Operands<Tensor> gradients(operand_count_);
  Operands<Scalar> numbers(operand_count_);
  Operands<Shape> shapes(operand_count_);
  Operands<DType> dtypes(operand_count_);
  const int64_t* word = word_data();
  for (uint32_t i = 0; i < operand_count_; ++i) {
    const Known& known = known_data()[i];
    dtypes[i] = known.dtype;
    if (!known.is_tensor) {
      numbers[i] = Scalar::from_word(known.dtype, known.bits);
      continue;
    }
    shapes[i] = Shape(std::span<const int64_t>(word, known.rank));
    word += known.rank;
    if (known.saved >= 0) operands[i] = Tensor(saved_data()[known.saved].unpack(*this));
  }
  GradientCall call;
  call.operands = operands.span();
  call.numbers = numbers.span();
  if (saves_result_) call.result = saved_result();
  call.shapes = shapes.span();
  call.dtypes = dtypes.span();
  call.attributes = {word, attribute_count_};
  call.sizes = {word + attribute_count_, size_count_};
  call.offsets = {word + attribute_count_ + size_count_, offset_count_};
  call.edges = edges();
  call.at = at_;
  rule_->apply(call, Tensor(inputs[0]), gradients.span());
  for (uint32_t i = 0; i < operand_count_; ++i) {
    if (!call.needs(i) || !gradients[i].defined()) continue;
    results[i] = sum_to(gradients[i], shapes[i], at_).reference();
  }
}

Tensor sum_to(const Tensor& gradient, const Shape& shape, At at) {
  const Shape& from = gradient.sizes();
  if (from == shape) return gradient;
  const int added = from.rank() - shape.rank();
  Dims folds;
  for (int i = 0; i < from.rank(); ++i) {
    if (i < added || (shape[i - added] == 1 && from[i] != 1)) folds.push_back(i);
  }
  Tensor result = gradient;
  if (folds.rank() > 0) result = sum(result, folds, true, std::nullopt, at);
  if (result.sizes() == shape) return result;
  // A gradient may be of a smaller shape than its operand: a number, or one element for all.
  if (added > 0) result = reshape(result, shape, at);
  return result.sizes() == shape ? result : expand(result, shape, at);
}

}  // namespace lazuli
