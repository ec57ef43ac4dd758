// What the generator says and writes, compared with files.
#include "tests/codegen/golden.h"

#include <gtest/gtest.h>

#include "codegen/catalogue/load.h"
#include "codegen/emit/emit.h"

namespace lazuli::codegen {
namespace {

const std::string kFolder = LAZULI_GOLDEN;

using golden::compare;

Catalogue load_good() {
  Problems problems;
  Catalogue catalogue = load(kFolder + "/catalogue", problems);
  EXPECT_EQ(problems.text(), "");
  return catalogue;
}

TEST(Golden, EveryMistakeIsToldAtOnce) {
  Problems problems;
  load(kFolder + "/wrong", problems);
  compare("wrong", problems.text());
}

TEST(Golden, ADerivedGradientCallsWhatThereIs) {
  Problems problems;
  load(kFolder + "/wrong_gradient", problems);
  compare("wrong_gradient", problems.text());
}

TEST(Golden, AMissingFolderIsAMistake) {
  Problems problems;
  load(kFolder + "/nowhere", problems);
  EXPECT_FALSE(problems.empty());
}

class Show : public testing::TestWithParam<const char*> {};

TEST_P(Show, PrintsAllThatAnEntryProduces) {
  compare(std::string("show_") + GetParam(), emit::show(load_good(), GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Golden, Show,
                         testing::Values("exp", "mul", "logaddexp", "log1p", "to", "sum", "narrow",
                                         "soft", "softmax", "extremes"));

TEST(Golden, OutputsDependOnTheCatalogueAlone) {
  const Catalogue once = load_good();
  const Catalogue twice = load_good();
  EXPECT_EQ(emit::kinds_header(once), emit::kinds_header(twice));
  EXPECT_EQ(emit::formulas_source(once), emit::formulas_source(twice));
  compare("kinds", emit::kinds_header(once));
  compare("operators_page", emit::operators_page(once));
}

}  // namespace
}  // namespace lazuli::codegen
