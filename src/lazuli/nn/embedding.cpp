#include "lazuli/nn/embedding.h"

#include <ostream>

#include "lazuli/base/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/nn/init.h"

namespace lazuli::nn {

EmbeddingImpl::EmbeddingImpl(const EmbeddingOptions& chosen) : options(chosen) {
  const int64_t rows = options.num_embeddings();
  const int64_t columns = options.embedding_dim();
  LZ_CHECK(rows >= 1 && columns >= 1, ValueError,
           "Embedding: need at least 1 row and 1 column; got {} and {}", rows, columns);
  if (options.padding_idx()) {
    const int64_t padding = *options.padding_idx();
    LZ_CHECK(padding >= -rows && padding < rows, IndexError,
             "Embedding: need a padding_idx from {} to {}; got {}", -rows, rows - 1, padding);
    padding_row_ = padding < 0 ? padding + rows : padding;
  }
  weight = register_parameter("weight", empty({rows, columns}));
  reset_parameters();
}

Tensor EmbeddingImpl::forward(const Tensor& input, At at) {
  return embedding(weight, input, padding_row_, at);
}

void EmbeddingImpl::pretty_print(std::ostream& out) const {
  out << "Embedding(num_embeddings=" << options.num_embeddings()
      << ", embedding_dim=" << options.embedding_dim();
  if (options.padding_idx()) out << ", padding_idx=" << *options.padding_idx();
  out << ")";
}

void EmbeddingImpl::reset_parameters() {
  init::normal_(weight);
  const NoGradGuard no_grad;
  if (padding_row_ >= 0) weight[padding_row_].zero_();
}

}  // namespace lazuli::nn
