// All of Lazuli that a program uses: tensors and their operators, modules, optimizers, data, files,
// and the counters that say what the system did.
#pragma once

#include "lazuli/base/env.h"
#include "lazuli/base/error.h"
#include "lazuli/base/metrics.h"
#include "lazuli/data/data.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/operators.h"
#include "lazuli/functions/tensor.h"
#include "lazuli/io/io.h"
#include "lazuli/nn/nn.h"
#include "lazuli/optim/optim.h"
