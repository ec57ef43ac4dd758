// All optimizers and schedules.
#pragma once

#include "lazuli/optim/adagrad.h"
#include "lazuli/optim/adam.h"
#include "lazuli/optim/lr_scheduler.h"
#include "lazuli/optim/optimizer.h"
#include "lazuli/optim/param_group.h"
#include "lazuli/optim/reduce_lr_on_plateau.h"
#include "lazuli/optim/rmsprop.h"
#include "lazuli/optim/sgd.h"
