// Addresses of a block's elements, and how it writes them: neighbouring elements as vectors, other
// steps element by element, tails that no mask covers lane by lane through the stack.
#include <cstddef>

#include "lazuli/backends/cpu/jit/body.h"
#include "lazuli/kernel/arguments.h"

namespace lazuli::jit {

using kernel::Access;
using kernel::Step;
using kernel::Type;
using Xbyak::Label;
using Xbyak::Reg64;
using Xbyak::RegExp;
using Xbyak::Xmm;
using Xbyak::util::al;
using Xbyak::util::byte;
using Xbyak::util::dword;
using Xbyak::util::eax;
using Xbyak::util::edi;
using Xbyak::util::qword;
using Xbyak::util::rax;
using Xbyak::util::rdi;
using Xbyak::util::rsi;
using Xbyak::util::rsp;

Reg64 Body::pointer(uint32_t access, int copy) {
  const AccessPlace& place = machine_.accesses[access];
  if (shape_.is_down && copy > 0) return Reg64(place.below[copy - 1]);
  if (place.gpr >= 0) return Reg64(place.gpr);
  code_.mov(rax, qword[machine_.frame.at(place.pointer)]);
  return rax;
}

// `part` counts vectors in memory.
RegExp Body::element(const Reg64& base, int size, int copy, int part) const {
  const int offset = column_of(copy) * set_.lanes() * size + part * set_.bytes();
  return base + kColumn * size + offset;
}

RegExp Body::home_element(const Home& home, Type type, int copy, int part) const {
  return element(kScratch, lane_bytes(type), copy, part) + home.offset;
}

// rsi = the column stride in bytes, rdi = three of it.
void Body::prepare_stride(uint32_t access) {
  code_.mov(rsi, qword[machine_.frame.at(machine_.accesses[access].column_stride)]);
  code_.lea(rdi, code_.ptr[rsi + rsi * 2]);
}

// rsi = the first element of a copy; of a ramp, the value there.
void Body::first_address(uint32_t access, int copy) {
  const AccessPlace& place = machine_.accesses[access];
  const Access& declared = machine_.kernel.accesses[access];
  if (shape_.is_uniform) return code_.mov(rsi, qword[machine_.frame.at(place.pointer)]);
  if (declared.kind == Access::Kind::buffer && declared.step == Step::unit) {
    return code_.lea(rsi, code_.ptr[element(pointer(access, copy), size_of(access), copy, 0)]);
  }
  code_.lea(rsi, code_.ptr[kColumn + column_of(copy) * set_.lanes()]);
  code_.imul(rsi, qword[machine_.frame.at(place.column_stride)]);
  code_.add(rsi, qword[machine_.frame.at(place.pointer)]);
}

// The number of a copy's active lanes goes to the stack; rdi, which counts lanes, to 0.
void Body::count_lanes(int copy) {
  const RegExp count = machine_.frame.at(machine_.lane_count);
  if (!shape_.is_masked) {
    code_.mov(qword[count], shape_.is_uniform ? 1 : set_.lanes());
  } else {
    code_.mov(rax, qword[machine_.frame.at(machine_.remaining)]);
    code_.sub(rax, column_of(copy) * set_.lanes());
    code_.mov(edi, set_.lanes());
    code_.cmp(rax, rdi);
    code_.cmovg(rax, rdi);
    code_.mov(qword[count], rax);
  }
  code_.xor_(edi, edi);
}

// An element through rax.
void Body::read_word(const RegExp& from, int size) {
  switch (size) {
    case 1:
      return code_.movzx(eax, byte[from]);
    case 2:
      return code_.movzx(eax, Xbyak::util::word[from]);
    case 4:
      return code_.mov(eax, dword[from]);
    default:
      code_.mov(rax, qword[from]);
  }
}

void Body::write_word(const RegExp& to, int size) {
  switch (size) {
    case 1:
      return code_.mov(byte[to], al);
    case 2:
      return code_.mov(Xbyak::util::word[to], Xbyak::util::ax);
    case 4:
      return code_.mov(dword[to], eax);
    default:
      code_.mov(qword[to], rax);
  }
}

void Body::move_lane(const RegExp& to, const RegExp& from, int size) {
  read_word(from, size);
  write_word(to, size);
}

// Moves rsi and rdi to the next lane.
void Body::next_lane(uint32_t access) {
  const Access& declared = machine_.kernel.accesses[access];
  if (declared.kind == Access::Kind::buffer && declared.step == Step::unit) {
    code_.add(rsi, size_of(access));
  } else if (!shape_.is_uniform) {
    code_.add(rsi, qword[machine_.frame.at(machine_.accesses[access].column_stride)]);
  }
  code_.inc(rdi);
}

void Body::store(int32_t i) {
  const Operation& operation = block_.operations[i];
  const Access& access = machine_.kernel.accesses[operation.index];
  if (shape_.guards_stores) {
    // Whatever moves between registers and stack moves before the jump.
    for (int u = 0; u < shape_.copies; ++u) in_registers(operation.operands[0], u);
    { const Temporary one(registers_), two(registers_), three(registers_); }
    code_.cmp(qword[kArguments + offsetof(kernel::Arguments, phase)],
              static_cast<int>(kernel::Phase::partial));
  }
  Label skip;
  if (shape_.guards_stores) code_.je(skip, Xbyak::CodeGenerator::T_NEAR);
  if (shape_.is_uniform) {
    store_uniform(i);
  } else if (access.step != Step::unit) {
    shape_.is_masked ? store_staged(i) : store_any(i);
  } else {
    is_staged(size_of(operation.index)) ? store_staged(i) : store_unit(i);
  }
  code_.L(skip);
}

void Body::store_uniform(int32_t i) {
  const Operation& operation = block_.operations[i];
  const int a = in_register(operation.operands[0], 0, 0);
  const Reg64 to = pointer(operation.index, 0);
  const int size = size_of(operation.index);
  if (size == 4) return code_.vmovss(dword[to], Xmm(a));
  if (size == 8) return code_.vmovq(qword[to], Xmm(a));
  const Temporary packed(registers_);
  set_.narrow(packed, a, dtype_of(operation.index));
  code_.vmovd(edi, Xmm(packed));
  size == 1 ? code_.mov(byte[to], Xbyak::util::dil)
            : code_.mov(Xbyak::util::word[to], Xbyak::util::di);
}

void Body::store_unit(int32_t i) {
  const Operation& operation = block_.operations[i];
  const int size = size_of(operation.index);
  for (int u = 0; u < shape_.copies; ++u) {
    const Reg64 base = pointer(operation.index, u);
    const Pair values = in_registers(operation.operands[0], u);
    for (int p = 0; p < parts(operation.type); ++p) {
      const int a = p == 0 ? values.low : values.high;
      const RegExp to = element(base, size, u, p);
      if (size < 4) {
        const Temporary packed(registers_);
        set_.narrow(packed, a, dtype_of(operation.index));
        if (shape_.is_masked) {
          set_.store_active(to, packed, size, column_of(u), 0);
        } else if (set_.lanes() * size == 8) {
          code_.vmovq(qword[to], Xmm(packed));
        } else {
          shape_.past_caches&& size == 2 ? code_.vmovntps(code_.ptr[to], set_.packed(packed, size))
                                         : code_.vmovups(code_.ptr[to], set_.packed(packed, size));
        }
      } else if (shape_.is_masked) {
        set_.store_active(to, a, size, column_of(u), p);
      } else {
        shape_.past_caches ? set_.store_past_caches(to, a) : set_.store(to, a);
      }
    }
    end_copy(operation, u);
  }
}

// Takes a vector apart, 16 bytes at a time, in the order of columns. rax runs over the elements.
void Body::store_any(int32_t i) {
  const Operation& operation = block_.operations[i];
  const int size = size_of(operation.index);
  const Temporary block(registers_);
  first_address(operation.index, 0);
  code_.mov(rax, rsi);
  prepare_stride(operation.index);
  for (int u = 0; u < shape_.copies; ++u) {
    const Pair values = in_registers(operation.operands[0], u);
    if (size < 4) {
      set_.narrow(block, values.low, dtype_of(operation.index));
      const int most = 16 / size;  // elements of 16 bytes
      for (int lane = 0; lane < set_.lanes(); ++lane) {
        if (lane == most) set_.extract_block(block, block, 1);
        size == 1 ? code_.vpextrb(byte[rax], Xmm(block), lane % most)
                  : code_.vpextrw(Xbyak::util::word[rax], Xmm(block), lane % most);
        code_.add(rax, rsi);
      }
      end_copy(operation, u);
      continue;
    }
    for (int p = 0; p < parts(operation.type); ++p) {
      const int a = p == 0 ? values.low : values.high;
      for (int b = 0; b < set_.bytes() / 16; ++b) {
        if (b > 0) set_.extract_block(block, a, b);
        const Xmm from = b == 0 ? Xmm(a) : Xmm(block);
        if (size == 4) {
          code_.vmovss(dword[rax], from);
          code_.vextractps(dword[rax + rsi], from, 1);
          code_.vextractps(dword[rax + rsi * 2], from, 2);
          code_.vextractps(dword[rax + rdi], from, 3);
          code_.lea(rax, code_.ptr[rax + rsi * 4]);
        } else {
          code_.vmovq(qword[rax], from);
          code_.vpextrq(qword[rax + rsi], from, 1);
          code_.lea(rax, code_.ptr[rax + rsi * 2]);
        }
      }
    }
    end_copy(operation, u);
  }
}

// A tail, element by element, in the order of columns.
void Body::store_staged(int32_t i) {
  const Operation& operation = block_.operations[i];
  const uint32_t access = operation.index;
  const int size = size_of(access);
  const RegExp stage = machine_.frame.at(machine_.stage_in);
  for (int u = 0; u < shape_.copies; ++u) {
    const Pair values = in_registers(operation.operands[0], u);
    if (size < 4) {
      const Temporary packed(registers_);
      set_.narrow(packed, values.low, dtype_of(operation.index));
      code_.vmovups(code_.ptr[stage], set_.packed(packed, size));
    } else {
      set_.store(stage, values.low);
      if (size == 8) set_.store(stage + set_.bytes(), values.high);
    }
    Label next, done;
    first_address(access, u);
    count_lanes(u);
    code_.L(next);
    code_.cmp(rdi, qword[machine_.frame.at(machine_.lane_count)]);
    code_.jge(done);
    move_lane(rsi, rsp + rdi * size + machine_.stage_in, size);
    next_lane(access);
    code_.jmp(next);
    code_.L(done);
    end_copy(operation, u);
  }
}

}  // namespace lazuli::jit
