#include "lazuli/functions/tensor.h"

#include "lazuli/autograd/mode.h"
#include "lazuli/exec/executor.h"
#include "lazuli/functions/check.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/functions/record.h"
#include "lazuli/tensor/variable.h"

namespace lazuli {

using tensor::Variable;

Tensor::Tensor() = default;
Tensor::Tensor(Ref<Variable> variable) : variable_(std::move(variable)) {}
Tensor::Tensor(const Tensor&) = default;
Tensor::Tensor(Tensor&&) noexcept = default;
Tensor& Tensor::operator=(const Tensor&) = default;
Tensor& Tensor::operator=(Tensor&&) noexcept = default;
Tensor::~Tensor() = default;

namespace {

const Variable& checked(const Ref<Variable>& variable) {
  LZ_CHECK(variable, ValueError, "need a tensor; got an undefined one");
  return *variable;
}

}  // namespace

DType Tensor::dtype() const { return checked(variable_).type().dtype; }
const Shape& Tensor::sizes() const { return checked(variable_).type().shape; }
int64_t Tensor::dim() const { return sizes().rank(); }
int64_t Tensor::numel() const { return sizes().product(); }

int64_t Tensor::size(int64_t dim, At at) const {
  const Shape& shape = sizes();
  LZ_CHECK_AT(shape.rank() > 0, IndexError, at, "size: need a dimension; got a tensor without");
  return shape[wrap_dim("size", dim, shape.rank(), at)];
}

Dims Tensor::strides() const { return checked(variable_).layout().strides; }
bool Tensor::is_contiguous() const { return lazuli::is_contiguous(checked(variable_).layout()); }
bool Tensor::is_view() const { return checked(variable_).is_view(); }
uint32_t Tensor::version() const { return checked(variable_).version(); }

Tensor Tensor::operator[](Index index) const {
  return lazuli::select(*this, 0, index.value, index.at);
}

void eval() { exec::eval(); }
void manual_seed(uint64_t seed) { exec::manual_seed(seed); }

NoGradGuard::NoGradGuard() : before_(autograd::detail::is_recording) {
  autograd::detail::is_recording = false;
}
NoGradGuard::~NoGradGuard() { autograd::detail::is_recording = before_; }

}  // namespace lazuli
