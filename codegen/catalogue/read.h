// One entry from its YAML: text to data, its own mistakes told. Knows nothing of other entries.
#pragma once

#include "codegen/catalogue/load.h"
#include "codegen/yaml.h"

namespace lazuli::codegen {

// read.cpp and read_scalar.cpp.
Entry read_entry(Kind kind, const Yaml& yaml, const std::string& file, Problems& problems);
ScalarFunction read_scalar(const Yaml& yaml, const std::string& file, Problems& problems);

// Parses an expression; tells a mistake and gives an empty block.
formula::Block read_block(const Yaml& yaml, const Position& where, const std::string& name,
                          const std::string& key, Problems& problems);

}  // namespace lazuli::codegen
