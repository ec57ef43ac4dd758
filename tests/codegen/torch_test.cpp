// PyTorch's catalogue and back ends: what is told of mistakes and written of what is right,
// compared with files. The catalogue is a small one, an operator of each shape.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "codegen/torch/cpp_scan.h"
#include "codegen/torch/generate.h"
#include "codegen/torch/show.h"
#include "tests/codegen/golden.h"

namespace lazuli::codegen::torch {
namespace {

namespace fs = std::filesystem;

const std::string kFolder = std::string(LAZULI_GOLDEN) + "/torch/";

Options options_of(const std::string& backend) {
  Options options;
  options.native_functions = kFolder + "native_functions.yaml";
  options.tags = kFolder + "tags.yaml";
  if (!backend.empty()) options.backend = kFolder + backend;
  options.shape_rules = kFolder + "rules.h";
  options.kernels = kFolder + "kernels.cpp";
  return options;
}

class TorchTest : public testing::Test {
 protected:
  Problems problems;
  Problems warnings;
};

TEST_F(TorchTest, EveryMistakeOfABackEndIsTold) {
  std::vector<std::string> files;
  for (const fs::directory_entry& file : fs::directory_iterator(kFolder + "wrong")) {
    files.push_back(file.path().filename().string());
  }
  std::sort(files.begin(), files.end());
  EXPECT_GE(files.size(), 20u);
  std::string text;
  for (const std::string& file : files) {
    Problems told;
    Inputs(options_of("wrong/" + file), told, warnings);
    EXPECT_FALSE(told.empty()) << file;
    text += told.text() + "\n";
  }
  golden::compare("torch_wrong", text);
}

TEST_F(TorchTest, EveryMistakeOfACatalogueIsTold) {
  Options options = options_of("");
  options.native_functions = kFolder + "wrong_functions.yaml";
  Inputs(options, problems, warnings);
  golden::compare("torch_wrong_functions", problems.text());
}

TEST_F(TorchTest, WritesAFunctionOfEachShape) {
  const Inputs inputs(options_of("device.yaml"), problems, warnings);
  EXPECT_EQ(problems.text(), "");
  golden::compare("torch_warnings", warnings.text("warning: "));
  for (const OutputFile& file : output_files(inputs.generation())) {
    golden::compare("torch_" + file.path, file.text);
  }
}

TEST_F(TorchTest, OptionsAndSpellingsReachTheText) {
  Options options = options_of("device.yaml");
  options.spelling_file = kFolder + "spelling.yaml";
  options.falls_back = options.has_per_operator_headers = options.registers_eagerly = true;
  options.backend_name = "Vendor";
  options.include_prefix = "vendor/";
  options.shape_header = "vendor/rules.h";
  options.shape_space = "vendor::rules";
  const Inputs inputs(options, problems, warnings);
  EXPECT_EQ(problems.text(), "");
  const Generation generation = inputs.generation();
  golden::compare("torch_spelled_kernels", kernels_source(generation));
  golden::compare("torch_spelled_registrations", registrations_source(generation, true));
  golden::compare("torch_spelled_nodes", nodes_header(generation).substr(0, 2000));
}

TEST_F(TorchTest, UnknownSpellingsAreTold) {
  Options options = options_of("device.yaml");
  options.spelling_file = kFolder + "wrong_spelling.yaml";
  Inputs(options, problems, warnings);
  golden::compare("torch_wrong_spelling", problems.text());
}

TEST_F(TorchTest, ThePageNamesEverySpelling) {
  std::ifstream file(std::string(LAZULI_GOLDEN) + "/../../docs/generator.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  for (const SpellingKey& each : spelling_keys()) {
    EXPECT_NE(page.find("| `" + each.key + "` |"), std::string::npos) << each.key;
    EXPECT_NE(page.find(each.torchgen), std::string::npos) << each.torchgen;
  }
}

TEST_F(TorchTest, DevicesThatGuardCheckTheirArguments) {
  const Inputs inputs(options_of("guarded.yaml"), problems, warnings);
  EXPECT_EQ(problems.text(), "");
  golden::compare("torch_guarded", registrations_source(inputs.generation(), false));
}

TEST_F(TorchTest, ShowTakesAnOperatorApart) {
  const Inputs listed(options_of("device.yaml"), problems, warnings);
  const Inputs free(options_of(""), problems, warnings);
  std::string text;
  for (const char* name : {"max.dim", "softmax.int", "gelu"}) {
    text += show(listed.generation(), *listed.functions().find(name)) + "\n";
  }
  for (const char* name : {"convolution", "transpose.int", "batch_norm_with_update"}) {
    text += show(free.generation(), *free.functions().find(name)) + "\n";
  }
  golden::compare("torch_show", text);
}

TEST_F(TorchTest, FamiliesAndWhatTheyDerive) {
  const Inputs inputs(options_of(""), problems, warnings);
  EXPECT_EQ(problems.text(), "");
  golden::compare("torch_families", families_text(inputs.families()));
}

TEST_F(TorchTest, TwoRunsInOneProcessGiveTheSameFiles) {
  const Inputs once(options_of("device.yaml"), problems, warnings);
  const Inputs twice(options_of("device.yaml"), problems, warnings);
  const std::vector<OutputFile> first = output_files(once.generation());
  const std::vector<OutputFile> second = output_files(twice.generation());
  ASSERT_EQ(first.size(), second.size());
  for (size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i].text, second[i].text);
}

TEST_F(TorchTest, WhatIsTheSameKeepsItsTimeStampAndADryRunWritesNothing) {
  const fs::path folder = fs::path(testing::TempDir()) / "lazuli_torch_test";
  fs::remove_all(folder);
  Options options = options_of("device.yaml");
  options.output = folder.string();
  options.is_dry_run = true;
  EXPECT_EQ(generate(options), 0);
  EXPECT_FALSE(fs::exists(folder));
  options.is_dry_run = false;
  EXPECT_EQ(generate(options), 0);
  const fs::path kernels = folder / "PrivateUse1NativeFunctions.cpp";
  const fs::path nodes = folder / "LazyIr.h";
  const auto old = fs::last_write_time(nodes) - std::chrono::hours(1);
  fs::last_write_time(nodes, old);
  std::ofstream(kernels) << "changed";
  EXPECT_EQ(generate(options), 0);
  EXPECT_EQ(fs::last_write_time(nodes), old);
  EXPECT_GT(fs::file_size(kernels), 1000u);
  options.backend = kFolder + "wrong/unknown_names.yaml";
  options.output = (folder / "nothing").string();
  EXPECT_EQ(generate(options), 1);
  EXPECT_FALSE(fs::exists(folder / "nothing"));
  fs::remove_all(folder);
}

TEST(CppScan, FindsWhatIsDefinedAndNotWhatIsCalled) {
  const std::vector<ScannedFunction> found = scan_functions(R"(
    #define X Class::macro(int a) {}
    // Class::comment(int a) {}
    const char* text = "Class::string(int a) {}"; const char* raw = R"x(Class::raw() {})x";
    at::Tensor Class::add(const ::at::Tensor & self, int64_t dim = f(1, 2)) const { return Class::mul(self); }
    void declared(std::array<bool, 3>, const Tensor&);
    return Class::returned(a);
    auto value = Class::assigned(a);
  )");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].scope, "Class");
  EXPECT_EQ(found[0].name, "add");
  EXPECT_TRUE(found[0].is_definition);
  EXPECT_EQ(found[0].parameters, (std::vector<std::string>{"constTensor&", "int64_t"}));
  EXPECT_EQ(found[0].line, 5);
  EXPECT_EQ(found[1].name, "declared");
  EXPECT_FALSE(found[1].is_definition);
  EXPECT_EQ(found[1].parameters, (std::vector<std::string>{"array<bool,3>", "constTensor&"}));
}

TEST(CppScan, EndsWhereTheTextEnds) {
  for (const char* text : {"void f(", "void f(int", "R\"", "R\"x(", "\"", "/*", "#",
                           "a::", "void f() {", "void f() const"}) {
    scan_functions(text);
    normal_type(text);
  }
}

}  // namespace
}  // namespace lazuli::codegen::torch
