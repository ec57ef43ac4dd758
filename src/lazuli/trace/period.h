// Where a program without step marks repeats itself, found from what it recorded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lazuli::trace {

// `signatures` says what each recorded entry is, wiring aside. Gives the largest n such that the
// last entries before n are whole rounds of a loop that fills at least two rounds of the end; all
// entries where there is no such loop. A tape that is cut there begins every later stretch at the
// same point of the loop, so a loop settles on one trace. Linear time (Knuth, Morris and Pratt's
// failure function over the reversed sequence).
//   p q | a b c a b c a b   -> 8 (before the incomplete round)
size_t last_repetition(std::span<const uint64_t> signatures);

}  // namespace lazuli::trace
