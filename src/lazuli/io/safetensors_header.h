// The header of a safetensors file, as text and as data.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lazuli/core/shape.h"

namespace lazuli::io {

struct StoredTensor {
  std::string name;
  DType dtype;
  Shape shape;
  int64_t begin;  // of its bytes, after the header
  int64_t end;
};

struct SafeTensorsHeader {
  std::vector<StoredTensor> tensors;
  std::map<std::string, std::string> metadata;
};

// `data_size` bytes follow the header. Adds to `mistakes` a line for each thing that is wrong,
// "tensor 'x': ..."; the result is whole where there are none.
SafeTensorsHeader parse_safetensors_header(std::string_view text, int64_t data_size,
                                           std::vector<std::string>& mistakes);
// A multiple of 8 bytes, padded with spaces.
std::string to_string(const SafeTensorsHeader& header);

}  // namespace lazuli::io
