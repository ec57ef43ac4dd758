// Random tensors. Each takes its range of the generator's counter when it is recorded, so that what
// it draws depends on the calls before it alone.
#include <cmath>

#include "lazuli/autograd/mode.h"
#include "lazuli/exec/executor.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/recording.h"

namespace lazuli {

using op::OpKind;

namespace {

// The seed, and a range of so many blocks of four words.
void record_range(Record& record, int64_t blocks) {
  record.number(static_cast<int64_t>(exec::random_seed()), kInt64);
  record.number(static_cast<int64_t>(exec::take_random(blocks)), kInt64);
}

bool holds(DType dtype, int64_t number) {
  return Scalar(number).held_as(dtype).to_int64() == number;
}

// Blocks for numbers of two words each.
int64_t blocks_of_pairs(int64_t count) { return (count + 1) / 2; }

Tensor record_randint(const char* op, int64_t low, int64_t high, const Shape& size, DType dtype,
                      At at) {
  check_sizes(op, size, at);
  LZ_CHECK_AT(low < high, ValueError, at, "{}: need low below high; got {} and {}", op, low, high);
  const bool fits = is_floating(dtype) || (holds(dtype, low) && holds(dtype, high - 1));
  LZ_CHECK_AT(fits, ValueError, at, "{}: need numbers that {} holds; got {} to {}", op,
              name_of(dtype), low, high - 1);
  Record record(OpKind::randint, at);
  record_range(record, blocks_of_pairs(size.product()));
  record.number(low, kInt64);
  record.number(high, kInt64);
  record.attribute(static_cast<int64_t>(dtype));
  record.sizes(size.span());
  return record.run();
}

// In [0, 1), as fine as the dtype's numbers are worked out.
Tensor fractions(const Shape& size, DType dtype, At at) {
  return rand(size, dtype == kFloat64 ? kFloat64 : kFloat32, at);
}

// True with the probability p, number or tensor.
template <typename Probability>
Tensor draws(const Shape& size, DType dtype, const Probability& p, At at) {
  return lt(fractions(size, dtype, at), p, at);
}

void check_probability(const char* op, double p, At at) {
  LZ_CHECK_AT(p >= 0 && p <= 1, ValueError, at, "{}: need p from 0 to 1; got {}", op, p);
}

void check_deviation(const char* op, double std, At at) {
  LZ_CHECK_AT(std >= 0, ValueError, at, "{}: need std of at least 0; got {}", op, std);
}

}  // namespace

Tensor rand(const Shape& size, std::optional<DType> dtype, At at) {
  check_sizes("rand", size, at);
  const DType result = dtype.value_or(kFloat32);
  LZ_CHECK_AT(is_floating(result), TypeError, at, "rand: need float; got {}", name_of(result));
  const int64_t numbers_in_block = result == kFloat64 ? 2 : 4;
  Record record(OpKind::rand, at);
  record_range(record, (size.product() + numbers_in_block - 1) / numbers_in_block);
  record.attribute(static_cast<int64_t>(result));
  record.sizes(size.span());
  return record.run();
}

Tensor rand_like(const Tensor& self, std::optional<DType> dtype, At at) {
  check_defined("rand_like", "self", self, at);
  return rand(self.sizes(), dtype.value_or(self.dtype()), at);
}

Tensor randn_like(const Tensor& self, std::optional<DType> dtype, At at) {
  check_defined("randn_like", "self", self, at);
  return randn(self.sizes(), dtype.value_or(self.dtype()), at);
}

Tensor randint(int64_t high, const Shape& size, std::optional<DType> dtype, At at) {
  return randint(0, high, size, dtype, at);
}
Tensor randint(int64_t low, int64_t high, const Shape& size, std::optional<DType> dtype, At at) {
  return record_randint("randint", low, high, size, dtype.value_or(kInt64), at);
}
Tensor randint_like(const Tensor& self, int64_t high, std::optional<DType> dtype, At at) {
  return randint_like(self, 0, high, dtype, at);
}
Tensor randint_like(const Tensor& self, int64_t low, int64_t high, std::optional<DType> dtype,
                    At at) {
  check_defined("randint_like", "self", self, at);
  return record_randint("randint_like", low, high, self.sizes(), dtype.value_or(self.dtype()), at);
}

Tensor randperm(int64_t n, std::optional<DType> dtype, At at) {
  const DType result = dtype.value_or(kInt64);
  LZ_CHECK_AT(n >= 0, ValueError, at, "randperm: need n of at least 0; got {}", n);
  LZ_CHECK_AT(n == 0 || is_floating(result) || holds(result, n - 1), ValueError, at,
              "randperm: need numbers that {} holds; got 0 to {}", name_of(result), n - 1);
  Record record(OpKind::randperm, at);
  record_range(record, blocks_of_pairs(n));
  record.size(n);
  return to(record.run(), result, at);
}

Tensor multinomial(const Tensor& self, int64_t num_samples, bool replacement, At at) {
  check_defined("multinomial", "self", self, at);
  check_floating("multinomial", "self", self, at);
  const Shape& shape = self.sizes();
  LZ_CHECK_AT(shape.rank() == 1 || shape.rank() == 2, ValueError, at,
              "multinomial: need weights in one or two dimensions; got {}",
              to_string(self.variable().type()));
  LZ_CHECK_AT(shape.back() > 0, ValueError, at, "multinomial: need at least one weight; got {}",
              to_string(self.variable().type()));
  LZ_CHECK_AT(num_samples > 0 && (replacement || num_samples <= shape.back()), ValueError, at,
              "multinomial: need num_samples from 1 on, without replacement to {}; got {}",
              shape.back(), num_samples);
  const int64_t rows = shape.rank() == 2 ? shape[0] : 1;
  Record record(OpKind::multinomial, at);
  record.tensor(self);
  record_range(record, blocks_of_pairs(rows * num_samples));
  record.attribute(replacement);
  record.size(num_samples);
  return record.run();
}

Tensor bernoulli(const Tensor& self, At at) {
  check_defined("bernoulli", "self", self, at);
  check_floating("bernoulli", "self", self, at);
  const autograd::ModeGuard no_gradients(false);
  return to(draws(self.sizes(), self.dtype(), self, at), self.dtype(), at);
}
Tensor bernoulli(const Tensor& self, double p, At at) {
  check_defined("bernoulli", "self", self, at);
  check_probability("bernoulli", p, at);
  return to(draws(self.sizes(), kFloat64, p, at), self.dtype(), at);
}
const Tensor& Tensor::bernoulli_(const Tensor& p, At at) const {
  check_writable("bernoulli", *this, at);
  check_defined("bernoulli_", "p", p, at);
  check_floating("bernoulli_", "p", p, at);
  const autograd::ModeGuard no_gradients(false);
  write_result("bernoulli_", *this, lazuli::to(draws(sizes(), p.dtype(), p, at), dtype(), at), at);
  return *this;
}
const Tensor& Tensor::bernoulli_(double p, At at) const {
  check_writable("bernoulli", *this, at);
  check_probability("bernoulli_", p, at);
  write_result("bernoulli_", *this, lazuli::to(draws(sizes(), kFloat64, p, at), dtype(), at), at);
  return *this;
}

Tensor normal(const Tensor& mean, double std, At at) {
  check_defined("normal", "mean", mean, at);
  check_floating("normal", "mean", mean, at);
  check_deviation("normal", std, at);
  const autograd::ModeGuard no_gradients(false);
  return add(mean, randn(mean.sizes(), mean.dtype(), at), std, at);
}
Tensor normal(double mean, const Tensor& std, At at) {
  check_defined("normal", "std", std, at);
  check_floating("normal", "std", std, at);
  const autograd::ModeGuard no_gradients(false);
  return add(mul(randn(std.sizes(), std.dtype(), at), std, at), mean, 1, at);
}
Tensor normal(const Tensor& mean, const Tensor& std, At at) {
  for (const auto& [name, each] : {std::pair{"mean", &mean}, std::pair{"std", &std}}) {
    check_defined("normal", name, *each, at);
    check_floating("normal", name, *each, at);
  }
  Shape shape;
  try {
    shape = broadcast("normal", mean.sizes(), std.sizes());
  } catch (...) {
    rethrow_at(at);
  }
  const autograd::ModeGuard no_gradients(false);
  const DType dtype = promote(mean.dtype(), std.dtype());
  return add(mean, mul(randn(shape, dtype, at), std, at), 1, at);
}
Tensor normal(double mean, double std, const Shape& size, std::optional<DType> dtype, At at) {
  check_deviation("normal", std, at);
  return add(mul(randn(size, dtype, at), std, at), mean, 1, at);
}

const Tensor& Tensor::normal_(double mean, double std, At at) const {
  check_writable("normal", *this, at);
  check_floating("normal_", "self", *this, at);
  check_deviation("normal_", std, at);
  write_result("normal_", *this, lazuli::normal(mean, std, sizes(), dtype(), at), at);
  return *this;
}

const Tensor& Tensor::uniform_(double from, double to, At at) const {
  check_writable("uniform", *this, at);
  check_floating("uniform_", "self", *this, at);
  LZ_CHECK_AT(from <= to && std::isfinite(to - from), ValueError, at,
              "uniform_: need from at most to, both finite; got {} and {}", from, to);
  const Tensor drawn = lazuli::mul(fractions(sizes(), dtype(), at), to - from, at);
  write_result("uniform_", *this, lazuli::to(lazuli::add(drawn, from, 1, at), dtype(), at), at);
  return *this;
}

}  // namespace lazuli
