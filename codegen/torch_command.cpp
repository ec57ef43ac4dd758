#include "codegen/torch_command.h"

#include <cstdio>
#include <filesystem>

#include "codegen/torch/generate.h"
#include "codegen/torch/read_native_functions.h"
#include "codegen/torch/show.h"

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

void add_catalogue_options(CLI::App& app, torch::Options& options, bool is_required) {
  CLI::Option* functions = app.add_option("--native-functions", options.native_functions,
                                          "PyTorch's native_functions.yaml");
  CLI::Option* tags = app.add_option("--tags", options.tags, "PyTorch's tags.yaml");
  for (CLI::Option* option : {functions, tags}) {
    option->required(is_required)->check(CLI::ExistingFile);
  }
  functions->needs(tags);
  tags->needs(functions);
}

CLI::App* add_torch_command(CLI::App& app, TorchCommand& command) {
  CLI::App* torch = app.add_subcommand(
      "torch", "Writes the kernels, registrations and nodes of a lazy device of PyTorch.");
  torch::Options& options = command.options;
  add_catalogue_options(*torch, options, true);
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
  torch->add_flag("--lowerings", options.has_lowerings,
                  "Writes the nodes in Lazuli's own functions, too");
  torch->add_option("--catalogue", options.catalogue, "The folder of Lazuli's own operators")
      ->capture_default_str();
  torch
      ->add_option("--decompositions", options.decompositions,
                   "What Lazuli composes of its own operators")
      ->capture_default_str();
  CLI::Option* coverage =
      torch->add_flag("--coverage", command.prints_coverage,
                      "Prints which operators Lazuli has instead, of the back end or of all");
  CLI::Option* families = torch->add_flag("--families", command.prints_families,
                                          "Prints the families of the catalogue instead");
  torch->final_callback([=] {
    if (*families || *coverage) return;
    if (!*backend) throw CLI::RequiredError("--backend-yaml");
    if (!*output) throw CLI::RequiredError("--output-dir");
  });
  return torch;
}

int run(const TorchCommand& command) {
  if (command.prints_families) return print_families(command.options);
  if (command.prints_coverage) return torch::print_coverage(command.options);
  return torch::generate(command.options);
}

int show(torch::Options options, const std::string& name) {
  Problems problems;
  Problems warnings;
  // What Lazuli makes of the operator is shown where its catalogue lies at hand.
  options.has_lowerings =
      std::filesystem::exists(options.catalogue) && std::filesystem::exists(options.decompositions);
  const torch::Inputs inputs(options, problems, warnings);
  std::fputs(problems.text().c_str(), stderr);
  if (!problems.empty()) return 1;
  const torch::NativeFunction* function = inputs.functions().find(name);
  if (!function) {
    std::fprintf(stderr, "no operator '%s'%s\n", name.c_str(),
                 inputs.functions().nearest(name).c_str());
    return 1;
  }
  std::fputs(torch::show(inputs.generation(), *function).c_str(), stdout);
  return 0;
}

}  // namespace lazuli::codegen
