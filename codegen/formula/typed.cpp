#include "codegen/formula/typed.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "codegen/schema/parser.h"
#include "codegen/text.h"

namespace lazuli::codegen::formula {
namespace {

using Form = Expression::Form;

// Sets of types, one bit each.
constexpr unsigned kF32 = 1u << static_cast<int>(Type::f32);
constexpr unsigned kI32 = 1u << static_cast<int>(Type::i32);
constexpr unsigned kI64 = 1u << static_cast<int>(Type::i64);
constexpr unsigned kMask = 1u << static_cast<int>(Type::mask);
constexpr unsigned kF64 = 1u << static_cast<int>(Type::f64);
constexpr unsigned kFloats = kF32 | kF64;
constexpr unsigned kIntegers = kI32 | kI64;
constexpr unsigned kNumbers = kFloats | kIntegers;

struct Builtin {
  const char* name;       // in a formula
  const char* primitive;  // kernel::Primitive's name
  int operands;
  unsigned types;      // of the operands, all alike
  bool gives_mask;     // else the operands' type
  bool swapped;        // operands are exchanged: a > b is b < a
  const char* result;  // what to call the result
};
constexpr Builtin kBuiltins[] = {
    {"add", "add", 2, kNumbers, false, false, "sum"},
    {"sub", "sub", 2, kNumbers, false, false, "difference"},
    {"mul", "mul", 2, kNumbers, false, false, "product"},
    {"div", "div", 2, kFloats, false, false, "quotient"},
    {"fma", "fma", 3, kFloats, false, false, "fused"},
    {"sqrt", "sqrt", 1, kFloats, false, false, "root"},
    {"abs", "abs", 1, kFloats, false, false, "magnitude"},
    {"neg", "neg", 1, kNumbers, false, false, "negated"},
    {"min", "min", 2, kNumbers, false, false, "least"},
    {"max", "max", 2, kNumbers, false, false, "largest"},
    {"round", "round", 1, kFloats, false, false, "rounded"},
    {"floor", "floor", 1, kFloats, false, false, "floored"},
    {"ceil", "ceil", 1, kFloats, false, false, "raised"},
    {"trunc", "trunc", 1, kFloats, false, false, "cut"},
    {"quotient", "quotient", 2, kIntegers, false, false, "whole_quotient"},
    {"remainder", "remainder", 2, kIntegers, false, false, "rest"},
    {"shift_left_by", "shift_left_by", 2, kIntegers, false, false, "shifted"},
    {"shift_right_by", "shift_right_by", 2, kIntegers, false, false, "shifted"},
    {"eq", "eq", 2, kNumbers, true, false, "is_equal"},
    {"ne", "ne", 2, kNumbers, true, false, "is_other"},
    {"lt", "lt", 2, kNumbers, true, false, "is_less"},
    {"le", "le", 2, kNumbers, true, false, "is_at_most"},
    {"gt", "lt", 2, kNumbers, true, true, "is_more"},
    {"ge", "le", 2, kNumbers, true, true, "is_at_least"},
    {"and", "bit_and", 2, kIntegers | kMask, false, false, "both"},
    {"or", "bit_or", 2, kIntegers | kMask, false, false, "either"},
    {"xor", "bit_xor", 2, kIntegers | kMask, false, false, "one"},
    {"not", "bit_not", 1, kIntegers | kMask, false, false, "inverse"},
};
constexpr const char* kShifts[] = {"shift_left", "shift_right", "shift_right_logical"};
constexpr std::pair<const char*, Type> kConversions[] = {
    {"to_f32", Type::f32}, {"to_f64", Type::f64}, {"to_i32", Type::i32}, {"to_i64", Type::i64}};
struct Bitcast {
  const char* name;
  Type from;
  Type to;
};
constexpr Bitcast kBitcasts[] = {{"as_f32", Type::i32, Type::f32},
                                 {"as_i32", Type::f32, Type::i32},
                                 {"as_f64", Type::i64, Type::f64},
                                 {"as_i64", Type::f64, Type::i64}};

const Builtin* find_builtin(const std::string& name) {
  for (const Builtin& builtin : kBuiltins) {
    if (name == builtin.name) return &builtin;
  }
  return nullptr;
}

bool is_fraction(Type type) { return type == Type::f32 || type == Type::f64; }

std::string text_of(Type type) { return std::string(type_name(type)); }

class Lowering {
 public:
  explicit Lowering(const Scope& scope) : scope_(scope) {
    for (const Parameter& parameter : scope.parameters) {
      names_[parameter.name] = {parameter.name, parameter.type};
      taken_.insert(parameter.name);
    }
  }

  Steps run(const Block& block) {
    for (const Binding& binding : block.bindings) {
      const bool is_new = !names_.count(binding.name) && reserved_.insert(binding.name).second;
      if (!is_new) fail(binding.value, "'" + binding.name + "' twice");
    }
    for (const Binding& binding : block.bindings) {
      if (is_number(binding.value)) {  // has a type where it is used
        numbers_[binding.name] = {binding.value, binding.name};
        continue;
      }
      names_[binding.name] = lower(binding.value, {}, binding.name);
    }
    const Value result = lower(block.result, scope_.fraction, "");
    return {std::move(steps_), result.name, result.type};
  }

 private:
  struct Value {
    std::string name;
    Type type = Type::f32;
  };
  using Wanted = std::optional<Type>;

  [[noreturn]] static void fail(const Node& node, const std::string& message) {
    throw SyntaxError(message, node->position);
  }

  bool is_number(const Node& node) const {
    return node->form == Form::number || (node->form == Form::name && numbers_.count(node->text));
  }

  // `wanted` is the type that a number takes; `name` what to call the result, if a step makes it.
  Value lower(const Node& node, Wanted wanted, const std::string& name) {
    switch (node->form) {
      case Form::number:
        return constant(node, wanted.value_or(scope_.fraction), name);
      case Form::name:
        return lower_name(node, wanted);
      case Form::list:
        fail(node, "a list in a formula");
      case Form::call:
        return lower_call(node, name);
    }
    return {};
  }

  Value lower_name(const Node& node, Wanted wanted) {
    if (const auto number = numbers_.find(node->text); number != numbers_.end()) {
      return constant(number->second.first, wanted.value_or(scope_.fraction),
                      number->second.second);
    }
    const auto found = names_.find(node->text);
    if (found != names_.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& [known_name, value] : names_) known.push_back(known_name);
    for (const auto& [known_name, value] : numbers_) known.push_back(known_name);
    fail(node, "unknown name '" + node->text + "'" + suggestion(node->text, known));
  }

  Value constant(const Node& node, Type type, const std::string& name) {
    if (!is_fraction(type) && type != Type::mask && !node->is_integer) {
      fail(node, "number " + node->text + " where " + text_of(type) + " is needed");
    }
    if (type == Type::mask && node->value != 0 && node->value != 1) {
      fail(node, "number " + node->text + " where a mask is needed");
    }
    const std::string key = node->text + text_of(type);
    if (const auto found = constants_.find(key); found != constants_.end()) {
      return {found->second, type};
    }
    Step step;
    step.form = Step::Form::constant;
    step.type = type;
    step.name = unique(name.empty() ? constant_name(node) : name, !name.empty());
    step.number = node->value;
    step.number_text = node->text;
    constants_[key] = step.name;
    return add(step);
  }

  static std::string constant_name(const Node& node) {
    static const std::map<double, const char*> kNames = {
        {0, "zero"}, {1, "one"}, {2, "two"}, {-1, "minus_one"}, {0.5, "half"}};
    const auto found = kNames.find(node->value);
    return found == kNames.end() ? "constant" : found->second;
  }

  Value lower_call(const Node& node, const std::string& name) {
    for (const std::string& keyword : node->keywords) {
      if (!keyword.empty()) fail(node, "keyword '" + keyword + "' in a formula");
    }
    const std::string& function = node->text;
    if (function == "where") return lower_where(node, name);
    if (const Builtin* builtin = find_builtin(function)) return lower_builtin(node, *builtin, name);
    for (const char* shift : kShifts) {
      if (function == shift) return lower_shift(node, name);
    }
    for (const auto& [conversion, type] : kConversions) {
      if (function == conversion) return lower_conversion(node, type, name);
    }
    if (function == "to_float") return lower_conversion(node, scope_.fraction, name);
    if (function == "to_int") return lower_conversion(node, scope_.integer, name);
    for (const Bitcast& bitcast : kBitcasts) {
      if (function == bitcast.name) return lower_bitcast(node, bitcast.from, bitcast.to, name);
    }
    const Type bits = scope_.fraction == Type::f64 ? Type::i64 : Type::i32;
    if (function == "as_float") return lower_bitcast(node, bits, scope_.fraction, name);
    if (function == "as_int") return lower_bitcast(node, scope_.fraction, bits, name);
    if (function == "convert") return lower_attribute(node);
    return lower_scalar(node, name);
  }

  void need_operands(const Node& node, size_t count) {
    if (node->operands.size() == count) return;
    fail(node, fmt::format("{} takes {} operand{}; got {}", node->text, count,
                           count == 1 ? "" : "s", node->operands.size()));
  }

  // Operands of one type, in order; numbers take the type of the others.
  std::vector<Value> lower_alike(const Node& node, size_t first) {
    Wanted type;
    std::vector<Value> values(node->operands.size());
    for (size_t i = first; i < node->operands.size(); ++i) {
      if (is_number(node->operands[i])) continue;
      values[i] = lower(node->operands[i], {}, "");
      if (!type) type = values[i].type;
      if (values[i].type != *type) {
        fail(node,
             fmt::format("{} of {} and {}", node->text, text_of(*type), text_of(values[i].type)));
      }
    }
    for (size_t i = first; i < node->operands.size(); ++i) {
      if (is_number(node->operands[i])) values[i] = lower(node->operands[i], type, "");
    }
    return values;
  }

  Value lower_builtin(const Node& node, const Builtin& builtin, const std::string& name) {
    need_operands(node, static_cast<size_t>(builtin.operands));
    std::vector<Value> values = lower_alike(node, 0);
    const Type type = values[0].type;
    if (!(builtin.types >> static_cast<int>(type) & 1)) {
      fail(node, std::string(builtin.name) + " of " + text_of(type));
    }
    if (builtin.swapped) std::swap(values[0], values[1]);
    Step step = named(name, builtin.result);
    step.type = builtin.gives_mask ? Type::mask : type;
    step.function = builtin.primitive;
    for (const Value& value : values) step.operands.push_back(value.name);
    return add(step);
  }

  Value lower_where(const Node& node, const std::string& name) {
    need_operands(node, 3);
    const Value condition = lower(node->operands[0], Type::mask, "");
    if (condition.type != Type::mask) fail(node, "where by " + text_of(condition.type));
    const std::vector<Value> values = lower_alike(node, 1);
    Step step = named(name, "chosen");
    step.function = "select";
    step.type = values[1].type;
    step.operands = {condition.name, values[1].name, values[2].name};
    return add(step);
  }

  Value lower_shift(const Node& node, const std::string& name) {
    need_operands(node, 2);
    const Value value = lower(node->operands[0], Type::i32, "");
    if (value.type != Type::i32 && value.type != Type::i64) {
      fail(node, node->text + " of " + text_of(value.type));
    }
    const Node& by = node->operands[1];
    const int most = value.type == Type::i32 ? 31 : 63;
    if (by->form != Form::number || !by->is_integer || by->value < 0 || by->value > most) {
      fail(node, fmt::format("{} needs a distance from 0 to {}", node->text, most));
    }
    Step step = named(name, "shifted");
    step.form = Step::Form::shift;
    step.type = value.type;
    step.function = node->text;
    step.operands = {value.name};
    step.number = by->value;
    return add(step);
  }

  Value lower_conversion(const Node& node, Type type, const std::string& name) {
    need_operands(node, 1);
    const Value value = lower(node->operands[0], {}, "");
    Step step = named(name, "converted");
    step.form = Step::Form::convert;
    step.type = type;
    step.operands = {value.name};
    return add(step);
  }

  Value lower_bitcast(const Node& node, Type from, Type to, const std::string& name) {
    need_operands(node, 1);
    const Value value = lower(node->operands[0], from, "");
    if (value.type != from) fail(node, node->text + " of " + text_of(value.type));
    Step step = named(name, "bits");
    step.form = Step::Form::bitcast;
    step.type = to;
    step.operands = {value.name};
    return add(step);
  }

  Value lower_attribute(const Node& node) {
    need_operands(node, 2);
    const Value value = lower(node->operands[0], {}, "");
    const auto& attributes = scope_.attributes;
    const auto found = std::find(attributes.begin(), attributes.end(), node->operands[1]->text);
    if (found == attributes.end()) {
      fail(node,
           "convert needs the name of an attribute; got '" + to_string(node->operands[1]) + "'");
    }
    Step step = named("", "converted");
    step.form = Step::Form::attribute;
    step.type = value.type;
    step.operands = {value.name};
    step.number = static_cast<double>(found - attributes.begin());
    return add(step);
  }

  Value lower_scalar(const Node& node, const std::string& name) {
    const auto arity_in = [&](Type type) {
      return scope_.scalar_arity ? scope_.scalar_arity(node->text, type) : Scope::kNoScalar;
    };
    if (arity_in(scope_.fraction) == Scope::kNoScalar) {
      std::vector<std::string> known = builtin_names();
      known.insert(known.end(), scope_.scalar_names.begin(), scope_.scalar_names.end());
      fail(node, "unknown function '" + node->text + "'" + suggestion(node->text, known));
    }
    const std::vector<Value> values = lower_alike(node, 0);
    const Type type = values.empty() ? scope_.fraction : values[0].type;
    if (!is_fraction(type)) fail(node, node->text + " of " + text_of(type));
    const int arity = arity_in(type);
    if (arity == Scope::kOtherType) {
      fail(node, node->text + " has no formula for " + text_of(type));
    }
    need_operands(node, static_cast<size_t>(arity));
    Step step = named(name, node->text + "_of");
    step.form = Step::Form::scalar;
    step.type = type;
    step.function = node->text;
    for (const Value& value : values) step.operands.push_back(value.name);
    return add(step);
  }

  // A step named by its binding or, without one, by what it does.
  Step named(const std::string& name, const std::string& otherwise) {
    Step step;
    step.name = unique(name.empty() ? otherwise : name, !name.empty());
    return step;
  }

  // A binding's name stays free for the binding; a second constant of it gets a number, too.
  std::string unique(const std::string& name, bool is_binding) {
    std::string result = name;
    for (int i = 2; taken_.count(result) || (reserved_.count(result) && !is_binding); ++i) {
      result = name + std::to_string(i);
    }
    taken_.insert(result);
    return result;
  }

  Value add(const Step& step) {
    steps_.push_back(step);
    return {step.name, step.type};
  }

  const Scope& scope_;
  std::vector<Step> steps_;
  std::map<std::string, Value> names_;
  std::map<std::string, std::pair<Node, std::string>> numbers_;  // bindings to bare numbers
  std::map<std::string, std::string> constants_;                 // by text and type
  std::set<std::string> taken_;
  std::set<std::string> reserved_;  // the bindings' names
};

}  // namespace

std::string_view type_name(Type type) {
  switch (type) {
    case Type::f32:
      return "f32";
    case Type::f64:
      return "f64";
    case Type::i32:
      return "i32";
    case Type::i64:
      return "i64";
    case Type::mask:
      break;
  }
  return "mask";
}

Steps lower(const Block& block, const Scope& scope) { return Lowering(scope).run(block); }

std::vector<std::string> builtin_names() {
  std::vector<std::string> names = {"where", "to_float", "to_int", "as_float", "as_int"};
  for (const Bitcast& bitcast : kBitcasts) names.emplace_back(bitcast.name);
  for (const Builtin& builtin : kBuiltins) names.emplace_back(builtin.name);
  for (const char* shift : kShifts) names.emplace_back(shift);
  for (const auto& [name, type] : kConversions) names.emplace_back(name);
  return names;
}

}  // namespace lazuli::codegen::formula
