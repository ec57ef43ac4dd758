// NumPy's archives of named arrays (.npz): zip files of .npy files.
#pragma once

#include <filesystem>

#include "lazuli/functions/named_tensors.h"

namespace lazuli::io {

// The arrays of an archive in its order, stored or compressed. Throws ValueError with the path and
// each array's name: no zip file, a damaged one, an entry that is no .npy file, a name twice, and
// as load_npy.
NamedTensors load_npz(const std::filesystem::path& path, LZ_AT);

// Writes the tensors, compressed (deflate) where asked, and replaces the file at `path` when it is
// whole and on the disk. The bytes written are a function of the arguments. Throws ValueError for a
// name twice or empty, an undefined tensor; DeviceError where writing fails.
void save_npz(const std::filesystem::path& path, const NamedTensors& tensors,
              bool is_compressed = false, LZ_AT);

}  // namespace lazuli::io
