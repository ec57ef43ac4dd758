#include "codegen/torch/families.h"

#include <fmt/core.h>

#include <algorithm>

#include "codegen/text.h"

namespace lazuli::codegen::torch {
namespace {

using schema::Variant;

// Operators whose variants PyTorch does not pair: self is not their first argument in all of them.
constexpr std::string_view kUnpaired[] = {"polygamma_"};

bool has_tensor_result(const NativeFunction& function) {
  return std::any_of(
      function.schema.returns.begin(), function.schema.returns.end(),
      [](const schema::Return& each) { return each.type.base == schema::Base::tensor; });
}

// The written variant that the others are derived from, or null where none may be.
const NativeFunction* origin(const Family& family) {
  const std::vector<const NativeFunction*> all = family.functions();
  const auto every = [&](auto holds) { return std::all_of(all.begin(), all.end(), holds); };
  const auto some = [&](auto holds) { return std::any_of(all.begin(), all.end(), holds); };
  const NativeFunction* in_place = family.get(Variant::in_place);
  const NativeFunction* mutating = family.get(Variant::mutating);
  if (family.get(Variant::scratch) && all.size() == 1) return nullptr;
  if (every([](const NativeFunction* each) { return each->has_manual_binding; })) return nullptr;
  if (some([](const NativeFunction* each) {
        return each->is_view() && each->schema.name != "set_";
      })) {
    return nullptr;
  }
  if (every([](const NativeFunction* each) { return each->is_composite_implicit(); }) &&
      !some([](const NativeFunction* each) { return each->has_tag("core"); })) {
    return nullptr;
  }
  if (family.out() && all.size() == 1) return nullptr;
  if (in_place && std::count(std::begin(kUnpaired), std::end(kUnpaired), in_place->name) > 0) {
    return nullptr;
  }
  if (mutating) return mutating;
  if (in_place) return in_place;
  return family.out() ? family.out() : family.functional();
}

NativeFunction derived(const NativeFunction& from, schema::Schema schema) {
  NativeFunction result;
  result.where = from.where;
  result.schema = std::move(schema);
  result.variant = schema::variant_of(result.schema);
  result.name = result.schema.full_name();
  const bool is_out = result.variant == Variant::out;
  // An out variant's kernel has its overload in its name, so that no two share one.
  const std::string& overload = result.schema.overload;
  std::string kernel = result.schema.name;
  if (is_out && !overload.empty()) kernel += "_" + overload;
  result.dispatch[std::string(kCompositeExplicit)] = kernel;
  for (const char* tag : {"nondeterministic_seeded", "view_copy", "pt2_compliant_tag"}) {
    if (from.has_tag(tag)) result.tags.emplace_back(tag);
  }
  result.tags.emplace_back("generated");
  if (is_out) result.tags.emplace_back("out");
  result.takes_const_references = from.takes_const_references;
  result.has_device_guard = false;
  result.has_device_check = false;
  result.is_derived = true;
  return result;
}

}  // namespace

std::vector<const NativeFunction*> Family::functions() const {
  std::vector<const NativeFunction*> result;
  for (const Variant variant : {Variant::functional, Variant::out, Variant::in_place,
                                Variant::mutating, Variant::scratch}) {
    if (const NativeFunction* function = get(variant)) result.push_back(function);
  }
  return result;
}

Families::Families(NativeFunctions& functions, Problems& problems) {
  gather(functions, problems);
  derive(functions, problems);
}

void Families::gather(const NativeFunctions& functions, Problems& problems) {
  std::unordered_map<std::string, size_t> by_signature;
  for (const auto& function : functions.all) {
    const auto [place, is_new] =
        by_signature.emplace(schema::signature(function->schema), families_.size());
    if (is_new) families_.emplace_back();
    const NativeFunction*& slot =
        families_[place->second].variants[static_cast<size_t>(function->variant)];
    if (slot) {
      problems.add(function->where, function->name,
                   fmt::format("has the {} schema of '{}', line {}, but for names and aliases",
                               schema::name_of(function->variant), slot->name, slot->where.line));
      places_[function.get()] = place->second;
      continue;
    }
    slot = function.get();
    places_[function.get()] = place->second;
  }
}

void Families::derive(NativeFunctions& functions, Problems& problems) {
  for (size_t i = 0; i < families_.size(); ++i) {
    Family& family = families_[i];
    std::vector<std::string> asked;
    const NativeFunction* asking = nullptr;
    for (const NativeFunction* function : family.functions()) {
      for (const std::string& name : function->autogen) {
        asked.push_back(name);
        asking = function;
      }
    }
    std::vector<std::string> made;
    const auto add = [&](Variant variant, schema::Schema schema, const NativeFunction& from) {
      functions.add(derived(from, std::move(schema)));
      const NativeFunction* function = functions.all.back().get();
      family.variants[static_cast<size_t>(variant)] = function;
      places_[function] = i;
      made.push_back(function->name);
    };
    if (const NativeFunction* from = origin(family)) {
      const bool asks_out =
          std::any_of(from->autogen.begin(), from->autogen.end(),
                      [](const std::string& name) { return name.find("out") != name.npos; });
      const bool can_out = from->variant == Variant::in_place || has_tensor_result(*from);
      if (!family.out() && can_out && asks_out) {
        add(Variant::out, schema::out_variant(from->schema), *from);
      }
      if (!family.functional() && family.out()) {
        add(Variant::functional, schema::functional_variant(from->schema), *from);
      }
    }
    if (!family.is_whole()) continue;
    std::sort(asked.begin(), asked.end());
    asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
    std::sort(made.begin(), made.end());
    if (asked == made) continue;
    const NativeFunction& at = asking ? *asking : *family.functions().front();
    const std::string need = made.empty() ? "no 'autogen', as nothing can be derived"
                                          : "'autogen: " + joined(made, ", ") + "'";
    const std::string got = asked.empty() ? "none" : "'" + joined(asked, ", ") + "'";
    problems.add(at.where, at.name, fmt::format("need {}; got {}", need, got));
  }
}

std::string families_text(const Families& families) {
  std::string text;
  size_t number = 0;
  for (const Family& family : families.all()) {
    for (const NativeFunction* function : family.functions()) {
      text += fmt::format("{} {} {} {} {}\n", number, schema::name_of(function->variant),
                          function->name, function->is_derived ? "derived" : "written",
                          schema::to_string(function->schema));
    }
    ++number;
  }
  return text;
}

}  // namespace lazuli::codegen::torch
