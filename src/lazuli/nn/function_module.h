// A module made from a function of one tensor that takes no options. Knows nothing of which
// functions there are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <ostream>

#include "lazuli/nn/module.h"

namespace lazuli::nn {

// A text as a template's argument.
template <size_t size>
struct Name {
  char text[size];
  consteval Name(const char (&literal)[size]) { std::copy_n(literal, size, text); }  // NOLINT
};

// A function without options.
template <Name name, Tensor (*function)(const Tensor&, At)>
class FunctionModule : public Module {
 public:
  Tensor forward(const Tensor& input, LZ_AT) { return function(input, at); }
  void pretty_print(std::ostream& out) const override { out << name.text << "()"; }
};

}  // namespace lazuli::nn
