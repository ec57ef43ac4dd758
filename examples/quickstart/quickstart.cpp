#include <iostream>

#include "lazuli/api/lazuli.h"

int main() {
  lazuli::manual_seed(1);
  lazuli::Tensor x = lazuli::randn({512, 8});
  lazuli::Tensor y = x.sum(1, true).tanh();

  lazuli::nn::Linear layer(8, 1);
  lazuli::optim::SGD optimizer(layer->parameters(), 0.1);
  for (int step = 0; step < 100; ++step) {
    optimizer.zero_grad();
    lazuli::Tensor error = layer->forward(x).tanh() - y;
    lazuli::Tensor loss = (error * error).mean();
    loss.backward();
    optimizer.step();
    lazuli::eval();  // marks a step; never needed for a right answer
    if (step % 20 == 0) std::cout << step << ": " << loss.item<float>() << "\n";
  }
}
