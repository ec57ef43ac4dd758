#include <iostream>

#include "lazuli/api/lazuli.h"

// Prints the same small number from a compiled step twice: fresh, and replayed.
void work() {
  for (int step = 0; step < 2; ++step) {
    lazuli::Tensor x = lazuli::ones({2, 5});
    std::cout << (x * x).sum().item<float>() << (step == 0 ? " " : "\n");
  }
}
