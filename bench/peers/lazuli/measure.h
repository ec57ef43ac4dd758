// Samples and result lines in the form of bench/peers/worker.py, so that Lazuli's rows lie beside
// its peers'. Knows nothing of tensors.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace lazuli::peers {

struct Arguments {
  std::string workload;
  std::string only_case;  // empty: every case of the workload
  std::string data;       // folder written by `cases.py --write`
  std::string cache = "cold";
  int threads = 2;
  double budget = 1;  // seconds of samples a case
};

double now();  // seconds

// Seconds a call: samples of at least 5 ms each until the budget is spent, at least five of them.
std::vector<double> measure(const std::function<void()>& call, double budget, size_t most = 30,
                            int warm = 3);

// One RESULT line; `values` in `unit`, `extra` further members of the JSON object.
void emit(const std::string& workload, const std::string& size, const std::string& metric,
          const std::string& unit, std::vector<double> values, const std::string& extra = "");

std::vector<double> scaled(std::vector<double> values, double factor);

void run_dispatch(const Arguments& arguments);
void run_kernels(const Arguments& arguments);
void run_training(const Arguments& arguments);  // train, first_step, dynamic

}  // namespace lazuli::peers
