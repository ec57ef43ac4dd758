// All modules.
#pragma once

#include "lazuli/nn/activation.h"
#include "lazuli/nn/linear.h"
#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"
#include "lazuli/nn/sequential.h"
