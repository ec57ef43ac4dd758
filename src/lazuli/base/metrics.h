// Counters of what the system did, cheap enough to stay on, exact enough to be test assertions.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace lazuli::metrics {

// name, what one count means
#define LZ_COUNTERS(X)                                                  \
  X(entries_recorded, "operations recorded on a tape")                  \
  X(trie_nodes_made, "entries that no earlier trace had at this place") \
  X(types_inferred, "result types worked out")                          \
  X(evaluations, "tapes or prefixes of tapes evaluated")                \
  X(cuts, "evaluations by rule: too many entries or bytes")             \
  X(plans_made, "plans scheduled")                                      \
  X(plans_reused, "evaluations that found their plan")                  \
  X(plans_evicted, "plans dropped to stay in the budget")               \
  X(trie_evictions, "times that the trie was trimmed")                  \
  X(kernels_compiled, "kernels turned into programs")                   \
  X(kernels_reused, "kernels of new plans whose program was there")     \
  X(compile_nanoseconds, "time spent turning kernels into programs")    \
  X(content_hashes, "hashes of a kernel's or a plan's content")         \
  X(launches, "kernels, contractions and library calls launched")       \
  X(runs_inline, "plans run by the evaluating thread itself")           \
  X(runs_queued, "plans handed to the worker")                          \
  X(sizes_read, "sizes of results that were read from data (nonzero)")  \
  X(reads_waiting, "reads of a value that was not ready")               \
  X(bytes_allocated, "bytes taken from the system")                     \
  X(blocks_allocated, "blocks taken from the system")                   \
  X(donations, "results written into an input's memory")                \
  X(faults, "runs that a device error ended")                           \
  X(errors_dropped, "device errors whose values nobody held any more")

enum class Counter : uint32_t {
#define LZ_X(name, help) name,
  LZ_COUNTERS(LZ_X)
#undef LZ_X
      kCount
};

namespace detail {
extern std::atomic<uint64_t> values[static_cast<size_t>(Counter::kCount)];
}

inline void count(Counter counter, uint64_t amount = 1) {
  detail::values[static_cast<size_t>(counter)].fetch_add(amount, std::memory_order_relaxed);
}
inline uint64_t value(Counter counter) {
  return detail::values[static_cast<size_t>(counter)].load(std::memory_order_relaxed);
}
std::string_view name(Counter counter);
std::string_view help(Counter counter);
void reset();
// One line a counter that is not zero: "name value".
std::string report();

}  // namespace lazuli::metrics
