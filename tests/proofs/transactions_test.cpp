// Values stay what they are: snapshots under donation, overlapping copies, layouts that a program
// cannot see, and steps that fail in the middle.
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <random>

#include "lazuli/api/lazuli.h"

namespace lazuli {
namespace {

using metrics::Counter;

std::vector<float> numbers(int64_t count, uint32_t seed) {
  std::mt19937 generator(seed);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = static_cast<float>(generator() % 2001) / 500.0f - 2;
  return values;
}

// The message of the DeviceError that the call throws; "" where it throws none.
template <typename Call>
std::string device_error(Call&& call) {
  try {
    call();
  } catch (const DeviceError& error) {
    return error.what();
  }
  return "";
}

std::string line(int number) { return "transactions_test.cpp:" + std::to_string(number); }

// Two parameters and a batch whose step can be made to fail.
struct Model {
  Tensor weight = from_vector(numbers(64, 1), {8, 8});
  Tensor bias = from_vector(numbers(8, 2), {8});
  Tensor table = from_vector(numbers(24, 3), {3, 8});
  Tensor count = from_list({0.0, 0.0});  // nothing of it depends on what fails
  const std::vector<float> first_weight = weight.to_vector<float>();
  const std::vector<float> first_bias = bias.to_vector<float>();
  int failing_line = 0;

  // Updates both in place; `row` picks a row of the table, which has 3.
  void step(int64_t row) {
    const Tensor index = full({1, 8}, row, kInt64);
    failing_line = __LINE__ + 1;
    const Tensor picked = table.gather(0, index);
    const Tensor out = (weight * picked + bias).tanh();
    count.mul_(2).add_(1);
    weight.sub_(out * 0.1);
    bias.sub_(out.sum({0}) * 0.1);
  }
  void expect_first() const {
    EXPECT_EQ(weight.to_vector<float>(), first_weight);
    EXPECT_EQ(bias.to_vector<float>(), first_bias);
    EXPECT_EQ(count.to_vector<float>(), std::vector<float>(2, 0));
  }
  void expect_updates() {
    step(1);
    const std::vector<float> updated = weight.to_vector<float>();
    EXPECT_NE(updated, first_weight);
    Model other;
    other.step(1);
    EXPECT_EQ(updated, other.weight.to_vector<float>());
    EXPECT_EQ(bias.to_vector<float>(), other.bias.to_vector<float>());
  }
};

class Failure : public testing::Test {
 protected:
  // A fault of one test is no business of the next.
  void TearDown() override {
    for (int i = 0; i < 4; ++i) device_error([] { eval(); });
  }
};

TEST(Snapshot, KeepsItsValueWhenItsNameGetsANewOne) {
  for (const int64_t size : {4, 1 << 16}) {
    const Tensor gradient = from_vector(numbers(size, 5), {size});
    Tensor weight = from_vector(numbers(size, 4), {size});
    std::vector<Tensor> snapshots;
    std::vector<std::vector<float>> expected;
    std::vector<float> values = weight.to_vector<float>();
    const std::vector<float> slope = gradient.to_vector<float>();
    for (int i = 0; i < 12; ++i) {
      snapshots.push_back(weight);
      expected.push_back(values);
      weight = weight - 0.5 * gradient;
      for (size_t k = 0; k < values.size(); ++k) values[k] -= 0.5f * slope[k];
      if (i % 3 == 2) eval();
    }
    for (size_t i = 0; i < snapshots.size(); ++i) {
      EXPECT_EQ(snapshots[i].to_vector<float>(), expected[i]) << "snapshot " << i;
    }
    EXPECT_EQ(weight.to_vector<float>(), values);
  }
}

TEST(Donation, NeverChangesAValueThatSomebodyHolds) {
  const int64_t size = 1 << 15;
  const Tensor gradient = ones({size});
  Tensor weight = zeros({size});
  Tensor momentum = zeros({size});
  eval();
  std::vector<std::pair<Tensor, float>> held;
  const uint64_t before = metrics::value(Counter::donations);
  for (int i = 0; i < 40; ++i) {
    if (i % 7 == 3) held.emplace_back(weight + 0, static_cast<float>(-i));
    momentum.mul_(0).add_(gradient);
    weight.sub_(momentum);
    eval();
  }
  EXPECT_GE(metrics::value(Counter::donations) - before, 20u);
  for (const auto& [tensor, value] : held) {
    EXPECT_EQ(tensor.amax().item<float>(), value);
    EXPECT_EQ(tensor.amin().item<float>(), value);
  }
  EXPECT_EQ(weight.amax().item<float>(), -40);
}

TEST(Donation, LeavesAViewItsElementsWhenTheirBaseGoesOn) {
  const int64_t size = 1 << 12;
  Tensor weight = zeros({size});
  eval();
  std::vector<Tensor> parts;
  for (int i = 0; i < 10; ++i) {
    parts.push_back(weight.narrow(0, 16, 8));
    weight = weight + 1;
    eval();
  }
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(parts[static_cast<size_t>(i)].to_vector<float>(),
              std::vector<float>(8, static_cast<float>(i)));
  }
}

// Something of everything, in place through views, too.
std::vector<std::vector<float>> work(const Tensor& x) {
  Tensor rows = x.softmax(1);
  Tensor columns = x.log_softmax(0);
  Tensor sums = (x * 1.5 + columns).sum({0});
  Tensor product = x.mm(x.t());
  Tensor mixed = cat({x.narrow(1, 0, 3), x.permute({1, 0}).narrow(0, 2, 3).permute({1, 0})}, 1);
  Tensor written = x + 0;
  written.narrow(1, 1, 4).mul_(x.narrow(1, 2, 4));
  written.permute({1, 0}).select(0, 0).sub_(sums.narrow(0, 0, 1));
  Tensor flat = x.reshape({-1}).exp();
  std::vector<std::vector<float>> results;
  for (const Tensor& each : {rows, columns, sums, product, mixed, written, flat, x.sum()}) {
    results.push_back(each.to_vector<float>());
  }
  return results;
}

TEST(Layout, OfAnInputIsSeenInNoResult) {
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{7, 9}, {64, 33}, {200, 257}}) {
    const std::vector<float> values = numbers(rows * columns, 6);
    std::vector<float> turned(values.size());
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j) {
        turned[static_cast<size_t>(j * rows + i)] = values[static_cast<size_t>(i * columns + j)];
      }
    }
    const std::vector<float> kept = turned;
    const auto expected = work(from_vector(values, {rows, columns}));
    const Tensor borrowed = from_blob(turned.data(), {rows, columns}, kFloat32, Dims{1, rows});
    EXPECT_EQ(borrowed.to_vector<float>(), values);
    const auto got = work(borrowed);
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(got[i].size(), expected[i].size());
      EXPECT_EQ(std::memcmp(got[i].data(), expected[i].data(), 4 * got[i].size()), 0)
          << "result " << i << " of " << rows << " x " << columns;
    }
    EXPECT_EQ(turned, kept);
  }
}

TEST(Layout, OfBorrowedMemoryIsWrittenThroughAtOnce) {
  std::vector<float> memory(12, 1);
  const Tensor borrowed = from_blob(memory.data(), {3, 4}, kFloat32, Dims{1, 3});
  borrowed.select(0, 1).mul_(5);
  for (size_t i = 0; i < memory.size(); ++i) EXPECT_EQ(memory[i], i % 3 == 1 ? 5 : 1);
  const Tensor later = borrowed + 1;
  memory[0] = 100;  // what was recorded has been read
  EXPECT_EQ(later.to_vector<float>(), (std::vector<float>{2, 2, 2, 2, 6, 6, 6, 6, 2, 2, 2, 2}));
}

// x.narrow(dim, to, 8).copy_(x.narrow(dim, from, 8)), as if the source had been copied first.
void copy_rows(std::vector<float>& values, int64_t width, int64_t to, int64_t from) {
  std::memmove(values.data() + to * width, values.data() + from * width,
               static_cast<size_t>(8 * width) * 4);
}

TEST(Overlap, IsReadBeforeItIsWritten) {
  for (const int64_t width : {1, 5}) {
    for (int64_t to = 0; to <= 12; ++to) {
      for (int64_t from = 0; from <= 12; ++from) {
        std::vector<float> values = numbers(20 * width, 7);
        const Tensor x = from_vector(values, {20, width});
        x.narrow(0, to, 8).copy_(x.narrow(0, from, 8));
        copy_rows(values, width, to, from);
        ASSERT_EQ(x.to_vector<float>(), values) << "from " << from << " to " << to;
        const Tensor turned = x.t();
        turned.narrow(1, from, 8).copy_(turned.narrow(1, to, 8));
        copy_rows(values, width, from, to);
        ASSERT_EQ(x.to_vector<float>(), values) << "columns, from " << to << " to " << from;
      }
    }
  }
}

TEST(Overlap, IsReadBeforeItIsWrittenInALongStep) {
  std::vector<float> values = numbers(20, 8);
  const Tensor x = from_vector(values, {20});
  std::mt19937 generator(9);
  for (int i = 0; i < 300; ++i) {
    const auto to = static_cast<int64_t>(generator() % 13);
    const auto from = static_cast<int64_t>(generator() % 13);
    x.narrow(0, to, 8).copy_(x.narrow(0, from, 8));
    copy_rows(values, 1, to, from);
    if (i % 5 == 4) x.add_(1);
    if (i % 5 == 4) std::for_each(values.begin(), values.end(), [](float& each) { each += 1; });
    if (i % 37 == 36) eval();
  }
  EXPECT_EQ(x.to_vector<float>(), values);
}

TEST_F(Failure, LeavesEveryParameterAsItWas) {
  Model model;
  model.step(7);
  const std::string error = device_error([&] { model.weight.to_vector<float>(); });
  EXPECT_NE(error.find("gather"), std::string::npos) << error;
  EXPECT_NE(error.find(line(model.failing_line)), std::string::npos) << error;
  model.expect_first();
  EXPECT_EQ(device_error([] { eval(); }), "");
  model.expect_updates();
}

TEST_F(Failure, PutsBackWhatItReplacedWhicheverValueIsRead) {
  Model model;
  model.step(-1);
  EXPECT_NE(device_error([&] { model.bias.to_vector<float>(); }), "");
  model.expect_first();
  model.expect_updates();
}

TEST_F(Failure, IsToldByTheNextStepWhenNobodyReads) {
  Model model;
  model.step(3);
  std::string error;
  for (int i = 0; i < 3 && error.empty(); ++i) {
    error = device_error([] { eval(); });
    if (error.empty()) ones({1}).item<float>();  // the worker has come so far
  }
  EXPECT_NE(error.find("gather"), std::string::npos) << error;
  EXPECT_NE(error.find(line(model.failing_line)), std::string::npos) << error;
  EXPECT_EQ(device_error([] { eval(); }), "") << "told twice";
  model.expect_first();
  model.expect_updates();
}

TEST_F(Failure, TakesLaterStepsWithIt) {
  for (const bool evaluates : {false, true}) {
    Model model;
    model.step(5);
    const int failing_line = model.failing_line;
    std::string error;
    for (int i = 0; i < 3; ++i) {
      // The step mark tells as soon as the worker has come so far; then later steps start anew.
      if (evaluates && error.empty()) error = device_error([] { eval(); });
      if (error.empty()) model.step(i);
    }
    if (error.empty()) error = device_error([&] { model.bias.to_vector<float>(); });
    EXPECT_NE(error.find(line(failing_line)), std::string::npos) << error;
    model.expect_first();
    model.expect_updates();
  }
}

// Steps so large that they run on the worker while the program records the next ones.
TEST_F(Failure, ReachesStepsThatWereQueuedBehindIt) {
  const int64_t size = 1 << 18;
  const Tensor table = ones({4, size});
  const Tensor weight = full({1, size}, 3.0);
  const Tensor other = full({1, size}, 4.0);
  const Tensor bystander = full({size}, 5.0);
  eval();
  for (int round = 0; round < 10; ++round) {
    std::string error;
    int failing_line = 0;
    for (int i = 0; i < 6 && error.empty(); ++i) {
      const Tensor index = full({1, size}, i == 1 ? 4 : 2, kInt64);
      if (i == 1) failing_line = __LINE__ + 1;
      weight.add_(table.gather(0, index));
      EXPECT_EQ(failing_line, i == 0 ? 0 : __LINE__ - 1);
      other.add_(weight);
      error = device_error([] { eval(); });
    }
    if (error.empty()) error = device_error([&] { other.amax().item<float>(); });
    EXPECT_NE(error.find(line(failing_line)), std::string::npos) << error;
    EXPECT_EQ(weight.amax().item<float>(), 4);
    EXPECT_EQ(weight.amin().item<float>(), 4);
    EXPECT_EQ(other.amax().item<float>(), 8);
    EXPECT_EQ(other.amin().item<float>(), 8);
    EXPECT_EQ(bystander.amax().item<float>(), 5);
    weight.fill_(3);
    other.fill_(4);
    eval();
  }
}

TEST_F(Failure, SparesHealthyValuesOfTheSameStep) {
  Model model;
  const Tensor before = model.weight * 2;
  model.step(9);
  const Tensor after = model.table + 1;
  const Tensor spoiled = model.weight + 1;
  std::vector<float> expected = model.first_weight;
  for (float& value : expected) value *= 2;
  EXPECT_EQ(before.to_vector<float>(), expected);
  EXPECT_EQ(after.numel(), 24);
  EXPECT_EQ(device_error([&] { after.to_vector<float>(); }), "");
  EXPECT_NE(device_error([&] { spoiled.to_vector<float>(); }), "");
  EXPECT_EQ(before.to_vector<float>(), expected);
  model.expect_first();
}

TEST_F(Failure, OfAValueIsThrownByEveryReadOfIt) {
  Model model;
  const Tensor picked = model.table.gather(0, full({1, 8}, 17, kInt64));
  const Tensor sum = picked.sum();
  const Tensor part = picked.narrow(1, 2, 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_NE(device_error([&] { picked.to_vector<float>(); }), "");
    EXPECT_NE(device_error([&] { sum.item<float>(); }), "");
    EXPECT_NE(device_error([&] { part.to_vector<float>(); }), "");
    EXPECT_NE(device_error([&] { (sum + 1).item<float>(); }), "");
    EXPECT_EQ(device_error([] { eval(); }), "");
    EXPECT_EQ(device_error([&] { model.expect_first(); }), "");
  }
}

TEST_F(Failure, OfAValueThatNobodyHoldsIsDroppedAndCounted) {
  const Tensor table = from_vector(numbers(24, 3), {3, 8});
  const uint64_t dropped = metrics::value(Counter::errors_dropped);
  const uint64_t faults = metrics::value(Counter::faults);
  {
    const Tensor picked = table.gather(0, full({1, 8}, 3, kInt64));
    const Tensor healthy = table + 1;
    EXPECT_EQ(device_error([&] { healthy.to_vector<float>(); }), "");
    ones({1}).item<float>();  // the worker has let go of the step
  }
  for (int i = 0; i < 3; ++i) EXPECT_EQ(device_error([] { eval(); }), "");
  EXPECT_EQ(metrics::value(Counter::faults) - faults, 1u);
  EXPECT_EQ(metrics::value(Counter::errors_dropped) - dropped, 1u);
}

TEST_F(Failure, OfAVariableThatNobodyHoldsIsDroppedAndCounted) {
  const Tensor table = from_vector(numbers(24, 3), {3, 8});
  const uint64_t dropped = metrics::value(Counter::errors_dropped);
  {
    const Tensor weight = from_vector(numbers(8, 4), {1, 8});
    weight.add_(table.gather(0, full({1, 8}, 3, kInt64)));
    const Tensor healthy = table + 1;
    EXPECT_EQ(device_error([&] { healthy.to_vector<float>(); }), "");
    ones({1}).item<float>();
  }
  for (int i = 0; i < 3; ++i) EXPECT_EQ(device_error([] { eval(); }), "");
  EXPECT_EQ(metrics::value(Counter::errors_dropped) - dropped, 1u);
}

TEST_F(Failure, IsNoMatterToWorkThatDoesNotNeedTheValue) {
  Model model;
  const Tensor picked = model.table.gather(0, full({1, 8}, 17, kInt64));
  EXPECT_NE(device_error([&] { picked.to_vector<float>(); }), "");
  for (int i = 0; i < 3; ++i) {
    const Tensor doubled = model.table * 2;
    picked + doubled.sum();  // for nobody
    model.weight.add_(doubled.sum() * 0);
    EXPECT_EQ(device_error([&] { doubled.to_vector<float>(); }), "");
    model.expect_first();
  }
}

TEST_F(Failure, MayFollowAFailure) {
  Model model;
  for (int i = 0; i < 4; ++i) {
    model.step(3 + i);
    const std::string error = device_error([&] { model.weight.to_vector<float>(); });
    EXPECT_NE(error.find(line(model.failing_line)), std::string::npos) << error;
    model.expect_first();
  }
  model.expect_updates();
}

TEST_F(Failure, MayHappenTwiceInARowBeforeAnybodyReads) {
  for (const bool evaluates : {false, true}) {
    Model model;
    model.step(3);
    if (evaluates) {
      // Evaluates without the step mark, which would tell.
      EXPECT_EQ(device_error([] { ones({1}).item<float>(); }), "");
    }
    model.step(4);
    EXPECT_NE(device_error([&] { model.weight.to_vector<float>(); }), "");
    model.expect_first();
    device_error([] { eval(); });
    model.expect_first();
    model.expect_updates();
  }
}

// Two operators fail in one step; whichever error is read, all is put back.
TEST_F(Failure, MayHappenTwiceInOneStep) {
  for (int read = 0; read < 4; ++read) {
    Model model;
    const Tensor first = model.table.gather(0, full({1, 8}, 11, kInt64));
    const Tensor second = model.table.gather(1, full({3, 1}, 12, kInt64));
    model.weight.add_(first);
    model.bias.add_(second.sum());
    const Tensor results[] = {first, second, model.weight, model.bias};
    EXPECT_NE(device_error([&] { results[read].to_vector<float>(); }), "");
    EXPECT_EQ(device_error([&] { model.expect_first(); }), "") << "after reading " << read;
    EXPECT_NE(device_error([&] { first.to_vector<float>(); }), "");
    EXPECT_NE(device_error([&] { second.to_vector<float>(); }), "");
  }
}

TEST_F(Failure, NamesEachOperatorAndItsLine) {
  const Tensor table = from_vector(numbers(24, 3), {3, 8});
  const Tensor index = full({1, 8}, 3, kInt64);
  const Tensor gathered = table.gather(0, index);
  const int gather_line = __LINE__ - 1;
  const Tensor scattered = table.scatter_add(0, index, ones({1, 8}));
  const int scatter_line = __LINE__ - 1;
  const Tensor lost = from_vector(numbers(6, 3), {2, 3}).cross_entropy(from_list({0, 3}));
  const int loss_line = __LINE__ - 1;
  const std::string first = device_error([&] { gathered.to_vector<float>(); });
  EXPECT_NE(first.find("gather"), std::string::npos) << first;
  EXPECT_NE(first.find(line(gather_line)), std::string::npos) << first;
  const std::string second = device_error([&] { scattered.to_vector<float>(); });
  EXPECT_NE(second.find("scatter_add"), std::string::npos) << second;
  EXPECT_NE(second.find(line(scatter_line)), std::string::npos) << second;
  const std::string third = device_error([&] { lost.item<float>(); });
  EXPECT_NE(third.find(line(loss_line)), std::string::npos) << third;
}

TEST_F(Failure, InsideATrainingStepLeavesModuleAndOptimizer) {
  manual_seed(3);
  nn::Linear layer(8, 4);
  optim::Adam optimizer(layer->parameters(), optim::AdamOptions(0.01));
  const Tensor input = from_vector(numbers(16, 11), {2, 8});
  const auto train = [&](int64_t wrong) {
    optimizer.zero_grad();
    const Tensor loss =
        layer(input).cross_entropy(from_vector(std::vector{int64_t{0}, wrong}, {2}));
    loss.backward();
    optimizer.step();
    return loss;
  };
  train(1).item<float>();
  std::vector<std::vector<float>> before;
  for (const Tensor& parameter : layer->parameters()) {
    before.push_back(parameter.to_vector<float>());
  }
  std::string error;
  for (int i = 0; i < 3 && error.empty(); ++i) {
    error = device_error([&] { train(i == 0 ? 9 : 2).item<float>(); });
  }
  EXPECT_NE(error.find("cross_entropy"), std::string::npos) << error;
  size_t i = 0;
  for (const Tensor& parameter : layer->parameters()) {
    EXPECT_EQ(parameter.to_vector<float>(), before[i++]);
  }
  EXPECT_EQ(device_error([&] { train(1).item<float>(); }), "");
  EXPECT_NE(layer->parameters()[0].to_vector<float>(), before[0]);
}

// A step longer than a tape is cut; what its first part did in place is done, and what the failing
// part replaced is put back.
TEST_F(Failure, InAStepThatWasCutLeavesEverythingReadable) {
  Model model;
  for (int i = 0; i < 3000; ++i) {
    model.bias.add_(1);
    model.weight.add_(1);
  }
  model.step(8);
  std::string error = device_error([&] { model.weight.to_vector<float>(); });
  EXPECT_NE(error.find(line(model.failing_line)), std::string::npos) << error;
  // As many as were done before the cut, in both or in one more than in the other.
  const auto weight_steps = model.weight.to_vector<float>()[0] - model.first_weight[0];
  const auto bias_steps = model.bias.to_vector<float>()[0] - model.first_bias[0];
  EXPECT_GT(weight_steps, 100);
  EXPECT_NEAR(weight_steps, bias_steps, 1.1);
}

TEST_F(Failure, LeavesBorrowedMemoryAlone) {
  std::vector<float> memory(8, 2);
  const Tensor table = ones({3, 8});
  const Tensor borrowed = from_blob(memory.data(), {1, 8});
  EXPECT_NE(device_error([&] { borrowed.add_(table.gather(0, full({1, 8}, 3, kInt64))); }), "");
  EXPECT_EQ(memory, std::vector<float>(8, 2));
  EXPECT_EQ(borrowed.to_vector<float>(), std::vector<float>(8, 2));
  borrowed.add_(table.gather(0, full({1, 8}, 2, kInt64)));
  EXPECT_EQ(memory, std::vector<float>(8, 3));
}

TEST_F(Failure, OfTheCallerThrowsAtTheCallAndChangesNothing) {
  Model model;
  EXPECT_THROW(model.weight.add_(ones({3})), ValueError);
  EXPECT_THROW(model.weight.narrow(0, 4, 8).zero_(), IndexError);
  EXPECT_THROW(model.bias.expand({4, 8}).add_(1), ValueError);
  EXPECT_THROW(model.weight.mm(model.table), ValueError);
  model.expect_first();
  model.expect_updates();
}

}  // namespace
}  // namespace lazuli
