// lazuli-gen: the command line.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "codegen/backend_commands.h"
#include "codegen/catalogue/load.h"
#include "codegen/emit/emit.h"
#include "codegen/text.h"
#include "codegen/torch_command.h"

namespace {

using namespace lazuli::codegen;

// The catalogue, or nothing after its problems are told.
bool load_or_tell(const std::string& folder, Catalogue& catalogue) {
  Problems problems;
  catalogue = load(folder, problems);
  if (problems.empty()) return true;
  std::fputs(problems.text().c_str(), stderr);
  std::fprintf(stderr, "%zu problem%s in %s\n", problems.size(), problems.size() == 1 ? "" : "s",
               folder.c_str());
  return false;
}

int check(const std::string& folder) {
  Catalogue catalogue;
  if (!load_or_tell(folder, catalogue)) return 1;
  size_t functions = 0;
  for (const Entry& entry : catalogue.entries) functions += entry.functions.size();
  std::printf("%zu entries, %zu functions, %zu scalar functions\n", catalogue.entries.size(),
              functions, catalogue.scalars.size());
  return 0;
}

int emit_all(const std::string& folder, const std::string& out) {
  Catalogue catalogue;
  if (!load_or_tell(folder, catalogue)) return 1;
  emit::write_outputs(catalogue, out);
  return 0;
}

int show(const std::string& folder, const std::string& name) {
  Catalogue catalogue;
  if (!load_or_tell(folder, catalogue)) return 1;
  const std::string text = emit::show(catalogue, name);
  if (!text.empty()) {
    std::fputs(text.c_str(), stdout);
    return 0;
  }
  std::vector<std::string> known;
  for (const Entry& entry : catalogue.entries) known.push_back(entry.name);
  for (const ScalarFunction& scalar : catalogue.scalars) known.push_back(scalar.name);
  std::fprintf(stderr, "no operator '%s'%s\n", name.c_str(), suggestion(name, known).c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Reads catalogues of operators and writes the sources that follow from them.");
  app.require_subcommand(1);
  std::string folder = "ops";
  std::string out;
  std::string name;
  CLI::App* check_command = app.add_subcommand("check", "Tells every mistake of the catalogue.");
  CLI::App* emit_command = app.add_subcommand("emit", "Writes the generated sources.");
  CLI::App* show_command = app.add_subcommand("show", "Prints all that one operator produces.");
  for (CLI::App* command : {check_command, emit_command, show_command}) {
    command->add_option("--catalogue", folder, "The folder of *.yaml files")->capture_default_str();
  }
  emit_command->add_option("--out", out, "Where to write")->required();
  show_command
      ->add_option("op", name,
                   "An operator or a scalar function; with --native-functions, one of PyTorch")
      ->required();
  TorchCommand torch;
  torch::Options shown;
  add_catalogue_options(*show_command, shown, false);
  show_command->add_option("--backend-yaml", shown.backend, "A back end that may list it")
      ->check(CLI::ExistingFile);
  CLI::App* torch_command = add_torch_command(app, torch);
  DiffCommand difference;
  CLI::App* diff_command = add_diff_command(app, difference);
  torch::Options linted;
  CLI::App* lint_command = add_lint_command(app, linted);
  CLI11_PARSE(app, argc, argv);
  try {
    if (check_command->parsed()) return check(folder);
    if (emit_command->parsed()) return emit_all(folder, out);
    if (torch_command->parsed()) return run(torch);
    if (diff_command->parsed()) return run(difference);
    if (lint_command->parsed()) return lint(linted);
    shown.catalogue = folder;
    return shown.native_functions.empty() ? show(folder, name) : show(shown, name);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lazuli-gen: %s\n", error.what());
    return 1;
  }
}
