#include "codegen/torch/lowered_argument.h"

#include <fmt/core.h>

#include <algorithm>

namespace lazuli::codegen::torch {
namespace {

using emit::Meaning;
using emit::Piece;
using schema::Argument;
using schema::Base;
using schema::Type;

// Where memory lies, how it is copied, and hints: they change no value.
constexpr std::string_view kHints[] = {"pin_memory",   "non_blocking",  "implicit",
                                       "cudnn_enable", "assume_unique", "output_size"};

bool is_whole(const Type& type) {
  return type.base == Base::integer || type.base == Base::sym_integer;
}

Piece called(const char* helper, const Argument& argument, Meaning meaning) {
  return {fmt::format("lazy::{}({})", helper, argument.name), meaning};
}

// A condition in C++ that an argument has its default; empty where there is none to be had.
std::string has_default(const Argument& argument) {
  const std::string& text = *argument.default_text;
  const Type& type = argument.type;
  if (text == "None") return "!" + argument.name;
  if (type.is_list || type.is_optional) return "";
  switch (type.base) {
    case Base::boolean:
      return (text == "True" ? "" : "!") + argument.name;
    case Base::integer:
    case Base::sym_integer:
    case Base::floating:
      return argument.name + " == " + text;
    case Base::scalar:
      return "lazy::number_of(" + argument.name + ").to_double() == " + text;
    case Base::string:
      return argument.name + " == \"" + text.substr(1, text.size() - 2) + "\"";
    default:
      return "";
  }
}

}  // namespace

std::optional<Piece> lowered(const Argument& argument) {
  const Type& type = argument.type;
  switch (type.base) {
    case Base::tensor:
      if (type.is_list && type.is_optional) return std::nullopt;
      if (type.is_list && type.is_element_optional) {
        return called("tensors_of", argument, Meaning::other);
      }
      if (type.is_list) return Piece{argument.name, Meaning::other};
      if (type.is_optional) return called("tensor_of", argument, Meaning::tensor);
      return Piece{argument.name, Meaning::tensor};
    case Base::integer:
    case Base::sym_integer:
      if (type.is_list) return called("dims_of", argument, Meaning::list);
      return Piece{argument.name, type.is_optional ? Meaning::other : Meaning::number};
    case Base::floating:
      if (type.is_list) return std::nullopt;
      return Piece{argument.name, type.is_optional ? Meaning::other : Meaning::number};
    case Base::boolean:
    case Base::string:
      if (type.is_list) return std::nullopt;
      return Piece{argument.name, Meaning::other};
    case Base::scalar:
      if (type.is_list) return std::nullopt;
      return called("number_of", argument, type.is_optional ? Meaning::other : Meaning::scalar);
    case Base::dtype:
      if (type.is_list) return std::nullopt;
      return called("dtype_of", argument, Meaning::other);
    default:
      return std::nullopt;
  }
}

std::string lowered_as(const Argument& argument, const Argument& parameter) {
  const std::optional<Piece> piece = lowered(argument);
  if (!piece) return "";
  const Type& have = argument.type;
  const Type& want = parameter.type;
  if (want.is_list) {
    const bool is_one = !have.is_list && !have.is_optional && want.list_size;
    if (want.base == Base::tensor) {
      const bool fits = have.is_list && have.base == Base::tensor &&
                        (want.is_element_optional || !have.is_element_optional);
      return fits ? piece->text : "";
    }
    if (!is_whole(have) || (!have.is_list && !is_one)) return "";
    return piece->text;
  }
  // A flag that is missing is what Lazuli's is where nothing is said.
  if (have.base == Base::boolean && want.base == Base::boolean && have.is_optional &&
      !have.is_list && !want.is_optional && parameter.default_text) {
    return piece->text + ".value_or(" + emit::default_value(parameter) + ")";
  }
  if (have.is_list || (have.is_optional && !want.is_optional)) return "";
  const bool is_number = have.base == Base::floating || is_whole(have);
  if (want.base == Base::scalar && is_number && !have.is_optional) return piece->text;
  if (want.base == Base::floating && have.base == Base::scalar && !have.is_optional) {
    return piece->text + ".to_double()";
  }
  return have.base == want.base || (is_whole(have) && is_whole(want)) ? piece->text : "";
}

LeftOut left_out(const Argument& argument) {
  const Type& type = argument.type;
  const bool is_hint =
      std::find(std::begin(kHints), std::end(kHints), argument.name) != std::end(kHints);
  const bool is_place =
      type.base == Base::layout || type.base == Base::device || type.base == Base::memory_format;
  // Which results are asked for: what nobody reads is never run.
  const bool is_mask = type.base == Base::boolean && type.is_list;
  if (is_hint || is_place || is_mask) return {true, ""};
  if (!argument.default_text) return {};
  const std::string condition = has_default(argument);
  if (condition.empty()) return {};
  std::string shown = *argument.default_text;
  std::replace(shown.begin(), shown.end(), '"', '\'');
  return {true, fmt::format("lazy::need_default(kOp, \"{}\", \"{}\", {});", argument.name, shown,
                            condition)};
}

}  // namespace lazuli::codegen::torch
