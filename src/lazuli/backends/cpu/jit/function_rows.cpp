// Loops over the columns with their reductions, and what reductions of both forms share: chunks,
// partial results and the rounds that join them.
#include <cstddef>

#include "lazuli/backends/cpu/jit/function.h"
#include "lazuli/kernel/arguments.h"

namespace lazuli::jit {

using kernel::Arguments;
using kernel::Block;
using kernel::Phase;
using kernel::Type;
using Xbyak::Reg64;
using Xbyak::RegExp;
using Xbyak::util::dword;
using Xbyak::util::eax;
using Xbyak::util::ecx;
using Xbyak::util::edx;
using Xbyak::util::qword;
using Xbyak::util::r11;
using Xbyak::util::rax;
using Xbyak::util::rcx;
using Xbyak::util::rdi;
using Xbyak::util::rdx;
using Xbyak::util::rsi;

namespace {

constexpr auto kNear = Xbyak::CodeGenerator::T_NEAR;
constexpr int kGroup = 32;  // columns after which accumulators repeat

int size_of(const Fold& fold) { return lane_bytes(fold.type); }

}  // namespace

void Function::emit_row_loop(const Block& block, Label& end_of_row) {
  const LoweredBlock lowered = lower(kernel_, block, homes_, *set_, false, places_);
  Body body(machine_, lowered);
  Shape shape;
  if (machine_.folds.empty()) {
    if (lowered.operations.empty()) return;
    shape.copies = choose_copies(lowered, 0);
    body.pin(pins(lowered, shape.copies, 0));
    assign_pointers(block);
    code_.xor_(ecx, ecx);
    code_.mov(kLimit, argument(offsetof(Arguments, columns)));
    emit_columns(body, block, shape);
    release_pointers();
    return body.unpin();
  }
  Label finish, next, done, odd;
  begin_chunks(finish);
  const int reserved = take_accumulators();
  shape.copies = choose_copies(lowered, reserved);
  body.pin(pins(lowered, shape.copies, reserved));
  assign_pointers(block);
  code_.L(next);
  code_.mov(kColumn, word(chunk_));
  code_.cmp(kColumn, word(chunk_end_));
  code_.jge(done, kNear);
  code_.shl(kColumn, 12);
  code_.lea(kLimit, code_.ptr[kColumn + kernel::kChunk]);
  code_.cmp(kLimit, argument(offsetof(Arguments, columns)));
  code_.cmovg(kLimit, argument(offsetof(Arguments, columns)));
  begin_accumulators();
  if (kernel_.streaming) check_alignment(block, odd);
  shape.past_caches = kernel_.streaming;
  emit_blocks(body, shape, std::max(shape.copies * set_->lanes(), kGroup), &block);
  code_.L(odd);
  shape.past_caches = false;
  const bool was_one_group = shape.copies * set_->lanes() <= kGroup;
  shape.copies = std::min(shape.copies, kGroup / set_->lanes());
  if (!was_one_group || kernel_.streaming) emit_blocks(body, shape, kGroup);
  emit_tail(body, block, shape, kGroup);
  for (const Fold& fold : machine_.folds) join_registers(fold);
  end_chunk();
  code_.jmp(next, kNear);
  code_.L(done);
  release_pointers();
  body.unpin();
  for (Fold& fold : machine_.folds) {
    for (int& index : fold.registers) {
      if (index >= 0) registers_.give_back(index);
      index = -1;
    }
  }
  end_chunks(finish, end_of_row);
}

// Gives registers to as many reductions as leave enough for the block; says how many.
int Function::take_accumulators() {
  const int each = 128 / set_->bytes();
  int taken = 0;
  for (Fold& fold : machine_.folds) {
    if (taken + each > vector_count_ - kBodyRegisters) {
      fold.slot = frame_.take_vector(128);
      continue;
    }
    for (int i = 0; i < each; ++i) fold.registers[i] = registers_.take();
    taken += each;
  }
  return taken;
}

void Function::begin_accumulators() {
  for (const Fold& fold : machine_.folds) {
    if (fold.slot < 0) {
      for (const int index : fold.registers) {
        if (index >= 0) set_->load_constant(index, fold.identity, size_of(fold));
      }
      continue;
    }
    const Temporary identity(registers_);
    set_->load_constant(identity, fold.identity, size_of(fold));
    for (int i = 0; i < 128; i += set_->bytes()) set_->store(frame_.at(fold.slot + i), identity);
  }
}

// Joins the lanes by halves; the result fills the home.
void Function::join_registers(const Fold& fold) {
  const kernel::Primitive join = kernel::join_of(fold.combine);
  const int each = 128 / set_->bytes();
  const Temporary spare0(registers_);
  const Temporary spare1(registers_);
  int low = fold.registers[0];
  if (fold.slot >= 0) {
    const RegExp slot = frame_.at(fold.slot);
    low = spare0;
    for (int half = each / 2; half >= 1; half /= 2) {
      for (int i = 0; i < half; ++i) {
        set_->load(low, slot + i * set_->bytes());
        set_->load(spare1, slot + (i + half) * set_->bytes());
        set_->binary(join, fold.type, low, low, set_->vector(spare1));
        set_->store(slot + i * set_->bytes(), low);
      }
    }
  } else {
    for (int half = each / 2; half >= 1; half /= 2) {
      for (int i = 0; i < half; ++i) {
        set_->binary(join, fold.type, fold.registers[i], fold.registers[i],
                     set_->vector(fold.registers[i + half]));
      }
    }
  }
  for (int distance = set_->bytes() / 2; distance >= size_of(fold); distance /= 2) {
    set_->shift_down(spare1, low, distance);
    set_->binary(join, fold.type, low, low, set_->vector(spare1));
  }
  set_->broadcast_first(low, low, size_of(fold));
  set_->store(frame_.at(homes_[fold.value].offset), low);
}

// --- chunks -------------------------------------------------------------------------------------

// Sets the chunks to fold; jumps to `finish` where that is the phase.
void Function::begin_chunks(Label& finish) {
  Label whole, ready;
  if (has_phases()) {
    code_.mov(rax, argument(offsetof(Arguments, phase)));
    code_.cmp(rax, static_cast<int>(Phase::finish));
    code_.je(finish, kNear);
    code_.cmp(rax, static_cast<int>(Phase::partial));
    code_.jne(whole);
    code_.mov(rax, argument(offsetof(Arguments, chunk_first)));
    code_.mov(word(chunk_), rax);
    code_.mov(rax, argument(offsetof(Arguments, chunk_last)));
    code_.cmp(rax, word(chunks_));
    code_.cmovg(rax, word(chunks_));
    code_.mov(word(chunk_end_), rax);
    code_.jmp(ready);
    code_.L(whole);
  }
  code_.mov(word(chunk_), 0);
  code_.mov(rax, word(chunks_));
  code_.mov(word(chunk_end_), rax);
  code_.L(ready);
}

// The homes hold the chunk's values: the last, or one of many.
void Function::end_chunk() {
  Label whole, done;
  if (has_phases()) {
    code_.cmp(argument(offsetof(Arguments, phase)), static_cast<int>(Phase::partial));
    code_.jne(whole, kNear);
    for (const Fold& fold : machine_.folds) write_partial(fold);
    code_.jmp(done, kNear);
    code_.L(whole);
  }
  code_.cmp(word(chunks_), 1);
  code_.je(done, kNear);
  const Temporary value(registers_);
  for (const Fold& fold : machine_.folds) {
    entry_address(rsi, fold);
    Label next;
    code_.xor_(ecx, ecx);
    code_.L(next);
    set_->load(value, home_of(fold, rcx));
    set_->store(rsi + rcx, value);
    if (in_rows()) continue;
    code_.add(rcx, set_->bytes());
    code_.cmp(rcx, word(size_of(fold) == 8 ? pitch8_ : pitch4_));
    code_.jb(next);
  }
  code_.L(done);
  code_.inc(word(chunk_));
}

// After the loop: nothing, or the rounds that join the chunks.
void Function::end_chunks(Label& finish, Label& end_of_point) {
  Label joined, rounds;
  if (has_phases()) {
    code_.cmp(argument(offsetof(Arguments, phase)), static_cast<int>(Phase::partial));
    code_.je(end_of_point, kNear);
  }
  code_.cmp(word(chunks_), 1);
  code_.je(joined, kNear);
  if (has_phases()) {
    code_.jmp(rounds, kNear);
    code_.L(finish);
    for (const Fold& fold : machine_.folds) read_partials(fold);
  }
  code_.L(rounds);
  for (const Fold& fold : machine_.folds) join_chunks(fold);
  code_.L(joined);
}

// Where a reduction's result lies, `offset` bytes further in Form::columns.
RegExp Function::home_of(const Fold& fold, const Reg64& offset) const {
  const Home& home = homes_[fold.value];
  return in_rows() ? frame_.at(home.offset) : kScratch + offset + home.offset;
}

// to = the entry of chunk_ in scratch. rax is lost.
void Function::entry_address(const Reg64& to, const Fold& fold) {
  const auto order = static_cast<int>(&fold - machine_.folds.data());
  code_.imul(rax, word(chunks_), order);
  code_.add(rax, word(chunk_));
  code_.imul(rax, rax, entry_bytes());
  code_.add(rax, argument(offsetof(Arguments, scratch)));
  code_.lea(to, code_.ptr[rax + chunks_area_]);
}

// rsi = the word of chunk_ and of the first point at hand. rax is lost.
void Function::partial_address(const Fold& fold) {
  code_.imul(rsi, argument(offsetof(Arguments, rows)), order_[fold.value]);
  code_.add(rsi, word(row_));
  if (!in_rows()) {
    code_.imul(rsi, argument(offsetof(Arguments, columns)));
    code_.add(rsi, word(strip_first_));
  }
  code_.imul(rsi, word(chunks_));
  code_.add(rsi, word(chunk_));
  code_.mov(rax, argument(offsetof(Arguments, partials)));
  code_.lea(rsi, code_.ptr[rax + rsi * 8]);
}

// A word of a mask is 0 or 1, of other four bytes has zeros above.
void Function::write_partial(const Fold& fold) {
  partial_address(fold);
  Label next;
  code_.xor_(ecx, ecx);
  if (!in_rows()) {
    code_.mov(rdi, word(chunks_));
    code_.shl(rdi, 3);
  }
  code_.L(next);
  const RegExp from =
      in_rows() ? home_of(fold, rcx) : kScratch + rcx * size_of(fold) + homes_[fold.value].offset;
  size_of(fold) == 8 ? code_.mov(rax, qword[from]) : code_.mov(eax, dword[from]);
  if (fold.type == Type::mask) code_.and_(eax, 1);
  code_.mov(qword[rsi], rax);
  if (in_rows()) return;
  code_.add(rsi, rdi);
  code_.inc(rcx);
  code_.cmp(rcx, word(strip_size_));
  code_.jb(next);
}

// Brings the words of all chunks into scratch as this program keeps chunks.
void Function::read_partials(const Fold& fold) {
  Label next_chunk, next;
  code_.mov(word(chunk_), 0);
  code_.L(next_chunk);
  partial_address(fold);
  entry_address(rdi, fold);
  code_.xor_(ecx, ecx);
  if (!in_rows()) {
    code_.mov(rdx, word(chunks_));
    code_.shl(rdx, 3);
  }
  code_.L(next);
  code_.mov(rax, qword[rsi]);
  if (fold.type == Type::mask) code_.neg(eax);
  if (in_rows()) {
    const Temporary value(registers_);
    set_->broadcast(value, rax, size_of(fold));
    set_->store(RegExp(rdi), value);
  } else {
    size_of(fold) == 8 ? code_.mov(qword[rdi + rcx * 8], rax)
                       : code_.mov(dword[rdi + rcx * 4], eax);
    code_.add(rsi, rdx);
    code_.inc(rcx);
    code_.cmp(rcx, word(strip_size_));
    code_.jb(next);
  }
  code_.mov(rax, word(chunk_));
  code_.inc(rax);
  code_.mov(word(chunk_), rax);
  code_.cmp(rax, word(chunks_));
  code_.jb(next_chunk);
}

// p[i] = combine(p[2i], p[2i + 1]) until one is left; an odd last one moves as it is.
void Function::join_chunks(const Fold& fold) {
  const kernel::Primitive join = kernel::join_of(fold.combine);
  const Temporary a(registers_);
  const Temporary b(registers_);
  Label next_vector, round, pair, even, last;
  code_.mov(word(chunk_), 0);
  code_.xor_(ecx, ecx);
  code_.L(next_vector);
  entry_address(r11, fold);
  code_.add(r11, rcx);
  code_.mov(rdx, word(chunks_));
  code_.L(round);
  code_.cmp(rdx, 1);
  code_.jle(last, kNear);
  code_.mov(rsi, r11);
  code_.mov(rdi, r11);
  code_.mov(rax, rdx);
  code_.shr(rax, 1);
  code_.L(pair);
  set_->load(a, RegExp(rsi));
  set_->load(b, rsi + entry_bytes());
  set_->binary(join, fold.type, a, a, set_->vector(b));
  set_->store(RegExp(rdi), a);
  code_.add(rsi, 2 * entry_bytes());
  code_.add(rdi, entry_bytes());
  code_.dec(rax);
  code_.jnz(pair);
  code_.test(edx, 1);
  code_.jz(even);
  set_->load(a, RegExp(rsi));
  set_->store(RegExp(rdi), a);
  code_.L(even);
  code_.inc(rdx);
  code_.shr(rdx, 1);
  code_.jmp(round);
  code_.L(last);
  set_->load(a, RegExp(r11));
  set_->store(home_of(fold, rcx), a);
  if (in_rows()) return;
  code_.add(rcx, set_->bytes());
  code_.cmp(rcx, word(size_of(fold) == 8 ? pitch8_ : pitch4_));
  code_.jb(next_vector, kNear);
}

}  // namespace lazuli::jit
