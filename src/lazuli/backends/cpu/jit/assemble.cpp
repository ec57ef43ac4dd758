#include "lazuli/backends/cpu/jit/assemble.h"

#include <xbyak/xbyak_util.h>

#include <cstdlib>
#include <memory>

#include "lazuli/backends/cpu/jit/code_memory.h"
#include "lazuli/backends/cpu/jit/function.h"
#include "lazuli/base/check.h"
#include "lazuli/base/env.h"

namespace lazuli::jit {
namespace {

constexpr size_t kFirstBuffer = 256 << 10;
constexpr size_t kLargestBuffer = size_t{1} << 30;
constexpr size_t kKeptBuffer = 1 << 20;

class AssembledProgram final : public kernel::Program {
 public:
  AssembledProgram(const Function& function, bool is_in_rows)
      : code_(std::span(function.begin(), function.size())),
        entry_(function.entry()),
        scratch_(function.scratch()),
        is_in_rows_(is_in_rows) {}

  int64_t scratch_bytes(int64_t, int64_t columns, int64_t depth) const override {
    const int64_t extent = is_in_rows_ ? columns : depth;
    return scratch_.fixed + scratch_.per_chunk * ((extent + kernel::kChunk - 1) / kernel::kChunk);
  }
  void run(const kernel::Arguments& arguments) const override {
    using Entry = void (*)(const kernel::Arguments*);
    reinterpret_cast<Entry>(reinterpret_cast<uintptr_t>(code_.data() + entry_))(&arguments);
  }
  int64_t code_bytes() const override { return static_cast<int64_t>(code_.capacity()); }

  const CodeBlock& code() const { return code_; }
  size_t entry() const { return entry_; }

 private:
  CodeBlock code_;
  size_t entry_;
  ScratchNeed scratch_;
  bool is_in_rows_;
};

// Where a thread assembles; kept between kernels unless one was huge.
class Buffer {
 public:
  uint8_t* data() const { return data_.get(); }
  size_t size() const { return size_; }
  void resize(size_t size) {
    if (size == size_) return;
    data_.reset(static_cast<uint8_t*>(std::aligned_alloc(4096, size)));
    size_ = data_ ? size : 0;
    LZ_CHECK(data_, DeviceError, "cpu: no memory to assemble a kernel in");
  }

 private:
  struct Free {
    void operator()(uint8_t* memory) const { std::free(memory); }
  };
  std::unique_ptr<uint8_t, Free> data_;
  size_t size_ = 0;
};

std::unique_ptr<kernel::Program> assemble_into(Buffer& buffer, const kernel::Kernel& kernel,
                                               InstructionSet set) {
  try {
    Function function(kernel, set, buffer.data(), buffer.size());
    function.emit();
    return std::make_unique<AssembledProgram>(function, kernel.form == kernel::Form::rows);
  } catch (const Xbyak::Error& error) {
    if (static_cast<int>(error) == Xbyak::ERR_CODE_IS_TOO_BIG) return nullptr;
    throw InternalError(format("jit: {}", error.what()));
  }
}

struct Processor {
  bool has_avx2 = false;
  bool has_avx512 = false;
};

const Processor& processor() {
  static const Processor instance = [] {
    using Xbyak::util::Cpu;
    const Cpu cpu;
    Processor result;
    result.has_avx2 =
        cpu.has(Cpu::tAVX2) && cpu.has(Cpu::tFMA) && cpu.has(Cpu::tF16C) && cpu.has(Cpu::tBMI2);
    result.has_avx512 = result.has_avx2 && cpu.has(Cpu::tAVX512F) && cpu.has(Cpu::tAVX512BW) &&
                        cpu.has(Cpu::tAVX512DQ) && cpu.has(Cpu::tAVX512VL);
    return result;
  }();
  return instance;
}

}  // namespace

bool supports(InstructionSet set) {
  switch (set) {
    case InstructionSet::avx512:
      return processor().has_avx512;
    case InstructionSet::avx2:
      return processor().has_avx2;
    default:
      return true;
  }
}

InstructionSet available() {
  const env::Processor allowed = env::cpu();
  if (allowed == env::Processor::portable) return InstructionSet::none;
  if (allowed != env::Processor::avx2 && supports(InstructionSet::avx512)) {
    return InstructionSet::avx512;
  }
  return supports(InstructionSet::avx2) ? InstructionSet::avx2 : InstructionSet::none;
}

std::unique_ptr<kernel::Program> assemble(const kernel::Kernel& kernel, InstructionSet set) {
  LZ_ASSERT(set != InstructionSet::none && supports(set), "jit: no such instruction set here");
  kernel::verify(kernel);
  thread_local Buffer buffer;
  if (buffer.size() == 0) buffer.resize(kFirstBuffer);
  for (;;) {
    std::unique_ptr<kernel::Program> program = assemble_into(buffer, kernel, set);
    if (program) {
      if (buffer.size() > kKeptBuffer) buffer.resize(kFirstBuffer);
      return program;
    }
    LZ_CHECK(buffer.size() < kLargestBuffer, DeviceError, "cpu: a kernel's code is too long");
    buffer.resize(buffer.size() * 4);
  }
}

std::string disassembly(const kernel::Program& program) {
  const auto& assembled = dynamic_cast<const AssembledProgram&>(program);
  const CodeBlock& code = assembled.code();
  std::string text = format("{} bytes, entry at {:#x}\n", code.size(), assembled.entry());
  constexpr size_t kLine = 16;
  for (size_t i = 0; i < code.size(); i += kLine) {
    text += format("{:6x}:", i);
    for (size_t j = i; j < std::min(i + kLine, code.size()); ++j) {
      text += format(" {:02x}", code.data()[j]);
    }
    text += '\n';
  }
  return text;
}

}  // namespace lazuli::jit
