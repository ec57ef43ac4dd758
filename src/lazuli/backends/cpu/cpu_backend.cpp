#include "lazuli/backends/cpu/cpu_backend.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <utility>

#include "lazuli/backends/cpu/contract/multiply.h"
#include "lazuli/backends/cpu/jit/assemble.h"
#include "lazuli/backends/cpu/launch.h"
#include "lazuli/backends/cpu/library/library.h"
#include "lazuli/base/env.h"
#include "lazuli/interpret/interpret.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {
namespace {

using backend::CompiledKernel;
using backend::Instance;
using jit::InstructionSet;

constexpr int64_t kCopyTask = 512 * 1024;  // bytes; a few ten microseconds
constexpr double kInterpreterLanes = 4;    // its tiles go through memory between instructions

double lanes_of(InstructionSet set) {
  switch (set) {
    case InstructionSet::avx512:
      return 16;
    case InstructionSet::avx2:
      return 8;
    case InstructionSet::none:
      break;
  }
  return kInterpreterLanes;
}

// A kernel's program, over accesses that launches bring in order, and the interpreter's as the
// kernel is written, once somebody wants to compare.
class CpuKernel : public CompiledKernel {
 public:
  CpuKernel(const kernel::Kernel& kernel, InstructionSet set) : kernel_(kernel) {
    kernel::Kernel in_order = kernel;
    std::vector<OrderedAccess> ordered = put_in_order(in_order);
    program_ = set == InstructionSet::none ? interpret::make_program(in_order)
                                           : jit::assemble(in_order, set);
    work_ = {program_.get(), static_cast<int>(kernel.accesses.size()),
             traits_of(in_order, lanes_of(set), std::move(ordered))};
  }

  int64_t code_bytes() const override { return program_->code_bytes(); }
  const kernel::Program& program() const { return *program_; }
  const Work& work() const { return work_; }
  const Work& reference() const {
    std::call_once(reference_once_, [this] {
      reference_program_ = interpret::make_program(kernel_);
      reference_ = {reference_program_.get(), work_.accesses,
                    traits_of(kernel_, kInterpreterLanes)};
    });
    return reference_;
  }

 private:
  kernel::Kernel kernel_;
  std::unique_ptr<kernel::Program> program_;
  Work work_;
  mutable std::once_flag reference_once_;
  mutable std::unique_ptr<kernel::Program> reference_program_;
  mutable Work reference_;
};

const CpuKernel& cpu_kernel(const CompiledKernel& kernel) {
  return static_cast<const CpuKernel&>(kernel);
}

class CpuBackend : public backend::Backend {
 public:
  std::string_view name() const override { return "cpu"; }

  std::unique_ptr<CompiledKernel> compile(const kernel::Kernel& kernel) override {
    auto compiled = std::make_unique<CpuKernel>(kernel, set_);
    if (env::prints(env::kPrintAsm) && set_ != InstructionSet::none) {
      const std::string text = kernel::to_string(kernel) + jit::disassembly(compiled->program());
      std::fprintf(stderr, "%s\n", text.c_str());
    }
    return compiled;
  }
  void launch(const CompiledKernel& kernel, std::span<const Instance> instances,
              std::atomic<uint32_t>* fault) override {
    cpu::launch(cpu_kernel(kernel).work(), instances, fault);
  }
  void launch_reference(const CompiledKernel& kernel, std::span<const Instance> instances,
                        std::atomic<uint32_t>* fault) override {
    cpu::launch(cpu_kernel(kernel).reference(), instances, fault);
  }
  double estimate_seconds(const CompiledKernel& kernel,
                          std::span<const Instance> instances) const override {
    return cpu::estimate_seconds(cpu_kernel(kernel).work().traits, instances);
  }
  void multiply(const backend::MatrixProduct& product, const void* a, const void* b,
                void* result) override {
    cpu::multiply(product, a, b, result);
  }
  void call(const backend::LibraryCall& call) override { call_library(call); }
  void copy(void* target, const void* source, int64_t bytes) override {
    runtime::parallel_for((bytes + kCopyTask - 1) / kCopyTask, [&](int64_t task) {
      const int64_t first = task * kCopyTask;
      std::memcpy(static_cast<char*>(target) + first, static_cast<const char*>(source) + first,
                  static_cast<size_t>(std::min(kCopyTask, bytes - first)));
    });
  }

 private:
  InstructionSet set_ = jit::available();
};

}  // namespace

std::unique_ptr<backend::Backend> make_backend() { return std::make_unique<CpuBackend>(); }

}  // namespace lazuli::cpu
