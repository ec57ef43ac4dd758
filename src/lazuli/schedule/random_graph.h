// Random graphs with words and memory, from one number each, for tests: every kind of operator,
// views of views, parameters in any layout that share memory, dead and equal nodes, odd and empty
// sizes.
#pragma once

#include <cstdint>

#include "lazuli/schedule/evaluate_directly.h"

namespace lazuli::schedule {

GraphCase random_case(uint64_t seed, MakeProgram make_program);

// Random elements; some f32 are NaN, infinite or -0.
void fill_randomly(DType dtype, std::vector<char>& bytes, uint64_t seed);

}  // namespace lazuli::schedule
