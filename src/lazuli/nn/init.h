// Initial values of parameters. Each function writes its tensor in place, without a gradient, and
// gives it back; random ones draw from the default generator. Names and formulas are libtorch's.
#pragma once

#include "lazuli/functions/tensor.h"

namespace lazuli::nn::init {

// Every element uniform in [low, high), normal, one number. Throw ValueError for high below low, a
// std below 0.
Tensor uniform_(Tensor tensor, double low = 0, double high = 1, LZ_AT);
Tensor normal_(Tensor tensor, double mean = 0, double std = 1, LZ_AT);
Tensor constant_(Tensor tensor, Scalar value, LZ_AT);
Tensor ones_(Tensor tensor, LZ_AT);
Tensor zeros_(Tensor tensor, LZ_AT);

// What a layer's variance is multiplied by after it.
enum class Nonlinearity { kLinear, kSigmoid, kTanh, kReLU, kLeakyReLU, kSELU };
// The factor that keeps the spread of what passes the function; `param` is leaky_relu's slope below
// 0.
double calculate_gain(Nonlinearity nonlinearity, double param = 0.01);

// Elements that one result of a weight is made of, and results that one element goes into: the
// extents of dimensions 1 and 0, times those of all further dimensions.
enum class FanMode { kFanIn, kFanOut };

// Glorot's: variance gain^2 * 2 / (fan in + fan out). Throw ValueError for fewer than two
// dimensions, as the next do.
Tensor xavier_uniform_(Tensor tensor, double gain = 1, LZ_AT);
Tensor xavier_normal_(Tensor tensor, double gain = 1, LZ_AT);

// He's: variance gain^2 / fan, the gain being that of `nonlinearity` with a slope of `a`.
Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanMode mode = FanMode::kFanIn,
                        Nonlinearity nonlinearity = Nonlinearity::kLeakyReLU, LZ_AT);
Tensor kaiming_normal_(Tensor tensor, double a = 0, FanMode mode = FanMode::kFanIn,
                       Nonlinearity nonlinearity = Nonlinearity::kLeakyReLU, LZ_AT);

// Rows (or columns, where there are more rows) at right angles and of length `gain`, drawn evenly;
// dimensions after the first count as columns. Worked out in double precision by this thread.
Tensor orthogonal_(Tensor tensor, double gain = 1, LZ_AT);

}  // namespace lazuli::nn::init
