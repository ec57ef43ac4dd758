#include "lazuli/base/metrics.h"

#include "lazuli/base/format.h"

namespace lazuli::metrics {

namespace detail {
std::atomic<uint64_t> values[static_cast<size_t>(Counter::kCount)];
}

std::string_view name(Counter counter) {
  static constexpr std::string_view kNames[] = {
#define LZ_X(name, help) #name,
      LZ_COUNTERS(LZ_X)
#undef LZ_X
  };
  return kNames[static_cast<size_t>(counter)];
}

std::string_view help(Counter counter) {
  static constexpr std::string_view kHelp[] = {
#define LZ_X(name, help) help,
      LZ_COUNTERS(LZ_X)
#undef LZ_X
  };
  return kHelp[static_cast<size_t>(counter)];
}

void reset() {
  for (std::atomic<uint64_t>& value : detail::values) value.store(0, std::memory_order_relaxed);
}

std::string report() {
  std::string text;
  for (uint32_t i = 0; i < static_cast<uint32_t>(Counter::kCount); ++i) {
    const Counter counter = static_cast<Counter>(i);
    if (value(counter)) text += format("{} {}\n", name(counter), value(counter));
  }
  return text;
}

}  // namespace lazuli::metrics
