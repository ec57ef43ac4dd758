#include "lazuli/data/order.h"

#include <numeric>
#include <utility>

#include "lazuli/base/check.h"
#include "lazuli/data/random.h"

namespace lazuli::data {

std::vector<int64_t> shuffled_order(int64_t count, uint64_t seed, uint64_t epoch) {
  LZ_CHECK(count >= 0 && count < int64_t{1} << 32, ValueError,
           "shuffled_order: need a count from 0 to 2^32 - 1; got {}", count);
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  Draws draws(seed, epoch);
  for (int64_t left = count; left > 1; --left) {
    std::swap(order[left - 1], order[draws.below(static_cast<uint32_t>(left))]);
  }
  return order;
}

}  // namespace lazuli::data
