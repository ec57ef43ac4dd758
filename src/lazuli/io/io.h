// All file formats.
#pragma once

#include "lazuli/io/checkpoint.h"
#include "lazuli/io/npy.h"
#include "lazuli/io/npz.h"
#include "lazuli/io/safetensors.h"
