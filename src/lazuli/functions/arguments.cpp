#include "lazuli/functions/arguments.h"

#include <algorithm>

#include "lazuli/base/check.h"
#include "lazuli/functions/check.h"
#include "lazuli/op/op.h"

namespace lazuli {
namespace {

template <typename Kind>
[[noreturn]] void rethrow(const Kind& error, At at) {
  const std::string text = error.what();
  if (text.ends_with(')') && text.find(" (at ") != std::string::npos) throw error;
  throw Kind(told_at(text, at));
}

}  // namespace

std::string told_at(const std::string& text, const SourceLocation& at) {
  const std::string_view called = op::name_of(static_cast<op::Function>(at.function));
  std::string_view told = text;
  const size_t colon = told.find(": ");
  std::string_view finder = colon == told.npos ? std::string_view() : told.substr(0, colon);
  if (finder.find(' ') != finder.npos) finder = {};
  const auto stem = [](std::string_view name) {
    return name.substr(0, name.size() - (name.ends_with('_') ? 1 : 0));
  };
  if (called.empty()) return format("{} (at {})", told, to_string(at));
  if (!finder.empty() && stem(finder) == stem(called)) told.remove_prefix(colon + 2);
  return format("{}: {} (at {})", called, told, to_string(at));
}

void rethrow_at(At at) {
  try {
    throw;
  } catch (const ValueError& error) {
    rethrow(error, at);
  } catch (const TypeError& error) {
    rethrow(error, at);
  } catch (const IndexError& error) {
    rethrow(error, at);
  } catch (const OutOfMemoryError& error) {
    rethrow(error, at);
  } catch (const DeviceError& error) {
    rethrow(error, at);
  }
}

int wrap_dim(std::string_view op, int64_t dim, int rank, At at) {
  const int64_t extent = std::max(rank, 1);
  if (dim >= -extent && dim < extent) [[likely]] {
    return static_cast<int>(dim < 0 ? dim + extent : dim);
  }
  try {
    return wrap_dim(op, dim, rank);
  } catch (...) {
    rethrow_at(at);
  }
}

Dims folded_dims(std::string_view op, const DimList& dims, int rank, At at) {
  bool folds[kMaxRank] = {};
  for (const int64_t dim : dims.dims()) {
    const int wrapped = wrap_dim(op, dim, rank, at);
    LZ_CHECK_AT(!folds[wrapped], ValueError, at, "{}: need different dims; got {}", op,
                to_string(dims.dims()));
    folds[wrapped] = true;
  }
  Dims result;
  for (int dim = 0; dim < rank; ++dim) {
    if (folds[dim] || dims.dims().rank() == 0) result.push_back(dim);
  }
  return result;
}

Shape complete_shape(std::string_view op, const Shape& shape, int64_t numel, At at) {
  Shape result = shape;
  int open = -1;
  int64_t known = 1;
  for (int i = 0; i < shape.rank(); ++i) {
    LZ_CHECK_AT(shape[i] >= -1, ValueError, at, "{}: need extents of at least 0, or one -1; got {}",
                op, to_string(shape));
    if (shape[i] == -1) {
      LZ_CHECK_AT(open < 0, ValueError, at, "{}: need at most one -1; got {}", op,
                  to_string(shape));
      open = i;
    } else {
      known *= shape[i];
    }
  }
  if (open >= 0 && known != 0 && numel % known == 0) {
    result[open] = numel / known;
    known = numel;
  }
  LZ_CHECK_AT(known == numel && (open < 0 || result[open] >= 0), ValueError, at,
              "{}: need a shape of {} elements; got {}", op, numel, to_string(shape));
  return result;
}

}  // namespace lazuli
