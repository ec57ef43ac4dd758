// Einstein's sums: the equation read, then tensors multiplied from left to right by bmm, or by a
// product of elements where nothing is left to multiply matrices of.
#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/products.h"
#include "lazuli/functions/recording.h"

namespace lazuli {
namespace {

// What a dimension is called: a letter, or a number below kMaxRank for the dimensions that `...`
// stands for, counted from the last.
using Label = char;
using Labels = std::vector<Label>;

bool contains(const Labels& labels, Label label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}
int place_of(const Labels& labels, Label label) {
  return static_cast<int>(std::find(labels.begin(), labels.end(), label) - labels.begin());
}
bool is_letter(Label label) { return label >= kMaxRank; }

// The labels of `...` for so many dimensions.
Labels dots(int count) {
  Labels labels;
  for (int i = count; i-- > 0;) labels.push_back(static_cast<Label>(i));
  return labels;
}

// One term of the equation.
struct Term {
  std::string letters;
  int dots_at = -1;  // letters before `...`

  Labels with_dots(int count) const {
    Labels labels(letters.begin(), letters.end());
    const Labels inner = dots(count);
    if (dots_at >= 0) labels.insert(labels.begin() + dots_at, inner.begin(), inner.end());
    return labels;
  }
};

class Equation {
 public:
  Equation(std::string_view text, At at) : text_(text), at_(at) {
    terms.emplace_back();
    for (size_t i = 0; i < text.size(); ++i) {
      Term& term = has_result ? result : terms.back();
      if (text[i] == ' ') continue;
      if (std::isalpha(static_cast<unsigned char>(text[i]))) {
        term.letters += text[i];
      } else if (text.substr(i).starts_with("...") && term.dots_at < 0) {
        term.dots_at = static_cast<int>(term.letters.size());
        i += 2;
      } else if (text[i] == ',' && !has_result) {
        terms.emplace_back();
      } else if (text.substr(i).starts_with("->") && !has_result) {
        has_result = true;
        ++i;
      } else {
        fail(format("need letters, ',', one '...' a tensor and one '->'; got '{}' at place {}",
                    text[i], i + 1));
      }
    }
  }

  [[noreturn]] void fail(const std::string& what) const {
    LZ_CHECK_AT(false, ValueError, at_, "einsum: {}, in '{}'", what, text_);
    __builtin_unreachable();
  }

  std::vector<Term> terms;
  Term result;
  bool has_result = false;

 private:
  std::string text_;
  At at_;
};

// A tensor whose dimensions have different labels.
struct Labelled {
  Tensor tensor;
  Labels labels;

  int64_t extent(Label label) const { return tensor.sizes()[place_of(labels, label)]; }
};

class Einsum {
 public:
  Einsum(const Equation& equation, TensorList tensors, At at) : equation_(equation), at_(at) {
    LZ_CHECK_AT(tensors.size() == equation.terms.size(), ValueError, at,
                "einsum: need a tensor for each term; got {} terms and {} tensors",
                equation.terms.size(), tensors.size());
    dtype_ = meeting_dtype("einsum", tensors, at);
    LZ_CHECK_AT(dtype_ != kBool, TypeError, at, "einsum: need float or int; got bool");
    for (size_t i = 0; i < tensors.size(); ++i) take(tensors[i], equation.terms[i]);
    settle_result();
    check_extents();
  }

  Tensor run() {
    Labelled left = without_single(0);
    for (size_t i = 1; i < operands_.size(); ++i) left = product(left, without_single(i), i);
    Dims order;
    for (const Label label : result_) order.push_back(place_of(left.labels, label));
    return permute(to(left.tensor, dtype_, at_), order, at_);
  }

 private:
  void take(const Tensor& tensor, const Term& term) {
    const auto named = static_cast<int>(term.letters.size());
    const int others = tensor.sizes().rank() - named;
    LZ_CHECK_AT(others == 0 || (others > 0 && term.dots_at >= 0), ValueError, at_,
                "einsum: need {}{} dimensions for '{}'; got {}",
                term.dots_at < 0 ? "" : "at least ", named, term.letters,
                to_string(tensor.variable().type()));
    most_dots_ = std::max(most_dots_, others);
    Labelled operand{tensor, term.with_dots(others)};
    for (size_t i = 0; i < operand.labels.size();) {
      const Label label = operand.labels[i];
      const auto next = std::find(operand.labels.begin() + static_cast<ptrdiff_t>(i) + 1,
                                  operand.labels.end(), label);
      if (next == operand.labels.end()) {
        ++i;
        continue;
      }
      const auto dim = next - operand.labels.begin();
      const Shape& shape = operand.tensor.sizes();
      if (shape[static_cast<int>(i)] != shape[static_cast<int>(dim)]) {
        equation_.fail(format("need equal extents for both '{}'; got {}", label,
                              to_string(tensor.variable().type())));
      }
      operand.tensor = diagonal(operand.tensor, 0, static_cast<int64_t>(i), dim, at_);
      operand.labels.erase(next);
      operand.labels.erase(operand.labels.begin() + static_cast<ptrdiff_t>(i));
      operand.labels.push_back(label);
    }
    operands_.push_back(std::move(operand));
  }

  void settle_result() {
    if (equation_.has_result) {
      result_ = equation_.result.with_dots(most_dots_);
      for (const Label label : result_) {
        if (std::count(result_.begin(), result_.end(), label) > 1) {
          equation_.fail(format("need each letter once after '->'; got '{}' twice", label));
        }
        const bool is_known =
            std::any_of(operands_.begin(), operands_.end(),
                        [&](const Labelled& each) { return contains(each.labels, label); });
        if (!is_known)
          equation_.fail(format("need letters of a tensor after '->'; got '{}'", label));
      }
      return;
    }
    std::string letters;
    for (const Term& term : equation_.terms) letters += term.letters;
    std::sort(letters.begin(), letters.end());
    result_ = dots(most_dots_);
    for (const Label label : letters) {
      if (std::count(letters.begin(), letters.end(), label) == 1) result_.push_back(label);
    }
  }

  // Extents of one label are equal or 1.
  void check_extents() const {
    for (const Labelled& operand : operands_) {
      for (const Label label : operand.labels) {
        for (const Labelled& other : operands_) {
          if (!contains(other.labels, label)) continue;
          const int64_t a = operand.extent(label);
          const int64_t b = other.extent(label);
          if (a == b || a == 1 || b == 1) continue;
          equation_.fail(format("need equal extents along {}; got {} and {}",
                                is_letter(label) ? format("'{}'", label) : "'...'", a, b));
        }
      }
    }
  }

  // It stands in the result or in a tensor from `next` on.
  bool stays(Label label, size_t next) const {
    return contains(result_, label) ||
           std::any_of(operands_.begin() + static_cast<ptrdiff_t>(next), operands_.end(),
                       [&](const Labelled& each) { return contains(each.labels, label); });
  }

  Labelled summed(Labelled operand, const Labels& away) const {
    if (away.empty()) return operand;
    Dims dims;
    for (const Label label : away) dims.push_back(place_of(operand.labels, label));
    operand.tensor = sum(operand.tensor, dims, false, std::nullopt, at_);
    std::erase_if(operand.labels, [&](Label label) { return contains(away, label); });
    return operand;
  }

  // The operand summed over what stands in no other.
  Labelled without_single(size_t place) const {
    Labels away;
    for (const Label label : operands_[place].labels) {
      bool is_single = !contains(result_, label);
      for (size_t i = 0; i < operands_.size(); ++i) {
        is_single = is_single && (i == place || !contains(operands_[i].labels, label));
      }
      if (is_single) away.push_back(label);
    }
    return summed(operands_[place], away);
  }

  void drop(Labelled& operand, Label label) const {
    const int place = place_of(operand.labels, label);
    operand.tensor = squeeze(operand.tensor, place, at_);
    operand.labels.erase(operand.labels.begin() + place);
  }

  // The product of what the first operands gave and operand `place`.
  Labelled product(Labelled left, Labelled right, size_t place) const {
    // An extent of 1 beside another takes no part.
    for (const Label label : Labels(left.labels)) {
      if (!contains(right.labels, label)) continue;
      if (right.extent(label) == 1) {
        drop(right, label);
      } else if (left.extent(label) == 1) {
        drop(left, label);
      }
    }
    Labels batch, rows, folded, columns;
    Labels left_away, right_away;
    for (const Label label : left.labels) {
      const bool is_kept = stays(label, place + 1);
      if (contains(right.labels, label)) {
        (is_kept ? batch : folded).push_back(label);
      } else {
        (is_kept ? rows : left_away).push_back(label);
      }
    }
    for (const Label label : right.labels) {
      if (contains(left.labels, label)) continue;
      (stays(label, place + 1) ? columns : right_away).push_back(label);
    }
    left = summed(std::move(left), left_away);
    right = summed(std::move(right), right_away);
    Labelled result{Tensor(), batch};
    for (const Labels& more : {rows, columns}) {
      result.labels.insert(result.labels.end(), more.begin(), more.end());
    }
    Shape shape;
    for (const Label label : result.labels) {
      shape.push_back((contains(left.labels, label) ? left : right).extent(label));
    }
    if (folded.empty() || (rows.empty() && columns.empty())) {
      const Tensor a = arranged(left, {batch, rows}, columns.size(), folded);
      const Tensor b = arranged(right, {batch}, rows.size(), columns, folded);
      Dims dims;
      for (size_t i = 0; i < folded.size(); ++i) {
        dims.push_back(static_cast<int64_t>(result.labels.size() + i));
      }
      result.tensor = folded.empty() ? mul(a, b, at_) : sum_of_products(a, b, dims, at_);
      return result;
    }
    const Tensor a = matrices(left, batch, rows, folded);
    const Tensor b = matrices(right, batch, folded, columns);
    result.tensor = view(multiply_matrices(a, b, at_), shape, at_);
    return result;
  }

  // The dimensions in the order of the labels, with `ones` extents of 1 between those of `before`
  // and `after`.
  Tensor arranged(const Labelled& operand, const std::vector<Labels>& before, size_t ones,
                  const Labels& after, const Labels& last = {}) const {
    Dims order;
    Shape shape;
    const auto add = [&](const Labels& labels) {
      for (const Label label : labels) {
        order.push_back(place_of(operand.labels, label));
        shape.push_back(operand.extent(label));
      }
    };
    for (const Labels& labels : before) add(labels);
    for (size_t i = 0; i < ones; ++i) shape.push_back(1);
    add(after);
    add(last);
    return view_as_is(permute(operand.tensor, order, at_), shape);
  }
  // Extents of 1 put in.
  Tensor view_as_is(const Tensor& tensor, const Shape& shape) const {
    return tensor.sizes() == shape ? tensor : view(tensor, shape, at_);
  }

  // Matrices of rows x columns for each index of the batch.
  Tensor matrices(const Labelled& operand, const Labels& batch, const Labels& rows,
                  const Labels& columns) const {
    Dims order;
    Shape shape;
    for (const Label label : batch) {
      order.push_back(place_of(operand.labels, label));
      shape.push_back(operand.extent(label));
    }
    if (shape.rank() > kMaxRank - 2) shape = {shape.product()};
    for (const Labels* labels : {&rows, &columns}) {
      int64_t joined = 1;
      for (const Label label : *labels) {
        order.push_back(place_of(operand.labels, label));
        joined *= operand.extent(label);
      }
      shape.push_back(joined);
    }
    return reshape(permute(operand.tensor, order, at_), shape, at_);
  }

  const Equation& equation_;
  const At at_;
  DType dtype_ = kFloat32;
  int most_dots_ = 0;
  std::vector<Labelled> operands_;
  Labels result_;
};

}  // namespace

Tensor einsum(std::string_view equation, TensorList tensors, At at) {
  const Equation parsed(equation, at);
  try {
    return Einsum(parsed, tensors, at).run();
  } catch (...) {
    rethrow_at(at);
  }
}

}  // namespace lazuli
