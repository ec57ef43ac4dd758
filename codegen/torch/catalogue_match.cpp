#include "codegen/torch/catalogue_match.h"

#include <fmt/core.h>

#include <algorithm>

#include "codegen/emit/functions.h"
#include "codegen/text.h"
#include "codegen/torch/lowered_argument.h"

namespace lazuli::codegen::torch {
namespace {

using schema::Argument;
using schema::Schema;

// The name that Lazuli's catalogue would have for it.
std::vector<std::string> names_of(const NativeFunction& function) {
  schema::BaseName base = schema::base_name(function.schema.name);
  base.is_in_place = false;
  base.is_functional_form = false;
  const std::string name = schema::to_string(base);
  std::vector<std::string> names = {name};
  constexpr std::string_view kCopy = "_copy";
  if (name.size() > kCopy.size() && name.ends_with(kCopy)) {
    names.push_back(name.substr(0, name.size() - kCopy.size()));
  }
  return names;
}

// One of Lazuli's functions held against an operator.
class Candidate {
 public:
  Candidate(const NativeFunction& operation, const Entry& entry, const Function& function)
      : operation_(operation), entry_(entry), function_(function) {
    const std::vector<const Argument*> out = schema::out_arguments(operation.schema);
    for (const Argument& argument : operation.schema.arguments) {
      if (std::find(out.begin(), out.end(), &argument) == out.end()) given_.push_back(&argument);
    }
    is_out_ = !out.empty();
  }

  // Why it does not do; empty if it does.
  const std::string& objection() {
    if (objection_.empty() && calls_.empty()) match();
    return objection_;
  }
  // How far it is from what is asked; the least is taken.
  int distance() const { return distance_; }

  CatalogueMatch take() const {
    std::vector<std::string> statements = checks_;
    const std::string call =
        fmt::format("lazuli::{}({})", function_.schema.name, joined(calls_, ", "));
    const auto& returns = function_.schema.returns;
    if (returns.size() > 1) {
      statements.push_back("return lazy::list_of(" + call + ");");
    } else if (returns[0].type.is_list) {
      statements.push_back("return " + call + ";");
    } else {
      statements.push_back("return {" + call + "};");
    }
    return {&entry_, &function_, std::move(statements)};
  }

 private:
  void match() {
    check_results();
    if (!objection_.empty()) return;
    const std::vector<Argument>& parameters = function_.schema.arguments;
    for (size_t i = 0; i < parameters.size() && objection_.empty(); ++i) hand_on(parameters[i], i);
    for (const Argument* argument : given_) {
      if (!objection_.empty()) return;
      if (std::find(used_.begin(), used_.end(), argument) != used_.end()) continue;
      const LeftOut rest = left_out(*argument);
      if (!rest.is_possible) {
        objection_ = "takes no " + quoted(argument->name);
      } else if (!rest.check.empty()) {
        checks_.push_back(rest.check);
        distance_ += 4;
      }
    }
    if (function_.schema.overload != operation_.schema.overload) distance_ += 2;
  }

  void check_results() {
    const auto& have = function_.schema.returns;
    const auto& want = operation_.schema.returns;
    bool fits = have.size() == want.size();
    for (size_t i = 0; fits && i < want.size(); ++i) {
      fits =
          want[i].type.base == schema::Base::tensor && want[i].type.is_list == have[i].type.is_list;
    }
    if (!fits) objection_ = fmt::format("gives {} results of other types", have.size());
  }

  const Argument* find(const std::string& name) const {
    for (const Argument* argument : given_) {
      if (argument->name == name) return argument;
    }
    return nullptr;
  }

  // The argument for a parameter: that of its name, else that of its place.
  const Argument* argument_for(const Argument& parameter, size_t place) const {
    if (const Argument* same = find(parameter.name)) return same;
    if (parameter.is_keyword_only || place >= given_.size()) return nullptr;
    const Argument* there = given_[place];
    const bool is_of_another = function_.schema.find(there->name) != nullptr;
    return there->is_keyword_only || is_of_another || left_out(*there).is_possible ? nullptr
                                                                                   : there;
  }

  void hand_on(const Argument& parameter, size_t place) {
    const Argument* argument = argument_for(parameter, place);
    if (!argument) {
      if (is_out_ && parameter.type.base == schema::Base::dtype) {
        calls_.emplace_back("lazy::dtype_of(shapes()[0].scalar_type())");  // the out argument's
        return;
      }
      if (!parameter.default_text) {
        objection_ = "needs " + quoted(parameter.name);
        return;
      }
      std::string value = emit::default_value(parameter);
      if (value.starts_with("Reduction::")) value = "lazuli::" + value;
      calls_.push_back(value);
      distance_ += 1;
      return;
    }
    const std::string text = lowered_as(*argument, parameter);
    if (text.empty()) {
      objection_ =
          fmt::format("takes no {} as '{}'", schema::to_string(argument->type), parameter.name);
      return;
    }
    used_.push_back(argument);
    calls_.push_back(text);
  }

  const NativeFunction& operation_;
  const Entry& entry_;
  const Function& function_;
  std::vector<const Argument*> given_;  // all but the out arguments
  bool is_out_ = false;
  std::vector<const Argument*> used_;
  std::vector<std::string> calls_;
  std::vector<std::string> checks_;
  std::string objection_;
  int distance_ = 0;
};

std::vector<Candidate> candidates(const Catalogue& catalogue, const NativeFunction& function) {
  std::vector<Candidate> result;
  for (const std::string& name : names_of(function)) {
    for (const Entry& entry : catalogue.entries) {
      if (entry.is_internal) continue;
      for (const Function& each : entry.functions) {
        if (!each.is_function || each.is_in_place || each.schema.name != name) continue;
        result.emplace_back(function, entry, each);
      }
    }
    if (!result.empty()) break;
  }
  return result;
}

}  // namespace

std::optional<CatalogueMatch> match_of(const Catalogue& catalogue, const NativeFunction& function) {
  std::optional<CatalogueMatch> best;
  int distance = 0;
  for (Candidate& each : candidates(catalogue, function)) {
    if (!each.objection().empty() || (best && each.distance() >= distance)) continue;
    best = each.take();
    distance = each.distance();
  }
  return best;
}

std::string nearest_of_same_name(const Catalogue& catalogue, const NativeFunction& function) {
  for (Candidate& each : candidates(catalogue, function)) {
    return each.take().function->schema.full_name() + ": " + each.objection();
  }
  return "";
}

}  // namespace lazuli::codegen::torch
