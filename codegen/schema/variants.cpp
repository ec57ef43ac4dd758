#include "codegen/schema/variants.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

namespace lazuli::codegen::schema {
namespace {

constexpr std::array<std::string_view, 4> kTensorOptions = {"dtype", "layout", "device",
                                                            "pin_memory"};
constexpr std::string_view kFunctionalSuffix = "_functional";
// Python's augmented assignments: __iadd__ is __add__ in place, __index__ is a word of its own.
constexpr std::array<std::string_view, 11> kAssignments = {
    "add", "sub", "mul", "div", "mod", "pow", "lshift", "rshift", "and", "xor", "or"};

// Arguments behind `self`, or all positional ones where there is no self.
std::vector<const Argument*> behind_self(const Schema& schema) {
  std::vector<const Argument*> result;
  const bool has_self = schema.find("self") && !schema.find("self")->is_keyword_only;
  bool is_behind = !has_self;
  for (const Argument& argument : schema.arguments) {
    if (argument.is_keyword_only) break;
    if (is_behind) result.push_back(&argument);
    is_behind |= argument.name == "self";
  }
  return result;
}

bool is_returned(const Schema& schema, const Argument& argument) {
  return std::any_of(schema.returns.begin(), schema.returns.end(), [&](const Return& each) {
    return each.type.alias && each.type.alias == argument.type.alias;
  });
}

Type plain(Type type) {
  type.alias.reset();
  return type;
}

// The arguments that all variants share: no aliases, no out arguments, no tensor options.
std::vector<Argument> shared_arguments(const Schema& schema) {
  std::vector<Argument> result;
  const int options = tensor_options(schema);
  for (size_t i = 0; i < schema.arguments.size(); ++i) {
    const auto place = static_cast<int>(i);
    if (options >= 0 && place >= options && place < options + 4) continue;
    if (schema.arguments[i].is_out()) continue;
    Argument argument = schema.arguments[i];
    argument.type = plain(argument.type);
    result.push_back(argument);
  }
  return result;
}

// What is written and not returned becomes a result, after the others.
std::vector<Return> shared_returns(const Schema& schema, bool keep_names) {
  std::vector<Return> result;
  for (const Return& each : schema.returns) {
    result.push_back({plain(each.type), keep_names ? each.name : ""});
  }
  std::vector<const Argument*> written;
  if (const Argument* self = schema.find("self")) written.push_back(self);
  for (const Argument* out : out_arguments(schema)) written.push_back(out);
  for (const Argument* argument : behind_self(schema)) written.push_back(argument);
  for (const Argument* argument : written) {
    if (!argument->type.is_write() || is_returned(schema, *argument)) continue;
    result.push_back({plain(argument->type), keep_names ? argument->name + "_out" : ""});
  }
  return result;
}

std::string out_overload(const std::string& overload) {
  return overload.empty() ? "out" : overload + "_out";
}

// Out arguments for the results: (a!) out, or (a!) out0, (b!) out1, with letters that are free.
void add_outs(const Schema& from, Schema& to) {
  std::vector<std::string> letters;
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    const std::string text(1, letter);
    const bool is_used =
        std::any_of(from.arguments.begin(), from.arguments.end(), [&](const Argument& argument) {
          return argument.type.alias && std::count(argument.type.alias->before.begin(),
                                                   argument.type.alias->before.end(), text) > 0;
        });
    if (!is_used) letters.push_back(text);
  }
  const bool gives_tensors =
      std::all_of(from.returns.begin(), from.returns.end(),
                  [](const Return& each) { return plain(each.type) == Type{}; });
  for (size_t i = 0; i < from.returns.size(); ++i) {
    const Return& each = from.returns[i];
    if (!each.type.has_tensors()) {
      to.returns.push_back(each);
      continue;
    }
    Argument out;
    out.type = each.type;
    out.type.alias = Alias{{letters.at(i)}, {}, true};
    out.name = from.returns.size() == 1 ? "out" : "out" + std::to_string(i);
    out.is_keyword_only = true;
    to.arguments.push_back(out);
    if (gives_tensors) to.returns.push_back({out.type, ""});
  }
}

std::string objection_to_outs(const Schema& schema) {
  const std::vector<const Argument*> outs = out_arguments(schema);
  bool is_last = true;
  for (const Argument& argument : schema.arguments) {
    if (!argument.is_keyword_only) continue;
    if (argument.is_out()) is_last = false;
    if (!is_last && !argument.is_out()) {
      return "argument '" + argument.name + "' follows out arguments, which must be last";
    }
  }
  if (outs.empty()) return "";
  const auto is_tensor = [](const Argument* out) { return plain(out->type) == Type{}; };
  if (!std::all_of(outs.begin(), outs.end(), is_tensor)) {
    return schema.returns.empty()
               ? ""
               : "an out argument that is no Tensor is not returned: need '-> ()'";
  }
  const auto count =
      static_cast<size_t>(std::count_if(outs.begin(), outs.end(), [](const Argument* out) {
        return out->name.rfind("_scratch_", 0) != 0;
      }));
  if (count != schema.returns.size()) {
    return "need a result for each out argument: " + std::to_string(count) + ", not " +
           std::to_string(schema.returns.size());
  }
  for (size_t i = 0; i < count; ++i) {
    if (outs[i]->type.alias != schema.returns[i].type.alias) {
      return "result " + std::to_string(i) + " needs the alias of '" + outs[i]->name + "'";
    }
  }
  return "";
}

std::string objection_in_place(const Schema& schema) {
  const Argument* self = schema.find("self");
  if (!self || !self->type.is_write()) return "an in-place operator needs 'Tensor(a!) self'";
  const bool is_tensor = plain(self->type) == Type{};
  if (is_tensor &&
      (schema.returns.size() != 1 || schema.returns[0].type.alias != self->type.alias)) {
    return "an in-place operator returns self: need '-> " + to_string(self->type) + "'";
  }
  if (!is_tensor && !schema.returns.empty()) {
    return "an in-place operator of lists returns nothing: need '-> ()'";
  }
  return "";
}

}  // namespace

std::string_view name_of(Variant variant) {
  constexpr std::array<std::string_view, 5> kNames = {"functional", "in_place", "out", "mutable",
                                                      "scratch"};
  return kNames.at(static_cast<size_t>(variant));
}

BaseName base_name(const std::string& name) {
  BaseName result{name};
  std::string& base = result.base;
  if (name.size() > 4 && name.starts_with("__") && name.ends_with("__")) {
    base = name.substr(2, name.size() - 4);
    result.is_double_underscore = true;
    const std::string_view rest = std::string_view(base).substr(1);
    if (base.front() == 'i' &&
        std::find(kAssignments.begin(), kAssignments.end(), rest) != kAssignments.end()) {
      result.is_in_place = true;
      base = base.substr(1);
    }
    return result;
  }
  if (name.size() > 1 && name.back() == '_') {
    result.is_in_place = true;
    base.pop_back();
  } else if (name.size() > kFunctionalSuffix.size() && name.ends_with(kFunctionalSuffix)) {
    result.is_functional_form = true;
    base.resize(base.size() - kFunctionalSuffix.size());
  }
  return result;
}

std::string to_string(const BaseName& name) {
  if (name.is_double_underscore) return (name.is_in_place ? "__i" : "__") + name.base + "__";
  std::string text = name.base;
  if (name.is_in_place) text += "_";
  if (name.is_functional_form) text += kFunctionalSuffix;
  return text;
}

std::vector<const Argument*> out_arguments(const Schema& schema) {
  std::vector<const Argument*> result;
  for (const Argument& argument : schema.arguments) {
    if (argument.is_out()) result.push_back(&argument);
  }
  return result;
}

int tensor_options(const Schema& schema) {
  const std::vector<Argument>& all = schema.arguments;
  for (size_t first = 0; first + kTensorOptions.size() <= all.size(); ++first) {
    bool is_match = true;
    for (size_t i = 0; i < kTensorOptions.size(); ++i) {
      is_match &= all[first + i].is_keyword_only && all[first + i].name == kTensorOptions[i];
    }
    if (is_match) return static_cast<int>(first);
  }
  return -1;
}

Variant variant_of(const Schema& schema) {
  if (base_name(schema.name).is_in_place) return Variant::in_place;
  const std::vector<const Argument*> outs = out_arguments(schema);
  for (const Argument* out : outs) {
    if (out->name.rfind("_scratch_", 0) == 0) return Variant::scratch;
  }
  if (!outs.empty()) return Variant::out;
  for (const Argument* argument : behind_self(schema)) {
    if (argument->type.is_write()) return Variant::mutating;
  }
  return Variant::functional;
}

std::string signature(const Schema& schema) {
  Schema result;
  BaseName name = base_name(schema.name);
  name.is_in_place = name.is_functional_form = false;
  result.name = to_string(name);
  result.arguments = shared_arguments(schema);
  result.returns = shared_returns(schema, false);
  // bernoulli.p has no default for what its variants have one for.
  if (schema.full_name() == "bernoulli.p") {
    for (Argument& argument : result.arguments) {
      if (argument.name == "p") argument.default_text = "0.5";
    }
  }
  return to_string(result);
}

Schema functional_variant(const Schema& schema) {
  Schema result = schema;
  BaseName name = base_name(schema.name);
  name.is_in_place = false;
  name.is_functional_form = variant_of(schema) == Variant::mutating;
  result.name = to_string(name);
  result.arguments = shared_arguments(schema);
  result.returns = shared_returns(schema, true);
  return result;
}

Schema out_variant(const Schema& schema) {
  Schema result = schema;
  result.overload = out_overload(schema.overload);
  BaseName name = base_name(schema.name);
  name.is_in_place = false;
  switch (variant_of(schema)) {
    case Variant::functional:
      result.arguments = shared_arguments(schema);
      result.returns.clear();
      add_outs(schema, result);
      return result;
    case Variant::mutating:
      result.name = to_string(name);
      result.returns.clear();
      add_outs(schema, result);
      return result;
    case Variant::in_place: {
      result.name = to_string(name);
      Argument out;
      for (Argument& argument : result.arguments) {
        if (argument.name != "self") continue;
        out = {argument.type, "out", {}, true};
        argument.type = plain(argument.type);
      }
      result.arguments.push_back(out);
      return result;
    }
    case Variant::out:
    case Variant::scratch:
      break;
  }
  throw std::invalid_argument(schema.full_name() + " is an out variant itself");
}

std::string objection(const Schema& schema) {
  if (schema.name.ends_with("_out")) {
    return "a name may not end in '_out': need an overload such as '.out'";
  }
  const auto is_write = [](const Return& each) { return each.type.is_write(); };
  const auto writes = std::count_if(schema.returns.begin(), schema.returns.end(), is_write);
  if (writes != 0 && static_cast<size_t>(writes) != schema.returns.size()) {
    return "need all results or none to be arguments that are written";
  }
  for (const Argument* argument : behind_self(schema)) {
    if (argument->type.is_write() && is_returned(schema, *argument)) {
      return "'" + argument->name + "' is written and returned: need it keyword-only";
    }
  }
  if (const std::string text = objection_to_outs(schema); !text.empty()) return text;
  if (!base_name(schema.name).is_in_place) return "";
  return objection_in_place(schema);
}

}  // namespace lazuli::codegen::schema
