// The ways to call one computation: functional, in place, into `out` arguments, or changing others
// of its arguments; which of them a schema is, and the schemas of the others that follow from it.
// Knows schemas alone: what an operator computes, and who wrote it, is not its affair.
#pragma once

#include <string>
#include <vector>

#include "codegen/schema/types.h"

namespace lazuli::codegen::schema {

enum class Variant {
  functional,  // gives new results
  in_place,    // changes self: add_, __iand__
  out,         // writes keyword-only arguments and gives them back
  mutating,    // changes positional arguments other than self
  scratch      // out, with scratch memory among the keyword-only arguments
};
std::string_view name_of(Variant variant);

// A name taken apart: "add_" is the in-place form of "add", "__iand__" that of "__and__".
struct BaseName {
  std::string base;  // "add", "and"
  bool is_in_place = false;
  bool is_double_underscore = false;
  // The functional form of an operator whose own name is that of a mutating one.
  bool is_functional_form = false;
  friend bool operator==(const BaseName&, const BaseName&) = default;
};
BaseName base_name(const std::string& name);
std::string to_string(const BaseName& name);

Variant variant_of(const Schema& schema);
// Keyword-only arguments that are written.
std::vector<const Argument*> out_arguments(const Schema& schema);
// `dtype layout device pin_memory`, where all four stand together among the keyword-only arguments:
// the index of the first, or -1.
int tensor_options(const Schema& schema);

// What the variants of one computation have in common, as text: no overload, no out arguments, no
// aliases, no tensor options; arguments that are written and not returned are results.
std::string signature(const Schema& schema);

// The functional variant of an in-place, out or mutating schema.
Schema functional_variant(const Schema& schema);
// The out variant of a functional, in-place or mutating schema.
Schema out_variant(const Schema& schema);

// Why a schema cannot be an operator of PyTorch: what it writes and what it returns do not go
// together. Empty if it can.
std::string objection(const Schema& schema);

}  // namespace lazuli::codegen::schema
