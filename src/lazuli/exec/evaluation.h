// What one evaluation is about, read off a tape: which results live on, over which memory, and the
// key that names its plan. Its storage is reused from step to step.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "lazuli/exec/lower.h"
#include "lazuli/exec/plan.h"
#include "lazuli/trace/tape.h"

namespace lazuli::exec {

struct Evaluation {
  size_t count = 0;                    // entries [0, count) run
  std::vector<uint32_t> live;          // entries whose results somebody holds or later ones read
  std::vector<ParameterPlace> places;  // of the parameters that these entries read
  std::vector<runtime::Buffer*> memories;
  std::vector<uint64_t> words;  // the tape's, then offsets of parameters that need one
  PlanKey key;

  // Reads the first `entries` entries of a tape whose lock is held.
  void read(trace::Tape& tape, size_t entries);

 private:
  void find_live(const trace::Tape& tape);
  void place_parameters(const trace::Tape& tape);
  uint32_t number_memory(runtime::Buffer* buffer);
  std::vector<std::pair<runtime::Buffer*, uint32_t>> numbers_;  // open addressing
};

}  // namespace lazuli::exec
