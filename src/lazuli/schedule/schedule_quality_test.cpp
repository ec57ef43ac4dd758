// How few kernels and steps the scheduler makes of what programs do, and how few distinct ones: a
// change that costs a launch shows here.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "lazuli/interpret/interpret.h"
#include "lazuli/schedule/random_graph.h"
#include "lazuli/schedule/schedule.h"
#include "lazuli/schedule/schedule_check.h"

namespace lazuli::schedule {
namespace {

using ir::NodeId;
using ir::Operand;
using op::OpKind;

class ScheduleQuality : public testing::Test {
 protected:
  NodeId parameter(const Shape& shape) {
    const NodeId id = builder.parameter({kFloat32, shape});
    fill_randomly(kFloat32, builder.made.memories.back(), builder.made.memories.size());
    return id;
  }
  // Class numbers in [0, count).
  NodeId classes(int64_t rows, int64_t count) {
    const NodeId id = builder.parameter({kInt64, {rows}});
    auto* data = reinterpret_cast<int64_t*>(builder.made.memories.back().data());
    for (int64_t i = 0; i < rows; ++i) data[i] = i * 7 % count;
    return id;
  }
  NodeId unary(OpKind kind, NodeId a) { return builder.apply(kind, {a}); }
  NodeId mul(NodeId a, NodeId b) { return builder.apply(OpKind::mul, {a, b}); }
  NodeId mul(NodeId a, const Operand& number) {
    return builder.apply(OpKind::mul, {builder.operand(a), number});
  }
  NodeId add(NodeId a, NodeId b, const Operand& alpha) {
    return builder.apply(OpKind::add, {builder.operand(a), builder.operand(b), alpha});
  }
  NodeId t(NodeId a) { return builder.apply(OpKind::permute, {a}, {1, 0}); }
  NodeId mm(NodeId a, NodeId b) { return builder.apply(OpKind::mm, {a, b}); }
  NodeId sum(NodeId a, std::vector<int64_t> dims, bool keepdim) {
    return builder.reduce(OpKind::sum, a, std::move(dims), keepdim);
  }

  struct LogSoftmax {
    NodeId result, powers, sum;
  };
  LogSoftmax log_softmax(NodeId x) {
    const NodeId shifted = builder.sub(x, builder.reduce(OpKind::amax, x, {1}, true));
    const NodeId powers = unary(OpKind::exp, shifted);
    const NodeId total = sum(powers, {1}, true);
    return {builder.sub(shifted, unary(OpKind::log, total)), powers, total};
  }
  // Whether each class of a row is the one that `target` names.
  NodeId is_target(NodeId target, int64_t count) {
    const NodeId numbers = builder.apply(
        OpKind::arange, {CaseBuilder::constant(kInt64, 0), CaseBuilder::constant(kInt64, 1)}, {},
        {count});
    const NodeId chosen = builder.apply(OpKind::gather, {numbers, target}, {0});
    const int64_t rows = builder.type_of(target).shape[0];
    return builder.apply(OpKind::eq,
                         {numbers, builder.apply(OpKind::view, {chosen}, {}, {rows, 1})});
  }
  NodeId where_or_zero(NodeId condition, const Operand& value) {
    return builder.apply(OpKind::where,
                         {builder.operand(condition), value, CaseBuilder::constant(0.0f)});
  }

  // The update that Adam makes; parameter, average and square are outputs.
  void adam(NodeId weight, NodeId gradient) {
    const Shape shape = builder.type_of(weight).shape;
    const NodeId average =
        add(mul(parameter(shape), builder.word(0.9f)), gradient, builder.word(0.1f));
    const NodeId square = add(mul(parameter(shape), builder.word(0.999f)), mul(gradient, gradient),
                              builder.word(0.001f));
    const NodeId root =
        builder.apply(OpKind::add, {builder.operand(unary(OpKind::sqrt, square)),
                                    builder.word(1e-8f), CaseBuilder::constant(1.0f)});
    const NodeId step = builder.apply(OpKind::div, {average, root});
    builder.output(average);
    builder.output(square);
    builder.output(add(weight, step, builder.word(-0.01f)));
  }

  // A training step: linear layers with relu between them, cross entropy, gradients, Adam.
  void train(int64_t batch, const std::vector<int64_t>& widths) {
    const NodeId input = parameter({batch, widths[0]});
    const NodeId target = classes(batch, widths.back());
    std::vector<NodeId> weights, biases, inputs = {input};
    NodeId x = input;
    for (size_t i = 1; i < widths.size(); ++i) {
      weights.push_back(parameter({widths[i], widths[i - 1]}));
      biases.push_back(parameter({widths[i]}));
      x = builder.add(mm(x, t(weights.back())), biases.back());
      if (i + 1 < widths.size()) inputs.push_back(x = unary(OpKind::relu, x));
    }
    const LogSoftmax loss = log_softmax(x);
    const NodeId chosen = is_target(target, widths.back());
    const NodeId total = sum(where_or_zero(chosen, builder.operand(loss.result)), {0, 1}, false);
    const float count = -static_cast<float>(batch);
    builder.output(builder.apply(OpKind::div, {builder.operand(total), builder.word(count)}));

    const NodeId above = where_or_zero(chosen, builder.word(1 / count));
    const NodeId share = builder.apply(OpKind::div, {sum(above, {1}, true), loss.sum});
    NodeId gradient = builder.sub(above, mul(loss.powers, share));
    for (size_t i = weights.size(); i-- > 0;) {
      const NodeId bias_gradient = sum(gradient, {0}, false);
      const NodeId weight_gradient = t(mm(t(inputs[i]), gradient));
      if (i > 0) {
        const NodeId zero =
            builder.apply(OpKind::eq, {builder.operand(inputs[i]), CaseBuilder::constant(0.0f)});
        const NodeId below = mm(gradient, weights[i]);
        gradient = builder.apply(OpKind::where, {builder.operand(zero), CaseBuilder::constant(0.0f),
                                                 builder.operand(below)});
      }
      adam(biases[i], bias_gradient);
      adam(weights[i], weight_gradient);
    }
  }

  // The schedule of what has been built, which gives what the graph means.
  Schedule make() {
    EXPECT_EQ(check_case(builder.made, 1, interpret::make_program, interpret::make_program), "");
    return make_schedule(builder.made.graph, {});
  }

  static std::set<std::string> texts_of(const Schedule& schedule) {
    std::set<std::string> texts;
    for (const kernel::Kernel& kernel : schedule.kernels) texts.insert(kernel::to_string(kernel));
    return texts;
  }
  // The kernels of `a` that `b` does not have.
  static std::string missing(const std::set<std::string>& a, const std::set<std::string>& b) {
    std::string text;
    for (const std::string& each : a) {
      if (!b.contains(each)) text += each;
    }
    return text;
  }

  CaseBuilder builder;
};

#define LZ_EXPECT_STEPS(schedule, count) \
  EXPECT_EQ((schedule).steps.size(), size_t{count}) << to_string(schedule)

TEST_F(ScheduleQuality, AChainIsOneKernel) {
  NodeId x = parameter({33, 100});
  const NodeId bias = parameter({100});
  for (int i = 0; i < 4; ++i) {
    x = add(x, bias, builder.word(0.5f));
    x = unary(OpKind::tanh, x);
    x = mul(x, builder.word(1.5f));
    x = unary(OpKind::neg, x);
  }
  builder.output(x);
  const Schedule schedule = make();
  LZ_EXPECT_STEPS(schedule, 1);
  EXPECT_EQ(schedule.arena_bytes, 0);
  EXPECT_EQ(schedule.buffers[schedule.outputs[0].address.buffer].donors.size(), 1u);
}

TEST_F(ScheduleQuality, SoftmaxIsOneKernel) {
  const NodeId x = parameter({33, 100});
  const LogSoftmax parts = log_softmax(x);
  builder.output(builder.apply(OpKind::div, {parts.powers, parts.sum}));
  LZ_EXPECT_STEPS(make(), 1);
}

TEST_F(ScheduleQuality, SoftmaxWorksOutItsPowersOnceAndInPlace) {
  const NodeId x = parameter({33, 100});
  const LogSoftmax parts = log_softmax(x);
  builder.output(builder.apply(OpKind::div, {parts.powers, parts.sum}));
  const Schedule schedule = make();
  const std::vector<kernel::Instruction>& code = schedule.kernels[0].code;
  const auto makes_power = [](const kernel::Instruction& instruction) {
    return instruction.primitive == kernel::Primitive::shift_left;
  };
  EXPECT_EQ(std::count_if(code.begin(), code.end(), makes_power), 1);
  EXPECT_EQ(schedule.buffers[schedule.outputs[0].address.buffer].donors.size(), 1u);
}

// The results are folded after they have been stored, so the powers are needed once more.
TEST_F(ScheduleQuality, SoftmaxMayBeFoldedAfterwards) {
  const LogSoftmax parts = log_softmax(parameter({33, 100}));
  const NodeId result = builder.apply(OpKind::div, {parts.powers, parts.sum});
  const NodeId total = sum(mul(result, result), {1}, true);
  builder.output(result);
  builder.output(builder.apply(OpKind::lt, {result, total}));
  LZ_EXPECT_STEPS(make(), 1);
}

TEST_F(ScheduleQuality, AResultIsTheMemoryOfWhatItIsMadeOf) {
  const NodeId product = mm(parameter({30, 40}), parameter({40, 50}));
  builder.output(unary(OpKind::tanh, product));
  const Schedule schedule = make();
  LZ_EXPECT_STEPS(schedule, 2);
  EXPECT_EQ(schedule.arena_bytes, 0);
  EXPECT_EQ(schedule.intermediate_bytes, 30 * 50 * 4);
}

TEST_F(ScheduleQuality, SoftmaxAlongTheFirstDimensionIsOneKernel) {
  const NodeId x = parameter({20, 33});
  const NodeId shifted = builder.sub(x, builder.reduce(OpKind::amax, x, {0}, true));
  const NodeId powers = unary(OpKind::exp, shifted);
  builder.output(builder.apply(OpKind::div, {powers, sum(powers, {0}, true)}));
  LZ_EXPECT_STEPS(make(), 1);
}

TEST_F(ScheduleQuality, PickingALogProbabilityIsOneKernel) {
  const NodeId chosen = is_target(classes(33, 10), 10);
  const NodeId logarithms = log_softmax(parameter({33, 10})).result;
  builder.output(sum(where_or_zero(chosen, builder.operand(logarithms)), {1}, false));
  LZ_EXPECT_STEPS(make(), 1);
}

TEST_F(ScheduleQuality, ASumTakesInItsProducer) {
  const NodeId x = parameter({40, 30});
  const NodeId product = mul(unary(OpKind::tanh, x), parameter({40, 30}));
  builder.output(sum(product, {0}, false));
  const Schedule schedule = make();
  LZ_EXPECT_STEPS(schedule, 1);
  EXPECT_EQ(schedule.arena_bytes, 0);
}

TEST_F(ScheduleQuality, MeanAndVarianceShareAKernel) {
  const NodeId x = parameter({40, 30});
  const Operand share = CaseBuilder::constant(1.0f / 30);
  const NodeId centered = builder.sub(x, mul(sum(x, {1}, true), share));
  const NodeId variance = mul(sum(mul(centered, centered), {1}, true), share);
  builder.output(builder.apply(OpKind::div, {centered, unary(OpKind::sqrt, variance)}));
  LZ_EXPECT_STEPS(make(), 1);
}

// What a row's folds give is worked out once a row, however much it takes.
TEST_F(ScheduleQuality, ALayerNormIsOneKernel) {
  const NodeId x = parameter({40, 30});
  const Operand count = builder.word(30.0f);
  const auto mean = [&](NodeId a) {
    return builder.apply(OpKind::div, {builder.operand(sum(a, {1}, true)), count});
  };
  const NodeId centered = builder.sub(x, mean(x));
  const NodeId variance = builder.add(mean(mul(centered, centered)), parameter({1, 1}));
  const NodeId factor = builder.apply(
      OpKind::div, {CaseBuilder::constant(1.0f), builder.operand(unary(OpKind::sqrt, variance))});
  builder.output(builder.add(mul(mul(centered, factor), parameter({30})), parameter({30})));
  LZ_EXPECT_STEPS(make(), 1);
}

TEST_F(ScheduleQuality, SumsOfTheSameColumnsShareAKernel) {
  const NodeId x = parameter({40, 30});
  builder.output(sum(x, {0}, false));
  builder.output(sum(mul(x, parameter({40, 30})), {0}, false));
  LZ_EXPECT_STEPS(make(), 1);
}

TEST_F(ScheduleQuality, UpdatesOfEqualShapesAreOneStep) {
  for (int i = 0; i < 5; ++i) adam(parameter({12, 7}), parameter({12, 7}));
  const Schedule schedule = make();
  LZ_EXPECT_STEPS(schedule, 1);
  EXPECT_EQ(schedule.steps[0].instances.size(), 5u);
  EXPECT_EQ(schedule.kernels.size(), 1u);
  for (const Buffer& buffer : schedule.buffers) {
    if (buffer.kind == Buffer::Kind::output) {
      EXPECT_FALSE(buffer.donors.empty());
    }
  }
}

TEST_F(ScheduleQuality, UpdatesOfAllShapesAreOneStep) {
  for (const Shape& shape : {Shape{12, 7}, Shape{7}, Shape{3, 4, 5}, Shape{1}}) {
    adam(parameter(shape), parameter(shape));
  }
  const Schedule schedule = make();
  LZ_EXPECT_STEPS(schedule, 1);
  EXPECT_EQ(schedule.steps[0].instances.size(), 4u);
}

// Five products; what fails first, softmax and loss in five kernels, gradients and updates in five.
TEST_F(ScheduleQuality, ATrainingStepIsFewLaunches) {
  train(32, {20, 16, 10});
  const Schedule schedule = make();
  EXPECT_LE(schedule.steps.size(), 15u) << to_string(schedule);
}

TEST_F(ScheduleQuality, KernelsDoNotDependOnSizes) {
  std::set<std::string> first;
  for (const int64_t batch : {3, 17, 128}) {
    builder = CaseBuilder();
    train(batch, {20, 16, 10});
    const std::set<std::string> texts = texts_of(make());
    if (first.empty()) first = texts;
    EXPECT_EQ(missing(texts, first), "") << "of batch " << batch;
    EXPECT_EQ(missing(first, texts), "") << "of batch 3, not " << batch;
  }
}

TEST_F(ScheduleQuality, MoreLayersNeedNoMoreKernels) {
  train(16, {20, 16, 16, 16, 16, 10});
  const std::set<std::string> deep = texts_of(make());
  builder = CaseBuilder();
  train(16, {20, 16, 16, 10});
  EXPECT_EQ(missing(texts_of(make()), deep), "");
  EXPECT_EQ(missing(deep, texts_of(make())), "");
}

}  // namespace
}  // namespace lazuli::schedule
