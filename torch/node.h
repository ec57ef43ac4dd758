// One recorded operator: what the generated classes derive from. Lazuli is lazy itself, so recording a node is calling
// Lazuli's own functions, at once; the node lives for as long as that takes.
#pragma once

#include <ATen/core/Generator.h>

#include <array>
#include <sstream>
#include <string>
#include <type_traits>

#include "torch/results.h"

namespace lazuli::torch {

using Operands = std::vector<std::optional<Value>>;

class Node {
 public:
  Node(const char* op, Shapes shapes) : op_(op), shapes_(std::move(shapes)) {}
  virtual ~Node() = default;
  const char* op() const { return op_; }            // "aten::add.Tensor"
  const Shapes& shapes() const { return shapes_; }  // that its results have
  // "aten::add.Tensor -> Float[2, 3]"; derived classes add their attributes.
  virtual std::string to_string() const;
  // In the schema's order, absent ones in their place.
  virtual Operands operands() const = 0;
  // The results, as lazy as Lazuli's are. This one throws NotImplementedError: Lazuli has no such operator.
  virtual Values lower() const;

 private:
  const char* op_;
  Shapes shapes_;
};

// What the node lowers to. Throws a RuntimeError with the node's text where that has not the promised dtypes and sizes.
Values lowered(const Node& node);

// Makes a node of the generated class from its operands, attributes and shapes, and records it.
template <typename Entry, typename... Arguments>
Values record(Arguments&&... arguments) {
  return lowered(Entry(std::forward<Arguments>(arguments)...));
}

// Whether two operands are one value: for can_be_reused of the generated classes.
inline bool is_same(const Value& a, const Value& b) { return a.is_same(b); }
inline bool is_same(const std::optional<Value>& a, const std::optional<Value>& b) {
  return a.has_value() == b.has_value() && (!a || a->is_same(*b));
}
template <typename Operand>
bool is_same(const std::vector<Operand>& a, const std::vector<Operand>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!is_same(a[i], b[i])) return false;
  }
  return true;
}

// An attribute as a node's text shows it; "null" where it is absent.
inline std::string text(bool value) { return value ? "true" : "false"; }
inline std::string text(const std::string& value) { return "'" + value + "'"; }
inline std::string text(const at::Generator& value) { return "a generator of " + value.device().str(); }
template <typename Attribute>
std::string text(const Attribute& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}
template <typename Element>
std::string text(const std::vector<Element>& values) {
  std::string all;
  for (const Element& value : values) all += (all.empty() ? "" : ", ") + text(value);
  return "[" + all + "]";
}
template <size_t kCount>
std::string text(const std::array<bool, kCount>& values) {
  return text(std::vector<bool>(values.begin(), values.end()));
}
template <typename Attribute>
std::string text(const std::optional<Attribute>& value) {
  return value ? text(*value) : "null";
}

}  // namespace lazuli::torch
