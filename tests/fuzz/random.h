// The random choices of every fuzz.
#pragma once

#include "lazuli/schedule/random.h"

namespace lazuli::fuzz {

using schedule::Random;

}  // namespace lazuli::fuzz
