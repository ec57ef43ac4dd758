#include "lazuli/trace/period.h"

#include <vector>

namespace lazuli::trace {

size_t last_repetition(std::span<const uint64_t> signatures) {
  const size_t count = signatures.size();
  const auto reversed = [&](size_t i) { return signatures[count - 1 - i]; };
  // failure[i]: length of the longest proper border of the first i entries of the reversed text;
  // i - failure[i] is then the smallest period of those entries.
  std::vector<uint32_t> failure(count + 1, 0);
  size_t longest = 0;
  size_t period = 0;
  uint32_t border = 0;
  for (size_t i = 2; i <= count; ++i) {
    while (border > 0 && reversed(border) != reversed(i - 1)) border = failure[border];
    if (reversed(border) == reversed(i - 1)) ++border;
    failure[i] = border;
    const size_t shortest = i - border;
    if (shortest * 2 <= i) {
      longest = i;
      period = shortest;
    }
  }
  if (period == 0) return count;
  return count - longest % period;
}

}  // namespace lazuli::trace
