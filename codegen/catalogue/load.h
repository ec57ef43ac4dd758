// Reads ops/*.yaml. All mistakes of all files are told at once.
#pragma once

#include <string>

#include "codegen/catalogue/entry.h"

namespace lazuli::codegen {

// The catalogue in `folder`, its entries in the order of file names. With problems, what could be
// read; nothing may be emitted from it.
Catalogue load(const std::string& folder, Problems& problems);

}  // namespace lazuli::codegen
