#include "bench/peers/lazuli/measure.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace lazuli::peers {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::vector<double> measure(const std::function<void()>& call, double budget, size_t most,
                            int warm) {
  double once = 0;
  for (int i = 0; i < warm && once <= 1; ++i) {
    const double begin = now();
    call();
    once = now() - begin;
  }
  const int inner = std::max(1, static_cast<int>(0.005 / std::max(once, 1e-9)));
  const size_t least = once < 1 ? 5 : 3;
  std::vector<double> samples;
  const double end = now() + budget;
  while (samples.size() < least || (now() < end && samples.size() < most)) {
    const double begin = now();
    for (int i = 0; i < inner; ++i) call();
    samples.push_back((now() - begin) / inner);
  }
  return samples;
}

void emit(const std::string& workload, const std::string& size, const std::string& metric,
          const std::string& unit, std::vector<double> values, const std::string& extra) {
  std::string repeats;
  for (const double value : values) {
    char text[32];
    std::snprintf(text, sizeof text, "%s%.6g", repeats.empty() ? "" : ", ", value);
    repeats += text;
  }
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  const double median = values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
  std::printf(
      "RESULT {\"workload\": \"%s\", \"size\": \"%s\", \"metric\": \"%s\", \"unit\": \"%s\", "
      "\"value\": %.9g, \"min\": %.9g, \"max\": %.9g, \"repeats\": [%s]%s%s}\n",
      workload.c_str(), size.c_str(), metric.c_str(), unit.c_str(), median, values.front(),
      values.back(), repeats.c_str(), extra.empty() ? "" : ", ", extra.c_str());
  std::fflush(stdout);
}

std::vector<double> scaled(std::vector<double> values, double factor) {
  for (double& value : values) value *= factor;
  return values;
}

}  // namespace lazuli::peers
