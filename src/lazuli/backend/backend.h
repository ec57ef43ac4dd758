// What a back end that runs kernels offers to the executor: turn a kernel into a program, launch
// one, multiply matrices, call a library function. It never sees a graph, a plan or a tensor, and
// it takes memory as plain addresses. All calls but compile and compile's kin come from a queue's
// current thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>

#include "lazuli/core/dtype.h"
#include "lazuli/core/shape.h"
#include "lazuli/kernel/arguments.h"
#include "lazuli/kernel/kernel.h"
#include "lazuli/op/op.h"

namespace lazuli::backend {

// One instance of a launch: outer dimensions around the kernel's rows x columns x depth.
struct Instance {
  static constexpr int kMaxOuter = kMaxRank;
  int outer_rank = 0;
  int64_t outer[kMaxOuter] = {};  // extents
  int64_t rows = 1;
  int64_t columns = 1;
  int64_t depth = 1;
  const kernel::AccessArguments* accesses = nullptr;  // bases at the origin of everything
  const int64_t* outer_strides = nullptr;  // [access * outer_rank + dimension], bytes or increments
  const uint64_t* numbers = nullptr;
};

// A kernel made ready by a back end.
class CompiledKernel {
 public:
  virtual ~CompiledKernel() = default;
  virtual int64_t code_bytes() const = 0;
};

// result[m, n] = sum over k of a[m, k] * b[k, n], row-major with leading dimensions in elements;
// a flag says that the operand lies transposed in memory ([k, m] and [n, k]). With a batch there is
// one such product for each index of it: operands lie by strides in elements, of which 0 repeats
// one; the results follow one another, m * result_leading elements apart.
struct MatrixProduct {
  DType dtype = DType::f32;
  int64_t m = 0, n = 0, k = 0;
  bool a_transposed = false, b_transposed = false;
  int64_t a_leading = 0, b_leading = 0, result_leading = 0;
  Shape batch = {};
  Dims a_batch = {}, b_batch = {};
};

// A tensor as a library function sees it.
struct TensorArgument {
  char* data = nullptr;
  DType dtype = DType::f32;
  Shape shape;
  Dims strides;  // elements
};
struct LibraryCall {
  op::OpKind kind;
  std::span<const TensorArgument> operands;  // tensors; numbers come in `numbers`
  TensorArgument result;                     // contiguous
  std::span<const uint64_t> numbers;         // numbers and offsets in the entry's order, as bits
  std::span<const int64_t> attributes;
  std::atomic<uint32_t>* fault = nullptr;  // set to 1 when the call fails
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;
  // From any thread. Never fails for a verified kernel.
  virtual std::unique_ptr<CompiledKernel> compile(const kernel::Kernel& kernel) = 0;
  // Runs all instances, in any order and interleaved. `fault` becomes 1 + access index when a
  // gather fails.
  virtual void launch(const CompiledKernel& kernel, std::span<const Instance> instances,
                      std::atomic<uint32_t>* fault) = 0;
  // About how long such a launch takes, to decide who runs it; infinite where nobody knows.
  virtual double estimate_seconds(const CompiledKernel& kernel,
                                  std::span<const Instance> instances) const {
    static_cast<void>(kernel), static_cast<void>(instances);
    return std::numeric_limits<double>::infinity();
  }
  virtual void multiply(const MatrixProduct& product, const void* a, const void* b,
                        void* result) = 0;
  virtual void call(const LibraryCall& call) = 0;
  // Copies `bytes` between places that do not overlap.
  virtual void copy(void* target, const void* source, int64_t bytes) = 0;
  // The same kernel run by the interpreter, for LAZULI_VERIFY=reference.
  virtual void launch_reference(const CompiledKernel& kernel, std::span<const Instance> instances,
                                std::atomic<uint32_t>* fault) = 0;
};

}  // namespace lazuli::backend
