// The header of a .npy file: a Python dictionary with the keys descr, fortran_order and shape,
// after a magic word and its own length.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "lazuli/functions/tensor.h"
#include "lazuli/io/file.h"

namespace lazuli::io {

// The array in `bytes`, a whole .npy file that `owner` keeps alive. `what` names it in messages:
// "load_npz: a.npz: w".
Tensor parse_npy(const std::string& what, std::span<std::byte> bytes, std::shared_ptr<void> owner,
                 At at);

// All that comes before the elements of a row-major array. bf16 is a ValueError: the format has
// no name for it.
std::string npy_header(const std::string& what, DType dtype, const Shape& shape, At at);

}  // namespace lazuli::io
