#include "codegen/torch/lowering.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "codegen/emit/functions.h"
#include "codegen/text.h"
#include "codegen/torch/catalogue_match.h"
#include "codegen/torch/lowered_argument.h"

namespace lazuli::codegen::torch {
namespace {

using schema::Argument;
using schema::Schema;

// What expressions of decompositions may call and name beside the catalogue.
void define_helpers(emit::Translator& translator) {
  translator.stand_outside();
  translator.define_function("last_dims", {"lazy::last_dims", emit::Meaning::list});
  translator.define_function("quotient", {"lazy::quotient", emit::Meaning::number});
  for (const auto& [name, text] :
       {std::pair("float32", "lazuli::kFloat32"), std::pair("int64", "lazuli::kInt64")}) {
    translator.define(name, {text, emit::Meaning::other});
  }
}

// The statements of one expression, values by name first.
class Body {
 public:
  Body(const Catalogue& catalogue, const Decomposition& decomposition)
      : decomposition_(decomposition) {
    entry_.where = decomposition.where;
    entry_.name = decomposition.schema.full_name();
    translator_.emplace(catalogue, entry_, false);
    define_helpers(*translator_);
    for (const Argument& argument : decomposition.schema.arguments) define(argument);
  }

  std::vector<std::string> of(const formula::Block& block) {
    std::vector<std::string> statements;
    for (const formula::Binding& binding : block.bindings) {
      const emit::Piece value = translator_->translate(binding.value);
      const char* type = value.meaning == emit::Meaning::list ? "lazuli::Dims" : "auto";
      statements.push_back(fmt::format("const {} {} = {};", type, binding.name, value.text));
      translator_->define(binding.name, {binding.name, value.meaning});
    }
    const std::string result = translator_->translate(block.result).text;
    const bool is_list = block.result->form == formula::Expression::Form::list;
    const std::string mask = mask_of_results();
    if (is_list && !mask.empty()) {
      statements.push_back(fmt::format("return lazy::asked_for({}, {});", mask, result));
    } else {
      statements.push_back(is_list ? "return " + result + ";" : "return {" + result + "};");
    }
    return statements;
  }

 private:
  // The argument that says which results are wanted: a flag for each.
  std::string mask_of_results() const {
    const Schema& schema = decomposition_.schema;
    for (const Argument& argument : schema.arguments) {
      const bool is_flags = argument.type.base == schema::Base::boolean && argument.type.is_list;
      if (is_flags && argument.type.list_size == static_cast<int>(schema.returns.size())) {
        return argument.name;
      }
    }
    return "";
  }

  void define(const Argument& argument) {
    std::optional<emit::Piece> piece = lowered(argument);
    if (!piece) return;
    const auto absent = decomposition_.absent.find(argument.name);
    if (absent != decomposition_.absent.end()) {
      const bool is_number = argument.type.base == schema::Base::integer ||
                             argument.type.base == schema::Base::sym_integer ||
                             argument.type.base == schema::Base::floating;
      piece = {fmt::format("{}.value_or({})", piece->text, absent->second),
               is_number ? emit::Meaning::number : emit::Meaning::other};
    }
    // Lists of numbers: numel(list) is their product, dim(list) their count, size(list, i) one.
    if (piece->meaning == emit::Meaning::list)
      translator_->define_shape(argument.name, piece->text);
    translator_->define(argument.name, *piece);
  }

  const Decomposition& decomposition_;
  Entry entry_;
  std::optional<emit::Translator> translator_;
};

bool mentions(const Decomposition& decomposition, const std::string& argument) {
  const auto block_mentions = [&](const formula::Block& block) {
    return formula::mentions(block.result, argument) ||
           std::any_of(block.bindings.begin(), block.bindings.end(),
                       [&](const formula::Binding& binding) {
                         return formula::mentions(binding.value, argument);
                       });
  };
  return block_mentions(decomposition.as) ||
         std::any_of(decomposition.specials.begin(), decomposition.specials.end(),
                     [&](const Decomposition::Special& special) {
                       return special.argument == argument || block_mentions(special.as);
                     });
}

// The words of a name that say what it computes.
std::vector<std::string> telling_words(const std::string& name) {
  std::vector<std::string> words;
  for (const std::string& word : split(name, '_')) {
    const bool is_common = word == "backward" || word == "forward" || word == "native" ||
                           word == "copy" || word == "foreach" || word == "out";
    if (word.size() > 2 && !is_common) words.push_back(word);
  }
  return words;
}

bool has_arguments_of(const Schema& schema, const Schema& other) {
  return std::all_of(other.arguments.begin(), other.arguments.end(),
                     [&](const Argument& argument) { return schema.find(argument.name); });
}

// "softmax.int (ops/composite.yaml:33)".
std::string place_of(const CatalogueMatch& match) {
  return fmt::format("{} ({})", match.function->schema.full_name(), match.entry->where.text());
}

}  // namespace

std::string_view name_of(Lowering::Kind kind) {
  switch (kind) {
    case Lowering::Kind::recorded:
      return "recorded";
    case Lowering::Kind::composed:
      return "composed";
    case Lowering::Kind::missing:
      break;
  }
  return "missing";
}

Lowerings::Lowerings(const Catalogue& catalogue, std::vector<Decomposition> decompositions,
                     const Families& families, Problems& problems)
    : catalogue_(catalogue), families_(families), decompositions_(std::move(decompositions)) {
  for (size_t i = 0; i < decompositions_.size(); ++i) {
    const Decomposition& each = decompositions_[i];
    const std::string name = each.schema.full_name();
    by_name_[name] = i;
    try {
      decomposed(each);
    } catch (const std::runtime_error& error) {
      // The translator says where itself.
      const std::string text = error.what();
      const std::string prefix = each.where.text() + ": " + name + ": ";
      problems.add(each.where, name, text.starts_with(prefix) ? text.substr(prefix.size()) : text);
    }
  }
}

const Decomposition* Lowerings::decomposition_of(const NativeFunction& function) const {
  const auto own = by_name_.find(function.name);
  if (own != by_name_.end()) return &decompositions_[own->second];
  return nullptr;
}

Lowering Lowerings::decomposed(const Decomposition& decomposition) const {
  Lowering lowering;
  lowering.kind = Lowering::Kind::composed;
  lowering.by = decomposition.where.text();
  for (const Argument& argument : decomposition.schema.arguments) {
    const auto& ignored = decomposition.ignores;
    if (mentions(decomposition, argument.name)) continue;
    if (std::find(ignored.begin(), ignored.end(), argument.name) != ignored.end()) continue;
    const LeftOut rest = left_out(argument);
    if (!rest.is_possible) {
      throw std::runtime_error("'" + argument.name +
                               "' is not used: need it in the expression, or under 'ignores'");
    }
    if (!rest.check.empty()) lowering.statements.push_back(rest.check);
  }
  std::vector<std::string>& all = lowering.statements;
  for (const Decomposition::Special& special : decomposition.specials) {
    std::vector<std::string> statements = Body(catalogue_, decomposition).of(special.as);
    all.push_back(fmt::format("if ({} == \"{}\") {{", special.argument, special.value));
    for (const std::string& statement : statements) all.push_back("  " + statement);
    all.push_back("}");
  }
  for (const std::string& statement : Body(catalogue_, decomposition).of(decomposition.as)) {
    all.push_back(statement);
  }
  const bool needs_line = std::any_of(all.begin(), all.end(), [](const std::string& statement) {
    return statement.find(", at)") != statement.npos;
  });
  if (needs_line) all.insert(all.begin(), "const lazuli::At at = std::source_location::current();");
  return lowering;
}

Lowering Lowerings::of(const NativeFunction& function) const {
  const Decomposition* decomposition = decomposition_of(function);
  if (decomposition) return decomposed(*decomposition);
  if (const std::optional<CatalogueMatch> match = match_of(catalogue_, function)) {
    Lowering lowering;
    lowering.kind = match->entry->is_recorded() ? Lowering::Kind::recorded  //
                                                : Lowering::Kind::composed;
    lowering.by = place_of(*match);
    lowering.statements = match->statements;
    return lowering;
  }
  // An in-place or out variant does what the functional one does; who calls it assigns the result.
  const NativeFunction* functional = families_.of(function).functional();
  if (functional && functional != &function) {
    decomposition = decomposition_of(*functional);
    if (decomposition && has_arguments_of(function.schema, functional->schema)) {
      return decomposed(*decomposition);
    }
    if (function.is_derived) {
      Lowering lowering = of(*functional);
      lowering.statements.clear();
      return lowering;
    }
  }
  Lowering lowering;
  for (const std::string_view key :
       {kCompositeImplicit, kCompositeExplicit, kCompositeNonFunctional}) {
    if (!function.has_kernel(key) || function.is_derived) continue;
    lowering.kind = Lowering::Kind::composed;
    lowering.by = "PyTorch: " + std::string(key);
    return lowering;
  }
  lowering.by = nearest(function);
  return lowering;
}

std::string Lowerings::nearest(const NativeFunction& function) const {
  const std::string same = nearest_of_same_name(catalogue_, function);
  if (!same.empty()) return same;
  const std::vector<std::string> wanted = telling_words(function.schema.name);
  std::string nearest;
  size_t most = 0;
  const auto offer = [&](const Schema& schema) {
    size_t shared = 0;
    for (const std::string& word : telling_words(schema.name)) {
      shared += static_cast<size_t>(std::count(wanted.begin(), wanted.end(), word));
    }
    if (shared <= most) return;
    most = shared;
    nearest = schema.full_name();
  };
  for (const Decomposition& each : decompositions_) offer(each.schema);
  for (const Entry& entry : catalogue_.entries) {
    for (const Function& each : entry.functions) {
      if (!entry.is_internal) offer(each.schema);
    }
  }
  return nearest;
}

}  // namespace lazuli::codegen::torch
