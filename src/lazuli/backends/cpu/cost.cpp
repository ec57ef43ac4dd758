#include "lazuli/backends/cpu/cost.h"

#include "lazuli/kernel/evaluate.h"

namespace lazuli::cpu {
namespace {

using kernel::Instruction;
using kernel::Level;
using kernel::Primitive;
using kernel::Type;

constexpr double kRun = 20e-9;
constexpr double kVectorInstruction = 0.1e-9;
constexpr double kByte = 0.007e-9;     // moved within the caches
constexpr double kScattered = 0.8e-9;  // an element that lies alone
constexpr double kMoved = 0.2e-9;      // one that a launch brings in order

constexpr double kLongDivision = 4e-9;  // of two i64, an element at a time

double lanes_of(Type type, double lanes) { return kernel::size_of(type) == 8 ? lanes / 2 : lanes; }

// Seconds an element.
double seconds_of(const kernel::Kernel& kernel, const Instruction& code, double lanes) {
  const double plain = kVectorInstruction / lanes_of(code.type, lanes);
  switch (code.primitive) {
    case Primitive::load:
    case Primitive::store: {
      const kernel::Access& access = kernel.accesses[code.index];
      const bool is_gather =
          code.primitive == Primitive::load && code.operands[0] != kernel::kNoValue;
      if (access.kind == kernel::Access::Kind::ramp) return plain;
      if (is_gather || is_strided(access.step)) return kScattered;
      if (access.step == kernel::Step::none) return plain;
      const bool is_narrow = size_of(access.dtype) < 4;  // converted on the way
      return (is_narrow ? 3 : 1) * plain + kByte * static_cast<double>(size_of(access.dtype));
    }
    case Primitive::div:
    case Primitive::sqrt:
      return 8 * plain;
    case Primitive::quotient:
    case Primitive::remainder:
      return code.type == Type::i64 ? kLongDivision : 16 * plain;
    case Primitive::convert:
    case Primitive::round_to:
      return 2 * plain;
    default:
      return plain;
  }
}

}  // namespace

Cost cost_of(const kernel::Kernel& kernel, double lanes, size_t ordered) {
  Cost cost{kRun, 0, kMoved * static_cast<double>(ordered)};
  for (const kernel::Block& block : kernel.blocks) {
    for (uint32_t i = block.first; i < block.last; ++i) {
      const Instruction& code = kernel.code[i];
      switch (block.level) {
        case Level::once:
          cost.run += kVectorInstruction;
          break;
        case Level::point:
          // A row's own values take a whole instruction each; columns share theirs.
          cost.point += kernel.form == kernel::Form::rows ? kVectorInstruction
                                                          : seconds_of(kernel, code, lanes);
          break;
        case Level::loop:
          cost.element += seconds_of(kernel, code, lanes);
          break;
      }
    }
  }
  return cost;
}

}  // namespace lazuli::cpu
