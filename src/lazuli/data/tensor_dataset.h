// Examples that lie in tensors.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

#include "lazuli/data/dataset.h"

namespace lazuli::data {

// Example i is row i of `data` and of `target`. The tensors may not be written in place while a
// loader reads them.
class TensorDataset : public Dataset {
 public:
  // Throws ValueError for tensors without dimensions or with different numbers of rows.
  explicit TensorDataset(Tensor data, Tensor target = {});

  int64_t size() const override { return data_.size(0); }
  Example get(int64_t index) const override;
  Example get_batch(std::span<const int64_t> indices) const override;

 private:
  Tensor gather(const Tensor& tensor, std::span<const int64_t> indices) const;

  Tensor data_;
  Tensor target_;
  std::unique_ptr<std::mutex> reading_ = std::make_unique<std::mutex>();  // one thread evaluates
};

}  // namespace lazuli::data
