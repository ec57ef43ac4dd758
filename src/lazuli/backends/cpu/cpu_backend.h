// The CPU back end: kernels assembled for AVX-512 or AVX2, interpreted elsewhere; matrix products
// by OpenBLAS; its work shared by the thread team.
#pragma once

#include <memory>

#include "lazuli/backend/backend.h"

namespace lazuli::cpu {

// Obeys LAZULI_CPU as it stands at the call.
std::unique_ptr<backend::Backend> make_backend();

}  // namespace lazuli::cpu
