// Turns a kernel into machine code for x86-64, in tens of microseconds. xbyak stays behind this
// header.
#pragma once

#include <memory>
#include <string>

#include "lazuli/kernel/arguments.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::jit {

enum class InstructionSet { none, avx2, avx512 };

// The best set that this processor has, among those that LAZULI_CPU allows.
InstructionSet available();
// Whether the processor has it, whatever LAZULI_CPU says (none: always).
bool supports(InstructionSet set);

// Throws InternalError for a kernel that does not verify, DeviceError when the system gives no
// executable memory. `set` is avx2 or avx512 and supported.
std::unique_ptr<kernel::Program> assemble(const kernel::Kernel& kernel, InstructionSet set);

// The machine code of an assembled program as hexadecimal bytes with offsets, for LAZULI_PRINT=asm.
std::string disassembly(const kernel::Program& program);

}  // namespace lazuli::jit
