#include "lazuli/data/dataset.h"

#include <cstddef>
#include <string>

#include "lazuli/base/check.h"
#include "lazuli/functions/creation.h"

namespace lazuli::data {
namespace {

std::string type_of(const Tensor& tensor) {
  return tensor.defined() ? format("{}{}", name_of(tensor.dtype()), to_string(tensor.sizes()))
                          : "none";
}

Tensor stack(const std::vector<Example>& examples, Tensor Example::*part, const char* name) {
  const Tensor& first = examples[0].*part;
  for (size_t i = 1; i < examples.size(); ++i) {
    const Tensor& other = examples[i].*part;
    LZ_CHECK(type_of(other) == type_of(first), ValueError,
             "stack: need examples that are alike; got {} {} for the first, {} for number {}", name,
             type_of(first), type_of(other), i);
  }
  if (!first.defined()) return {};
  const auto size = static_cast<size_t>(first.numel() * size_of(first.dtype()));
  std::vector<std::byte> bytes(size * examples.size());
  for (size_t i = 0; i < examples.size(); ++i) (examples[i].*part).copy_to(&bytes.data()[i * size]);
  Shape shape = first.sizes();
  shape.insert(0, static_cast<int64_t>(examples.size()));
  return from_data(bytes.data(), first.dtype(), shape);
}

}  // namespace

Example Dataset::get_batch(std::span<const int64_t> indices) const {
  std::vector<Example> examples;
  for (const int64_t index : indices) examples.push_back(get(index));
  return data::stack(examples);
}

Example stack(const std::vector<Example>& examples) {
  LZ_CHECK(!examples.empty(), ValueError, "stack: need at least one example; got none");
  return {stack(examples, &Example::data, "data"), stack(examples, &Example::target, "target")};
}

}  // namespace lazuli::data
