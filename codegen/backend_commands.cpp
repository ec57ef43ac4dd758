#include "codegen/backend_commands.h"

#include <cstdio>

#include "codegen/torch/difference.h"
#include "codegen/torch/generate.h"
#include "codegen/torch/lint.h"
#include "codegen/torch/read_native_functions.h"
#include "codegen/torch_command.h"

namespace lazuli::codegen {
namespace {

int tell(const Problems& found, const char* what) {
  std::fputs(found.text().c_str(), stdout);
  std::printf("%zu %s%s\n", found.size(), what, found.size() == 1 ? "" : "s");
  return found.empty() ? 0 : 1;
}

}  // namespace

CLI::App* add_diff_command(CLI::App& app, DiffCommand& command) {
  CLI::App* diff = app.add_subcommand(
      "diff", "Tells what changed for a back end between two versions of PyTorch's catalogue.");
  torch::Options& options = command.options;
  diff->add_option("old", options.native_functions, "The native_functions.yaml it was written for")
      ->required()
      ->check(CLI::ExistingFile);
  diff->add_option("new", command.next, "The other native_functions.yaml")
      ->required()
      ->check(CLI::ExistingFile);
  diff->add_option("--backend-yaml", options.backend, "What the back end takes over")
      ->required()
      ->check(CLI::ExistingFile);
  return diff;
}

CLI::App* add_lint_command(CLI::App& app, torch::Options& options) {
  CLI::App* lint = app.add_subcommand(
      "lint", "Tells what in a back end's file is out of order, superseded or stale.");
  add_catalogue_options(*lint, options, true);
  lint->add_option("backend", options.backend, "The back end's file")
      ->required()
      ->check(CLI::ExistingFile);
  lint->add_option("--shape-inference-hdr", options.shape_rules,
                   "The header of the shape rules, looked through for what is stale or missing")
      ->check(CLI::ExistingFile);
  return lint;
}

int run(const DiffCommand& command) {
  Problems problems;
  Problems notes;
  const torch::Inputs now(command.options, problems, notes);
  if (!problems.empty()) {
    std::fputs(problems.text().c_str(), stderr);
    return 2;
  }
  // A newer file may say what this generator does not know yet; what it could read counts.
  torch::NativeFunctions functions = torch::read_native_functions(command.next, "", notes);
  const torch::Families families(functions, notes);
  std::fputs(notes.text("note: ").c_str(), stderr);
  return tell(
      torch::difference({now.functions(), now.families()}, {functions, families}, now.backend()),
      "difference");
}

int lint(const torch::Options& options) {
  Problems found;
  const torch::Inputs inputs(options, found, found);
  torch::lint(inputs.backend(), inputs.functions(), inputs.families(), found);
  return tell(found, "remark");
}

}  // namespace lazuli::codegen
