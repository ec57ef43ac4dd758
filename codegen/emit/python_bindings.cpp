// python/functions.gen.cpp: the functions of the catalogue as tables, and a call of each.
#include <fmt/core.h>

#include <map>

#include "codegen/emit/emit.h"
#include "codegen/emit/functions.h"
#include "codegen/emit/python.h"
#include "codegen/text.h"

namespace lazuli::codegen::emit {
namespace {

using schema::Argument;
using schema::Base;
using schema::Schema;

// The argument at one place of a call, as C++ takes it.
std::string value_of(const Argument& argument, size_t place) {
  const std::string need = python_type(argument.type).need;
  if (need.starts_with("tensors")) return "call.tensors()";
  const bool gives_empty = need == "tensor" || argument.type.is_list;
  if (argument.type.is_optional && !gives_empty) {
    return fmt::format("call.optional_{}({})", need, place);
  }
  if (!argument.default_text || default_value(argument) == "{}") {
    return fmt::format("call.{}({})", need, place);
  }
  return fmt::format("call.{}({}, {})", need, place, default_value(argument));
}

// A flag that is needed by its name chooses the overload.
std::string need_of(const Argument& argument) {
  const bool is_flag = argument.type.base == Base::boolean && !argument.type.is_list;
  const bool is_needed = argument.is_keyword_only && !argument.default_text;
  return is_flag && is_needed ? "truth" : python_type(argument.type).need;
}

std::string parameter_row(const Argument& argument) {
  return fmt::format("{{{}, Need::{}, {}, {}, {}}}", quoted(argument.name), need_of(argument),
                     argument.type.is_optional, may_be_missing(argument), argument.is_keyword_only);
}

// The address of the results' names, and before it the names; a null pointer where there are none.
std::string result_names(const Schema& schema, const std::string& prefix, std::string& before) {
  if (!has_named_results(schema)) return "nullptr";
  std::vector<std::string> names;
  for (const schema::Return& each : schema.returns) names.push_back(quoted(each.name));
  before += fmt::format("const char* const {}_fields[] = {{{}}};\n", prefix, joined(names, ", "));
  before +=
      fmt::format("const ResultNames {0}_results = {{\"lazuli.return_types.{1}\", {0}_fields}};\n",
                  prefix, schema.name);
  return "&" + prefix + "_results";
}

// The overload, and before it its parameters and the names of its results.
std::string overload_row(const Entry& entry, const Function& function,
                         const std::string& parameters_name, std::string& before) {
  const Schema& schema = function.schema;
  std::vector<std::string> parameters, values;
  for (size_t i = 0; i < schema.arguments.size(); ++i) {
    const Argument& argument = schema.arguments[i];
    parameters.push_back(parameter_row(argument));
    if (!(function.is_in_place && i == 0)) values.push_back(value_of(argument, i));
  }
  values.push_back("call.at()");
  const std::string list = joined(values, ", ");
  const std::string call =
      function.is_in_place
          ? fmt::format("call.tensor(0).{}({});\n       call.give_first();", schema.name, list)
          : fmt::format("call.give(lazuli::{}({}));", schema.name, list);
  before += fmt::format("const Parameter {}[] = {{\n    {}}};\n", parameters_name,
                        joined(parameters, ",\n    "));
  return fmt::format(
      "    {{{},\n     {},\n     {},\n     {},\n     [](Call& call) {{\n       {}\n     }}}},\n",
      quoted(python_signature(schema)), parameters_name,
      result_names(schema, parameters_name, before), entry.evaluates, call);
}

std::string documentation(const PythonFunction& function) {
  std::string text;
  for (const Function* overload : function.overloads) {
    text += python_signature(overload->schema) + "\n";
  }
  const Entry* before = nullptr;
  for (const Entry* entry : function.entries) {
    if (entry != before) text += "\n" + trimmed(wrapped(entry->doc, "")) + "\n";
    before = entry;
  }
  return trimmed(text);
}

// The table of functions, for Python's own tables to point into.
std::string definitions(const std::vector<PythonFunction>& functions, bool are_methods) {
  std::string rows;
  for (size_t i = 0; i < functions.size(); ++i) {
    const PythonFunction& function = functions[i];
    if (!(are_methods ? function.is_method() : function.is_function())) continue;
    rows += fmt::format("    definition({}, &call_{}<{}>, kDoc_{}),\n", quoted(function.name),
                        are_methods ? "method" : "function", i, function.name);
  }
  return rows;
}

std::string operator_slots(const Catalogue& catalogue,
                           const std::map<std::string, size_t>& places) {
  std::string text = "const PyType_Slot kSlots[] = {\n";
  std::string comparisons;
  for (const OperatorSign& sign : operator_signs(catalogue)) {
    const std::string slot = sign.slot;
    const size_t place = places.at(sign.function);
    if (slot.starts_with("Py_")) {
      comparisons += fmt::format("  result[{}] = {};\n", slot, place);
      continue;
    }
    const std::string suffix = slot.ends_with("power") ? "_power" : "";
    std::string call = slot.starts_with("nb_inplace") ? "in_place" : "unary";
    std::string arguments = std::to_string(place);
    if (sign.reversed) {
      call = "binary";
      const bool has_reversed = sign.reversed_function && places.count(sign.reversed_function);
      arguments +=
          has_reversed ? fmt::format(", {}", places.at(sign.reversed_function)) : ", kNoFunction";
    }
    text += fmt::format("    {{Py_{}, reinterpret_cast<void*>(&{}{}<{}>)}},  // {}\n", slot, call,
                        suffix, arguments, sign.method);
  }
  return text + "};\n\n" +
         "constexpr std::array<int, 6> comparisons() {\n  std::array<int, 6> result{};\n" +
         "  result.fill(kNoFunction);\n" + comparisons + "  return result;\n}\n";
}

}  // namespace

std::string python_bindings(const Catalogue& catalogue) {
  const std::vector<PythonFunction> functions = python_functions(catalogue);
  std::map<std::string, size_t> places;
  for (const PythonFunction& function : functions) places.emplace(function.name, places.size());

  std::string text = banner("The functions of the catalogue for Python.");
  text += "#include \"lazuli/functions/functions.gen.h\"\n#include \"python/functions.h\"\n";
  text += "#include \"python/signs.h\"\n\nnamespace lazuli::python {\nnamespace {\n\n";
  std::string table;
  for (const PythonFunction& function : functions) {
    text +=
        fmt::format("const char kDoc_{}[] = {};\n", function.name, quoted(documentation(function)));
    std::string overloads;
    for (size_t i = 0; i < function.overloads.size(); ++i) {
      const std::string parameters = fmt::format("k_{}_{}", function.name, i);
      overloads += overload_row(*function.entries[i], *function.overloads[i], parameters, text);
    }
    text += fmt::format("const Overload k_{}[] = {{\n{}}};\n\n", function.name, overloads);
    table += fmt::format("    {{{0}, op::Function::{1}, k_{1}}},\n", quoted(function.name),
                         function.name);
  }
  text += "const Function kTable[] = {\n" + table + "};\n";
  text += "PyMethodDef kFunctionDefinitions[] = {\n" + definitions(functions, false) + "};\n";
  text += "PyMethodDef kMethodDefinitions[] = {\n" + definitions(functions, true) + "};\n";
  text += operator_slots(catalogue, places) + "\n}  // namespace\n\n";
  std::vector<std::string> dtypes;
  for (int i = 0; i < kDTypeCount; ++i) {
    dtypes.push_back(quoted(python_name(static_cast<DType>(i))));
  }
  text += "const std::array<const char*, kDTypeCount> dtype_names = {\n    " +
          joined(dtypes, ", ") + "};\n";
  text += "constexpr std::pair<const char*, DType> kCasts[] = {\n";
  for (const auto& [method, dtype] : python_casts()) {
    text += fmt::format("    {{{}, static_cast<DType>({})}},\n", quoted(method),
                        static_cast<int>(dtype));
  }
  text += "};\nconst std::span<const std::pair<const char*, DType>> casts = kCasts;\n";
  text += "const std::span<const Function> functions = kTable;\n";
  text += "const std::span<PyMethodDef> function_definitions = kFunctionDefinitions;\n";
  text += "const std::span<PyMethodDef> method_definitions = kMethodDefinitions;\n";
  text += "const std::span<const PyType_Slot> operator_slots = kSlots;\n";
  text += "const std::array<int, 6> comparison_functions = comparisons();\n\n";
  return text + "}  // namespace lazuli::python\n";
}

}  // namespace lazuli::codegen::emit
