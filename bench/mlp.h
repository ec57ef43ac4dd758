// The network that the training rows are about: 784-512-512-10 with relu, cross entropy and Adam.
#pragma once

#include <cstdint>
#include <vector>

#include "lazuli/api/lazuli.h"

namespace lazuli::bench {

class Mlp {
 public:
  explicit Mlp(int64_t batch)
      : images_(rand({batch, 784})),
        model_(nn::Linear(784, 512), nn::ReLU(), nn::Linear(512, 512), nn::ReLU(),
               nn::Linear(512, 10)),
        optimizer_(model_->parameters(), 1e-3) {
    std::vector<int64_t> labels(static_cast<size_t>(batch));
    for (int64_t i = 0; i < batch; ++i) labels[i] = i % 10;
    labels_ = from_vector(labels, {batch});
  }

  // Records one step of training and queues it.
  void step() {
    optimizer_.zero_grad();
    loss_ = cross_entropy(model_(images_), labels_);
    loss_.backward();
    optimizer_.step();
    eval();
  }

  // Waits for the last step.
  float loss() const { return loss_.item<float>(); }

 private:
  Tensor images_;
  Tensor labels_;
  nn::Sequential model_;
  optim::Adam optimizer_;
  Tensor loss_;
};

}  // namespace lazuli::bench
