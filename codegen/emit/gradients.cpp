// gradients.gen.cpp: how the gradient of each operator's result becomes gradients of its operands.
#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "codegen/emit/emit.h"
#include "codegen/emit/functions.h"
#include "codegen/text.h"

namespace lazuli::codegen::emit {
namespace {

using formula::Expression;
using Form = Expression::Form;

// The gradients of views follow from their index maps.
const std::map<std::string, const char*> kViewGradients = {
    {"view", "reshape(grad, self.sizes())"},
    {"expand", "grad"},  // the caller sums it to the operand's shape
    {"permute", "inverse_permute(grad)"},
    {"narrow", "narrow_write(full(self.sizes(), 0), grad, dim, start)"},
    {"select", "narrow_write(full(self.sizes(), 0), unsqueeze(grad, dim), dim, index)"},
    {"slice", "return_slice(grad)"},
    {"diagonal", "return_diagonal(grad)"},
    {"as_strided", "return_strided(grad)"}};

// The gradient of operand `place` as a matrix product of two-letter factors: the factor with the
// result's first letter comes first, and each is transposed where the letter that is summed stands
// on the wrong side.
std::string product(int place, const std::string& result, std::pair<std::string, std::string> a,
                    std::pair<std::string, std::string> b) {
  if (a.first.find(result[0]) == std::string::npos) std::swap(a, b);
  const auto oriented = [](const std::pair<std::string, std::string>& factor, size_t place,
                           char letter) {
    return factor.first[place] == letter ? factor.second
                                         : "transpose(" + factor.second + ", -2, -1)";
  };
  return fmt::format("product({}, {}, {})", oriented(a, 0, result[0]), oriented(b, 1, result[1]),
                     place);
}

std::map<std::string, std::string> contraction_gradients(const Entry& entry) {
  std::vector<std::string> letters;
  std::string word;
  for (const char c : entry.equation + " ") {
    if (std::isalpha(static_cast<unsigned char>(c))) {
      word += c;
    } else if (!word.empty()) {
      letters.push_back(std::exchange(word, ""));
    }
  }
  const auto all_have = [&](size_t count) {
    return letters.size() == 3 &&
           std::all_of(letters.begin(), letters.end(), [&](const std::string& text) {
             return text.size() == count && (count == 2 || text[0] == letters[0][0]);
           });
  };
  if (all_have(3)) {  // a batch of matrices
    for (std::string& text : letters) text.erase(0, 1);
  }
  const bool are_matrices = all_have(2);
  if (!are_matrices) {
    throw std::runtime_error(fmt::format("{}: {}: no gradient follows from '{}'",
                                         entry.where.text(), entry.name, entry.equation));
  }
  const std::vector<std::string>& names = entry.recorded.operands;
  return {{names[0], product(0, letters[0], {letters[2], "grad"}, {letters[1], names[1]})},
          {names[1], product(1, letters[1], {letters[2], "grad"}, {letters[0], names[0]})}};
}

std::map<std::string, formula::Node> gradients_of(const Entry& entry) {
  std::map<std::string, formula::Node> result = entry.gradients;
  if (!entry.has_gradient) return {};
  if (entry.kind == Kind::contraction && result.empty()) {
    for (const auto& [operand, text] : contraction_gradients(entry)) {
      result[operand] = formula::parse(text).result;
    }
  }
  if (entry.kind == Kind::view && result.empty()) {
    result["self"] = formula::parse(kViewGradients.at(entry.name)).result;
  }
  std::erase_if(result, [](const auto& item) {
    return item.second->form == Form::number && item.second->value == 0;
  });
  return result;
}

// The names that an expression reads the values of: not those of which it asks the type alone.
void collect_reads(const formula::Node& node, std::set<std::string>& reads) {
  static const std::set<std::string> kOfType = {"sizes", "size", "numel", "dtype", "dim"};
  if (node->form == Form::name) reads.insert(node->text);
  for (size_t i = 0; i < node->operands.size(); ++i) {
    const bool asks_type = node->form == Form::call && i == 0 && kOfType.count(node->text) > 0;
    if (!asks_type) collect_reads(node->operands[i], reads);
  }
}

// Which kinds of argument stand for an operand over all ways to call the entry.
struct Forms {
  bool tensor = false;
  bool number = false;
};
Forms forms_of(const Entry& entry, size_t operand) {
  Forms forms;
  for (const Function& function : entry.functions) {
    std::string name = entry.recorded.operands[operand];
    if (operand < function.operands.size()) name = function.operands[operand];
    const schema::Argument* argument = function.schema.find(name);
    if (!argument) continue;
    (argument->type.base == schema::Base::tensor ? forms.tensor : forms.number) = true;
  }
  return forms;
}

class Rule {
 public:
  Rule(const Catalogue& catalogue, const Entry& entry)
      : entry_(entry), translator_(catalogue, entry, true), gradients_(gradients_of(entry)) {}

  bool is_empty() const { return gradients_.empty() && entry_.kind != Kind::concat; }

  std::string function() {
    std::string text = fmt::format("// {}\n", entry_.where.text());
    text += fmt::format(
        "void {}_gradient(const GradientCall& call, const Tensor& grad,\n"
        "    std::span<Tensor> gradients) {{\n",
        entry_.name);
    if (entry_.kind == Kind::concat) return text + "  cat_gradients(call, grad, gradients);\n}\n\n";
    const std::string body = assignments();
    if (body.find(", at)") != std::string::npos) text += "  const At at = call.at;\n";
    return text + locals() + body + "}\n\n";
  }

  std::string row() const {
    if (is_empty()) return fmt::format("    {{}},  // {}\n", entry_.name);
    if (entry_.kind == Kind::concat) {
      return fmt::format("    {{.differentiable = ~0u, .apply = {0}_gradient}},  // {0}\n",
                         entry_.name);
    }
    uint32_t differentiable = 0;
    std::vector<std::string> reads(3, "0");
    for (size_t i = 0; i < entry_.recorded.operands.size(); ++i) {
      const auto found = gradients_.find(entry_.recorded.operands[i]);
      if (found == gradients_.end()) continue;
      if (i >= reads.size()) throw std::runtime_error(entry_.name + ": too many operands");
      differentiable |= 1u << i;
      reads[i] = bits(found->second);
    }
    return fmt::format(
        "    {{.differentiable = {},\n     .reads = {{{}}},\n     .apply = {}_gradient}},\n",
        differentiable, joined(reads, ", "), entry_.name);
  }

 private:
  std::string bits(const formula::Node& gradient) const {
    std::set<std::string> reads;
    collect_reads(gradient, reads);
    std::vector<std::string> parts;
    if (entry_.kind == Kind::contraction || entry_.kind != Kind::view) {
      for (size_t i = 0; i < entry_.recorded.operands.size(); ++i) {
        if (reads.count(entry_.recorded.operands[i]) && forms_of(entry_, i).tensor) {
          parts.push_back(fmt::format("{}", 1u << i));
        }
      }
    }
    if (reads.count("result")) parts.push_back("GradientRule::kResult");
    return parts.empty() ? "0" : joined(parts, " | ");
  }

  std::string assignments() {
    define_names();
    std::string text;
    for (size_t i = 0; i < entry_.recorded.operands.size(); ++i) {
      const auto found = gradients_.find(entry_.recorded.operands[i]);
      if (found == gradients_.end()) continue;
      collect_reads(found->second, reads_);
      text += fmt::format("  if (call.needs({})) gradients[{}] = {};\n", i, i,
                          translator_.translate(found->second).text);
    }
    return text;
  }

  void define_names() {
    translator_.define("grad", {"grad", Meaning::tensor});
    translator_.define("result", {"call.result", Meaning::tensor});
    for (size_t i = 0; i < entry_.recorded.operands.size(); ++i) {
      const std::string& name = entry_.recorded.operands[i];
      const Forms forms = forms_of(entry_, i);
      const Meaning meaning = !forms.tensor  ? Meaning::scalar
                              : forms.number ? Meaning::term
                                             : Meaning::tensor;
      translator_.define(name, {name, meaning});
      translator_.define_shape(name, fmt::format("call.shapes[{}]", i));
      translator_.define_dtype(name, fmt::format("call.dtypes[{}]", i));
    }
    define_integers(entry_.recorded.attributes, "call.attributes");
    define_integers(entry_.recorded.sizes, "call.sizes");
    define_integers(entry_.recorded.offsets, "call.offsets");
  }
  void define_integers(const std::vector<std::string>& names, const std::string& from) {
    for (size_t i = 0; i < names.size(); ++i) {
      translator_.define(names[i], {fmt::format("{}[{}]", from, i), Meaning::number});
    }
  }

  // Names for the operands that the rule reads.
  std::string locals() const {
    std::string text;
    for (size_t i = 0; i < entry_.recorded.operands.size(); ++i) {
      const std::string& name = entry_.recorded.operands[i];
      if (!reads_.count(name)) continue;
      const Forms forms = forms_of(entry_, i);
      if (!forms.tensor) {
        text += fmt::format("  const Scalar {} = call.numbers[{}];\n", name, i);
      } else if (forms.number) {
        text += fmt::format("  const Term {} = term(call, {});\n", name, i);
      } else {
        text += fmt::format("  const Tensor& {} = call.operands[{}];\n", name, i);
      }
    }
    return text;
  }

  const Entry& entry_;
  Translator translator_;
  const std::map<std::string, formula::Node> gradients_;
  std::set<std::string> reads_;
};

}  // namespace

std::string gradient_function(const Catalogue& catalogue, const Entry& entry) {
  Rule rule(catalogue, entry);
  return rule.is_empty() ? std::string() : rule.function();
}

std::string gradients_source(const Catalogue& catalogue) {
  std::string text = banner("The gradient rule of each kind, in the order of OpKind.");
  text += "#include \"lazuli/functions/arithmetic.h\"\n";
  text += "#include \"lazuli/functions/functions.gen.h\"\n";
  text += "#include \"lazuli/functions/gradient_helpers.h\"\n";
  text += "#include \"lazuli/functions/gradient_rule.h\"\n\nnamespace lazuli {\nnamespace {\n\n";
  std::string rows;
  for (const Entry& entry : catalogue.entries) {
    if (!entry.is_recorded()) continue;
    Rule rule(catalogue, entry);
    if (!rule.is_empty()) text += rule.function();
    rows += rule.row();
  }
  text +=
      "constexpr GradientRule kRules[op::kOpKindCount] = {\n" + rows + "};\n\n}  // namespace\n\n";
  text += "const GradientRule& gradient_rule(op::OpKind kind) {\n";
  text += "  return kRules[static_cast<size_t>(kind)];\n}\n\n";
  return text + "}  // namespace lazuli\n";
}

}  // namespace lazuli::codegen::emit
