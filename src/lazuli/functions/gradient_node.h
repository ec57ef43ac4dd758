// The gradient node of a recorded operation: what its rule needs of the call, packed into one piece
// of memory, and the rule's application.
#pragma once

#include <new>

#include "lazuli/autograd/node.h"
#include "lazuli/functions/gradient_rule.h"
#include "lazuli/functions/record.h"

namespace lazuli {

class OperationNode final : public autograd::Node {
 public:
  // Keeps what the rule reads for the operands that need gradients.
  static Ref<OperationNode> make(const Record& record, const GradientRule& rule,
                                 const tensor::Variable& result);
  static void operator delete(OperationNode* node, std::destroying_delete_t);

  std::string_view name() const override { return op::name_of(kind_); }
  SourceLocation at() const override { return at_; }
  op::OpKind kind() const { return kind_; }
  std::span<const autograd::Edge> edges() const override { return {edge_data(), operand_count_}; }
  void apply(std::span<const autograd::Gradient> inputs,
             std::span<autograd::Gradient> results) override;
  void free_saved() override;

  // The result became the contents of a variable at this version.
  void set_result_version(uint32_t version) { result_version_ = version; }

 private:
  // What is known of an operand without keeping it.
  struct Known {
    uint64_t bits;  // of a number
    DType dtype;
    uint8_t rank;  // of a tensor; its extents are among the words
    int8_t saved;  // its place among the saved, or -1
    bool is_tensor;
  };

  OperationNode() = default;
  ~OperationNode() override;

  // The parts that follow the object in memory.
  autograd::Edge* edge_data() const;
  Known* known_data() const;
  autograd::Saved* saved_data() const;
  int64_t* word_data() const;
  size_t bytes() const;
  Tensor saved_result() const;

  op::OpKind kind_{};
  uint32_t operand_count_ = 0;
  uint8_t saved_count_ = 0;
  uint8_t attribute_count_ = 0;
  uint8_t size_count_ = 0;
  uint8_t offset_count_ = 0;
  uint32_t shape_words_ = 0;
  bool saves_result_ = false;
  bool is_released_ = false;
  uint32_t result_version_ = 0;
  const GradientRule* rule_ = nullptr;
  SourceLocation at_;
  Ref<trace::Value> result_;  // the value alone: a variable would close a cycle
};

// `gradient` summed over the dimensions that broadcasting from `shape` repeated.
Tensor sum_to(const Tensor& gradient, const Shape& shape, At at);

}  // namespace lazuli
