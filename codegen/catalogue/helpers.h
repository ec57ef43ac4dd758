// The functions of src/lazuli/functions/gradient_helpers.h that gradients may call beside the
// catalogue's, with the operands that each takes; the call whose gradient it is comes last.
#pragma once

#include <map>
#include <string>

namespace lazuli::codegen {

inline const std::map<std::string, size_t> kGradientHelpers = {
    {"spread", 1},          {"share", 2},
    {"return_gathered", 2}, {"product", 3},
    {"inverse_permute", 1}, {"product_of_others", 1},
    {"flip_back", 1},       {"return_scattered", 2},
    {"return_folded", 5},   {"return_folded_source", 5},
    {"written", 1},         {"written_over", 1},
    {"return_slice", 1},    {"return_diagonal", 1},
    {"return_strided", 1}};

}  // namespace lazuli::codegen
