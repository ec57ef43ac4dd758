// Tensors by name: what modules, optimizers and files exchange.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lazuli/functions/tensor.h"

namespace lazuli {

// In an order that means something to whoever made it; names are different.
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

// The tensor of a name, undefined where there is none.
Tensor find(const NamedTensors& tensors, const std::string& name);

// Copies the contents of `source` into the tensors of `target` that have the same name. Checks all
// of them first and changes nothing where they do not fit: throws ValueError that tells every
// mismatch by name, a tensor that is missing from `source`, one that `target` does not have,
// another shape, another dtype. Without `is_strict` missing and further names are no mistake.
// `what` begins the message.
void copy_named(const std::string& what, const NamedTensors& target, const NamedTensors& source,
                bool is_strict = true, LZ_AT);

}  // namespace lazuli
