// Passes of a body over columns: as many vectors at a time as registers allow, then the tail.
#include <algorithm>
#include <cstddef>

#include "lazuli/backends/cpu/jit/function.h"
#include "lazuli/base/check.h"
#include "lazuli/kernel/arguments.h"

namespace lazuli::jit {

using kernel::Access;
using kernel::Block;
using kernel::Instruction;
using kernel::Primitive;
using kernel::Step;
using Xbyak::Reg64;
using Xbyak::util::al;
using Xbyak::util::eax;
using Xbyak::util::rax;

namespace {

constexpr auto kNear = Xbyak::CodeGenerator::T_NEAR;
constexpr int kFreeRegisters = 3;  // left to temporaries when others are pinned
constexpr int kLongBlock = 512;    // operations; longer ones are interleaved less
constexpr int kShortBlock = 24;    // likewise, whose folds are worth taking rows together
constexpr int kMostLines = 4;
constexpr int kRowsPointers = 9;  // general registers, in Form::rows
constexpr int kColumnsPointers = 6;
constexpr int kAhead = 4096;  // bytes between what is read and what is asked for

}  // namespace

// As many interleaved vectors as registers allow beside those that are reserved.
int Function::choose_copies(const LoweredBlock& block, int reserved) const {
  const int available = vector_count_ - reserved - kFreeRegisters;
  // What goes element by element gains nothing from more.
  const bool is_long = block.size() > kLongBlock ||
                       std::any_of(block.operations.begin(), block.operations.end(),
                                   [this](const Operation& operation) {
                                     return (operation.kind == Operation::Kind::load ||
                                             operation.kind == Operation::Kind::store) &&
                                            is_strided(kernel_.accesses[operation.index].step);
                                   });
  const int most = is_long ? 2 : 4;
  for (int copies = most; copies > 1; copies /= 2) {
    if (copies * block.pressure <= available) return copies;
  }
  return 1;
}

int Function::pins(const LoweredBlock& block, int copies, int reserved) const {
  const int needed = std::max(kFreeRegisters + copies * block.pressure, kBodyRegisters);
  return std::max(0, vector_count_ - reserved - needed);
}

// How many rows that fold into one lane go at a time: few loads and stores of the lane are left.
// Longer blocks hide them.
int Function::choose_lines(const Block& block, const LoweredBlock& lowered) const {
  const auto is_first_wide = [this](const Fold& fold) {
    return lane_bytes(fold.type) == lane_bytes(machine_.folds[0].type);
  };
  if (lowered.size() > kShortBlock || machine_.folds.empty() ||
      !std::all_of(machine_.folds.begin(), machine_.folds.end(), is_first_wide)) {
    return 1;
  }
  const std::vector<PointerUse> uses = pointer_uses(block);
  if (std::count(uses.begin(), uses.end(), PointerUse::indirect) > 0) return 1;
  const auto pointers = std::count(uses.begin(), uses.end(), PointerUse::direct);
  for (int lines = kMostLines; lines > 1; lines /= 2) {
    if (lines * pointers <= kColumnsPointers &&
        lines * lowered.pressure + kBodyRegisters <= vector_count_) {
      return lines;
    }
  }
  return 1;
}

std::vector<Function::PointerUse> Function::pointer_uses(const Block& block) const {
  std::vector<PointerUse> uses(kernel_.accesses.size(), PointerUse::none);
  for (uint32_t i = block.first; i < block.last; ++i) {
    const Instruction& instruction = kernel_.code[i];
    const bool is_load = instruction.primitive == Primitive::load;
    if (!is_load && instruction.primitive != Primitive::store) continue;
    const Access& access = kernel_.accesses[instruction.index];
    const bool is_direct = access.kind == Access::Kind::buffer &&
                           (access.step == Step::unit || (access.step == Step::none && is_load)) &&
                           !(is_load && instruction.operands[0] != kernel::kNoValue);
    PointerUse& use = uses[instruction.index];
    if (!is_direct) use = PointerUse::indirect;
    if (use == PointerUse::none) use = PointerUse::direct;
  }
  return uses;
}

// Gives general registers to the pointers of a loop, those of neighbouring elements and repeated
// ones; the rest stay on the stack, and so do those that some instruction takes from there. With
// several lines there is a register for each.
void Function::assign_pointers(const Block& block, int lines) {
  static const int kFree[] = {11, 12, 13, 14, 15, 5, 8, 9, 10};
  const int count = !in_rows() ? kColumnsPointers : kRowsPointers - groups_rows();
  const std::vector<PointerUse> uses = pointer_uses(block);
  int next = 0;
  for (size_t a = 0; a < uses.size() && next < count; ++a) {
    if (uses[a] != PointerUse::direct) continue;
    AccessPlace& place = machine_.accesses[a];
    place.gpr = kFree[next++];
    code_.mov(Reg64(place.gpr), word(place.pointer));
    for (int line = 1; line < lines; ++line) place.below[line - 1] = kFree[next++];
  }
}

void Function::release_pointers() {
  for (AccessPlace& place : machine_.accesses) place.gpr = -1;
}

// Jumps where a store that bypasses the caches would not be aligned.
void Function::check_alignment(const Block& block, Label& is_odd) {
  bool is_first = true;
  for (uint32_t i = block.first; i < block.last; ++i) {
    const Instruction& instruction = kernel_.code[i];
    if (instruction.primitive != Primitive::store) continue;
    const Access& access = kernel_.accesses[instruction.index];
    if (access.step != Step::unit || size_of(access.dtype) == 1) continue;
    const AccessPlace& place = machine_.accesses[instruction.index];
    if (is_first) code_.xor_(eax, eax);
    is_first = false;
    place.gpr >= 0 ? code_.or_(rax, Reg64(place.gpr)) : code_.or_(rax, word(place.pointer));
  }
  if (is_first) return;
  code_.test(al, set_->bytes() - 1);
  code_.jnz(is_odd, kNear);
}

void Function::emit_columns(Body& body, const Block& block, Shape shape) {
  Label odd;
  const bool past_caches = kernel_.streaming;
  if (past_caches) check_alignment(block, odd);
  shape.past_caches = past_caches;
  const int neighbours = shape.is_down ? 1 : shape.copies;
  emit_blocks(body, shape, neighbours * set_->lanes());
  code_.L(odd);
  shape.past_caches = false;
  if (!shape.is_down) shape.copies = 1;
  if (neighbours > 1 || past_caches) emit_blocks(body, shape, set_->lanes());
  emit_tail(body, block, shape, set_->lanes());
}

// While `columns` more are left. What the loads of `prefetched` will read is asked for ahead.
void Function::emit_blocks(Body& body, const Shape& shape, int columns, const Block* prefetched) {
  Label next, done;
  code_.lea(rax, code_.ptr[kColumn + columns]);
  code_.cmp(rax, kLimit);
  code_.ja(done, kNear);
  code_.align(16);
  code_.L(next);
  Shape pass = shape;
  for (pass.first = 0; pass.first * set_->lanes() < columns; pass.first += pass.copies) {
    body.emit(pass);
  }
  if (prefetched) prefetch_ahead(*prefetched, columns);
  if (is_last_loop_) prefetch_next_group(columns);
  code_.add(kColumn, columns);
  code_.lea(rax, code_.ptr[kColumn + columns]);
  code_.cmp(rax, kLimit);
  code_.jbe(next, kNear);
  code_.L(done);
}

// Asks for what `columns` columns will read a while later. Processors do so by themselves, but not
// for loads under a mask, and not far enough for two threads that do little else but read.
void Function::prefetch_ahead(const Block& block, int columns) {
  std::vector<bool> seen(kernel_.accesses.size(), false);
  for (uint32_t i = 0; i < block.last; ++i) {
    const Instruction& instruction = kernel_.code[i];
    if (instruction.primitive != Primitive::load || seen[instruction.index]) continue;
    seen[instruction.index] = true;
    const Access& access = kernel_.accesses[instruction.index];
    const AccessPlace& place = machine_.accesses[instruction.index];
    const bool is_first_read = i >= block.first;
    if (!is_first_read || access.step != Step::unit || place.gpr < 0) continue;
    const int size = static_cast<int>(size_of(access.dtype));
    for (int at = 0; at < columns * size; at += 64) {
      code_.prefetcht0(code_.ptr[Reg64(place.gpr) + kColumn * size + (kAhead + at)]);
    }
  }
}

// The last columns, `columns` at a time, under masks.
void Function::emit_tail(Body& body, const Block& block, const Shape& shape, int columns) {
  Label next, done;
  code_.L(next);
  code_.mov(rax, kLimit);
  code_.sub(rax, kColumn);
  code_.jbe(done, kNear);
  code_.mov(word(machine_.remaining), rax);
  set_->set_active(columns / set_->lanes());
  prefetch_ahead(block, columns);
  if (is_last_loop_) prefetch_next_group(columns);
  Shape pass = shape;
  pass.is_masked = true;
  for (pass.first = 0; pass.first * set_->lanes() < columns; pass.first += pass.copies) {
    body.emit(pass);
  }
  code_.add(kColumn, columns);
  code_.jmp(next, kNear);
  code_.L(done);
}

}  // namespace lazuli::jit
