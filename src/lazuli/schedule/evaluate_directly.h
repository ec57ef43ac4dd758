// What a graph means, for tests: node by node over row-major arrays, with plain loops for whatever
// moves elements and one small kernel for whatever computes them. No fusion, no layouts, no reuse.
#pragma once

#include <memory>
#include <vector>

#include "lazuli/backend/backend.h"
#include "lazuli/schedule/graph_case.h"

namespace lazuli::schedule {

// What makes kernels run: interpret::make_program, say.
using MakeProgram = std::unique_ptr<kernel::Program> (*)(const kernel::Kernel&);

class DirectEvaluation {
 public:
  // `one` outlives the evaluation and may grow. A gather whose index is out of range gives an
  // element of bytes `unread`, 0 or 1.
  DirectEvaluation(const GraphCase& one, MakeProgram make_program, char unread = 0)
      : case_(one), make_program_(make_program), unread_(unread) {}

  // All nodes that the graph has by now.
  void run();
  const Array& value(ir::NodeId id) const { return values_[static_cast<size_t>(id)]; }
  // Whether an index was out of range at the node.
  bool has_failed(ir::NodeId id) const { return failed_[static_cast<size_t>(id)]; }

 private:
  const GraphCase& case_;
  MakeProgram make_program_;
  char unread_;
  std::vector<Array> values_;
  std::vector<bool> failed_;
};

// Naive, in index order: what both sides of a comparison use for products and library calls.
void multiply_naively(const backend::MatrixProduct& product, const void* a, const void* b,
                      void* result);
void call_naively(const backend::LibraryCall& call);

// Copies elements between tensors of one shape with any strides.
void copy_elements(const Shape& shape, int64_t element_bytes, const char* source,
                   const Dims& source_strides, char* target, const Dims& target_strides);

}  // namespace lazuli::schedule
