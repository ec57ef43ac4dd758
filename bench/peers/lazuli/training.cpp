#include <sys/resource.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "bench/peers/lazuli/measure.h"
#include "lazuli/api/lazuli.h"
#include "lazuli/base/metrics.h"

namespace lazuli::peers {
namespace {

template <typename T>
std::vector<T> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw std::runtime_error("need " + path + ", which cases.py --write makes");
  std::vector<T> values(static_cast<size_t>(file.tellg()) / sizeof(T));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

// Images and labels as a data loader hands them over: in the program's own memory.
struct Batch {
  std::vector<float> images;
  std::vector<int64_t> labels;

  Batch(const std::string& folder, int64_t size)
      : images(read_file<float>(folder + "/x" + std::to_string(size))) {
    for (const int32_t label : read_file<int32_t>(folder + "/t" + std::to_string(size))) {
      labels.push_back(label);
    }
  }
};

// The network 784-512-512-10 with the weights of cases.py, and Adam.
class Trainer {
 public:
  explicit Trainer(const std::string& folder)
      : model_(nn::Linear(784, 512), nn::ReLU(), nn::Linear(512, 512), nn::ReLU(),
               nn::Linear(512, 10)),
        optimizer_(model_->parameters(), 1e-3) {
    const NoGradGuard no_grad;
    const char* names[] = {"fc1.w", "fc1.b", "fc2.w", "fc2.b", "fc3.w", "fc3.b"};
    size_t place = 0;
    for (const Tensor& parameter : model_->parameters()) {
      parameter.copy_(
          from_vector(read_file<float>(folder + "/" + names[place++]), parameter.sizes()));
    }
    eval();
  }

  void put(const Batch& batch) {
    const auto size = static_cast<int64_t>(batch.labels.size());
    images_ = from_vector(batch.images, {size, 784});
    labels_ = from_vector(batch.labels, {size});
  }

  // One step of optimisation; its loss, waited for.
  float step() {
    optimizer_.zero_grad();
    const Tensor loss = cross_entropy(model_(images_), labels_);
    loss.backward();
    optimizer_.step();
    eval();
    const float value = loss.item<float>();
    // A peer's step has ended when its parameters are written.
    model_->parameters().front().data_ptr();
    return value;
  }

 private:
  nn::Sequential model_;
  optim::Adam optimizer_;
  Tensor images_;
  Tensor labels_;
};

uint64_t compiles() { return metrics::value(metrics::Counter::kernels_compiled); }

int64_t size_of_case(const std::string& name) {
  if (name == "mlp128") return 128;
  if (name == "mlp16") return 16;
  throw std::runtime_error("no case " + name + " here");
}

void train(const Arguments& arguments) {
  Trainer trainer(arguments.data);
  trainer.put(Batch(arguments.data, size_of_case(arguments.only_case)));
  std::string losses;
  for (int i = 0; i < 6; ++i) {
    char text[32];
    std::snprintf(text, sizeof text, "%s%.6g", i ? ", " : "", static_cast<double>(trainer.step()));
    losses += text;
  }
  for (int i = 0; i < 4; ++i) trainer.step();
  std::vector<double> samples;
  const double end = now() + arguments.budget * 4;
  while (samples.size() < 8 || (now() < end && samples.size() < 300)) {
    const double begin = now();
    trainer.step();
    samples.push_back((now() - begin) * 1e3);
  }
  emit("train", arguments.only_case, "step", "ms", samples,
       "\"losses\": [" + losses + "], \"compiles\": " + std::to_string(compiles()));
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  emit("train", arguments.only_case, "peak_rss", "MiB",
       {static_cast<double>(usage.ru_maxrss) / 1024});
}

void first_step(const Arguments& arguments) {
  const Batch batch(arguments.data, size_of_case(arguments.only_case));
  double times[4] = {now()};
  Trainer trainer(arguments.data);
  trainer.put(batch);
  for (int i = 1; i < 4; ++i) {
    trainer.step();
    times[i] = now();
  }
  const char* metrics[] = {"first_", "second_", "third_"};
  for (int i = 0; i < 3; ++i) {
    emit("first_step", arguments.only_case, metrics[i] + arguments.cache, "s",
         {times[i + 1] - times[i]});
  }
}

void dynamic(const Arguments& arguments) {
  Trainer trainer(arguments.data);
  std::vector<Batch> batches;
  for (const int32_t size : read_file<int32_t>(arguments.data + "/sizes")) {
    batches.emplace_back(arguments.data, size);
  }
  const uint64_t before = compiles();
  std::vector<double> steps;
  std::string times;
  const auto pass = [&] {
    const double begin = now();
    for (const Batch& batch : batches) {
      const double start = now();
      trainer.put(batch);
      trainer.step();
      steps.push_back((now() - start) * 1e3);
    }
    return now() - begin;
  };
  const double total = pass();
  for (const double step : steps) {
    char text[32];
    std::snprintf(text, sizeof text, "%s%.4g", times.empty() ? "" : ", ", step * 1e-3);
    times += text;
  }
  emit("dynamic", "mlp 29..128", "total_s", "s", {total},
       "\"steps\": " + std::to_string(steps.size()) + ", \"compiles\": " +
           std::to_string(compiles() - before) + ", \"step_times\": [" + times + "]");
  emit("dynamic", "mlp 29..128", "median_step", "ms", steps);
  emit("dynamic", "mlp 29..128", "second_pass_s", "s", {pass()});
}

}  // namespace

void run_training(const Arguments& arguments) {
  if (arguments.workload == "train") {
    train(arguments);
  } else if (arguments.workload == "first_step") {
    first_step(arguments);
  } else {
    dynamic(arguments);
  }
}

}  // namespace lazuli::peers
