// How a block reads memory. Neighbouring elements come as vectors; other steps element by element;
// tails that no mask covers, and gathers of narrow elements, lane by lane through the stack.
#include <algorithm>
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
using Xbyak::util::byte;
using Xbyak::util::dword;
using Xbyak::util::eax;
using Xbyak::util::qword;
using Xbyak::util::rax;
using Xbyak::util::rdi;
using Xbyak::util::rsi;
using Xbyak::util::rsp;

void Body::number(int32_t i) {
  const Operation& operation = block_.operations[i];
  code_.mov(rax, qword[kArguments + offsetof(kernel::Arguments, numbers)]);
  const RegExp word = rax + static_cast<int>(operation.index * 8);
  const int d = result(i, 0, 0);
  if (operation.type == Type::mask) {
    code_.movzx(eax, byte[word]);
    code_.neg(eax);
    return set_.broadcast(d, rax, 4);
  }
  set_.broadcast(d, code_.ptr[word], lane_bytes(operation.type));
}

void Body::load(int32_t i) {
  const Access& access = machine_.kernel.accesses[block_.operations[i].index];
  if (shape_.is_uniform) return load_uniform(i);
  if (access.kind == Access::Kind::ramp) return load_ramp(i);
  if (access.step == Step::none) return load_uniform(i);
  if (is_strided(access.step)) return shape_.is_masked ? load_staged(i) : load_any(i);
  is_staged(size_of(block_.operations[i].index)) ? load_staged(i) : load_unit(i);
}

// One element for all lanes.
void Body::load_uniform(int32_t i) {
  const Operation& operation = block_.operations[i];
  const Access& access = machine_.kernel.accesses[operation.index];
  for (int u = 0; u < shape_.copies; ++u) {
    for (int p = 0; p < parts(operation.type); ++p) {
      const int d = result(i, u, p);
      const Reg64 from = pointer(operation.index, u);
      if (access.kind == Access::Kind::ramp) {
        set_.broadcast(d, from, 8);
      } else {
        load_element(d, from, access.dtype);
      }
    }
    registers_.unlock_all();
  }
}

void Body::load_element(int d, const RegExp& from, DType dtype) {
  const int size = static_cast<int>(lazuli::size_of(dtype));
  set_.broadcast(d, code_.ptr[from], size);
  if (size < 4) set_.widen(d, set_.packed(d, size), dtype);
}

void Body::load_unit(int32_t i) {
  const Operation& operation = block_.operations[i];
  for (int u = 0; u < shape_.copies; ++u) {
    for (int p = 0; p < parts(operation.type); ++p) {
      load_into(result(i, u, p), operation, u, p);
    }
    registers_.unlock_all();
  }
}

// A vector of neighbouring elements, or of a value's home.
void Body::load_into(int d, const Operation& operation, int copy, int part) {
  if (operation.kind == Operation::Kind::load_home) {
    return set_.load(d, home_element(operation.home, operation.type, copy, part));
  }
  load_vector(d, pointer(operation.index, copy), dtype_of(operation.index), copy, part);
}

void Body::load_vector(int d, const Reg64& base, DType dtype, int copy, int part) {
  const int size = static_cast<int>(lazuli::size_of(dtype));
  const RegExp from = element(base, size, copy, part);
  if (size < 4) {
    if (!shape_.is_masked) return set_.widen(d, code_.ptr[from], dtype);
    set_.load_active(d, from, size, column_of(copy), 0);
    return set_.widen(d, set_.packed(d, size), dtype);
  }
  shape_.is_masked ? set_.load_active(d, from, size, column_of(copy), part) : set_.load(d, from);
}

// Puts elements at a stride together, 16 bytes at a time, which takes less than a gather; every
// second one of four bytes as vectors. rax runs over the elements.
void Body::load_any(int32_t i) {
  const Operation& operation = block_.operations[i];
  const int size = size_of(operation.index);
  const Temporary block(registers_);
  const Xmm x(block);
  Label other, done;
  first_address(operation.index, 0);
  code_.mov(rax, rsi);
  prepare_stride(operation.index);
  if (size == 4) {
    for (int u = 0; u < shape_.copies; ++u) results(i, u);  // nothing is evicted after the jump
    code_.cmp(rsi, 2 * size);
    code_.jne(other, Xbyak::CodeGenerator::T_NEAR);
    for (int u = 0; u < shape_.copies; ++u) {
      set_.load_every_second(place(i, u, 0), rax + u * set_.lanes() * 2 * size, block);
    }
    code_.jmp(done, Xbyak::CodeGenerator::T_NEAR);
    code_.L(other);
  }
  for (int u = 0; u < shape_.copies; ++u) {
    if (size < 4) {
      const int d = result(i, u, 0);
      const int most = 16 / size;  // elements of 16 bytes
      for (int first = 0; first < set_.lanes(); first += most) {
        const Xmm to = first == 0 ? Xmm(d) : x;
        set_.zero(first == 0 ? d : static_cast<int>(block));
        for (int lane = 0; lane < std::min(most, set_.lanes() - first); ++lane) {
          size == 1 ? code_.vpinsrb(to, to, byte[rax], lane)
                    : code_.vpinsrw(to, to, Xbyak::util::word[rax], lane);
          code_.add(rax, rsi);
        }
        if (first > 0) set_.insert_block(d, 1, block);
      }
      set_.widen(d, set_.packed(d, size), dtype_of(operation.index));
      registers_.unlock_all();
      continue;
    }
    for (int p = 0; p < parts(operation.type); ++p) {
      const int d = size == 4 ? place(i, u, p) : result(i, u, p);
      for (int b = 0; b < set_.bytes() / 16; ++b) {
        const Xmm to = b == 0 ? Xmm(d) : x;
        if (size == 4) {
          code_.vmovss(to, dword[rax]);
          code_.vinsertps(to, to, dword[rax + rsi], 0x10);
          code_.vinsertps(to, to, dword[rax + rsi * 2], 0x20);
          code_.vinsertps(to, to, dword[rax + rdi], 0x30);
          code_.lea(rax, code_.ptr[rax + rsi * 4]);
        } else {
          code_.vmovq(to, qword[rax]);
          code_.vpinsrq(to, to, qword[rax + rsi], 1);
          code_.lea(rax, code_.ptr[rax + rsi * 2]);
        }
        if (b > 0) set_.insert_block(d, b, block);
      }
    }
    registers_.unlock_all();
  }
  if (size == 4) code_.L(done);
}

// A tail, element by element.
void Body::load_staged(int32_t i) {
  const uint32_t access = block_.operations[i].index;
  const int size = size_of(access);
  for (int u = 0; u < shape_.copies; ++u) {
    Label next, done;
    first_address(access, u);
    count_lanes(u);
    code_.L(next);
    code_.cmp(rdi, qword[machine_.frame.at(machine_.lane_count)]);
    code_.jge(done);
    move_lane(rsp + rdi * size + machine_.stage_in, rsi, size);
    next_lane(access);
    code_.jmp(next);
    code_.L(done);
    from_stage(i, u, machine_.stage_in);
  }
}

// A value from its lanes on the stack.
void Body::from_stage(int32_t i, int copy, int32_t stage) {
  const Operation& operation = block_.operations[i];
  const RegExp from = machine_.frame.at(stage);
  const DType dtype = dtype_of(operation.index);
  if (shape_.is_uniform) {
    load_element(result(i, copy, 0), from, dtype);
  } else if (lazuli::size_of(dtype) < 4) {
    set_.widen(result(i, copy, 0), code_.ptr[from], dtype);
  } else {
    for (int p = 0; p < parts(operation.type); ++p) {
      set_.load(result(i, copy, p), from + p * set_.bytes());
    }
  }
  registers_.unlock_all();
}

void Body::load_ramp(int32_t i) {
  const uint32_t access = block_.operations[i].index;
  const AccessPlace& place = machine_.accesses[access];
  const Temporary start(registers_);
  for (int u = 0; u < shape_.copies; ++u) {
    first_address(access, u);
    set_.broadcast(start, rsi, 8);
    for (int p = 0; p < 2; ++p) {
      set_.binary(kernel::Primitive::add, Type::i64, result(i, u, p), start,
                  code_.ptr[machine_.frame.at(place.lanes + p * set_.bytes())]);
    }
    registers_.unlock_all();
  }
}

// An index out of range reads nothing.
void Body::gather(int32_t i) {
  if (!gather_row(i) && !gather_vectors(i)) gather_lanes(i);
}

// rax is lost.
void Body::set_fault(uint32_t access) {
  code_.mov(rax, qword[kArguments + offsetof(kernel::Arguments, fault)]);
  code_.mov(dword[rax], access + 1);
}

// One index for a row of neighbouring elements: an ordinary load from elsewhere.
bool Body::gather_row(int32_t i) {
  const Operation& operation = block_.operations[i];
  const int32_t index = operation.operands[0];
  const uint32_t access = operation.index;
  const Access& declared = machine_.kernel.accesses[access];
  if (shape_.is_uniform || !block_.is_external(index) || declared.kind == Access::Kind::ramp ||
      declared.step != Step::unit) {
    return false;
  }
  if (is_staged(size_of(access))) return false;
  const AccessPlace& place = machine_.accesses[access];
  const Home& home = block_.external(index).home;
  for (int u = 0; u < shape_.copies; ++u) results(i, u);
  { const Temporary one(registers_), two(registers_); }  // nothing is evicted after the jump
  Label out_of_range, done;
  home.kind == Home::Kind::constant
      ? code_.mov(rax, qword[Xbyak::util::rip + static_cast<const void*>(home.entry)])
      : code_.mov(rax, qword[machine_.frame.at(home.offset)]);
  code_.cmp(rax, qword[machine_.frame.at(place.extent)]);
  code_.jae(out_of_range, Xbyak::CodeGenerator::T_NEAR);
  code_.imul(rax, qword[machine_.frame.at(place.index_stride)]);
  code_.add(rax, qword[machine_.frame.at(place.pointer)]);
  for (int u = 0; u < shape_.copies; ++u) {
    for (int p = 0; p < parts(operation.type); ++p) {
      load_vector(this->place(i, u, p), rax, declared.dtype, u, p);
    }
  }
  code_.jmp(done, Xbyak::CodeGenerator::T_NEAR);
  code_.L(out_of_range);
  set_fault(access);
  for (int u = 0; u < shape_.copies; ++u) {
    for (int p = 0; p < parts(operation.type); ++p) set_.zero(this->place(i, u, p));
  }
  code_.L(done);
  return true;
}

bool Body::gather_vectors(int32_t i) {
  const Operation& operation = block_.operations[i];
  const uint32_t access = operation.index;
  const Access& declared = machine_.kernel.accesses[access];
  if (shape_.is_uniform || declared.kind == Access::Kind::ramp || size_of(access) < 4) {
    return false;
  }
  const AccessPlace& place = machine_.accesses[access];
  for (int u = 0; u < shape_.copies; ++u) {
    const Pair index = in_registers(operation.operands[0], u);
    const Pair d = results(i, u);
    Label is_legal;
    first_address(access, u);
    VectorSet::Gather what;
    what.size = size_of(access);
    what.is_masked = shape_.is_masked;
    what.copy = column_of(u);
    what.extent = machine_.frame.at(place.extent);
    what.stride = machine_.frame.at(place.index_stride);
    what.has_lanes = declared.step != Step::none;
    if (what.has_lanes) what.lanes = machine_.frame.at(place.lanes);
    set_.gather(d, index, what, is_legal);
    set_fault(access);
    code_.L(is_legal);
    end_copy(operation, u);
  }
  return true;
}

void Body::gather_lanes(int32_t i) {
  const Operation& operation = block_.operations[i];
  const uint32_t access = operation.index;
  const AccessPlace& place = machine_.accesses[access];
  const bool is_ramp = machine_.kernel.accesses[access].kind == Access::Kind::ramp;
  const int size = size_of(access);
  for (int u = 0; u < shape_.copies; ++u) {
    const Pair index = in_registers(operation.operands[0], u);
    set_.store(machine_.frame.at(machine_.stage_in), index.low);
    if (!shape_.is_uniform) {
      set_.store(machine_.frame.at(machine_.stage_in + set_.bytes()), index.high);
    }
    Label next, done, keep, out_of_range;
    first_address(access, u);
    count_lanes(u);
    code_.L(next);
    code_.cmp(rdi, qword[machine_.frame.at(machine_.lane_count)]);
    code_.jge(done, Xbyak::CodeGenerator::T_NEAR);
    code_.mov(rax, qword[rsp + rdi * 8 + machine_.stage_in]);
    code_.cmp(rax, qword[machine_.frame.at(place.extent)]);
    code_.jae(out_of_range);
    code_.imul(rax, qword[machine_.frame.at(place.index_stride)]);
    if (is_ramp) {
      code_.add(rax, rsi);
    } else {
      read_word(rsi + rax, size);
    }
    code_.L(keep);
    write_word(rsp + rdi * size + machine_.stage_out, size);
    next_lane(access);
    code_.jmp(next);
    code_.L(out_of_range);
    set_fault(access);
    code_.xor_(eax, eax);
    code_.jmp(keep);
    code_.L(done);
    from_stage(i, u, machine_.stage_out);
    end_copy(operation, u);
  }
}

}  // namespace lazuli::jit
