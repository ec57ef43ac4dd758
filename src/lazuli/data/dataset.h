// What a loader takes its examples from. Names follow libtorch.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "lazuli/functions/tensor.h"

namespace lazuli::data {

// One example, or a batch of them with their number as dimension 0. A target may be undefined.
struct Example {
  Tensor data;
  Tensor target;
};

// Examples by number. A loader's threads call it at the same time.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual int64_t size() const = 0;
  // `index` is from 0 to size() - 1.
  virtual Example get(int64_t index) const = 0;
  // The examples of these numbers as a batch: `stack` of each, or faster.
  virtual Example get_batch(std::span<const int64_t> indices) const;
};

// Makes a batch of examples.
using Collate = std::function<Example(const std::vector<Example>& examples)>;

// Each example's tensors one after the other along a new dimension 0. Throws ValueError for no
// examples, and where shapes, dtypes or the presence of a target differ.
Example stack(const std::vector<Example>& examples);

}  // namespace lazuli::data
