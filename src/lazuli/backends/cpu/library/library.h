// Operators that no kernel expresses, written by hand for the CPU, one file each. They work on
// plain memory and are shared by the thread team; no bit depends on the number of threads.
#pragma once

#include "lazuli/backend/backend.h"

namespace lazuli::cpu {

// Runs the function of call.kind. From a queue's current thread. Throws InternalError for an
// operator that has none here.
void call_library(const backend::LibraryCall& call);

}  // namespace lazuli::cpu
