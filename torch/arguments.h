// From the arguments of a generated kernel to those of its node: tensors become values, lists are
// owned. Knows no operator.
#pragma once

#include <ATen/core/IListRef.h>
#include <ATen/core/List.h>
#include <ATen/core/Tensor.h>
#include <ATen/native/TypeProperties.h>
#include <c10/core/SymInt.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "torch/storage.h"

namespace lazuli::torch {

using Values = std::vector<Value>;

// Where an operator runs, and the dtype in which tensors without dimensions join its other
// operands.
struct Place {
  at::Device device;
  at::ScalarType common = at::ScalarType::Undefined;
  operator at::Device() const { return device; }  // NOLINT: a device that knows more
};

namespace detail {

// Looks at operands one by one.
class PlaceFinder {
 public:
  explicit PlaceFinder(const char* op) : op_(op) {}
  void look(const at::Tensor& tensor);
  void look(const std::optional<at::Tensor>& tensor);
  void look(const at::ITensorListRef& tensors);
  void look(const c10::List<std::optional<at::Tensor>>& tensors);
  void look(at::Device device);
  void look(const std::optional<at::Device>& device);
  // The default device where no operand has one.
  Place place() const;

 private:
  const char* op_;
  std::optional<at::Device> device_;
  at::native::ResultTypeState types_;
};

}  // namespace detail

// The one device of the operands, which may be tensors, optional ones, lists of both, and devices.
// A host tensor without dimensions goes along with any. Throws a RuntimeError with both devices
// where there are two.
template <typename... Operands>
Place device_of(const char* op, const Operands&... operands) {
  detail::PlaceFinder finder(op);
  (finder.look(operands), ...);
  return finder.place();
}

// What the tensor shows; an undefined value of an undefined tensor. A host number gets the common
// dtype of the operands, as does a fraction of the device without dimensions that would win over
// them.
Value value_of(const at::Tensor& tensor, const Place& on);
std::optional<Value> value_of(const std::optional<at::Tensor>& tensor, const Place& on);
Values values_of(const at::ITensorListRef& tensors, const Place& on);
std::vector<std::optional<Value>> values_of(const c10::List<std::optional<at::Tensor>>& tensors,
                                            const Place& on);

inline int64_t int_of(const c10::SymInt& value) { return value.guard_int(__FILE__, __LINE__); }
std::optional<int64_t> int_of(const std::optional<c10::SymInt>& value);
inline std::vector<int64_t> ints_of(at::IntArrayRef values) { return values.vec(); }
std::vector<int64_t> ints_of(c10::SymIntArrayRef values);
std::optional<std::vector<int64_t>> ints_of(const at::OptionalIntArrayRef& values);
std::optional<std::vector<int64_t>> ints_of(const at::OptionalSymIntArrayRef& values);
inline std::vector<double> floats_of(at::ArrayRef<double> values) { return values.vec(); }
std::optional<std::vector<double>> floats_of(const std::optional<at::ArrayRef<double>>& values);
inline std::vector<at::Scalar> numbers_of(at::ArrayRef<at::Scalar> values) { return values.vec(); }
template <typename Each>
std::vector<Each> list_of(at::ArrayRef<Each> values) {
  return values.vec();
}
inline std::string text_of(std::string_view text) { return std::string(text); }
inline std::optional<std::string> text_of(const std::optional<std::string_view>& text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

}  // namespace lazuli::torch
