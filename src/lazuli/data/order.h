// The order in which an epoch takes its examples.
#pragma once

#include <cstdint>
#include <vector>

namespace lazuli::data {

// The numbers 0 .. count - 1, shuffled: a function of its arguments alone, equal on every machine.
// `count` is below 2^32.
std::vector<int64_t> shuffled_order(int64_t count, uint64_t seed, uint64_t epoch);

}  // namespace lazuli::data
