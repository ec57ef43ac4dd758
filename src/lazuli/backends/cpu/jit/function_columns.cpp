// Form::columns: strips of columns, narrow enough for what is kept of each column to stay in the
// first cache, and in each strip loops over the depth, which read memory in the order it lies in.
#include <algorithm>
#include <cstddef>

#include "lazuli/backends/cpu/jit/function.h"
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
using Xbyak::Reg64;
using Xbyak::util::ecx;
using Xbyak::util::rax;
using Xbyak::util::rcx;
using Xbyak::util::rdi;
using Xbyak::util::rdx;
using Xbyak::util::rsi;

namespace {

constexpr auto kNear = Xbyak::CodeGenerator::T_NEAR;
constexpr int kRowsAhead = 16;  // how far memory is asked for before it is read
constexpr int kFarShift = 19;   // a domain of fewer elements (log2) stays in the caches

}  // namespace

void Function::emit_strips() {
  for (int32_t* slot : {&strip_first_, &strip_width_, &strip_size_, &depth_left_, &present_,
                        &pitch4_, &pitch8_, &lanes_end_, &is_far_}) {
    *slot = frame_.take_word();
  }
  code_.mov(kScratch, argument(offsetof(Arguments, scratch)));
  code_.mov(rax, argument(offsetof(Arguments, depth)));
  code_.mov(rdi, rax);
  code_.imul(rdi, argument(offsetof(Arguments, columns)));
  code_.shr(rdi, kFarShift);
  code_.mov(word(is_far_), rdi);
  code_.mov(ecx, near_strip_);
  code_.mov(Xbyak::util::edx, strip_);
  code_.test(rdi, rdi);
  code_.cmovnz(rcx, rdx);
  code_.mov(word(strip_width_), rcx);
  code_.add(rax, kernel::kChunk - 1);
  code_.shr(rax, 12);
  code_.mov(word(chunks_), rax);
  code_.mov(rax, argument(offsetof(Arguments, rows)));
  code_.mov(word(rows_left_), rax);
  code_.mov(word(row_), 0);
  Label next_row, next_strip, end_of_strip;
  code_.L(next_row);
  code_.mov(word(strip_first_), 0);
  code_.L(next_strip);
  begin_strip();
  for (size_t i = 1; i < kernel_.blocks.size(); ++i) {
    const Block& block = kernel_.blocks[i];
    block.level == Level::point ? emit_point(block, i == 1) : emit_loop(block, end_of_strip);
  }
  code_.L(end_of_strip);
  code_.mov(rax, word(strip_first_));
  code_.add(rax, word(strip_width_));
  code_.mov(word(strip_first_), rax);
  code_.cmp(rax, argument(offsetof(Arguments, columns)));
  code_.jl(next_strip, kNear);
  code_.mov(rdi, argument(offsetof(Arguments, accesses)));
  for (size_t a = 0; a < kernel_.accesses.size(); ++a) {
    code_.mov(rax, access_argument(rdi, a, offsetof(AccessArguments, row_stride)));
    code_.add(word(row_pointers_[a]), rax);
  }
  code_.inc(word(row_));
  code_.dec(word(rows_left_));
  code_.jnz(next_row, kNear);
}

// The strip's width and pointers.
void Function::begin_strip() {
  code_.mov(rax, argument(offsetof(Arguments, columns)));
  code_.sub(rax, word(strip_first_));
  code_.mov(rdi, word(strip_width_));
  code_.cmp(rax, rdi);
  code_.cmovg(rax, rdi);
  code_.mov(word(strip_size_), rax);
  code_.add(rax, set_->lanes() - 1);
  code_.and_(rax, -set_->lanes());
  code_.shl(rax, 2);
  code_.mov(word(pitch4_), rax);
  code_.lea(rdi, code_.ptr[rax * 2]);
  code_.mov(word(pitch8_), rdi);
  code_.shl(rax, 5);  // 32 lanes of 4 bytes take what 16 of 8 do
  code_.add(rax, kScratch);
  code_.mov(word(lanes_end_), rax);
  for (size_t a = 0; a < kernel_.accesses.size(); ++a) {
    const Access& access = kernel_.accesses[a];
    code_.mov(rax, word(strip_first_));
    if (access.kind == Access::Kind::buffer && access.step == Step::unit) {
      code_.imul(rax, rax, static_cast<int>(size_of(access.dtype)));
    } else {
      code_.imul(rax, word(machine_.accesses[a].column_stride));
    }
    code_.add(rax, word(row_pointers_[a]));
    code_.mov(word(strip_pointers_[a]), rax);
  }
}

void Function::emit_depth_loop(const Block& block, Label& end_of_point) {
  const LoweredBlock lowered = lower(kernel_, block, homes_, *set_, false, places_);
  if (lowered.operations.empty()) return;
  Body body(machine_, lowered);
  Shape shape;
  Label finish, next, done;
  const bool folds = !machine_.folds.empty();
  if (folds) begin_chunks(finish);
  shape.copies = choose_copies(lowered, 0);
  const int lines = choose_lines(block, lowered);
  body.pin(pins(lowered, std::max(shape.copies, lines), 0));
  set_pointers(block, lines);
  if (!folds) {
    code_.mov(rax, argument(offsetof(Arguments, depth)));
    code_.mov(word(depth_left_), rax);
    code_.test(rax, rax);
    code_.jle(done, kNear);
    emit_depth(body, block, shape);
    code_.L(done);
    release_pointers();
    return body.unpin();
  }
  code_.L(next);
  code_.mov(rax, word(chunk_));
  code_.cmp(rax, word(chunk_end_));
  code_.jge(done, kNear);
  code_.shl(rax, 12);
  code_.neg(rax);
  code_.add(rax, argument(offsetof(Arguments, depth)));
  code_.mov(Xbyak::util::edi, kernel::kChunk);
  code_.cmp(rax, rdi);
  code_.cmovg(rax, rdi);
  code_.mov(word(depth_left_), rax);
  code_.mov(Xbyak::util::edi, kernel::kLanes4);
  code_.cmp(rax, rdi);
  code_.cmovg(rax, rdi);
  code_.mov(word(present_), rax);
  for (const Fold& fold : machine_.folds) fill_lanes(fold);
  Label no_rest;
  if (lines > 1) {
    emit_lines(body, block, lines);
    code_.cmp(word(depth_left_), 0);
    code_.je(no_rest, kNear);
  }
  emit_depth(body, block, shape);
  code_.L(no_rest);
  for (const Fold& fold : machine_.folds) join_lanes(fold);
  end_chunk();
  code_.jmp(next, kNear);
  code_.L(done);
  release_pointers();
  body.unpin();
  end_chunks(finish, end_of_point);
}

// Pointers at the depth where the loop begins.
void Function::set_pointers(const Block& block, int lines) {
  loop_accesses_.clear();
  std::vector<bool> seen(kernel_.accesses.size(), false);
  for (uint32_t i = block.first; i < block.last; ++i) {
    const Instruction& instruction = kernel_.code[i];
    const bool touches =
        instruction.primitive == Primitive::load || instruction.primitive == Primitive::store;
    if (!touches || seen[instruction.index]) continue;
    seen[instruction.index] = true;
    loop_accesses_.push_back(instruction.index);
  }
  code_.mov(rdi, argument(offsetof(Arguments, accesses)));
  for (const uint32_t access : loop_accesses_) {
    code_.mov(rax, word(strip_pointers_[access]));
    if (!machine_.folds.empty() && has_phases()) {
      code_.mov(rsi, word(chunk_));
      code_.shl(rsi, 12);
      code_.imul(rsi, access_argument(rdi, access, offsetof(AccessArguments, depth_stride)));
      code_.add(rax, rsi);
    }
    code_.mov(word(machine_.accesses[access].pointer), rax);
  }
  assign_pointers(block, lines);
}

// A strip's part of a row is too short for the processor to see where memory is read next.
void Function::prefetch_rows(const Block& block) {
  std::vector<bool> seen(kernel_.accesses.size(), false);
  Label done;
  bool is_first = true;
  for (uint32_t i = block.first; i < block.last; ++i) {
    const Instruction& instruction = kernel_.code[i];
    if (instruction.primitive != Primitive::load || seen[instruction.index]) continue;
    seen[instruction.index] = true;
    const Access& access = kernel_.accesses[instruction.index];
    const AccessPlace& place = machine_.accesses[instruction.index];
    if (access.step != Step::unit || place.gpr < 0) continue;
    if (is_first) {
      code_.cmp(word(is_far_), 0);
      code_.je(done, kNear);
      code_.mov(rdi, argument(offsetof(Arguments, accesses)));
      is_first = false;
    }
    Label next;
    code_.imul(rax,
               access_argument(rdi, instruction.index, offsetof(AccessArguments, depth_stride)),
               kRowsAhead);
    code_.add(rax, Reg64(place.gpr));
    const int64_t size = size_of(access.dtype);
    code_.mov(rsi, word(size == 8 ? pitch8_ : pitch4_));
    if (size < 4) code_.shr(rsi, size == 2 ? 1 : 2);
    code_.xor_(ecx, ecx);
    code_.L(next);
    code_.prefetcht0(code_.ptr[rax + rcx]);
    code_.add(rcx, 64);
    code_.cmp(rcx, rsi);
    code_.jb(next);
  }
  code_.L(done);
}

// As long as there are rows for all lanes, `lines` times; pointers go on. Whole rows follow one
// another in each line, so processors see by themselves where memory is read next.
void Function::emit_lines(Body& body, const Block& block, int lines) {
  const bool has_eight = is_long(machine_.folds[0].type);
  const Reg64& lane = has_eight ? kLane8 : kLane4;
  const int lanes = has_eight ? kernel::kLanes8 : kernel::kLanes4;
  Shape shape;
  shape.copies = lines;
  shape.is_down = true;
  Label next_lanes, next, done;
  code_.cmp(word(depth_left_), lines * lanes);
  code_.jl(done, kNear);
  code_.L(next_lanes);
  code_.mov(rdi, argument(offsetof(Arguments, accesses)));
  for (const uint32_t access : loop_accesses_) {
    const AccessPlace& place = machine_.accesses[access];
    code_.imul(rax, access_argument(rdi, access, offsetof(AccessArguments, depth_stride)), lanes);
    int above = place.gpr;
    for (int line = 1; line < lines; ++line) {
      code_.lea(Reg64(place.below[line - 1]), code_.ptr[Reg64(above) + rax]);
      above = place.below[line - 1];
    }
  }
  code_.mov(lane, kScratch);
  code_.L(next);
  code_.xor_(ecx, ecx);
  code_.mov(kLimit, word(strip_size_));
  emit_columns(body, block, shape);
  code_.mov(rdi, argument(offsetof(Arguments, accesses)));
  for (const uint32_t access : loop_accesses_) {
    const AccessPlace& place = machine_.accesses[access];
    code_.mov(rax, access_argument(rdi, access, offsetof(AccessArguments, depth_stride)));
    code_.add(Reg64(place.gpr), rax);
    for (int line = 1; line < lines; ++line) code_.add(Reg64(place.below[line - 1]), rax);
  }
  code_.add(lane, word(has_eight ? pitch8_ : pitch4_));
  code_.cmp(lane, word(lanes_end_));
  code_.jb(next, kNear);
  for (const uint32_t access : loop_accesses_) {
    const Reg64 pointer(machine_.accesses[access].gpr);
    code_.imul(rax, access_argument(rdi, access, offsetof(AccessArguments, depth_stride)),
               (lines - 1) * lanes);
    code_.add(pointer, rax);
  }
  code_.sub(word(depth_left_), lines * lanes);
  code_.cmp(word(depth_left_), lines * lanes);
  code_.jge(next_lanes, kNear);
  code_.L(done);
}

// As many steps as depth_left_ says; pointers go on.
void Function::emit_depth(Body& body, const Block& block, const Shape& shape) {
  bool has_lane4 = false, has_lane8 = false;
  for (const Fold& fold : machine_.folds) (is_long(fold.type) ? has_lane8 : has_lane4) = true;
  if (has_lane4) code_.mov(kLane4, kScratch);
  if (has_lane8) code_.mov(kLane8, kScratch);
  Label next;
  code_.L(next);
  prefetch_rows(block);
  code_.xor_(ecx, ecx);
  code_.mov(kLimit, word(strip_size_));
  emit_columns(body, block, shape);
  code_.mov(rdi, argument(offsetof(Arguments, accesses)));
  for (const uint32_t access : loop_accesses_) {
    const AccessPlace& place = machine_.accesses[access];
    const Xbyak::Address stride =
        access_argument(rdi, access, offsetof(AccessArguments, depth_stride));
    if (place.gpr >= 0) {
      code_.add(Reg64(place.gpr), stride);
    } else {
      code_.mov(rax, stride);
      code_.add(word(place.pointer), rax);
    }
  }
  const auto next_lane = [&](const Reg64& lane, int32_t pitch) {
    code_.add(lane, word(pitch));
    code_.cmp(lane, word(lanes_end_));
    code_.cmove(lane, kScratch);
  };
  if (has_lane4) next_lane(kLane4, pitch4_);
  if (has_lane8) next_lane(kLane8, pitch8_);
  code_.dec(word(depth_left_));
  code_.jnz(next, kNear);
}

// The identity in the lanes that the chunk has elements for.
void Function::fill_lanes(const Fold& fold) {
  const bool has_eight = is_long(fold.type);
  const Temporary identity(registers_);
  set_->load_constant(identity, fold.identity, lane_bytes(fold.type));
  Label next;
  code_.mov(rax, word(present_));
  if (has_eight) {
    code_.mov(Xbyak::util::edi, kernel::kLanes8);
    code_.cmp(rax, rdi);
    code_.cmovg(rax, rdi);
  }
  code_.imul(rax, word(has_eight ? pitch8_ : pitch4_));
  code_.xor_(ecx, ecx);
  code_.L(next);
  set_->store(kScratch + rcx + fold.area, identity);
  code_.add(rcx, set_->bytes());
  code_.cmp(rcx, rax);
  code_.jb(next);
}

// Joins the lanes by halves, those that are there, into the home. Lanes lie one after the other, so
// each half is one run of memory.
void Function::join_lanes(const Fold& fold) {
  const bool has_eight = is_long(fold.type);
  const kernel::Primitive join = kernel::join_of(fold.combine);
  const Xbyak::Address pitch = word(has_eight ? pitch8_ : pitch4_);
  const Temporary a(registers_);
  const Temporary b(registers_);
  Label next_half, next_vector, end_of_half, next;
  code_.lea(rsi, code_.ptr[kScratch + fold.area]);
  code_.mov(rdx, (has_eight ? kernel::kLanes8 : kernel::kLanes4) / 2);
  code_.L(next_half);
  code_.mov(rax, word(present_));
  code_.sub(rax, rdx);
  code_.jle(end_of_half, kNear);
  code_.cmp(rax, rdx);
  code_.cmovg(rax, rdx);
  code_.imul(rax, pitch);
  code_.mov(rdi, rdx);
  code_.imul(rdi, pitch);
  code_.add(rdi, rsi);
  code_.xor_(ecx, ecx);
  code_.L(next_vector);
  set_->load(a, rsi + rcx);
  set_->load(b, rdi + rcx);
  set_->binary(join, fold.type, a, a, set_->vector(b));
  set_->store(rsi + rcx, a);
  code_.add(rcx, set_->bytes());
  code_.cmp(rcx, rax);
  code_.jb(next_vector);
  code_.L(end_of_half);
  code_.shr(rdx, 1);
  code_.jnz(next_half, kNear);
  code_.xor_(ecx, ecx);
  code_.L(next);
  set_->load(a, rsi + rcx);
  set_->store(home_of(fold, rcx), a);
  code_.add(rcx, set_->bytes());
  code_.cmp(rcx, pitch);
  code_.jb(next);
}

}  // namespace lazuli::jit
