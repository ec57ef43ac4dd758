// All modules.
#pragma once

#include "lazuli/nn/activation.h"
#include "lazuli/nn/any_module.h"
#include "lazuli/nn/clip_grad.h"
#include "lazuli/nn/dropout.h"
#include "lazuli/nn/embedding.h"
#include "lazuli/nn/flatten.h"
#include "lazuli/nn/function_module.h"
#include "lazuli/nn/init.h"
#include "lazuli/nn/linear.h"
#include "lazuli/nn/loss.h"
#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"
#include "lazuli/nn/module_list.h"
#include "lazuli/nn/normalization.h"
#include "lazuli/nn/sequential.h"
