// An operator's argument on its way from a node's member to a parameter of Lazuli's functions.
#pragma once

#include <optional>
#include <string>

#include "codegen/emit/functions.h"
#include "codegen/schema/types.h"

namespace lazuli::codegen::torch {

// The member as an expression of Lazuli's types, by the helpers of torch/lowering.h; nothing for
// types that Lazuli has no counterpart of (a generator, a memory format).
std::optional<emit::Piece> lowered(const schema::Argument& argument);
// The expression for a parameter of one of Lazuli's functions; empty where it takes none such.
std::string lowered_as(const schema::Argument& argument, const schema::Argument& parameter);

// What there is to do about an argument that is not handed on.
struct LeftOut {
  bool is_possible = false;  // it cannot matter, or the check makes sure that it does not
  std::string check;         // a statement; empty where it cannot matter
};
LeftOut left_out(const schema::Argument& argument);

}  // namespace lazuli::codegen::torch
