// Every reduction: dtypes, dimensions, layouts, long folds, no elements, NaN.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lazuli/base/format.h"
#include "tests/operators/operands.h"
#include "tests/operators/operator_cases.h"

namespace lazuli::operator_tests {
namespace {

// Lanes, chunks and pairs: an element takes part in some hundred roundings at most. f16 and bf16
// round once more at the end.
double tolerance(DType dtype, double exact, double size) {
  if (dtype == kFloat64) return 4e-15 * size;
  const double last = dtype == kFloat16    ? std::max(0x1p-11 * std::abs(exact), 0x1p-25)
                      : dtype == kBFloat16 ? 0x1p-8 * std::abs(exact)
                                           : 0;
  return 2e-6 * size + last;
}

class Reduction : public testing::TestWithParam<ReductionCase> {
 protected:
  void run(DType dtype, const Shape& shape, Form form, const Dims& dims, bool keepdim,
           bool has_special = false) {
    const ReductionCase& c = GetParam();
    SCOPED_TRACE(format("{} {} {}{} over {}", c.entry, lazuli::name_of(dtype), name_of(form),
                        to_string(shape), to_string(dims)));
    const Operand self = make_operand(form, shape, dtype,
                                      {.is_whole = false, .has_special = has_special}, generator_);
    const Tensor result = c.apply(self.tensor, dims, keepdim);
    unsigned folded = dims.rank() == 0 ? ~0u : 0;
    for (const int64_t dim : dims) folded |= 1u << (dim < 0 ? dim + shape.rank() : dim);
    Shape kept = shape;
    Shape expected;
    for (int i = 0; i < shape.rank(); ++i) {
      if (!(folded >> i & 1)) expected.push_back(shape[i]);
      if (folded >> i & 1) kept[i] = 1;
    }
    if (keepdim) expected = kept;
    ASSERT_EQ(to_string(result.sizes()), to_string(expected));
    ASSERT_EQ(lazuli::name_of(result.dtype()), lazuli::name_of(result_dtype(c.result, dtype)));
    const size_t count = static_cast<size_t>(kept.product());
    std::vector<double> exact(count, 0.0);
    std::vector<double> size(count, 0.0);
    std::vector<bool> is_started(count, c.has_empty);
    if (c.has_empty) exact.assign(count, c.empty);
    int64_t factors = 0;
    for (int64_t i = 0; i < shape.product(); ++i) {
      const size_t place = static_cast<size_t>(broadcast_place(kept, shape, i));
      exact[place] = is_started[place] ? c.fold(exact[place], self.values[i]) : self.values[i];
      if (std::isfinite(self.values[i])) size[place] += std::abs(self.values[i]);
      is_started[place] = true;
      factors += place == 0;
    }
    const std::vector<double> got = read(result);
    ASSERT_EQ(got.size(), count);
    for (size_t i = 0; i < count; ++i) {
      // Sums of huge elements overflow or not, as the order says.
      if (!c.is_exact && !c.is_product && !std::isfinite(held(2 * size[i], result.dtype())))
        continue;
      // A product is as wrong as its factors are many, its least parts vanish.
      if (c.is_product) {
        size[i] = std::abs(exact[i]) * std::max(1.0, 0x1p-6 * static_cast<double>(factors)) + 1e-30;
      }
      const bool is_rounded = is_floating(result.dtype()) && !c.is_exact &&
                              std::isfinite(held(exact[i], result.dtype()));
      const bool is_right =
          is_rounded ? std::abs(got[i] - exact[i]) <= tolerance(result.dtype(), exact[i], size[i])
                     : is_near(got[i], exact[i], result.dtype(), 0.5);
      ASSERT_TRUE(is_right) << "element " << i << ": got " << got[i] << ", need " << exact[i];
    }
  }

 private:
  Generator generator_{7};
};

TEST_P(Reduction, AgreesInEveryLayout) {
  for (const DType dtype : GetParam().dtypes) {
    for (const Form form : kForms) {
      for (const bool keepdim : {false, true}) {
        run(dtype, {3, 5, 4}, form, {0}, keepdim);
        run(dtype, {3, 5, 4}, form, {1}, keepdim);
        run(dtype, {3, 5, 4}, form, {-1}, keepdim);
        run(dtype, {3, 5, 4}, form, {0, 2}, keepdim);
        run(dtype, {3, 5, 4}, form, {2, 1}, keepdim);
        run(dtype, {3, 5, 4}, form, {}, keepdim);
      }
    }
  }
}

TEST_P(Reduction, TakesAnySize) {
  for (const DType dtype : GetParam().dtypes) {
    run(dtype, {}, Form::contiguous, {}, false);
    run(dtype, {1}, Form::contiguous, {0}, false);
    run(dtype, {0, 3}, Form::contiguous, {1}, false);
    for (const int64_t size : {31, 32, 33, 4095, 4096, 4097, 20001}) {
      run(dtype, {size}, Form::contiguous, {0}, false);
      run(dtype, {2, size}, Form::contiguous, {1}, true);
      run(dtype, {size, 3}, Form::contiguous, {0}, false);
    }
  }
}

TEST_P(Reduction, NoElements) {
  for (const DType dtype : GetParam().dtypes) {
    const Tensor none = zeros({2, 0}, dtype);
    if (GetParam().has_empty) {
      EXPECT_EQ(read(GetParam().apply(none, {1}, false)), std::vector<double>(2, GetParam().empty));
    } else {
      EXPECT_THROW(GetParam().apply(none, {1}, false), ValueError);
    }
  }
}

TEST_P(Reduction, ANanWins) {
  if (GetParam().is_product) GTEST_SKIP() << "products of huge and tiny elements hang on the order";
  for (const DType dtype : GetParam().dtypes) {
    run(dtype, {30, 6}, Form::contiguous, {1}, false, true);
    run(dtype, {6, 30}, Form::contiguous, {0}, false, true);
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, Reduction, testing::ValuesIn(reduction_cases()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace lazuli::operator_tests
