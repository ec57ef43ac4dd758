// One recorded operator: what the generated classes derive from. Lazuli is lazy itself, so
// recording a node is calling Lazuli's own functions, at once; the node lives for as long as that
// takes.
#pragma once

#include <ATen/core/Generator.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <sstream>
#include <string>
#include <type_traits>

#include "torch/results.h"

namespace lazuli::torch {

using Operands = std::vector<std::optional<Value>>;

class Node {
 public:
  Node(const char* op, Shapes shapes) : op_(op), shapes_(std::move(shapes)) {}
  template <std::invocable Rule>
  Node(const char* op, const Rule& rule) : Node(op, Shapes(rule())) {}
  virtual ~Node() = default;
  const char* op() const { return op_; }            // "aten::add.Tensor"
  const Shapes& shapes() const { return shapes_; }  // that its results have
  // "aten::add.Tensor -> Float[2, 3]"; derived classes add their attributes.
  virtual std::string to_string() const;
  // In the schema's order, absent ones in their place.
  virtual Operands operands() const = 0;
  // The results, as lazy as Lazuli's are. This one throws NotImplementedError: Lazuli has no such
  // operator.
  virtual Values lower() const;

 private:
  const char* op_;
  Shapes shapes_;
};

// What the node lowers to. Throws a RuntimeError with the node's text where that has not the
// promised dtypes and sizes.
Values lowered(const Node& node);

// Makes a node of the generated class from its operands, attributes and shapes, and records it.
template <typename Entry, typename... Arguments>
Values record(Arguments&&... arguments) {
  return lowered(Entry(std::forward<Arguments>(arguments)...));
}

namespace detail {

inline void append(Operands& all, const Value& value) { all.emplace_back(value); }
inline void append(Operands& all, const std::optional<Value>& value) { all.push_back(value); }
template <typename Each>
void append(Operands& all, const std::vector<Each>& values) {
  for (const Each& value : values) append(all, value);
}

}  // namespace detail

// Values, optional ones and lists of both, one after the other.
template <typename... Each>
Operands operands_of(const Each&... each) {
  Operands all;
  (detail::append(all, each), ...);
  return all;
}

// Whether two operands are one value, or two attributes equal: for can_be_reused of the generated
// classes.
inline bool is_same(const Value& a, const Value& b) { return a.is_same(b); }
bool is_same(const at::Scalar& a, const at::Scalar& b);
inline bool is_same(const at::Generator& a, const at::Generator& b) {
  return a.unsafeGetGeneratorImpl() == b.unsafeGetGeneratorImpl();
}
template <typename Attribute>
bool is_same(const Attribute& a, const Attribute& b) {
  return a == b;
}
template <typename Each>
bool is_same(const std::optional<Each>& a, const std::optional<Each>& b) {
  return a.has_value() == b.has_value() && (!a || is_same(*a, *b));
}
template <typename Each>
bool is_same(const std::vector<Each>& a, const std::vector<Each>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return is_same(x, y); });
}

// An attribute as a node's text shows it; "null" where it is absent.
inline std::string text(bool value) { return value ? "true" : "false"; }
inline std::string text(const std::string& value) { return "'" + value + "'"; }
inline std::string text(const at::Generator& value) {
  return "a generator of " + value.device().str();
}
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
