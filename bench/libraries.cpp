// Holds the table by which products a b^T choose their library (contract/onednn.cpp) against this
// machine: times both libraries, one thread, over sizes from a few to a thousand and prints every
// case in which the table loses a tenth and more, then how many and how much.
//
//   lazuli_libraries [SECONDS a case]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "lazuli/backends/cpu/contract/blas.h"
#include "lazuli/backends/cpu/contract/onednn.h"

namespace {

using lazuli::cpu::onednn::Product;

constexpr int64_t kSizes[] = {2, 4, 8, 10, 16, 24, 32, 48, 64, 100, 128, 256, 512, 1024};
constexpr double kMostWork = 1 << 25;  // multiply-adds; larger pieces are cut

// The least seconds a call of several rounds, each of `seconds`.
template <typename Run>
double time_of(double seconds, const Run& run) {
  using Clock = std::chrono::steady_clock;
  constexpr int kRounds = 3;
  double best = 1e9;
  run();
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = Clock::now();
    double passed = 0;
    int64_t calls = 0;
    for (int64_t more = 1; passed < seconds; more *= 2) {
      for (int64_t i = 0; i < more; ++i) run();
      calls += more;
      passed = std::chrono::duration<double>(Clock::now() - begin).count();
    }
    best = std::min(best, passed / static_cast<double>(calls));
  }
  return best;
}

// How much longer OpenBLAS takes.
double ratio_of(const Product& product, double seconds) {
  std::vector<float> a(static_cast<size_t>(product.rows * product.depth), 0.5f);
  std::vector<float> b(static_cast<size_t>(product.depth * product.columns), 0.25f);
  std::vector<float> result(static_cast<size_t>(product.rows * product.columns));
  lazuli::backend::MatrixProduct blas;
  blas.k = product.depth;
  blas.b_transposed = true;
  blas.a_leading = product.a_leading;
  blas.b_leading = product.b_leading;
  blas.result_leading = product.result_leading;
  const double openblas = time_of(seconds, [&] {
    lazuli::cpu::blas::gemm<float>(blas, product.rows, product.columns, a.data(), b.data(), 0,
                                   result.data());
  });
  return openblas / time_of(seconds, [&] {
           lazuli::cpu::onednn::multiply(product, a.data(), b.data(), result.data());
         });
}

}  // namespace

int main(int argc, char** argv) {
  if (!lazuli::cpu::onednn::is_here()) {
    std::puts("every product is OpenBLAS's here: no AVX-512");
    return 0;
  }
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1e-4;
  const lazuli::cpu::blas::Scope scope;
  int cases = 0, chosen_cases = 0, wrong = 0;
  double lost = 0, won = 0;  // logarithms
  for (const int64_t rows : kSizes) {
    for (const int64_t columns : kSizes) {
      for (const int64_t depth : kSizes) {
        if (static_cast<double>(rows * columns) * static_cast<double>(depth) > kMostWork) continue;
        const Product product = {rows, columns, depth, depth, depth, columns};
        const bool chosen = lazuli::cpu::onednn::is_faster(product);
        const double ratio = ratio_of(product, seconds);
        const double gain = std::log(chosen ? ratio : 1 / ratio);
        ++cases;
        if (chosen) {
          ++chosen_cases;
          won += gain;
        }
        if (gain < std::log(0.9)) {
          ++wrong;
          lost -= gain;
          std::printf("%5ld x %5ld x %5ld  %-8s takes %.2f times the other's time\n", rows, columns,
                      depth, chosen ? "oneDNN" : "OpenBLAS", std::exp(-gain));
        }
      }
    }
  }
  std::printf("%d cases: oneDNN in %d, %.2f times as fast; the slower library in %d, %.2f times\n",
              cases, chosen_cases, std::exp(won / std::max(chosen_cases, 1)), wrong,
              std::exp(lost / std::max(wrong, 1)));
  return 0;
}
