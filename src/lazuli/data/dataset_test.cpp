#include "lazuli/data/dataset.h"

#include <gtest/gtest.h>

#include <vector>

#include "lazuli/base/error.h"
#include "lazuli/data/tensor_dataset.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli::data {
namespace {

TEST(Stack, PutsExamplesSideBySide) {
  const Example batch =
      stack({{ones({2, 3}), scalar_tensor(4)}, {zeros({2, 3}), scalar_tensor(5)}});
  EXPECT_EQ(batch.data.sizes(), (Shape{2, 2, 3}));
  EXPECT_EQ(batch.data.sum().item<float>(), 6);
  EXPECT_EQ(batch.target.to_vector<int64_t>(), (std::vector<int64_t>{4, 5}));
  EXPECT_FALSE(stack({{ones({1}), Tensor()}}).target.defined());
}

TEST(Stack, RefusesExamplesThatDiffer) {
  EXPECT_THROW(stack({}), ValueError);
  try {
    stack({{ones({2}), {}}, {ones({2}), {}}, {ones({3}), {}}});
    ADD_FAILURE() << "nothing thrown";
  } catch (const ValueError& error) {
    EXPECT_STREQ(error.what(),
                 "stack: need examples that are alike; got data f32[2] for the first, f32[3] for "
                 "number 2");
  }
  EXPECT_THROW(stack({{ones({2}), ones({})}, {ones({2}), {}}}), ValueError);
}

TEST(TensorDataset, GivesRows) {
  const Tensor data = arange(6).view({3, 2});
  const TensorDataset set(data, from_list({10, 11, 12}));
  EXPECT_EQ(set.size(), 3);
  EXPECT_EQ(set.get(1).data.to_vector<int64_t>(), (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(set.get(1).target.item<int64_t>(), 11);
  const std::vector<int64_t> indices = {2, 0, 2};
  const Example batch = set.get_batch(indices);
  EXPECT_EQ(batch.data.to_vector<int64_t>(), (std::vector<int64_t>{4, 5, 0, 1, 4, 5}));
  EXPECT_EQ(batch.target.to_vector<int64_t>(), (std::vector<int64_t>{12, 10, 12}));
  EXPECT_THROW(set.get(3), IndexError);
  EXPECT_FALSE(TensorDataset(data).get(0).target.defined());
  // Rows of a view, and of what was written since.
  const TensorDataset turned(data.t());
  EXPECT_EQ(turned.get(1).data.to_vector<int64_t>(), (std::vector<int64_t>{1, 3, 5}));
  Tensor(data).add_(100);
  EXPECT_EQ(set.get(0).data.to_vector<int64_t>(), (std::vector<int64_t>{100, 101}));
}

TEST(TensorDataset, RefusesTensorsThatDiffer) {
  EXPECT_THROW(TensorDataset(ones({3}), ones({2})), ValueError);
  EXPECT_THROW(TensorDataset(ones({})), ValueError);
  EXPECT_THROW(TensorDataset(Tensor(), Tensor()), ValueError);
  EXPECT_EQ(TensorDataset(zeros({0, 3})).size(), 0);
}

}  // namespace
}  // namespace lazuli::data
