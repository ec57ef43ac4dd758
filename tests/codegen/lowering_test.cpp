// How PyTorch's operators become Lazuli's, and what is said of a back end's file and of another
// version of PyTorch; compared with files.
#include <gtest/gtest.h>

#include "codegen/catalogue/load.h"
#include "codegen/torch/coverage.h"
#include "codegen/torch/difference.h"
#include "codegen/torch/generate.h"
#include "codegen/torch/lint.h"
#include "codegen/torch/read_native_functions.h"
#include "tests/codegen/golden.h"

namespace lazuli::codegen::torch {
namespace {

const std::string kFolder = std::string(LAZULI_GOLDEN) + "/lowering/";

Options options_of(const std::string& functions, const std::string& backend) {
  Options options;
  options.native_functions = kFolder + functions;
  options.backend = kFolder + backend;
  options.catalogue = std::string(LAZULI_GOLDEN) + "/catalogue";
  options.decompositions = kFolder + "decompositions.yaml";
  return options;
}

class LoweringTest : public testing::Test {
 protected:
  Problems problems;
  Problems warnings;
};

TEST_F(LoweringTest, WritesWhatThereIs) {
  Options options = options_of("native_functions.yaml", "device.yaml");
  options.has_lowerings = true;
  const Inputs inputs(options, problems, warnings);
  EXPECT_EQ(problems.text(), "");
  golden::compare("lowerings", lowerings_source(inputs.generation()));
  golden::compare("coverage",
                  coverage_text(*inputs.lowerings(), listed_operators(inputs.backend())));
  golden::compare("missing",
                  missing_operators(*inputs.lowerings(), inputs.backend()).text("note: "));
}

TEST_F(LoweringTest, ANodeDeclaresTheLoweringThatIsWritten) {
  Options options = options_of("native_functions.yaml", "device.yaml");
  options.has_lowerings = true;
  const Inputs inputs(options, problems, warnings);
  for (const NativeFunction* function : generated_nodes(inputs.generation())) {
    const bool is_declared =
        node_class(inputs.generation(), function->schema).find("lower() const override") !=
        std::string::npos;
    EXPECT_EQ(is_declared, inputs.lowerings()->has_body(*function)) << function->name;
  }
}

TEST_F(LoweringTest, EveryMistakeOfADecompositionIsTold) {
  Options options = options_of("native_functions.yaml", "device.yaml");
  options.has_lowerings = true;
  options.decompositions = kFolder + "wrong_decompositions.yaml";
  const Inputs inputs(options, problems, warnings);
  golden::compare("wrong_decompositions", problems.text());
}

TEST_F(LoweringTest, LintTellsWhatCouldGo) {
  const Inputs inputs(options_of("native_functions.yaml", "lint.yaml"), problems, warnings);
  EXPECT_EQ(problems.text(), "");
  lint(inputs.backend(), inputs.functions(), inputs.families(), problems);
  golden::compare("lint", problems.text());
}

TEST_F(LoweringTest, LintIsContentWithOrder) {
  const Inputs inputs(options_of("old_functions.yaml", "upgraded.yaml"), problems, warnings);
  lint(inputs.backend(), inputs.functions(), inputs.families(), problems);
  EXPECT_EQ(problems.text(), "");
}

TEST_F(LoweringTest, ADifferenceIsToldWhereItConcerns) {
  const Inputs now(options_of("old_functions.yaml", "upgraded.yaml"), problems, warnings);
  EXPECT_EQ(problems.text(), "");
  NativeFunctions functions = read_native_functions(kFolder + "new_functions.yaml", "", problems);
  const Families families(functions, problems);
  golden::compare("difference_notes", problems.text("note: "));
  const Version before{now.functions(), now.families()};
  golden::compare("difference", difference(before, {functions, families}, now.backend()).text());
  EXPECT_EQ(difference(before, before, now.backend()).text(), "");
}

}  // namespace
}  // namespace lazuli::codegen::torch
