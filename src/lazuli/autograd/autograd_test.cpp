// The engine over nodes that only note what happens to them.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "lazuli/autograd/engine.h"
#include "lazuli/autograd/memory.h"
#include "lazuli/autograd/mode.h"
#include "lazuli/autograd/state.h"
#include "lazuli/base/error.h"
#include "lazuli/core/layout.h"
#include "lazuli/runtime/buffer.h"

namespace lazuli::autograd {
namespace {

// A gradient that is one number.
Gradient number(float value) {
  Ref<runtime::Buffer> buffer = runtime::Buffer::allocated(sizeof(float));
  *reinterpret_cast<float*>(buffer->data()) = value;
  const TensorType type{kFloat32, {}};
  return tensor::Variable::make(
      trace::Value::of_buffer(type, contiguous(type.shape), std::move(buffer)));
}
float value_of(const Gradient& gradient) {
  return *reinterpret_cast<const float*>(gradient->value()->buffer()->data());
}

int additions = 0;
const auto add = [](const Gradient& first, const Gradient& second, bool into_first) {
  ++additions;
  const float sum = value_of(first) + value_of(second);
  if (!into_first) return number(sum);
  *reinterpret_cast<float*>(first->value()->buffer()->data()) = sum;
  return first;
};

// Multiplies its gradient by a factor for each edge.
class Scale final : public Node {
 public:
  Scale(std::vector<Edge> edges, std::vector<float> factors, std::vector<const Node*>* order)
      : edges_(std::move(edges)), factors_(std::move(factors)), order_(order) {
    take_place(edges_);
  }
  std::string_view name() const override { return "scale"; }
  std::span<const Edge> edges() const override { return edges_; }
  void apply(std::span<const Gradient> inputs, std::span<Gradient> results) override {
    if (is_freed_) throw_released(*this);
    if (order_) order_->push_back(this);
    for (size_t i = 0; i < edges_.size(); ++i)
      results[i] = number(value_of(inputs[0]) * factors_[i]);
  }
  void free_saved() override { is_freed_ = true; }

 private:
  std::vector<Edge> edges_;
  std::vector<float> factors_;
  std::vector<const Node*>* order_;
  bool is_freed_ = false;
};

Ref<Node> scale(std::vector<Edge> edges, std::vector<float> factors,
                std::vector<const Node*>* order = nullptr) {
  return make_ref<Scale>(std::move(edges), std::move(factors), order);
}

template <typename T>
Root root_at(const Ref<T>& node) {
  Root root;
  root.edge.node = node;
  root.edge.input = 0;
  root.gradient = number(1);
  return root;
}

TEST(Engine, RunsEachNodeOnceAfterAllItsGradients) {
  std::vector<const Node*> order;
  auto leaf = make_ref<Leaf>();
  const Ref<Node> bottom = scale({{leaf, 0}}, {2}, &order);
  const Ref<Node> left = scale({{bottom, 0}}, {3}, &order);
  const Ref<Node> right = scale({{bottom, 0}, {left, 0}}, {5, 7}, &order);
  const Root root = root_at(right);
  backward({&root, 1}, {}, add);
  EXPECT_EQ(order, (std::vector<const Node*>{right.get(), left.get(), bottom.get()}));
  EXPECT_EQ(value_of(leaf->gradient()), 2 * (5 + 3 * 7));
}

TEST(Engine, AccumulatesInLeaves) {
  auto leaf = make_ref<Leaf>();
  const Ref<Node> node = scale({{leaf, 0}}, {2});
  const Root root = root_at(node);
  additions = 0;
  backward({&root, 1}, {.retain_graph = true}, add);
  EXPECT_EQ(additions, 0);
  const Gradient held = leaf->gradient();
  backward({&root, 1}, {}, add);
  EXPECT_EQ(additions, 1);
  EXPECT_EQ(value_of(held), 4);  // in place: whoever holds the gradient sees it
}

TEST(Engine, ASecondWalkNeedsTheGraph) {
  auto leaf = make_ref<Leaf>();
  const Ref<Node> node = scale({{leaf, 0}}, {2});
  const Root root = root_at(node);
  backward({&root, 1}, {}, add);
  EXPECT_THROW(backward({&root, 1}, {}, add), ValueError);
}

TEST(Engine, GivesGradientsAtTargets) {
  auto leaf = make_ref<Leaf>();
  auto other = make_ref<Leaf>();
  const Ref<Node> low = scale({{leaf, 0}}, {2});
  const Ref<Node> high = scale({{low, 0}}, {3});
  const Root root = root_at(high);
  const std::vector<Edge> targets = {{low, 0}, {leaf, 0}, {other, 0}};
  std::vector<Gradient> results(3);
  gradients({&root, 1}, targets, results, {}, add);
  EXPECT_EQ(value_of(results[0]), 3);
  EXPECT_EQ(value_of(results[1]), 6);
  EXPECT_FALSE(results[2]);
  EXPECT_FALSE(leaf->gradient());
}

TEST(Engine, WalksAndForgetsLongChains) {
  auto leaf = make_ref<Leaf>();
  Ref<Node> node = scale({{leaf, 0}}, {1});
  for (int i = 0; i < 200000; ++i) node = scale({{node, 0}}, {1});
  const Root root = root_at(node);
  backward({&root, 1}, {}, add);
  EXPECT_EQ(value_of(leaf->gradient()), 1);
  node = nullptr;
}

TEST(Node, ComesAfterItsEdgesOnEveryThread) {
  auto leaf = make_ref<Leaf>();
  Ref<Node> node = scale({{leaf, 0}}, {1});
  for (int i = 0; i < 10; ++i) {
    Ref<Node> next;
    std::thread([&] { next = scale({{node, 0}}, {1}); }).join();
    EXPECT_GT(next->sequence(), node->sequence());
    node = next;
  }
}

TEST(Saved, SeesWrites) {
  const Ref<tensor::Variable> variable = number(3);
  const Saved saved = save(*variable);
  const Ref<Node> node = scale({}, {});
  EXPECT_EQ(value_of(saved.unpack(*node)), 3);
  variable->assign(number(4)->value());
  note_write(*variable, variable->version(), {});
  EXPECT_THROW(saved.unpack(*node), ValueError);
  EXPECT_EQ(value_of(save(*variable).unpack(*node)), 4);
}

TEST(Saved, HoldsNoVariable) {
  Ref<tensor::Variable> variable = number(3);
  ensure_state(*variable).requires_grad = true;
  const Saved saved = save(*variable);
  EXPECT_EQ(variable->reference_count(), 1u);
  variable = nullptr;
  EXPECT_EQ(value_of(saved.unpack(*scale({}, {}))), 3);
}

TEST(Mode, EndsWithItsScope) {
  EXPECT_TRUE(is_recording());
  {
    const ModeGuard guard(false);
    EXPECT_FALSE(is_recording());
  }
  EXPECT_TRUE(is_recording());
}

TEST(Memory, ServesEverySize) {
  for (size_t bytes = 1; bytes < 2000; bytes += 37) give_memory(take_memory(bytes), bytes);
}

}  // namespace
}  // namespace lazuli::autograd
