// `lazuli-gen torch` on the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "codegen/torch/options.h"

namespace lazuli::codegen {

struct TorchCommand {
  torch::Options options;
  bool prints_families = false;
  bool prints_coverage = false;
};

// Adds the subcommand; what it was given is in `command` once the line is parsed.
CLI::App* add_torch_command(CLI::App& app, TorchCommand& command);
// The files of PyTorch's catalogue, which several subcommands read.
void add_catalogue_options(CLI::App& app, torch::Options& options, bool is_required);
// Gives the exit status.
int run(const TorchCommand& command);
// Prints what there is to know of one operator of PyTorch.
int show(torch::Options options, const std::string& name);

}  // namespace lazuli::codegen
