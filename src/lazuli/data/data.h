// All of data.
#pragma once

#include "lazuli/data/data_loader.h"
#include "lazuli/data/dataset.h"
#include "lazuli/data/digits.h"
#include "lazuli/data/idx.h"
#include "lazuli/data/image_dataset.h"
#include "lazuli/data/images.h"
#include "lazuli/data/mnist.h"
#include "lazuli/data/order.h"
#include "lazuli/data/random.h"
#include "lazuli/data/sampler.h"
#include "lazuli/data/tensor_dataset.h"
