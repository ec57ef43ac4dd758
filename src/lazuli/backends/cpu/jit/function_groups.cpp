// Form::rows with several loops: rows in groups, so that a loop needs not wait for the fold before.
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
using Xbyak::util::eax;
using Xbyak::util::edi;
using Xbyak::util::esi;
using Xbyak::util::rax;
using Xbyak::util::rdi;
using Xbyak::util::rsi;

namespace {

constexpr auto kNear = Xbyak::CodeGenerator::T_NEAR;
constexpr uint32_t kLightLoop = 16;  // instructions
constexpr int kGroupRows = 4;
constexpr int kGroupElements = 2048;  // of an access; so many stay in L1

}  // namespace

// Whether rows wait for their folds between several loops. Where results bypass the caches and no
// loop works for long they wait for memory, which likes to be read evenly.
bool Function::waits_for_folds() const {
  if (!in_rows() || loops_ < 2) return false;
  const auto is_long = [](const Block& block) {
    return block.level == Level::loop && block.last - block.first > kLightLoop;
  };
  return !kernel_.streaming || std::any_of(kernel_.blocks.begin(), kernel_.blocks.end(), is_long);
}

// Each block for all rows of a group: while the lanes of one row's folds join, the next row is
// already read. Groups of long rows would leave the first cache between their blocks.
void Function::emit_groups() {
  int32_t most = -1, size = -1, left = -1;
  for (int32_t* slot : {&most, &size, &left}) *slot = frame_.take_word();
  const int32_t row_bytes = frame_.row_bytes();
  const int32_t places = frame_.take_vector(kGroupRows * row_bytes);
  const auto for_rows = [&](const auto& emit) {
    Label next;
    code_.lea(kRow, code_.ptr[frame_.at(places)]);
    code_.mov(rax, word(size));
    code_.mov(word(left), rax);
    code_.L(next);
    emit();
    code_.add(kRow, row_bytes);
    code_.dec(word(left));
    code_.jnz(next, kNear);
  };
  std::vector<bool> is_read(kernel_.accesses.size(), false);
  size_t last_loop = 0;
  bool stores = false;
  for (size_t i = 1; i < kernel_.blocks.size(); ++i) {
    const Block& block = kernel_.blocks[i];
    if (block.level != Level::loop) continue;
    last_loop = i;
    for (uint32_t j = block.first; j < block.last; ++j) {
      const Instruction& code = kernel_.code[j];
      stores = stores || code.primitive == Primitive::store;
      const bool is_gather = code.operands[0] != kernel::kNoValue;
      if (code.primitive != Primitive::load || is_gather) continue;
      const Access& access = kernel_.accesses[code.index];
      is_read[code.index] = access.kind == Access::Kind::buffer && access.step == Step::unit;
    }
  }
  // Results that do not bypass the caches fit in them, with all that is read.
  const bool is_near = stores && !kernel_.streaming;
  count_chunks();
  code_.mov(eax, kGroupRows);
  for (int rows = kGroupRows / 2; rows >= 1; rows /= 2) {
    code_.mov(edi, rows);
    code_.cmp(argument(offsetof(Arguments, columns)), kGroupElements / (2 * rows));
    code_.cmovg(eax, edi);
  }
  code_.mov(word(most), rax);
  code_.mov(rdi, argument(offsetof(Arguments, accesses)));
  for (size_t a = 0; a < kernel_.accesses.size(); ++a) {
    if (is_near || !is_read[a]) continue;
    int32_t& distance = machine_.accesses[a].next_group;
    distance = frame_.take_word();
    code_.xor_(esi, esi);
    code_.cmp(rax, 1);
    code_.cmovg(rsi, access_argument(rdi, a, offsetof(AccessArguments, row_stride)));
    code_.imul(rsi, rax);
    code_.mov(word(distance), rsi);
  }
  code_.mov(rax, argument(offsetof(Arguments, rows)));
  code_.mov(word(rows_left_), rax);
  Label next_group, end_of_row;
  code_.L(next_group);
  code_.mov(rax, word(rows_left_));
  code_.cmp(rax, word(most));
  code_.cmovg(rax, word(most));
  code_.mov(word(size), rax);
  code_.mov(rdi, argument(offsetof(Arguments, accesses)));
  for_rows([&] {
    for (size_t a = 0; a < kernel_.accesses.size(); ++a) {
      code_.mov(rax, word(row_pointers_[a]));
      code_.mov(word(machine_.accesses[a].pointer), rax);
      code_.add(rax, access_argument(rdi, a, offsetof(AccessArguments, row_stride)));
      code_.mov(word(row_pointers_[a]), rax);
    }
  });
  for (size_t i = 1; i < kernel_.blocks.size(); ++i) {
    const Block& block = kernel_.blocks[i];
    if (block.first == block.last) continue;
    is_last_loop_ = i == last_loop;
    for_rows([&] {
      block.level == Level::point ? emit_point(block, false) : emit_loop(block, end_of_row);
    });
  }
  code_.mov(rax, word(size));
  code_.sub(word(rows_left_), rax);
  code_.jnz(next_group, kNear);
}

// While the last loop works, memory brings what the first one will read without a pause.
void Function::prefetch_next_group(int columns) {
  for (size_t a = 0; a < kernel_.accesses.size(); ++a) {
    const AccessPlace& place = machine_.accesses[a];
    if (place.next_group < 0) continue;
    const int size = static_cast<int>(size_of(kernel_.accesses[a].dtype));
    code_.mov(rax, word(place.pointer));
    code_.add(rax, word(place.next_group));
    for (int at = 0; at < columns * size; at += 64) {
      code_.prefetcht0(code_.ptr[rax + kColumn * size + at]);
    }
  }
}

}  // namespace lazuli::jit
