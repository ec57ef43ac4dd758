// functions.gen.h, functions.gen.cpp and methods.gen.h: what users call.
#include "codegen/emit/functions.h"

#include <fmt/core.h>

#include <algorithm>

#include "codegen/catalogue/dtypes.h"
#include "codegen/emit/emit.h"
#include "codegen/text.h"

namespace lazuli::codegen::emit {
namespace {

using schema::Argument;
using schema::Base;
using schema::Schema;

// The functions of one name that are declared together.
std::vector<const Schema*> siblings_of(const Catalogue& catalogue, const std::string& name,
                                       bool are_methods) {
  std::vector<const Schema*> siblings;
  for (const Entry& entry : catalogue.entries) {
    for (const Function& function : entry.functions) {
      const bool is_there = are_methods ? function.is_method : function.is_function;
      if (is_there && function.schema.name == name) siblings.push_back(&function.schema);
    }
  }
  return siblings;
}

std::string declaration(const Catalogue& catalogue, const Entry& entry, const Function& function,
                        bool is_method) {
  const Schema& schema = function.schema;
  const auto siblings = siblings_of(catalogue, schema.name, is_method);
  return fmt::format("{} {}({}){};\n", return_type(function), schema.name,
                     declared_parameters(schema, is_method, entry.is_internal, siblings),
                     is_method ? " const" : "");
}

bool is_public(const Entry& entry) { return !entry.is_internal; }
bool is_internal(const Entry& entry) { return entry.is_internal; }

std::string declarations(const Catalogue& catalogue, bool (*wanted)(const Entry&)) {
  std::string text;
  for (const Entry& entry : catalogue.entries) {
    if (!wanted(entry)) continue;
    std::string functions;
    for (const Function& function : entry.functions) {
      if (function.is_function) functions += declaration(catalogue, entry, function, false);
    }
    if (!functions.empty()) text += wrapped(entry.doc, "// ") + functions;
  }
  return text;
}

// The body of a function that records its entry's kind.
class Body {
 public:
  Body(const Catalogue& catalogue, const Entry& entry, const Function& function)
      : catalogue_(catalogue), entry_(entry), function_(function), schema_(function.schema) {}

  std::string text() {
    check_tensors();
    write_specials();
    write_dtype();
    line("Record record(op::OpKind::{}, at);", entry_.name);
    write_operands();
    write_attributes();
    write_lists();
    if (function_.is_in_place) {
      line("record.run_into({});", is_method_ ? "*this" : "self");
      line("return {};", is_method_ ? "*this" : "self");
    } else {
      line("return record.run();");
    }
    return text_;
  }
  // The body stands in a method: self is *this.
  Body& in_method() {
    is_method_ = true;
    return *this;
  }

 private:
  template <typename... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_ += "  " + fmt::format(format, std::forward<Arguments>(arguments)...) + "\n";
  }
  std::string named(const std::string& argument) const {
    return is_method_ && argument == "self" ? "*this" : argument;
  }
  bool is_list(const Argument& argument) const {
    return argument.type.is_list && argument.type.base == Base::tensor;
  }
  // Its dtype joins in deciding what is computed.
  bool meets(const Argument& argument) const {
    return !entry_.argument_dtypes.count(argument.name) &&
           entry_.role_of(argument.name) == Role::operand;
  }

  void check_tensors() {
    for (const std::string& operand : function_.operands) {
      const Argument& argument = *schema_.find(operand);
      if (argument.type.is_tensor()) {
        line("check_defined(\"{}\", \"{}\", {}, at);", schema_.name, operand, named(operand));
      }
    }
  }

  // Values that are structure: other functions take their place. A string that is neither of them
  // nor the default is a mistake.
  void write_specials() {
    for (const Argument& argument : schema_.arguments) {
      std::vector<std::string> choices;
      if (argument.default_text) choices.push_back(default_value(argument));
      for (const Special& special : entry_.specials) {
        if (special.argument != argument.name || argument.type.base == Base::tensor) continue;
        Translator translator(catalogue_, entry_, false);
        for (const Argument& each : schema_.arguments) {
          translator.define(each.name, {each.name, meaning_of(each.type)});
        }
        const std::string value = translator.translate(special.as).text;
        const bool is_string = argument.type.base == Base::string;
        if (is_string) choices.push_back("\"" + special.value + "\"");
        const std::string condition =
            is_string ? fmt::format("{} == {}", argument.name, choices.back())
                      : fmt::format("{}.to_double() == {}", argument.name, special.value);
        if (function_.is_in_place) {  // what the function of that name says
          line("if ({}) {{", condition);
          line("  write_result(\"{}\", {}, lazuli::{}({}, at), at);", schema_.name, named("self"),
               schema_.name.substr(0, schema_.name.size() - 1), forwarded());
          line("  return {};", named("self"));
          line("}}");
        } else {
          line("if ({}) return {};", condition, value);
        }
      }
      if (argument.type.base == Base::string) {
        line("check_choice(\"{}\", \"{}\", {}, {{{}}}, at);", schema_.name, argument.name,
             argument.name, joined(choices, ", "));
      }
    }
  }

  std::string forwarded() const {
    std::vector<std::string> names;
    for (const Argument& argument : schema_.arguments) names.push_back(named(argument.name));
    return joined(names, ", ");
  }

  void write_dtype() {
    std::string dtype;
    for (const bool are_tensors : {true, false}) {  // numbers are weak, so they come last
      for (const std::string& operand : function_.operands) {
        const Argument& argument = *schema_.find(operand);
        if (!meets(argument) || (argument.type.base == Base::tensor) != are_tensors) continue;
        if (entry_.dtype == DTypeRule::self && operand != "self") continue;
        if (!are_tensors) {
          dtype = fmt::format("promote_weak({}, {}.category())", dtype, operand);
        } else if (is_list(argument)) {
          dtype = fmt::format("meeting_dtype(\"{}\", {}, at)", schema_.name, operand);
        } else {
          const std::string own = fmt::format("dtype_of({})", named(operand));
          dtype = dtype.empty() ? own : fmt::format("promote({}, {})", dtype, own);
        }
      }
    }
    if (entry_.kind == Kind::reduction && entry_.dtype == DTypeRule::boolean) dtype = "kBool";
    if (entry_.dtype == DTypeRule::argument) return;  // the argument `dtype` says it
    if (entry_.dtype == DTypeRule::floating) dtype = fmt::format("to_floating({})", dtype);
    if (entry_.dtype == DTypeRule::accumulate) {
      dtype = fmt::format("to_accumulated({})", dtype);
      if (schema_.find("dtype")) dtype = fmt::format("dtype.value_or({})", dtype);
    }
    dtype_ = entry_.dtype == DTypeRule::accumulate ? "computed" : "dtype";
    line("const DType {} = {};", dtype_, dtype);
  }

  void write_operands() {
    for (const std::string& operand : function_.operands) {
      const Argument& argument = *schema_.find(operand);
      if (is_list(argument)) {
        line("for (const Tensor& tensor : {}) record.tensor(tensor, {});", operand, dtype_);
      } else if (argument.type.is_tensor() && entry_.argument_dtypes.count(operand)) {
        line("record.tensor({});", named(operand));
      } else if (argument.type.is_tensor()) {
        line("record.tensor({}, {});", named(operand), dtype_);
      } else if (entry_.role_of(operand) == Role::factor) {
        line("check_factor(\"{}\", \"{}\", {}, {}, at);", schema_.name, operand, operand, dtype_);
        line("record.factor({}, {});", operand, dtype_);
      } else if (entry_.dtype == DTypeRule::boolean) {
        // Compared is what a tensor of the dtype would hold.
        line("record.number({}.held_as({}), {});", operand, dtype_, dtype_);
      } else {
        line("record.number({}, {});", operand, dtype_);
      }
    }
    if (entry_.kind == Kind::concat) return;
    // Factors that this way of calling does not have are 1.
    for (size_t i = function_.operands.size(); i < entry_.recorded.operands.size(); ++i) {
      line("record.constant(1, {});", dtype_);
    }
  }

  std::string rank() const {
    const Argument& first = *schema_.find(function_.operands[0]);
    return is_list(first) ? first.name + ".begin()->sizes().rank()"
                          : (is_method_ ? "" : first.name + ".") + "sizes().rank()";
  }

  void write_attributes() {
    if (entry_.kind == Kind::reduction) {
      line("record.attribute({});", schema_.find("keepdim") ? "keepdim" : "false");
      line("record.attributes(folded_dims(\"{}\", {}, {}, at).span());", schema_.name,
           schema_.find("dim") ? "dim" : "{}", rank());
      return;
    }
    for (const std::string& attribute : entry_.recorded.attributes) {
      line("record.attribute(wrap_dim(\"{}\", {}, {}, at));", schema_.name, attribute, rank());
    }
  }

  void write_lists() {
    for (const std::string& size : entry_.recorded.sizes) {
      if (size.ends_with("...")) {
        line("record.sizes({}.span());", size.substr(0, size.size() - 3));
      } else {
        line("record.size({});", size);
      }
    }
    for (const std::string& offset : entry_.recorded.offsets) line("record.offset({});", offset);
  }

  const Catalogue& catalogue_;
  const Entry& entry_;
  const Function& function_;
  const Schema& schema_;
  bool is_method_ = false;
  std::string dtype_ = "dtype";
  std::string text_;
};

std::string composite_body(const Catalogue& catalogue, const Entry& entry,
                           const Function& function) {
  Translator translator(catalogue, entry, false);
  std::string text;
  const std::string& name = function.schema.name;
  for (const Argument& argument : function.schema.arguments) {
    Piece piece{argument.name, meaning_of(argument.type)};
    const auto own = entry.argument_dtypes.find(argument.name);
    if (argument.type.is_tensor() && !argument.type.is_optional) {
      const std::string names =
          fmt::format("\"{}\", \"{}\", {}", name, argument.name, argument.name);
      const bool is_float_alone = own == entry.argument_dtypes.end() &&
                                  entry.dtype != DTypeRule::floating &&
                                  entry.dtypes == dtypes_named("float");
      text += fmt::format("  check_{}({}, at);\n", is_float_alone ? "floating" : "defined", names);
      if (own != entry.argument_dtypes.end()) {
        text += fmt::format("  check_dtype({}, DType::{}, at);\n", names,
                            own->second == kBool ? "boolean" : name_of(own->second));
      } else if (entry.dtype == DTypeRule::floating) {
        text += fmt::format("  const Tensor fractions = to({0}, to_floating({0}.dtype()), at);\n",
                            argument.name);
        piece.text = "fractions";
      }
    }
    if (argument.type.base == Base::dtype && argument.type.is_optional) {
      piece.text = argument.name + ".value_or(kFloat32)";
    }
    translator.define(argument.name, piece);
  }
  if (!entry.shapes.empty()) {
    std::vector<std::string> lettered;
    for (const auto& [argument, letters] : entry.shapes) {
      lettered.push_back(fmt::format("{{\"{0}\", {0}, \"{1}\"}}", argument, letters));
    }
    text += fmt::format("  check_shapes(\"{}\", {{{}}}, at);\n", name, joined(lettered, ", "));
  }
  for (const formula::Binding& binding : entry.as.bindings) {
    const Piece value = translator.translate(binding.value);
    text += fmt::format("  const auto {} = {};\n", binding.name, value.text);
    translator.define(binding.name, {binding.name, value.meaning});
  }
  return text + "  return " + translator.translate(entry.as.result).text + ";\n";
}

std::string definition(const Catalogue& catalogue, const Entry& entry, const Function& function) {
  const std::string body = entry.kind == Kind::composite
                               ? composite_body(catalogue, entry, function)
                               : Body(catalogue, entry, function).text();
  return fmt::format("{}// {}\n{} {}({}) {{\n{}}}\n{}\n",
                     entry.is_internal ? "namespace internal {\n" : "", entry.where.text(),
                     return_type(function), function.schema.name,
                     parameters(function.schema, false), body,
                     entry.is_internal ? "}  // namespace internal\n" : "");
}

std::string method_definition(const Catalogue& catalogue, const Entry& entry,
                              const Function& function) {
  const Schema& schema = function.schema;
  std::string body;
  if (function.is_in_place && entry.kind == Kind::composite) {
    std::vector<std::string> names = {"*this"};
    for (size_t i = 1; i < schema.arguments.size(); ++i) names.push_back(schema.arguments[i].name);
    names.push_back("at");
    const std::string name = schema.name.substr(0, schema.name.size() - 1);
    body = fmt::format("  write_result(\"{0}\", *this, lazuli::{0}({1}), at);\n  return *this;\n",
                       name, joined(names, ", "));
  } else if (function.is_in_place) {
    body = Body(catalogue, entry, function).in_method().text();
  } else {
    std::vector<std::string> names = {"*this"};
    for (size_t i = 1; i < schema.arguments.size(); ++i) names.push_back(schema.arguments[i].name);
    names.push_back("at");
    body = fmt::format("  return lazuli::{}({});\n", schema.name, joined(names, ", "));
  }
  return fmt::format("{} Tensor::{}({}) const {{\n{}}}\n", return_type(function), schema.name,
                     parameters(schema, true), body);
}

// The function of that name, written back.
bool is_derived_in_place(const Entry& entry, const Function& function) {
  return function.is_derived && entry.kind == Kind::composite;
}

// Their arguments need more than wrapping a dimension: written in src/lazuli/functions.
bool is_written_by_hand(const Entry& entry) { return entry.is_by_hand || entry.kind == Kind::view; }

}  // namespace

std::string function_definitions(const Catalogue& catalogue, const Entry& entry) {
  std::string text;
  if (is_written_by_hand(entry)) return text;
  for (const Function& function : entry.functions) {
    if (function.is_function) text += definition(catalogue, entry, function);
    if (function.is_method && function.is_in_place)
      text += method_definition(catalogue, entry, function) + "\n";
  }
  return text;
}

std::string functions_header(const Catalogue& catalogue) {
  std::string text = banner("The functions of the catalogue.");
  text +=
      "#pragma once\n\n#include <optional>\n#include <string_view>\n#include <tuple>\n\n#include "
      "\"lazuli/functions/tensor.h\"\n\n";
  text += "namespace lazuli {\n\n" + declarations(catalogue, is_public);
  text += "\n// Not for users: what other functions and gradients are made of.\n";
  text += "namespace internal {\n\n" + declarations(catalogue, is_internal);
  return text + "\n}  // namespace internal\n\n}  // namespace lazuli\n";
}

std::string methods_header(const Catalogue& catalogue) {
  std::string text =
      banner("The methods of the catalogue, for the inside of class Tensor and nothing else.");
  text += "#ifdef LZ_TENSOR_METHODS\n\n";
  for (const Entry& entry : catalogue.entries) {
    std::string methods;
    for (const Function& function : entry.functions) {
      if (function.is_method) methods += declaration(catalogue, entry, function, true);
    }
    if (!methods.empty()) text += wrapped(entry.doc, "// ") + methods;
  }
  return text + "\n#endif  // LZ_TENSOR_METHODS\n";
}

std::string functions_source(const Catalogue& catalogue) {
  std::string text = banner("The functions and methods of the catalogue.");
  text += "#include \"lazuli/functions/functions.gen.h\"\n\n";
  text += "#include \"lazuli/functions/arithmetic.h\"\n#include \"lazuli/functions/recording.h\"\n";
  text += "\nnamespace lazuli {\n\n";
  for (const Entry& entry : catalogue.entries) {
    if (is_written_by_hand(entry)) continue;
    for (const Function& function : entry.functions) {
      if (function.is_function) text += definition(catalogue, entry, function);
    }
  }
  for (const Entry& entry : catalogue.entries) {
    for (const Function& function : entry.functions) {
      const bool is_elsewhere = function.is_in_place && is_written_by_hand(entry) &&
                                !is_derived_in_place(entry, function);
      if (!function.is_method || is_elsewhere) continue;
      text += method_definition(catalogue, entry, function);
    }
  }
  return text + "\n}  // namespace lazuli\n";
}

}  // namespace lazuli::codegen::emit
