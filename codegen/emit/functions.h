// C++ for the functions that users call: their types from schemas, their bodies from what an entry
// records or stands for. Shared by the emitters of functions, methods and gradients.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "codegen/catalogue/entry.h"

namespace lazuli::codegen::emit {

// "const Tensor& self, Scalar alpha" without defaults; in a declaration with them and LZ_AT last.
// `siblings` are the functions of the same name: a default that would make two calls alike is left
// out. Methods leave out self.
std::string parameters(const schema::Schema& schema, bool is_method);
std::string declared_parameters(const schema::Schema& schema, bool is_method, bool is_internal,
                                const std::vector<const schema::Schema*>& siblings);
// "Tensor" or "std::vector<Tensor>", "std::tuple<Tensor, Tensor>" of two results, "const Tensor&"
// in place.
std::string return_type(const Function& function);
// An argument's default as C++.
std::string default_value(const schema::Argument& argument);

// Expressions of tensors and numbers as C++: composites and gradients.
enum class Meaning {
  tensor,
  term,    // a tensor or a number, known at the call (Term)
  number,  // arithmetic of C++
  scalar,  // a Scalar
  list,    // dimensions or a shape
  other    // a dtype, a flag
};
struct Piece {
  static constexpr int kAtom = 9;
  std::string text;
  Meaning meaning = Meaning::tensor;
  int strength = kAtom;  // of its last operation: what binds tighter puts it in parentheses
};
class Translator {
 public:
  // `where` is told with a mistake; gradients know a few helpers more and make zeros of grad's
  // dtype.
  Translator(const Catalogue& catalogue, const Entry& entry, bool is_gradient)
      : catalogue_(catalogue), entry_(entry), is_gradient_(is_gradient) {}

  void define(const std::string& name, Piece piece) { names_[name] = std::move(piece); }
  // `x.sizes()` and its kin of a name, where they are known without the tensor itself.
  void define_shape(const std::string& name, std::string text) { shapes_[name] = std::move(text); }
  void define_dtype(const std::string& name, std::string text) { dtypes_[name] = std::move(text); }
  // A function that expressions may call beside the catalogue's: what it is called in C++ and what
  // it gives.
  void define_function(const std::string& name, Piece piece) {
    functions_[name] = std::move(piece);
  }
  // The text stands outside of namespace lazuli: names are written in full, arithmetic by signs,
  // and a call's line is its own. `where` and `!` read the line from a local variable `at`.
  void stand_outside() { is_outside_ = true; }
  // Throws std::runtime_error "ops/composite.yaml:3: mean: no function 'foo' of (Tensor, number)".
  Piece translate(const formula::Node& node);

 private:
  std::string text_of(const formula::Node& node) { return translate(node).text; }
  // In parentheses unless it binds at least so tight.
  static std::string bound(const Piece& piece, int strength);
  std::string space() const { return is_outside_ ? "lazuli::" : ""; }
  // What a call of a function of C++ ends in.
  const char* last_argument() const { return is_outside_ ? "" : ", at"; }
  Piece call(const formula::Expression& node);
  bool type_question(const formula::Expression& node, Piece& result);
  bool helper(const formula::Expression& node, Piece& result);
  Piece choice(const formula::Expression& node);
  bool arithmetic(const formula::Expression& node, Piece& result);
  Piece function(const formula::Expression& node);
  bool fits(const schema::Schema& schema, const formula::Expression& node,
            const std::vector<Piece>& pieces, std::vector<std::string>& arguments) const;

  const Catalogue& catalogue_;
  const Entry& entry_;
  const bool is_gradient_;
  bool is_outside_ = false;
  std::map<std::string, Piece> names_;
  std::map<std::string, Piece> functions_;
  std::map<std::string, std::string> shapes_;
  std::map<std::string, std::string> dtypes_;
};

Meaning meaning_of(const schema::Type& type);

}  // namespace lazuli::codegen::emit
