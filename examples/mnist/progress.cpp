#include "progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace {

constexpr int64_t kStepsARead = 50;
constexpr double kSecondsALine = 3;
constexpr double kSecondsABar = 0.1;
constexpr int kBarWidth = 28;

}  // namespace

Progress::Progress(int64_t steps, int64_t images_a_step)
    : steps_(steps), images_a_step_(images_a_step), is_terminal_(isatty(STDERR_FILENO) == 1) {}

double Progress::seconds() const {
  const Clock::time_point end = end_ == Clock::time_point() ? Clock::now() : end_;
  return std::chrono::duration<double>(end - start_).count();
}

void Progress::advance(const lazuli::Tensor& loss) {
  ++done_;
  if (done_ % kStepsARead != 0) return;
  const double now = seconds();
  if (now - shown_ < (is_terminal_ ? kSecondsABar : kSecondsALine)) return;
  shown_ = now;
  show(loss.item<float>());
}

void Progress::finish(const lazuli::Tensor& loss) {
  const double last = loss.item<float>();
  end_ = Clock::now();
  show(last);
  if (is_terminal_) std::fputc('\n', stderr);
}

void Progress::show(double loss) {
  const double done =
      static_cast<double>(done_) / static_cast<double>(std::max<int64_t>(steps_, 1));
  const double left = seconds() * (1 - done) / done;
  if (is_terminal_) {
    const int filled = static_cast<int>(done * kBarWidth);
    const std::string bar = std::string(filled, '#') + std::string(kBarWidth - filled, '.');
    std::fprintf(stderr, "\r[%s] %3.0f%%  loss %.4f  %.0f images/s  %.0f s left \x1b[K",
                 bar.c_str(), 100 * done, loss, images_per_second(), left);
  } else {
    std::fprintf(stderr, "step %lld/%lld  loss %.4f  %.0f images/s  %.0f s left\n",
                 static_cast<long long>(done_), static_cast<long long>(steps_), loss,
                 images_per_second(), left);
  }
  std::fflush(stderr);
}
