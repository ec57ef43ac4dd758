// Operators that no kernel of the device has are worked out on the host, and counted; so is each
// call of a kernel.
#pragma once

#include <ATen/core/stack.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace c10 {
class OperatorHandle;
}

namespace lazuli::torch {

using Counts = std::map<std::string, uint64_t, std::less<>>;  // by operator: "aten::add.Tensor"

void count(std::string_view op);
Counts kernel_counts();
Counts fallback_counts();
void reset_counts();

// Whether the operator's kernel is to leave its work to the host.
// LAZULI_TORCH_FALLBACK=aten::mm,aten::add.Tensor names such operators from the start.
bool falls_back(std::string_view op);
void set_fallbacks(const std::vector<std::string>& ops);  // these and no others

// The boxed kernel of every operator that has none: copies the operands to the host, works there,
// copies the results back and what was written in place.
void fallback(const c10::OperatorHandle& op, ::torch::jit::Stack* stack);

}  // namespace lazuli::torch
