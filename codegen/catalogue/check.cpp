#include "codegen/catalogue/check.h"

#include <algorithm>
#include <map>
#include <set>

#include "codegen/catalogue/dtypes.h"
#include "codegen/catalogue/helpers.h"
#include "codegen/catalogue/scope.h"
#include "codegen/formula/gradient.h"
#include "codegen/schema/parser.h"
#include "codegen/text.h"

namespace lazuli::codegen {
namespace {

using formula::Expression;
using formula::Node;

// What composites and gradients may call beside the catalogue's functions, with the operands
// that it takes (ops/README.md says what each gives).
const std::map<std::string, size_t> kHelpers = {
    {"size", 2},   {"numel", 1}, {"dim", 1}, {"sizes", 1},        {"dtype", 1},
    {"detach", 1}, {"given", 3}, {"not", 1}, {"folded_count", 2}, {"wide_dtype", 1}};

class Checker {
 public:
  Checker(const Catalogue& catalogue, Problems& problems)
      : catalogue_(catalogue), problems_(problems) {
    for (const Entry& entry : catalogue.entries) {
      for (const Function& function : entry.functions) {
        functions_[function.schema.name].push_back(&function.schema);
      }
    }
  }

  // The gradients that an entry gives have been checked, so what is wrong is derived.
  void check_derived(const Entry& entry) {
    context_ = "derived grad (the entry may give its own): ";
    for (const auto& [operand, gradient] : entry.gradients) check_gradient(entry, gradient);
  }

  void run() {
    check_names();
    for (const ScalarFunction& scalar : catalogue_.scalars) check_scalar(scalar);
    for (const Entry& entry : catalogue_.entries) {
      if (entry.functions.empty()) continue;  // its schema could not be read
      check_formulas(entry);
      check_equation(entry);
      check_results(entry);
      if (entry.as) check_composite(entry);
      for (const auto& [operand, gradient] : entry.gradients) check_gradient(entry, gradient);
      for (const Special& special : entry.specials) check_special(entry, special);
      check_tests(entry);
    }
  }

 private:
  static std::string title(const Entry& entry) {
    return entry.functions.empty() ? entry.name : entry.function().schema.full_name();
  }
  void problem(const Entry& entry, const std::string& message) {
    problems_.add(entry.where, title(entry), context_ + message);
  }

  void check_names() {
    std::map<std::string, const Entry*> functions;
    std::map<std::string, const Entry*> kinds;
    for (const Entry& entry : catalogue_.entries) {
      for (const Function& function : entry.functions) {
        const auto [found, is_new] = functions.emplace(function.schema.full_name(), &entry);
        if (!is_new) {
          problem(entry, "'" + found->first + "' is at " + found->second->where.text() + ", too");
        }
      }
      if (!entry.is_recorded()) continue;
      const auto [found, is_new] = kinds.emplace(entry.name, &entry);
      if (!is_new) {
        problem(entry,
                "the kind '" + entry.name + "' is at " + found->second->where.text() + ", too");
      }
    }
  }

  void check_scalar(const ScalarFunction& scalar) {
    // A scalar function uses those before it, so that none goes in circles.
    for (const auto& [type, definition] : scalar.definitions) {
      if (!definition.formula) continue;
      try {
        if (formula::lower(definition.formula, scope_of(catalogue_, scalar, type)).type != type) {
          problems_.add(scalar.where, scalar.name,
                        "need a result of " + std::string(formula::type_name(type)));
        }
      } catch (const SyntaxError& error) {
        problems_.add(scalar.where, scalar.name, error.what());
      }
    }
    for (const Node& derivative : scalar.derivatives) {
      try {
        formula::Scope scope = scope_of(catalogue_, scalar, formula::Type::f32);
        scope.scalar_arity = [&](const std::string& name, formula::Type) { return arity(name); };
        formula::lower({{}, derivative}, scope);
      } catch (const SyntaxError& error) {
        problems_.add(scalar.where, scalar.name, std::string("derivative: ") + error.what());
      }
    }
  }

  int arity(const std::string& name) const {
    const ScalarFunction* scalar = catalogue_.find_scalar(name);
    return scalar ? static_cast<int>(scalar->parameters.size()) : -1;
  }

  void check_formulas(const Entry& entry) {
    std::set<std::string> told;  // a formula for several dtypes has its mistake once
    for (const auto& [dtype, block] : entry.formulas) {
      if (!block) continue;
      try {
        const formula::Steps steps = formula::lower(block, scope_of(catalogue_, entry, dtype));
        const kernel::Type wanted =
            entry.dtype == DTypeRule::boolean ? kernel::Type::mask : type_of(dtype);
        if (steps.type != wanted) {
          throw SyntaxError("need a result of " + std::string(name_of(dtype)), 0);
        }
      } catch (const SyntaxError& error) {
        if (told.insert(formula::to_string(block)).second) problem(entry, error.what());
      }
    }
  }

  // "ik, kj -> ij": each letter of the result stands in an operand, and each operand has a tensor.
  void check_equation(const Entry& entry) {
    if (entry.equation.empty()) return;
    const size_t arrow = entry.equation.find("->");
    if (arrow == std::string::npos) return problem(entry, "need '->' in 'equation'");
    const std::vector<std::string> inputs = split(entry.equation.substr(0, arrow), ',');
    if (inputs.size() != entry.recorded.operands.size()) {
      problem(entry, "need one term of 'equation' an operand; got " + entry.equation);
    }
    for (const char letter : trimmed(entry.equation.substr(arrow + 2))) {
      const bool known = std::any_of(inputs.begin(), inputs.end(), [&](const std::string& term) {
        return term.find(letter) != std::string::npos;
      });
      if (!known) problem(entry, std::string("'") + letter + "' stands in no operand");
    }
  }

  // A kind gives one result; a composite of several ends in a list of them.
  void check_results(const Entry& entry) {
    const size_t count = entry.function().schema.returns.size();
    if (count > 1 && entry.is_recorded()) {
      problem(entry, "need one result of what is recorded; a composite may have several");
    }
    if (!entry.as) return;
    const Expression& result = *entry.as.result;
    const size_t given = result.form == Expression::Form::list ? result.operands.size() : 1;
    if (given == count) return;
    problem(entry, "need " + std::to_string(count) + (count == 1 ? " result" : " results") +
                       " in 'as'; got " + std::to_string(given));
  }

  void check_composite(const Entry& entry) {
    std::set<std::string> names;
    for (const schema::Argument& argument : entry.function().schema.arguments) {
      names.insert(argument.name);
    }
    for (const formula::Binding& binding : entry.as.bindings) {
      check_calls(entry, binding.value, names, false);
      names.insert(binding.name);
    }
    check_calls(entry, entry.as.result, names, false);
  }

  void check_gradient(const Entry& entry, const Node& gradient) {
    std::set<std::string> names = {"grad", "result"};
    for (const schema::Argument& argument : entry.function().schema.arguments) {
      names.insert(argument.name);
    }
    names.insert(entry.recorded.operands.begin(), entry.recorded.operands.end());
    check_calls(entry, gradient, names, true);
  }

  void check_special(const Entry& entry, const Special& special) {
    std::set<std::string> names;
    for (const schema::Argument& argument : entry.function().schema.arguments) {
      names.insert(argument.name);
    }
    check_calls(entry, special.as, names, false);
  }

  void check_calls(const Entry& entry, const Node& node, const std::set<std::string>& names,
                   bool is_gradient) {
    if (node->form == Expression::Form::name && !names.count(node->text) && node->text != "true" &&
        node->text != "false") {
      problem(entry, "unknown name '" + node->text + "'" +
                         suggestion(node->text, {names.begin(), names.end()}));
    }
    if (node->form == Expression::Form::call) check_call(entry, *node, is_gradient);
    for (const Node& operand : node->operands) check_calls(entry, operand, names, is_gradient);
  }

  void check_call(const Entry& entry, const Expression& node, bool is_gradient) {
    if (const auto found = kHelpers.find(node.text); found != kHelpers.end()) {
      return check_count(entry, node, found->second, found->second);
    }
    if (const auto found = kGradientHelpers.find(node.text);
        is_gradient && found != kGradientHelpers.end()) {
      return check_count(entry, node, found->second, found->second);
    }
    const auto found = functions_.find(node.text);
    if (found == functions_.end()) {
      std::vector<std::string> known;
      for (const auto& [name, schemas] : functions_) known.push_back(name);
      for (const auto& [name, count] : kHelpers) known.push_back(name);
      return problem(entry, "unknown function '" + node.text + "'" + suggestion(node.text, known));
    }
    size_t least = ~size_t{0};
    size_t most = 0;
    for (const schema::Schema* schema : found->second) {
      const auto& arguments = schema->arguments;
      const auto needed = [](const schema::Argument& a) { return !a.default_text.has_value(); };
      least = std::min<size_t>(least, std::count_if(arguments.begin(), arguments.end(), needed));
      most = std::max(most, arguments.size());
    }
    check_count(entry, node, least, most);
  }

  void check_count(const Entry& entry, const Expression& node, size_t least, size_t most) {
    const size_t count = node.operands.size();
    if (count >= least && count <= most) return;
    const std::string range = least == most ? std::to_string(least)
                                            : std::to_string(least) + " to " + std::to_string(most);
    problem(entry, node.text + " takes " + range + (range == "1" ? " argument" : " arguments") +
                       "; got " + std::to_string(count));
  }

  void check_tests(const Entry& entry) {
    const bool is_compared = entry.kind == Kind::elementwise && !entry.is_internal;
    const bool is_computed = entry.kind == Kind::elementwise || entry.kind == Kind::reduction;
    if (is_computed && !is_compared && entry.reference.empty()) problem(entry, "need 'reference'");
    check_numpy(entry);
    for (const auto& [operand, sample] : entry.samples) {
      const auto& operands = entry.recorded.operands;
      if (std::find(operands.begin(), operands.end(), operand) == operands.end()) {
        problem(entry, "samples of '" + operand + "', which is no operand" +
                           suggestion(operand, operands));
      }
    }
  }

  // Every public operator has its counterpart in Python and a way to be called.
  void check_numpy(const Entry& entry) {
    if (entry.is_internal || !entry.no_numpy.empty() || !entry.reference.empty()) return;
    std::vector<std::string> names = entry.recorded.operands;
    for (const schema::Argument& argument : entry.function().schema.arguments) {
      if (std::find(names.begin(), names.end(), argument.name) == names.end()) {
        names.push_back(argument.name);
      }
    }
    const std::string example = names.empty() ? "" : ", as np." + entry.name + "(" + names[0] + ")";
    if (entry.numpy.empty()) {
      problem(entry, "need 'numpy', an expression over " + joined(names, ", ") +
                         " with np, sp (scipy.special) and ref (tests/python/references.py)" +
                         example + "; or 'numpy: {none: the reason}'");
    }
    if (entry.calls.empty() && !entry.has_plain_calls()) {
      problem(entry,
              "need 'calls', lists of arguments in Python for the tests, as [\"t(2, 3), 1\"] "
              "(ops/README.md, 'Calls')");
    }
  }

  const Catalogue& catalogue_;
  Problems& problems_;
  std::string context_;  // begins each message
  std::map<std::string, std::vector<const schema::Schema*>> functions_;
};

}  // namespace

void check(const Catalogue& catalogue, Problems& problems) { Checker(catalogue, problems).run(); }

void derive_gradients(Catalogue& catalogue, Problems& problems) {
  const formula::ScalarDerivatives scalars = [&](const std::string& name,
                                                 const std::vector<Node>& operands) {
    std::vector<Node> derivatives;
    const ScalarFunction* scalar = catalogue.find_scalar(name);
    if (!scalar) return derivatives;
    for (Node derivative : scalar->derivatives) {
      for (size_t i = 0; i < operands.size(); ++i) {
        derivative = formula::substitute(derivative, scalar->parameters[i], operands[i]);
      }
      derivatives.push_back(derivative);
    }
    return derivatives;
  };
  for (Entry& entry : catalogue.entries) {
    const auto formula = entry.formulas.find(kFloat32);
    if (formula == entry.formulas.end() || !entry.has_gradient || !entry.gradients.empty()) {
      continue;
    }
    for (const schema::Argument& argument : entry.function().schema.arguments) {
      if (!argument.type.is_tensor() || entry.argument_dtypes.count(argument.name)) continue;
      const auto gradient = formula::gradient(formula->second, argument.name, scalars);
      if (gradient) entry.gradients[argument.name] = *gradient;
    }
    if (entry.gradients.empty()) entry.has_gradient = false;
  }
  Checker checker(catalogue, problems);
  for (const Entry& entry : catalogue.entries) checker.check_derived(entry);
}

}  // namespace lazuli::codegen
