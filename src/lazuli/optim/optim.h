// All optimizers.
#pragma once

#include "lazuli/optim/adam.h"
#include "lazuli/optim/optimizer.h"
#include "lazuli/optim/sgd.h"
