// `lazuli-gen diff` and `lazuli-gen lint` on the command line: what a back end's author asks.
#pragma once

#include <CLI/CLI.hpp>

#include "codegen/torch/options.h"

namespace lazuli::codegen {

struct DiffCommand {
  torch::Options options;  // of the version that the back end was written for
  std::string next;        // the other native_functions.yaml
};

// Add a subcommand; what it was given is in the second argument once the line is parsed.
CLI::App* add_diff_command(CLI::App& app, DiffCommand& command);
CLI::App* add_lint_command(CLI::App& app, torch::Options& options);
// Give the exit status: 0 where there is nothing to tell.
int run(const DiffCommand& command);
int lint(const torch::Options& options);

}  // namespace lazuli::codegen
