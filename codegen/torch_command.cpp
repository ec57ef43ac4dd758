#include "codegen/torch_command.h"

#include <cstdio>

#include "codegen/torch/generate.h"
#include "codegen/torch/read_native_functions.h"

namespace lazuli::codegen {
namespace {

int print_families(const torch::Options& options) {
  Problems problems;
  torch::NativeFunctions functions =
      torch::read_native_functions(options.native_functions, options.tags, problems);
  const torch::Families families(functions, problems);
  std::fputs(problems.text().c_str(), stderr);
  if (!problems.empty()) return 1;
  std::fputs(torch::families_text(families).c_str(), stdout);
  return 0;
}

}  // namespace

void add_catalogue_options(CLI::App& app, torch::Options& options) {
  app.add_option("--native-functions", options.native_functions, "PyTorch's native_functions.yaml")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--tags", options.tags, "PyTorch's tags.yaml")
      ->required()
      ->check(CLI::ExistingFile);
}

CLI::App* add_torch_command(CLI::App& app, TorchCommand& command) {
  CLI::App* torch = app.add_subcommand(
      "torch", "Writes the kernels, registrations and nodes of a lazy device of PyTorch.");
  torch::Options& options = command.options;
  add_catalogue_options(*torch, options);
  CLI::Option* backend =
      torch->add_option("--backend-yaml", options.backend, "What the back end takes over")
          ->check(CLI::ExistingFile);
  CLI::Option* output = torch->add_option("--output-dir", options.output, "Where to write");
  torch->add_flag("--dry-run", options.is_dry_run, "Checks, and lists the files");
  torch->add_option("--impl-path", options.kernels,
                    "C++ with the hand-written kernels, looked through for what is missing");
  torch->add_option("--shape-inference-hdr", options.shape_rules,
                    "The header of the shape rules, looked through for what is missing");
  torch
      ->add_option("--shape-header", options.shape_header, "The same as generated code includes it")
      ->capture_default_str();
  torch->add_option("--shape-namespace", options.shape_space, "Where the shape rules stand")
      ->capture_default_str();
  torch->add_option("--spelling", options.spelling_file,
                    "YAML with the names that generated code calls");
  torch->add_option("--backend-name", options.backend_name, "Part of the registration's name")
      ->capture_default_str();
  torch->add_option("--include-prefix", options.include_prefix,
                    "Stands before generated headers where generated sources include them");
  torch->add_flag("--per-operator-headers", options.has_per_operator_headers,
                  "Includes ATen's headers by operator");
  torch->add_flag("--forced-fallback", options.falls_back,
                  "Kernels ask whether they are to fall back to the CPU");
  torch->add_flag("--eager-registration", options.registers_eagerly,
                  "Registers when the library is loaded");
  CLI::Option* families = torch->add_flag("--families", command.prints_families,
                                          "Prints the families of the catalogue instead");
  torch->final_callback([=] {
    if (*families) return;
    if (!*backend) throw CLI::RequiredError("--backend-yaml");
    if (!*output) throw CLI::RequiredError("--output-dir");
  });
  return torch;
}

int run(const TorchCommand& command) {
  return command.prints_families ? print_families(command.options)
                                 : torch::generate(command.options);
}

}  // namespace lazuli::codegen
