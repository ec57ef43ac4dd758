// From the first entries of a tape to a graph of this one set of sizes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lazuli/ir/graph.h"
#include "lazuli/trace/tape.h"

namespace lazuli::exec {

// What a plan needs to know of each parameter beside its type.
struct ParameterPlace {
  uint32_t memory = 0;                 // equal for parameters over one buffer
  uint32_t offset_word = ir::kNoWord;  // the word that holds its offset, where it is not plain
};

// Entries [0, count), which read the first places.size() parameters, with the entries of `live` as
// outputs.
ir::Graph lower(const trace::Tape& tape, size_t count, const std::vector<ParameterPlace>& places,
                const std::vector<uint32_t>& live);

// The trace as text, one line an entry: "%2: f32[4] = add p0, %1, 1  # main.cpp:14".
std::string to_string(const trace::Tape& tape, size_t count);

}  // namespace lazuli::exec
