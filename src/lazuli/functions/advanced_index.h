// Indexing by tensors, as NumPy defines it: one for each of the first dimensions or none, masks
// among them. What reading and writing share. Not for users.
#pragma once

#include "lazuli/functions/tensor.h"

namespace lazuli {

// The indexed dimensions of a tensor as one of three: those before them, theirs, those after them.
class AdvancedIndex {
 public:
  // Throws the caller's mistakes. The places of masks are read from the data.
  AdvancedIndex(const char* op, const Tensor& self, TensorList indices, At at);

  // The result's shape: where the indices stand, theirs.
  const Shape& shape() const { return shape_; }
  // A tensor of self's shape as [before, indexed, after], and back.
  Tensor folded(const Tensor& self) const;
  Tensor unfolded(const Tensor& folded) const;
  // For a tensor so folded the places along dimension 1, [before, places, after]; -1 where an index
  // is out of range.
  Tensor places() const;

 private:
  void add(const char* op, const Tensor& index);

  At at_;
  std::vector<Tensor> indices_;  // one for each dimension of self, undefined where all is taken
  Dims order_;                   // self's dimensions, the indexed ones together
  Shape ordered_;                // self's shape in that order
  Shape met_;                    // that of the indices together
  Shape shape_;
  int first_ = 0;  // the first indexed dimension in that order
  int count_ = 0;
};

}  // namespace lazuli
