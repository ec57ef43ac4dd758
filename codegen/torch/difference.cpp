#include "codegen/torch/difference.h"

#include <fmt/core.h>

#include <algorithm>

#include "codegen/text.h"
#include "codegen/torch/cpp_signature.h"
#include "codegen/torch/shape_rules.h"

namespace lazuli::codegen::torch {
namespace {

using schema::Argument;
using schema::Schema;

std::string text_of(const Argument& argument) {
  std::string text = schema::to_string(argument.type) + " " + argument.name;
  if (argument.default_text) text += "=" + *argument.default_text;
  return text;
}

size_t place_of(const Schema& schema, const std::string& argument) {
  size_t place = 0;
  while (schema.arguments[place].name != argument) ++place;
  return place;
}

// "gained 'int dim=0', lost 'int axis', 'self' is 'Tensor self' for 'Tensor(a!) self'".
std::string changed_arguments(const Schema& now, const Schema& next) {
  std::vector<std::string> changes;
  for (const Argument& argument : now.arguments) {
    const Argument* other = next.find(argument.name);
    if (!other) {
      changes.push_back("lost '" + text_of(argument) + "'");
    } else if (text_of(argument) != text_of(*other)) {
      changes.push_back(fmt::format("'{}' is '{}' now", text_of(argument), text_of(*other)));
    } else if (argument.is_keyword_only != other->is_keyword_only) {
      changes.push_back(fmt::format("'{}' is {} by keyword now", argument.name,
                                    other->is_keyword_only ? "only" : "not only"));
    }
  }
  bool has_moved = false;
  size_t last = 0;
  for (const Argument& argument : next.arguments) {
    if (!now.find(argument.name)) {
      const size_t place = place_of(next, argument.name);
      const std::string before =
          place == 0 ? "first" : "after '" + next.arguments[place - 1].name + "'";
      changes.push_back(fmt::format("gained '{}', {}", text_of(argument), before));
      continue;
    }
    const size_t place = place_of(now, argument.name);
    has_moved |= place < last;
    last = place;
  }
  if (has_moved) changes.emplace_back("its arguments stand in another order");
  return joined(changes, ", ");
}

std::string returns_of(const Schema& schema) {
  const std::string text = schema::to_string(schema);
  return text.substr(text.rfind(" -> ") + 4);
}

class Comparison {
 public:
  Comparison(const Version& now, const Version& next, const Backend& backend, Problems& found)
      : now_(now), next_(next), backend_(backend), found_(found) {}

  void compare(const Listed& listed) {
    where_ = listed.where;
    subject_ = listed.function->name;
    const NativeFunction& function = *listed.function;
    const NativeFunction* other = next_.functions.find(function.name);
    if (!other) {
      tell("is gone" + next_.functions.nearest(function.name));
      return;
    }
    compare_schemas(function, *other, "");
    compare_generation(function, *other);
    compare_families(now_.families.of(function), next_.families.of(*other), function);
    find_new_overloads(function, *other);
  }

 private:
  void tell(const std::string& message) { found_.add(where_, subject_, message); }

  void compare_schemas(const NativeFunction& function, const NativeFunction& other,
                       const std::string& whose) {
    const Schema& now = function.schema;
    const Schema& next = other.schema;
    if (now == next) return;
    const std::string at = fmt::format(" ({})", other.where.text());
    const std::string changes = changed_arguments(now, next);
    if (!changes.empty()) tell(whose + "its arguments changed: " + changes + at);
    if (now.returns != next.returns) {
      tell(fmt::format("{}it gives '{}' now, for '{}'{}", whose, returns_of(next), returns_of(now),
                       at));
    }
  }

  // What is not in the schema and yet changes what is generated.
  void compare_generation(const NativeFunction& function, const NativeFunction& other) {
    const ShapeSource now = shape_source(function);
    const ShapeSource next = shape_source(other);
    const std::string rule = shape_rule_name(other, backend_.takes_symint(function));
    const bool has_node = lists(backend_.full_codegen, function);
    if (now != next && has_node && now == ShapeSource::by_hand) {
      tell(fmt::format("its rule '{}' is stale: it {}", rule, shape_reason(other)));
    } else if (now != next && has_node && next == ShapeSource::by_hand) {
      tell(fmt::format("needs a rule '{}': it {}", rule, shape_reason(other)));
    } else if (now != next && has_node) {
      tell(fmt::format("its shape comes from elsewhere: it {}", shape_reason(other)));
    }
    for (const std::string_view key :
         {kCompositeImplicit, kCompositeExplicit, kCompositeNonFunctional}) {
      if (function.has_kernel(key) == other.has_kernel(key)) continue;
      tell(other.has_kernel(key)
               ? fmt::format("PyTorch has a kernel for every device now, under {}", key)
               : fmt::format("PyTorch has no kernel for every device any more, under {}", key));
    }
    if (function.schema == other.schema) {
      const bool takes_symint = backend_.takes_symint(function);
      const std::string name = kernel_name(function, takes_symint);
      const std::string declared = signature_of(other, takes_symint).declaration(name);
      if (declared != signature_of(function, takes_symint).declaration(name)) {
        tell("its kernel is declared as '" + declared + "' now");
      }
    }
    if (backend_.has_device_guard && function.has_device_guard != other.has_device_guard) {
      tell(other.has_device_guard ? "its device is guarded now"
                                  : "its device is not guarded any more");
    }
    if (function.has_manual_registration != other.has_manual_registration) {
      tell(fmt::format("it is {} registered by hand in PyTorch",
                       other.has_manual_registration ? "now" : "no longer"));
    }
  }

  // Variants beside the listed one: wrappers of them are derived from it.
  void compare_families(const Family& now, const Family& next, const NativeFunction& function) {
    for (const NativeFunction* variant : now.functions()) {
      if (variant == &function) continue;
      const NativeFunction* other = next_.functions.find(variant->name);
      if (!other) {
        tell(fmt::format("its {} variant '{}' is gone", schema::name_of(variant->variant),
                         variant->name));
      } else if (!variant->is_derived) {
        compare_schemas(*variant, *other, "in its variant '" + variant->name + "' ");
      }
    }
    for (const NativeFunction* variant : next.functions()) {
      if (now_.functions.find(variant->name)) continue;
      tell(fmt::format("it has a new {} variant, '{}'{}", schema::name_of(variant->variant),
                       schema::to_string(variant->schema),
                       variant->is_derived ? ", which PyTorch derives" : ""));
    }
  }

  void find_new_overloads(const NativeFunction& function, const NativeFunction& other) {
    const std::vector<const NativeFunction*> family = next_.families.of(other).functions();
    for (const auto& each : next_.functions.all) {
      const bool is_of_family = std::find(family.begin(), family.end(), each.get()) != family.end();
      if (each->schema.name != function.schema.name || is_of_family || each->is_derived) continue;
      if (now_.functions.find(each->name)) continue;
      tell(fmt::format("there is a new overload that the back end does not list: '{}'",
                       schema::to_string(each->schema)));
    }
  }

  const Version& now_;
  const Version& next_;
  const Backend& backend_;
  Problems& found_;
  Position where_;
  std::string subject_;
};

}  // namespace

Problems difference(const Version& now, const Version& next, const Backend& backend) {
  Problems found;
  Comparison comparison(now, next, backend, found);
  for (const OperatorList& list : backend.operator_lists()) {
    for (const Listed& each : *list.operators) comparison.compare(each);
  }
  return found;
}

}  // namespace lazuli::codegen::torch
