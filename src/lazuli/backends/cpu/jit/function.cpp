#include "lazuli/backends/cpu/jit/function.h"

#include <algorithm>
#include <cstddef>

#include "lazuli/base/check.h"
#include "lazuli/kernel/arguments.h"

namespace lazuli::jit {

using kernel::Access;
using kernel::AccessArguments;
using kernel::Arguments;
using kernel::Block;
using kernel::Instruction;
using kernel::Level;
using kernel::Primitive;
using kernel::Step;
using kernel::Type;
using kernel::ValueId;
using Xbyak::Reg64;
using Xbyak::util::eax;
using Xbyak::util::ecx;
using Xbyak::util::edi;
using Xbyak::util::qword;
using Xbyak::util::r12;
using Xbyak::util::r13;
using Xbyak::util::r14;
using Xbyak::util::r15;
using Xbyak::util::rax;
using Xbyak::util::rbp;
using Xbyak::util::rbx;
using Xbyak::util::rdi;
using Xbyak::util::rsi;
using Xbyak::util::rsp;

namespace {

constexpr auto kNear = Xbyak::CodeGenerator::T_NEAR;
// Of scratch that a strip should take: to stay in L1, and to read long runs of what lies in memory.
constexpr int kNearStripBytes = 34 << 10;
constexpr int kFarStripBytes = 128 << 10;

size_t constant_bytes(const kernel::Kernel& kernel, bool are_vectors) {
  const auto count = static_cast<size_t>(
      std::count_if(kernel.code.begin(), kernel.code.end(), [](const Instruction& instruction) {
        return instruction.primitive == Primitive::constant ||
               instruction.primitive == Primitive::reduce;
      }));
  return 768 + count * (are_vectors ? 32 : 8);
}

}  // namespace

Function::Function(const kernel::Kernel& kernel, InstructionSet set, uint8_t* buffer, size_t size)
    : kernel_(kernel),
      buffer_(buffer),
      code_(size, buffer),
      registers_(set == InstructionSet::avx512 ? 32 : 16),
      set_(set == InstructionSet::avx512 ? make_avx512(code_, registers_, frame_)
                                         : make_avx2(code_, registers_, frame_)),
      constants_(buffer, buffer + std::min(size, constant_bytes(kernel, set_->lanes() == 8)),
                 set_->lanes() == 8 ? 32 : 0),
      machine_{code_, registers_, frame_, *set_, kernel, {}, {}, -1, -1, -1, -1},
      vector_count_(set == InstructionSet::avx512 ? 32 : 16) {}

Xbyak::Address Function::argument(size_t offset) const {
  return qword[kArguments + static_cast<int>(offset)];
}

Xbyak::Address Function::access_argument(const Reg64& accesses, size_t access,
                                         size_t offset) const {
  return qword[accesses + static_cast<int>(access * sizeof(AccessArguments) + offset)];
}

Xbyak::Address Function::word(int32_t slot) const {
  LZ_ASSERT(slot >= 0, "jit: a place on the stack is used before it is taken");
  return qword[frame_.at(slot)];
}

void Function::emit() {
  set_->add_constants(constants_, std::any_of(kernel_.code.begin(), kernel_.code.end(),
                                              [](const Instruction& instruction) {
                                                return instruction.type == Type::f64;
                                              }));
  loops_ = kernel_.loop_count();
  groups_rows_ = waits_for_folds();
  find_homes();
  entry_ = (static_cast<size_t>(constants_.end() - buffer_) + 63) / 64 * 64;
  code_.setSize(entry_);

  machine_.remaining = frame_.take_word();
  machine_.lane_count = frame_.take_word();
  machine_.stage_in = frame_.take_vector(set_->lanes() * 8);
  machine_.stage_out = frame_.take_vector(set_->lanes() * 8);
  for (int32_t* slot : {&stack_, &rows_left_, &row_, &chunk_, &chunk_end_, &chunks_}) {
    *slot = frame_.take_word();
  }
  emit_prologue();
  Label exit;
  code_.cmp(argument(offsetof(Arguments, rows)), 0);
  code_.jle(exit, kNear);
  code_.cmp(argument(offsetof(Arguments, columns)), 0);
  code_.jle(exit, kNear);
  set_up_accesses();
  emit_once();
  if (groups_rows()) {
    emit_groups();
  } else {
    in_rows() ? emit_rows() : emit_strips();
  }
  code_.L(exit);
  emit_epilogue();
}

// --- values that outlive their block ------------------------------------------------------------

void Function::find_homes() {
  const size_t size = kernel_.code.size();
  homes_.resize(size);
  order_.assign(size, 0);
  places_.assign(size, -1);
  std::vector<Level> levels(size);
  std::vector<bool> needed(size, false);
  for (const Block& block : kernel_.blocks) {
    size_t folds = 0;
    for (uint32_t i = block.first; i < block.last; ++i) {
      const Instruction& instruction = kernel_.code[i];
      levels[i] = block.level;
      for (const ValueId operand : instruction.operands) {
        if (operand == kernel::kNoValue) break;
        if (static_cast<uint32_t>(operand) < block.first) needed[operand] = true;
      }
      if (instruction.primitive != Primitive::reduce) continue;
      needed[i] = true;
      levels[i] = Level::point;
      order_[i] = reductions_++;
      ++folds;
    }
    most_folds_ = std::max(most_folds_, folds);
  }
  if (!in_rows()) {
    int64_t bytes = static_cast<int64_t>(most_folds_) * 128;
    for (size_t i = 0; i < size; ++i) {
      if (needed[i] && levels[i] == Level::point) bytes += 8;
    }
    bytes = std::max<int64_t>(bytes, 1);
    near_strip_ = static_cast<int>(std::clamp<int64_t>(kNearStripBytes / bytes / 64 * 64, 64, 512));
    strip_ = near_strip_;
    // Of several loops, all but the first should find in a cache what they read.
    if (has_phases()) {
      strip_ = static_cast<int>(
          std::clamp<int64_t>(kFarStripBytes / bytes / 64 * 64, near_strip_, 1024));
    }
  }
  for (size_t i = 0; i < size; ++i) {
    const Instruction& instruction = kernel_.code[i];
    const bool reduces = instruction.primitive == Primitive::reduce;
    if (reduces || instruction.primitive == Primitive::constant) {
      const auto combine = static_cast<kernel::Combine>(instruction.index);
      uint64_t bits = reduces ? identity_of(combine, instruction.type) : instruction.bits;
      if (instruction.type == Type::mask && bits != 0) bits = 0xffffffffu;
      const Constants::Entry entry = constants_.add(bits, lane_bytes(instruction.type));
      if (reduces) {
        identities_.push_back(entry);
      } else {
        homes_[i] = {Home::Kind::constant, 0, entry};
      }
    }
    if (instruction.primitive != Primitive::constant && needed[i]) {
      place_home(static_cast<ValueId>(i), levels[i]);
    }
  }
  lanes_area_ = columns_end_;
  chunks_area_ = lanes_area_ + static_cast<int32_t>(most_folds_) * 128 * strip_;
  scratch_.fixed = chunks_area_;
  scratch_.per_chunk = static_cast<int64_t>(most_folds_) * (in_rows() ? 64 : strip_ * 8);
}

void Function::place_home(ValueId value, Level level) {
  if (level == Level::once || in_rows()) {
    const bool is_of_row = level != Level::once && groups_rows();
    homes_[value] = {
        Home::Kind::frame,
        is_of_row ? frame_.take_row_vector(set_->bytes()) : frame_.take_vector(set_->bytes()),
        nullptr};
    return;
  }
  homes_[value] = {Home::Kind::column, columns_end_, nullptr};
  columns_end_ += strip_ * lane_bytes(kernel_.code[value].type);
}

void Function::add_folds(const Block& block) {
  machine_.folds.clear();
  for (uint32_t i = block.first; i < block.last; ++i) {
    const Instruction& instruction = kernel_.code[i];
    if (instruction.primitive != Primitive::reduce) continue;
    Fold fold;
    fold.value = static_cast<ValueId>(i);
    fold.type = instruction.type;
    fold.combine = static_cast<kernel::Combine>(instruction.index);
    fold.identity = identities_[order_[i]];
    if (!in_rows()) {
      fold.area = lanes_area_ + static_cast<int32_t>(machine_.folds.size()) * 128 * strip_;
    }
    machine_.folds.push_back(fold);
  }
}

// --- the function's frame -----------------------------------------------------------------------

void Function::emit_prologue() {
  for (const Reg64& saved : {rbx, rbp, r12, r13, r14, r15}) code_.push(saved);
  code_.mov(rax, rsp);
  code_.and_(rsp, -64);
  code_.sub(rsp, 0x7fffffff);  // the frame's size, known at the end
  frame_patch_ = code_.getSize() - 4;
  code_.mov(kArguments, rdi);
  code_.mov(word(stack_), rax);
}

void Function::emit_epilogue() {
  if (kernel_.streaming) code_.sfence();
  code_.mov(rsp, word(stack_));
  for (const Reg64& saved : {r15, r14, r13, r12, rbp, rbx}) code_.pop(saved);
  code_.vzeroupper();
  code_.ret();
  const int32_t bytes = frame_.bytes();
  std::memcpy(buffer_ + frame_patch_, &bytes, 4);
}

void Function::set_up_accesses() {
  const size_t count = kernel_.accesses.size();
  std::vector<uint8_t> gathers(count, 0), walks(count, 0);
  for (const Block& block : kernel_.blocks) {
    const bool is_uniform = in_rows() && block.level != Level::loop;
    for (uint32_t i = block.first; i < block.last; ++i) {
      const Instruction& instruction = kernel_.code[i];
      if (instruction.primitive != Primitive::load) continue;
      if (instruction.operands[0] != kernel::kNoValue) gathers[instruction.index] = 1;
      if (!is_uniform) walks[instruction.index] = 1;
    }
  }
  machine_.accesses.resize(count);
  const bool has_rows_apart = !in_rows() || groups_rows();
  if (has_rows_apart) row_pointers_.resize(count);
  if (!in_rows()) strip_pointers_.resize(count);
  code_.mov(rdi, argument(offsetof(Arguments, accesses)));
  const auto copy = [&](int32_t& slot, size_t access, size_t offset) {
    slot = frame_.take_word();
    code_.mov(rax, access_argument(rdi, access, offset));
    code_.mov(word(slot), rax);
  };
  for (size_t a = 0; a < count; ++a) {
    const Access& access = kernel_.accesses[a];
    AccessPlace& place = machine_.accesses[a];
    copy(has_rows_apart ? row_pointers_[a] : place.pointer, a, offsetof(AccessArguments, base));
    if (groups_rows()) place.pointer = frame_.take_row_word();
    if (!in_rows()) {
      place.pointer = frame_.take_word();
      strip_pointers_[a] = frame_.take_word();
    }
    const bool is_ramp = access.kind == Access::Kind::ramp;
    if (access.step == Step::none) {
      place.column_stride = frame_.take_word();
      code_.mov(word(place.column_stride), 0);
    } else if (is_ramp || is_strided(access.step)) {
      copy(place.column_stride, a, offsetof(AccessArguments, column_stride));
    }
    if (gathers[a]) {
      copy(place.index_stride, a, offsetof(AccessArguments, index_stride));
      copy(place.extent, a, offsetof(AccessArguments, index_extent));
    }
  }
  for (size_t a = 0; a < count; ++a) {
    const bool is_ramp = kernel_.accesses[a].kind == Access::Kind::ramp;
    const bool is_vector = gathers[a] && kernel_.accesses[a].step != Step::none;
    if (walks[a] && (is_ramp || is_vector)) set_up_lanes(a);
  }
}

// lane * column_stride, of a ramp or a gather.
void Function::set_up_lanes(size_t access) {
  AccessPlace& place = machine_.accesses[access];
  place.lanes = frame_.take_vector(set_->lanes() * 8);
  Label next;
  code_.xor_(eax, eax);
  code_.xor_(edi, edi);
  place.column_stride >= 0 ? code_.mov(rsi, word(place.column_stride))
                           : code_.mov(rsi, size_of(kernel_.accesses[access].dtype));
  code_.L(next);
  code_.mov(qword[rsp + rdi * 8 + place.lanes], rax);
  code_.add(rax, rsi);
  code_.inc(edi);
  code_.cmp(edi, set_->lanes());
  code_.jne(next);
}

// --- blocks -------------------------------------------------------------------------------------

void Function::emit_once() {
  const Block& block = kernel_.blocks[0];
  const LoweredBlock lowered = lower(kernel_, block, homes_, *set_, true, places_);
  if (lowered.operations.empty()) return;
  Body body(machine_, lowered);
  Shape shape;
  shape.is_uniform = true;
  body.emit(shape);
}

void Function::count_chunks() {
  code_.mov(rax, argument(offsetof(Arguments, columns)));
  code_.add(rax, kernel::kChunk - 1);
  code_.shr(rax, 12);
  code_.mov(word(chunks_), rax);
}

void Function::emit_rows() {
  if (reductions_ > 0) count_chunks();
  code_.mov(rax, argument(offsetof(Arguments, rows)));
  code_.mov(word(rows_left_), rax);
  code_.mov(word(row_), 0);
  Label next_row;
  Label end_of_row;
  code_.L(next_row);
  for (size_t i = 1; i < kernel_.blocks.size(); ++i) {
    const Block& block = kernel_.blocks[i];
    block.level == Level::point ? emit_point(block, i == 1) : emit_loop(block, end_of_row);
  }
  code_.L(end_of_row);
  code_.mov(rdi, argument(offsetof(Arguments, accesses)));
  for (size_t a = 0; a < kernel_.accesses.size(); ++a) {
    code_.mov(rax, access_argument(rdi, a, offsetof(AccessArguments, row_stride)));
    code_.add(word(machine_.accesses[a].pointer), rax);
  }
  code_.inc(word(row_));
  code_.dec(word(rows_left_));
  code_.jnz(next_row, kNear);
}

void Function::emit_point(const Block& block, bool is_first) {
  if (block.first == block.last) return;
  const LoweredBlock lowered = lower(kernel_, block, homes_, *set_, in_rows(), places_);
  if (lowered.operations.empty()) return;
  Body body(machine_, lowered);
  Shape shape;
  shape.guards_stores = is_first && has_phases();
  if (in_rows()) {
    shape.is_uniform = true;
    return body.emit(shape);
  }
  for (size_t a = 0; a < machine_.accesses.size(); ++a) {
    std::swap(machine_.accesses[a].pointer, strip_pointers_[a]);
  }
  shape.copies = choose_copies(lowered, 0);
  body.pin(pins(lowered, shape.copies, 0));
  assign_pointers(block);
  code_.xor_(ecx, ecx);
  code_.mov(kLimit, word(strip_size_));
  emit_columns(body, block, shape);
  release_pointers();
  body.unpin();
  for (size_t a = 0; a < machine_.accesses.size(); ++a) {
    std::swap(machine_.accesses[a].pointer, strip_pointers_[a]);
  }
}

void Function::emit_loop(const Block& block, Label& end_of_point) {
  add_folds(block);
  in_rows() ? emit_row_loop(block, end_of_point) : emit_depth_loop(block, end_of_point);
}

}  // namespace lazuli::jit
