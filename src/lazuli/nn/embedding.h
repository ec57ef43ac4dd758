// A table of vectors, looked up by number.
#pragma once

#include <cstdint>
#include <optional>

#include "lazuli/nn/module.h"
#include "lazuli/nn/module_holder.h"

namespace lazuli::nn {

class EmbeddingOptions {
 public:
  EmbeddingOptions(int64_t num_embeddings, int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}

  int64_t num_embeddings() const { return num_embeddings_; }
  int64_t embedding_dim() const { return embedding_dim_; }
  // The row that begins as zeros and gets no gradient; a negative one counts from the end.
  std::optional<int64_t> padding_idx() const { return padding_idx_; }
  EmbeddingOptions& padding_idx(int64_t value) { return padding_idx_ = value, *this; }

 private:
  int64_t num_embeddings_;
  int64_t embedding_dim_;
  std::optional<int64_t> padding_idx_;
};

// input i64 [...] -> [..., embedding_dim]: the rows of the weight. A number out of range is the
// device's error. The gradient adds up the rows of equal numbers in their order.
class EmbeddingImpl : public Module {
 public:
  EmbeddingImpl(int64_t num_embeddings, int64_t embedding_dim)
      : EmbeddingImpl(EmbeddingOptions(num_embeddings, embedding_dim)) {}
  // Throws ValueError for extents below 1, IndexError for a padding_idx that is no row.
  explicit EmbeddingImpl(const EmbeddingOptions& options);

  Tensor forward(const Tensor& input, LZ_AT);
  void pretty_print(std::ostream& out) const override;

  // Draws the rows anew from the normal distribution; the padding becomes zeros.
  void reset_parameters();

  const EmbeddingOptions options;
  Tensor weight;  // f32 [num_embeddings, embedding_dim]

 private:
  int64_t padding_row_ = -1;  // none
};

LZ_MODULE(Embedding);

}  // namespace lazuli::nn
