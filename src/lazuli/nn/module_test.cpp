#include <gtest/gtest.h>

#include <source_location>
#include <string>
#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/nn/nn.h"
#include "lazuli/nn/test_names.h"

namespace lazuli::nn {
namespace {

// A model as users write it.
class Net : public Module {
 public:
  Net() : scale(register_parameter("scale", ones({2}))) {
    hidden = register_module("hidden", Linear(3, 2));
    again = register_module("again", hidden);
  }
  Tensor forward(const Tensor& input) { return hidden(input) * scale; }

  Tensor scale;
  Linear hidden{nullptr};
  Linear again{nullptr};
};

TEST(Module, ListsSharedParametersOnce) {
  Net net;
  EXPECT_EQ(names_of(net), (std::vector<std::string>{"scale", "hidden.weight", "hidden.bias"}));
  EXPECT_EQ(net.parameters(false).size(), 1u);
  EXPECT_EQ(net.children().size(), 2u);
  EXPECT_EQ(net.named_children()[1].first, "again");
}

TEST(Module, ForgetsGradients) {
  Net net;
  net.forward(randn({4, 3})).sum().backward();
  for (const Tensor& parameter : net.parameters()) EXPECT_TRUE(parameter.grad().defined());
  net.zero_grad(false);
  EXPECT_EQ(net.scale.grad().to_vector<float>(), (std::vector<float>{0, 0}));
  net.zero_grad();
  for (const Tensor& parameter : net.parameters()) EXPECT_FALSE(parameter.grad().defined());
}

TEST(Module, PassesItsModeToChildren) {
  Net net;
  EXPECT_TRUE(net.hidden->is_training());
  net.eval();
  EXPECT_FALSE(net.is_training());
  EXPECT_FALSE(net.hidden->is_training());
  net.train();
  EXPECT_TRUE(net.hidden->is_training());
}

TEST(Module, RefusesBadRegistrations) {
  Net net;
  EXPECT_THROW(net.register_parameter("scale", ones({1})), ValueError);
  EXPECT_THROW(net.register_parameter("hidden", ones({1})), ValueError);
  EXPECT_THROW(net.register_parameter("", ones({1})), ValueError);
  EXPECT_THROW(net.register_parameter("a.b", ones({1})), ValueError);
  EXPECT_THROW(net.register_parameter("undefined", Tensor()), ValueError);
  EXPECT_THROW(net.register_module("empty", Linear(nullptr)), ValueError);
}

TEST(Module, KeepsBuffersBesideParameters) {
  Net net;
  const Tensor count = net.register_buffer("count", zeros({}, kInt64));
  EXPECT_EQ(net.named_buffers().size(), 1u);
  EXPECT_EQ(net.named_buffers()[0].first, "count");
  EXPECT_TRUE(net.buffers()[0].is_same(count));
  EXPECT_EQ(net.parameters().size(), 3u);
  EXPECT_EQ(net.state_dict().size(), 4u);
  EXPECT_THROW(net.register_buffer("scale", ones({1})), ValueError);
  EXPECT_THROW(net.register_parameter("count", ones({1})), ValueError);
}

TEST(Module, ListsAllModulesOnce) {
  Net net;
  const Module::NamedModules modules = net.named_modules();
  ASSERT_EQ(modules.size(), 1u);  // `again` is `hidden`
  EXPECT_EQ(modules[0].first, "hidden");
  Sequential nested(Sequential(ReLU()), Linear(1, 1));
  std::vector<std::string> names;
  for (const auto& [name, module] : nested->named_modules()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"0", "0.0", "1"}));
}

TEST(Module, AppliesAFunctionToAll) {
  Sequential model(Linear(2, 2), ReLU(), Linear(2, 1));
  int count = 0;
  model->apply([&](Module& module) {
    ++count;
    if (auto* linear = dynamic_cast<LinearImpl*>(&module)) init::ones_(linear->weight);
  });
  EXPECT_EQ(count, 4);
  EXPECT_EQ(model->parameters()[2].to_vector<float>(), (std::vector<float>{1, 1}));
}

TEST(Module, LoadsWhatAnotherSaved) {
  Net from;
  Net to;
  to.load_state_dict(from.state_dict());
  const Tensor input = randn({4, 3});
  EXPECT_EQ(to.forward(input).to_vector<float>(), from.forward(input).to_vector<float>());
  EXPECT_TRUE(to.scale.is_leaf());
  EXPECT_TRUE(to.scale.requires_grad());
}

TEST(Module, TellsAllThatDoesNotFit) {
  Net net;
  const std::vector<float> before = net.hidden->weight.to_vector<float>();
  NamedTensors state = {{"scale", ones({3})}, {"hidden.weight", ones({2, 3})}, {"x", ones({1})}};
  try {
    net.load_state_dict(state);
    ADD_FAILURE() << "nothing thrown";
  } catch (const ValueError& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.substr(0, text.find(" (at ")),
              "load_state_dict: the tensors do not fit:\n"
              "  scale: need f32[2]; got f32[3]\n"
              "  hidden.bias: missing, need f32[2]\n"
              "  x: unexpected, f32[1]\n");
  }
  EXPECT_EQ(net.hidden->weight.to_vector<float>(), before);
  state[0].second = ones({2});
  net.load_state_dict(state, false);
  EXPECT_EQ(net.hidden->weight.to_vector<float>(), std::vector<float>(6, 1));
}

TEST(Module, PrintsItsTree) {
  class Printed : public Net {
   public:
    void pretty_print(std::ostream& out) const override { out << "Printed"; }
  };
  Printed net;
  net.register_module("act", Sequential(ReLU(), Dropout(0.25)));
  EXPECT_EQ(to_string(net),
            "Printed(\n"
            "  (hidden): Linear(in_features=3, out_features=2, bias=true)\n"
            "  (again): Linear(in_features=3, out_features=2, bias=true)\n"
            "  (act): Sequential(\n"
            "    (0): ReLU()\n"
            "    (1): Dropout(p=0.25)\n"
            "  )\n"
            ")");
}

// The message of a call, and the line that it ought to name.
template <typename Call>
void expect_line(const uint32_t& line, Call&& call) {
  try {
    call();
    ADD_FAILURE() << "nothing thrown";
  } catch (const Error& error) {
    const std::string place = "module_test.cpp:" + std::to_string(line) + ")";
    EXPECT_TRUE(std::string(error.what()).ends_with(place)) << error.what();
  }
}
uint32_t line_of(std::source_location at = std::source_location::current()) { return at.line(); }

TEST(Module, TellsMistakesAtTheUsersLine) {
  const Tensor wrong = ones({4, 7});
  Linear layer(3, 2);
  Sequential model(Sequential(ReLU(), Linear(3, 2)), LayerNorm(Shape{2}));
  CrossEntropyLoss loss;
  uint32_t line = 0;
  expect_line(line, [&] {
    line = line_of() + 1;
    layer(wrong);
  });
  expect_line(line, [&] {
    line = line_of() + 1;
    layer->forward(wrong);
  });
  expect_line(line, [&] {
    line = line_of() + 1;
    model(wrong);
  });
  expect_line(line, [&] {
    line = line_of() + 1;
    loss(wrong, ones({1}));
  });
  // In a module of the user's it is his line there.
  class Inner : public Module {
   public:
    explicit Inner(uint32_t& where) : line(where) {}
    Tensor forward(const Tensor& input) {
      line = line_of() + 1;
      return hidden(input);
    }
    uint32_t& line;
    Linear hidden{3, 2};
  };
  Sequential outer(std::make_shared<Inner>(line));
  expect_line(line, [&] { outer(wrong); });
}

}  // namespace
}  // namespace lazuli::nn
