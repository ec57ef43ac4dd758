// Lazuli on the peers' workloads: what worker.py does for a framework of Python's.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "bench/peers/lazuli/measure.h"
#include "lazuli/runtime/thread_team.h"

int main(int argc, char** argv) {
  lazuli::peers::Arguments arguments;
  double limit = 0;
  CLI::App app("Times Lazuli on the workloads of bench/peers; started by run.py.");
  app.add_option("--workload", arguments.workload)
      ->required()
      ->check(
          CLI::IsMember({"dispatch", "chain", "norm", "matmul", "train", "first_step", "dynamic"}));
  app.add_option("--case", arguments.only_case);
  app.add_option("--data", arguments.data, "folder written by cases.py --write");
  app.add_option("--cache", arguments.cache, "label of first_step");
  app.add_option("--threads", arguments.threads);
  app.add_option("--budget", arguments.budget, "seconds of samples a case");
  app.add_option("--limit", limit, "taken for run.py's sake; no workload here comes near it");
  CLI11_PARSE(app, argc, argv);
  lazuli::runtime::set_thread_count(arguments.threads);
  std::printf("VERSION %s\n", LAZULI_VERSION);
  try {
    const std::string& workload = arguments.workload;
    if (workload == "dispatch") {
      lazuli::peers::run_dispatch(arguments);
    } else if (workload == "chain" || workload == "norm" || workload == "matmul") {
      lazuli::peers::run_kernels(arguments);
    } else {
      lazuli::peers::run_training(arguments);
    }
  } catch (const std::exception& error) {
    std::cerr << "FAILED " << arguments.workload << ": " << error.what() << "\n";
    return 1;
  }
}
