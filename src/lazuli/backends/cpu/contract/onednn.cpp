#include "lazuli/backends/cpu/contract/onednn.h"

#include <dnnl.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <cstdlib>
#include <iterator>
#include <thread>

namespace lazuli::cpu::onednn {
namespace {

// A row holds for products of at least these sizes.
struct Row {
  int64_t rows, columns, depth;
  int64_t work;  // multiply-adds
};
constexpr Row kTable[] = {{16, 128, 16, 1 << 14}, {2, 512, 16, 1 << 13}};

// What oneDNN compiled is freed by exit's handlers, while another thread may still work for what
// the program left behind. So the calls are counted, and refused from then on.
class Call {
 public:
  Call() : may_run_(count_.fetch_add(1, std::memory_order_acquire) >= 0) {}
  ~Call() { count_.fetch_sub(1, std::memory_order_release); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  bool may_run() const { return may_run_; }
  static void refuse_more() {
    count_.fetch_add(INT_MIN, std::memory_order_acq_rel);
    while (count_.load(std::memory_order_acquire) != INT_MIN) std::this_thread::yield();
  }

 private:
  static inline std::atomic<int> count_ = 0;  // negative once refused
  bool may_run_;
};

}  // namespace

bool is_here() {
  static const bool here = [] {
    constexpr unsigned kNeeded = dnnl_cpu_isa_avx512_core;  // a set of bits
    return (dnnl_get_effective_cpu_isa() & kNeeded) == kNeeded;
  }();
  return here;
}

bool is_faster(const Product& product) {
  return std::any_of(std::begin(kTable), std::end(kTable), [&](const Row& row) {
    return row.rows <= product.rows && row.columns <= product.columns &&
           row.depth <= product.depth && row.work <= product.rows * product.columns * product.depth;
  });
}

bool multiply(const Product& product, const float* a, const float* b, float* result) {
  const Call call;
  if (!call.may_run() ||
      dnnl_sgemm('N', 'T', product.rows, product.columns, product.depth, 1, a, product.a_leading, b,
                 product.b_leading, 0, result, product.result_leading) != dnnl_success) {
    return false;
  }
  // Registered after oneDNN's own handlers, so it runs before them.
  static const bool registered = std::atexit(Call::refuse_more) == 0;
  static_cast<void>(registered);
  return true;
}

}  // namespace lazuli::cpu::onednn
