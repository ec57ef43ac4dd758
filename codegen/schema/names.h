// The words of the schema language for its base types, for the parser and the printer.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "codegen/schema/types.h"

namespace lazuli::codegen::schema {

inline constexpr std::array<std::pair<std::string_view, Base>, 22> kBaseNames = {{
    {"Tensor", Base::tensor},
    {"Scalar", Base::scalar},
    {"int", Base::integer},
    {"SymInt", Base::sym_integer},
    {"SymBool", Base::sym_boolean},
    {"float", Base::floating},
    {"bool", Base::boolean},
    {"str", Base::string},
    {"ScalarType", Base::dtype},
    {"Device", Base::device},
    {"DeviceIndex", Base::device_index},
    {"Layout", Base::layout},
    {"MemoryFormat", Base::memory_format},
    {"Generator", Base::generator},
    {"Storage", Base::storage},
    {"Stream", Base::stream},
    {"Dimname", Base::dimension_name},
    {"DimVector", Base::dimension_vector},
    {"QScheme", Base::quantizer},
    {"complex", Base::complex},
    {"Any", Base::any},
    {"GraphModule", Base::graph_module},
}};

}  // namespace lazuli::codegen::schema
