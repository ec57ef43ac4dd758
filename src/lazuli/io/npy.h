// NumPy's files of one array (.npy).
#pragma once

#include <filesystem>

#include "lazuli/functions/tensor.h"

namespace lazuli::io {

// The array of a file, of format version 1, 2 or 3, in either byte order, row-major or not. It is
// mapped and not copied where it is row-major in this machine's byte order; see load_safetensors.
// Throws ValueError with the path for a file that is missing or damaged, shorter or longer than its
// header says, or of a dtype that Lazuli has not.
Tensor load_npy(const std::filesystem::path& path, LZ_AT);

// Writes the tensor row-major, and replaces the file at `path` when it is whole and on the disk.
// Throws ValueError for an undefined tensor or a folder that can't be written, DeviceError where
// writing fails.
void save_npy(const std::filesystem::path& path, const Tensor& tensor, LZ_AT);

}  // namespace lazuli::io
