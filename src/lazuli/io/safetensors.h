// Files of named tensors in the safetensors format: a JSON header with each tensor's dtype, shape
// and place, then the elements.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "lazuli/functions/named_tensors.h"

namespace lazuli::io {

struct SafeTensors {
  NamedTensors tensors;  // in the order of the header
  std::map<std::string, std::string> metadata;
};

// The file's tensors. It is mapped: elements are read when they are first used, and not copied
// where they are aligned, so the file must keep its length while a tensor of it lives. Writing such
// a tensor does not change the file. Throws ValueError with the path, and every tensor's name and
// mistake: a header that is no JSON object of its length, a name twice, a dtype that is unknown, a
// shape that does not fit the bytes, bytes that lie outside the file, overlap or belong to nobody,
// a bool other than 0 and 1.
SafeTensors load_safetensors(const std::filesystem::path& path, LZ_AT);

// Writes a file that replaces the one at `path` when it is whole and on the disk; if that fails the
// old one stays as it is. Throws ValueError for a name twice, the name "__metadata__", an undefined
// tensor, a folder that can't be written; DeviceError where writing fails.
void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata = {}, LZ_AT);

}  // namespace lazuli::io
