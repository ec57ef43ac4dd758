#include "launched.h"

#include "lazuli/backends/cpu/cpu_backend.h"

namespace lazuli::fuzz {
namespace {

using namespace kernel;

class Launched final : public Program {
 public:
  explicit Launched(const Kernel& kernel)
      : backend_(cpu::make_backend()), compiled_(backend_->compile(kernel)) {}

  int64_t scratch_bytes(int64_t, int64_t, int64_t) const override { return 0; }
  int64_t code_bytes() const override { return compiled_->code_bytes(); }

  // A launch takes phases as it likes, so all of them happen at the last.
  void run(const Arguments& arguments) const override {
    if (arguments.phase == Phase::partial) return;
    backend::Instance instance;
    instance.rows = arguments.rows;
    instance.columns = arguments.columns;
    instance.depth = arguments.depth;
    instance.accesses = arguments.accesses;
    instance.numbers = arguments.numbers;
    backend_->launch(*compiled_, {&instance, 1}, arguments.fault);
  }

 private:
  std::unique_ptr<backend::Backend> backend_;
  std::unique_ptr<backend::CompiledKernel> compiled_;
};

}  // namespace

bool may_cut_columns(const Kernel& kernel) {
  if (kernel.form == Form::columns) return true;
  if (kernel.has_reduction()) return false;
  for (const Block& block : kernel.blocks) {
    if (block.level != Level::point) continue;
    for (uint32_t i = block.first; i < block.last; ++i) {
      const Instruction& code = kernel.code[i];
      if (code.primitive == Primitive::store) return false;
      const bool loads = code.primitive == Primitive::load;
      if (loads && kernel.accesses[code.index].step != Step::none) return false;
    }
  }
  return true;
}

bool may_launch(const Kernel& kernel) { return may_cut_columns(kernel) || kernel.has_reduction(); }

std::unique_ptr<Program> make_launched(const Kernel& kernel) {
  return std::make_unique<Launched>(kernel);
}

}  // namespace lazuli::fuzz
