#include "lazuli/functions/named_tensors.h"

#include <algorithm>
#include <unordered_map>

#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"

namespace lazuli {
namespace {

std::string type_of(const Tensor& tensor) {
  return format("{}{}", name_of(tensor.dtype()), to_string(tensor.sizes()));
}

}  // namespace

Tensor find(const NamedTensors& tensors, const std::string& name) {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == tensors.end() ? Tensor() : found->second;
}

void copy_named(const std::string& what, const NamedTensors& target, const NamedTensors& source,
                bool is_strict, At at) {
  std::unordered_map<std::string, const Tensor*> given;
  for (const auto& [name, tensor] : source) given.emplace(name, &tensor);
  std::string mistakes;
  for (const auto& [name, tensor] : target) {
    const auto found = given.find(name);
    if (found == given.end()) {
      if (is_strict) mistakes += format("\n  {}: missing, need {}", name, type_of(tensor));
      continue;
    }
    const Tensor& came = *found->second;
    if (!came.defined()) {
      mistakes += format("\n  {}: need {}; got an undefined tensor", name, type_of(tensor));
    } else if (came.sizes() != tensor.sizes() || came.dtype() != tensor.dtype()) {
      mistakes += format("\n  {}: need {}; got {}", name, type_of(tensor), type_of(came));
    }
  }
  if (is_strict) {
    std::unordered_map<std::string, const Tensor*> wanted;
    for (const auto& [name, tensor] : target) wanted.emplace(name, &tensor);
    for (const auto& [name, tensor] : source) {
      if (wanted.count(name) == 0) {
        mistakes += format("\n  {}: unexpected{}", name,
                           tensor.defined() ? ", " + type_of(tensor) : std::string());
      }
    }
  }
  LZ_CHECK_AT(mistakes.empty(), ValueError, at, "{}: the tensors do not fit:{}\n", what, mistakes);
  const NoGradGuard no_grad;
  for (const auto& [name, tensor] : target) {
    const auto found = given.find(name);
    if (found != given.end()) tensor.copy_(*found->second, at);
  }
}

}  // namespace lazuli
