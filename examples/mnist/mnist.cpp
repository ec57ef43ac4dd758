// Trains a small network to read handwritten digits:
//   mnist                        on digits that the program draws
//   mnist --data FOLDER          on MNIST's own files
#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <stdexcept>

#include "lazuli/api/lazuli.h"
#include "options.h"
#include "progress.h"

namespace data = lazuli::data;
namespace nn = lazuli::nn;
using lazuli::Tensor;

// The images to train on and those to test with.
data::Mnist load(const Options& options) {
  if (options.data.empty()) {
    const data::Digits digits(options.seed);
    return {digits.make(0, options.train), digits.make(options.train, options.test)};
  }
  data::Mnist mnist = data::load_mnist(options.data);
  if (mnist.is_split) {
    std::printf("only the t10k files are there: the last %lld of them are the test\n",
                static_cast<long long>(mnist.test.count()));
  }
  return mnist;
}

nn::Sequential make_model() {
  return nn::Sequential(nn::Linear(784, 512), nn::ReLU(),  //
                        nn::Linear(512, 512), nn::ReLU(),  //
                        nn::Linear(512, 10));
}

struct Score {
  double accuracy;
  double loss;
};

// How well the model reads images that it has not seen.
Score test(nn::Sequential& model, const data::LabelledImages& images) {
  const lazuli::NoGradGuard no_grad;
  Tensor right = lazuli::zeros({});
  Tensor loss = lazuli::zeros({});
  const data::DataLoader loader(data::ImageDataset(images), {.batch_size = 500});
  for (const auto& [pixels, labels] : loader.epoch()) {
    const Tensor logits = model(pixels);
    right = right + logits.argmax(1).eq(labels).sum();
    loss = loss + lazuli::cross_entropy(logits, labels) * pixels.size(0);
    lazuli::eval();
  }
  const auto count = static_cast<double>(images.count());
  return {right.item<float>() / count, loss.item<float>() / count};
}

void run(const Options& options) {
  lazuli::manual_seed(options.seed);
  const data::Mnist images = load(options);
  nn::Sequential model = make_model();
  lazuli::optim::Adam optimizer(model->parameters(), options.lr);

  const data::DataLoader loader(
      data::ImageDataset(images.train),
      {.batch_size = options.batch, .shuffle_seed = options.seed, .drop_last = true, .workers = 1});
  if (loader.size() == 0) throw std::runtime_error("fewer images than one batch");
  Progress progress(options.epochs * loader.size(), options.batch);
  Tensor loss;
  for (int64_t epoch = 0; epoch < options.epochs; ++epoch) {
    for (const auto& [pixels, labels] : loader.epoch(epoch)) {
      optimizer.zero_grad();
      loss = lazuli::cross_entropy(model(pixels), labels);
      loss.backward();
      optimizer.step();
      lazuli::eval();  // the step is compiled the first time, then only replayed
      progress.advance(loss);
    }
  }
  progress.finish(loss);

  const Score score = test(model, images.test);
  using lazuli::metrics::Counter;
  const auto count = [](Counter counter) {
    return static_cast<unsigned long long>(lazuli::metrics::value(counter));
  };
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "result: model=%s accuracy=%.4f loss=%.4f steps=%lld seconds=%.3f images_per_second=%.0f "
      "traces=%llu plans=%llu kernels=%llu compile_ms=%.2f peak_rss_mb=%.1f\n",
      options.model.c_str(), score.accuracy, score.loss, static_cast<long long>(progress.steps()),
      progress.seconds(), progress.images_per_second(), count(Counter::trie_nodes_made),
      count(Counter::plans_made), count(Counter::kernels_compiled),
      static_cast<double>(count(Counter::compile_nanoseconds)) * 1e-6,
      static_cast<double>(usage.ru_maxrss) / 1024);
}

int main(int argc, char** argv) {
  const Options options = parse_options(argc, argv);
  if (options.threads > 0) lazuli::env::set_threads(options.threads);
  try {
    run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mnist: %s\n", error.what());
    return 1;
  }
}
