#include "lazuli/functions/named_tensors.h"

#include <gtest/gtest.h>

#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli {
namespace {

TEST(NamedTensors, AreFoundByName) {
  const NamedTensors tensors = {{"a", ones({1})}, {"b", ones({2})}};
  EXPECT_EQ(find(tensors, "b").sizes(), (Shape{2}));
  EXPECT_FALSE(find(tensors, "c").defined());
}

TEST(NamedTensors, AreCopiedByName) {
  const Tensor a = zeros({2}).requires_grad_();
  const Tensor b = zeros({1}, kInt64);
  copy_named("load", {{"a", a}, {"b", b}}, {{"b", full({1}, 7)}, {"a", ones({2})}});
  EXPECT_EQ(a.to_vector<float>(), (std::vector<float>{1, 1}));
  EXPECT_EQ(b.to_vector<int64_t>(), (std::vector<int64_t>{7}));
  EXPECT_TRUE(a.is_leaf());
}

TEST(NamedTensors, TellEveryMismatchAndChangeNothing) {
  const Tensor fits = zeros({2});
  const NamedTensors target = {
      {"fits", fits}, {"gone", zeros({3})}, {"long", zeros({2, 2})}, {"whole", zeros({1}, kInt64)}};
  const NamedTensors source = {{"fits", ones({2})},
                               {"long", zeros({2, 3})},
                               {"whole", zeros({1})},
                               {"new", zeros({5}, kBool)}};
  try {
    copy_named("load", target, source);
    ADD_FAILURE() << "nothing thrown";
  } catch (const ValueError& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.substr(0, text.find(" (at ")),
              "load: the tensors do not fit:\n"
              "  gone: missing, need f32[3]\n"
              "  long: need f32[2, 2]; got f32[2, 3]\n"
              "  whole: need i64[1]; got f32[1]\n"
              "  new: unexpected, bool[5]\n");
    EXPECT_NE(text.find("named_tensors_test.cpp:"), std::string::npos);
  }
  EXPECT_EQ(fits.to_vector<float>(), (std::vector<float>{0, 0}));
  EXPECT_THROW(copy_named("load", target, source, false), ValueError);  // shapes still count
}

TEST(NamedTensors, MayBeFewerOrMore) {
  const Tensor a = zeros({1});
  const Tensor kept = zeros({1});
  copy_named("load", {{"a", a}, {"kept", kept}}, {{"a", ones({1})}, {"other", ones({9})}}, false);
  EXPECT_EQ(a.item<float>(), 1);
  EXPECT_EQ(kept.item<float>(), 0);
}

}  // namespace
}  // namespace lazuli
