// The types in which functions take their arguments, and the checks that all of them share. A
// mistake is told with the line of the user's call.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string_view>

#include "lazuli/base/source_location.h"
#include "lazuli/core/shape.h"
#include "lazuli/op/function_names.gen.h"

namespace lazuli {

class Tensor;
class TensorList;

// The line of a call, and which function the user called: messages of what it is made of name it,
// too. The last parameter of every named function; nobody passes it by hand.
using At = SourceLocation;
#define LZ_AT ::lazuli::At at = std::source_location::current()
#define LZ_AT_OF(function)                                        \
  ::lazuli::At at = ::lazuli::At(std::source_location::current(), \
                                 static_cast<uint32_t>(::lazuli::op::Function::function))

// How a loss joins what its elements give: PyTorch's numbers.
namespace Reduction {
enum Reduction : int64_t { None, Mean, Sum };
}

// Dimensions as an argument: `1`, `{0, -1}`; none stand for all of them.
class DimList {
 public:
  DimList() = default;
  DimList(std::integral auto dim) : dims_{static_cast<int64_t>(dim)} {}  // NOLINT: int[1]
  DimList(std::initializer_list<int64_t> dims) : dims_(dims) {}
  DimList(const Dims& dims) : dims_(dims) {}  // NOLINT: a list of dimensions
  const Dims& dims() const { return dims_; }

 private:
  Dims dims_;
};

// An index with the line it stands on.
struct Index {
  int64_t value;
  At at;
  Index(std::integral auto i, At where = std::source_location::current())  // NOLINT: x[0]
      : value(static_cast<int64_t>(i)), at(where) {}
};

// Throws the exception that is being handled again, an error of the caller's with its line added:
// "mm: need ...; got ... (at main.cpp:12)".
[[noreturn]] void rethrow_at(At at);

// `dim` counted from the front, for a tensor of `rank` dimensions.
int wrap_dim(std::string_view op, int64_t dim, int rank, At at);
// Dimensions to fold: wrapped, in increasing order, each once; all of them where `dims` is empty.
// Throws IndexError and, for one that comes twice, ValueError.
Dims folded_dims(std::string_view op, const DimList& dims, int rank, At at);
// `shape` with its one -1 worked out, for `numel` elements.
Shape complete_shape(std::string_view op, const Shape& shape, int64_t numel, At at);

}  // namespace lazuli
