// Trains a classifier of sequences, saves it in the middle, and goes on from what was saved.
#include <cstdio>
#include <exception>
#include <memory>

#include "lazuli/api/lazuli.h"

namespace data = lazuli::data;
namespace io = lazuli::io;
namespace nn = lazuli::nn;
namespace optim = lazuli::optim;
using lazuli::Tensor;

// Words become vectors; their mean, normalized, is classified.
class Net : public nn::Module {
 public:
  Net() {
    words = register_module("words", nn::Embedding(nn::EmbeddingOptions(50, 16).padding_idx(0)));
    classify = register_module(
        "classify", nn::Sequential(nn::LayerNorm(lazuli::Shape{16}), nn::Linear(16, 32), nn::ReLU(),
                                   nn::Dropout(0.1), nn::Linear(32, 4)));
    nn::init::kaiming_normal_(classify->parameters()[2]);
  }
  Tensor forward(const Tensor& sequences) { return classify(words(sequences).mean(1)); }

  nn::Embedding words{nullptr};
  nn::Sequential classify{nullptr};
};

// Sequences of 8 words; the class says which quarter of the dictionary most words are from.
data::TensorDataset make_set(int64_t count) {
  const Tensor classes = (lazuli::rand({count}) * 4).to(lazuli::kInt64);
  const Tensor own =
      classes.view({count, 1}) * 12 + (lazuli::rand({count, 8}) * 12).to(lazuli::kInt64);
  const Tensor any = (lazuli::rand({count, 8}) * 48).to(lazuli::kInt64);
  return data::TensorDataset(where(lazuli::rand({count, 8}) < 0.6, own, any) + 1, classes);
}

// A model with all that its training needs.
struct Training {
  Net net;
  optim::AdamW optimizer{net.named_parameters(), optim::AdamWOptions(5e-3)};
  optim::SequentialLR schedule{optimizer,
                               {std::make_shared<optim::LinearLR>(optimizer, 0.1, 1, 20),
                                std::make_shared<optim::CosineAnnealingLR>(optimizer, 300)},
                               {20}};
  nn::CrossEntropyLoss loss{nn::ClassLossOptions().label_smoothing(0.05)};

  void run_epoch(const data::DataLoader& loader, uint64_t epoch) {
    lazuli::manual_seed(epoch);  // of the dropout
    net.train();
    for (const auto& [sequences, classes] : loader.epoch(epoch)) {
      optimizer.zero_grad();
      loss(net.forward(sequences), classes).backward();
      nn::utils::clip_grad_norm_(net.parameters(), 1);
      optimizer.step();
      schedule.step();
      lazuli::eval();
    }
  }

  void save(const char* path) const {
    io::save(path, {{"model", net.state_dict()},
                    {"optimizer", optimizer.state_dict()},
                    {"schedule", schedule.state_dict()}});
  }
  void load(const char* path) {
    const io::Checkpoint saved = io::load(path);
    net.load_state_dict(saved.part("model"));
    optimizer.load_state_dict(saved.part("optimizer"));
    schedule.load_state_dict(saved.part("schedule"));
  }

  double accuracy(const data::DataLoader& loader) {
    const lazuli::NoGradGuard no_grad;
    net.eval();
    int64_t right = 0, count = 0;
    for (const auto& [sequences, classes] : loader.epoch()) {
      right += net.forward(sequences).argmax(1).eq(classes).sum().item<int64_t>();
      count += classes.numel();
    }
    return static_cast<double>(right) / static_cast<double>(count);
  }
};

void run(const char* path) {
  lazuli::manual_seed(1);
  const data::DataLoader train(
      make_set(4096), {.batch_size = 64, .shuffle_seed = 1, .drop_last = true, .workers = 2});
  const data::DataLoader test(make_set(1024), {.batch_size = 256});

  Training straight;
  for (uint64_t epoch = 0; epoch < 4; ++epoch) {
    straight.run_epoch(train, epoch);
    if (epoch == 1) straight.save(path);
    std::printf("epoch %d: accuracy %.3f\n", static_cast<int>(epoch), straight.accuracy(test));
  }

  Training resumed;
  resumed.load(path);
  for (uint64_t epoch = 2; epoch < 4; ++epoch) resumed.run_epoch(train, epoch);
  const auto weights = [](Training& training) {
    return training.net.classify->parameters()[2].to_vector<float>();
  };
  std::printf("resumed: %s\n", weights(straight) == weights(resumed) ? "the same" : "different");
}

int main(int argc, char** argv) {
  try {
    run(argc > 1 ? argv[1] : "training.safetensors");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "training: %s\n", error.what());
    return 1;
  }
}
