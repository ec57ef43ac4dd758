// Emits one pass over a block: `copies` vectors, neighbours in a row or of several rows, operation
// by operation, so that the processor finds independent work. Knows nothing of loops: the column,
// pointers and pinned registers are set before.
#pragma once

#include <vector>

#include "lazuli/backends/cpu/jit/lower.h"
#include "lazuli/backends/cpu/jit/machine.h"
#include "lazuli/backends/cpu/jit/registers.h"

namespace lazuli::jit {

struct Shape {
  int copies = 1;
  int first = 0;  // vectors that lie between kColumn and this pass
  bool is_down =
      false;  // copies lie down the depth, in rows that fold into one lane, in that order
  bool is_masked = false;
  bool is_uniform = false;
  bool past_caches = false;
  bool guards_stores = false;  // stores are skipped in Phase::partial
};

class Body final : private Registers::Client {
 public:
  Body(Machine& machine, const LoweredBlock& block);
  ~Body();

  // Loads externals into registers that stay theirs until unpin; as many as `count`, those used
  // most.
  void pin(int count);
  void unpin();
  void emit(const Shape& shape);

 private:
  using Owner = Registers::Owner;
  using Type = kernel::Type;

  // An operand as an instruction takes it.
  struct Source {
    Xbyak::Xmm reg;
    Xbyak::Address memory;
    bool is_memory;
    const Xbyak::Operand& operand() const {
      return is_memory ? static_cast<const Xbyak::Operand&>(memory) : reg;
    }
  };

  int32_t next_use(const Owner& owner) const override { return next_use_[owner.value]; }
  void evict(int index, const Owner& owner) override;

  int parts(Type type) const { return is_long(type) && !shape_.is_uniform ? 2 : 1; }
  int8_t& place(int32_t value, int copy, int part) {
    return registers_of_[(value * shape_.copies + copy) * 2 + part];
  }
  int32_t& slot(int32_t value, int copy, int part) {
    return slots_of_[(value * shape_.copies + copy) * 2 + part];
  }
  bool dies(const Operation& operation, int k) const {
    return operation.next_use[k] == kNever && !block_.is_external(operation.operands[k]);
  }
  int in_register(int32_t value, int copy, int part);
  Pair in_registers(int32_t value, int copy);
  int result(int32_t i, int copy, int part);
  int result_over_operand(int32_t i, int copy, int part);
  Pair results(int32_t i, int copy);
  bool is_in_memory(int32_t value, int copy, int part);
  Source source(int32_t value, int copy, int part, bool allow_memory);
  void release(int32_t value, int copy);
  void end_copy(const Operation& operation, int copy);
  void end_operation(int32_t i);
  void load_external(int d, const External& external);
  int32_t take_slot();

  void compute(int32_t i);
  void compute_copy(int32_t i, int copy);
  void fma(int32_t i, int copy, int part);
  void ordinary(int32_t i, int copy);
  bool is_number(int32_t value, bool or_zero) const;
  bool extreme_of_constant(int32_t i, int copy);
  void comparison(int32_t i, int copy);
  void compare_select(int32_t i, int copy);
  void selection(int32_t i, int copy);
  void bitcast(int32_t i, int copy);
  void save(int32_t i);
  void fold(int32_t i);
  void fold_in_registers(int32_t i, Fold& fold);
  void fold_in_scratch(int32_t i, const Fold& fold);

  // body_load.cpp and body_store.cpp
  // In vectors from kColumn.
  int column_of(int copy) const { return shape_.is_down ? shape_.first : shape_.first + copy; }
  Xbyak::Reg64 pointer(uint32_t access, int copy);
  Xbyak::RegExp element(const Xbyak::Reg64& base, int size, int copy, int part) const;
  Xbyak::RegExp home_element(const Home& home, Type type, int copy, int part) const;
  DType dtype_of(uint32_t access) const { return machine_.kernel.accesses[access].dtype; }
  int size_of(uint32_t access) const { return static_cast<int>(lazuli::size_of(dtype_of(access))); }
  // Whether a tail of such elements goes lane by lane, no mask covering it.
  bool is_staged(int size) const { return shape_.is_masked && size < 4 && !set_.masks_bytes(); }
  void number(int32_t i);
  void load(int32_t i);
  void load_uniform(int32_t i);
  void load_unit(int32_t i);
  void load_any(int32_t i);
  void load_staged(int32_t i);
  void load_ramp(int32_t i);
  void load_into(int d, const Operation& operation, int copy, int part);
  void load_element(int d, const Xbyak::RegExp& from, DType dtype);
  void load_vector(int d, const Xbyak::Reg64& base, DType dtype, int copy, int part);
  void from_stage(int32_t i, int copy, int32_t stage);
  void gather(int32_t i);
  bool gather_row(int32_t i);
  bool gather_vectors(int32_t i);
  void gather_lanes(int32_t i);
  void set_fault(uint32_t access);
  void store(int32_t i);
  void store_uniform(int32_t i);
  void store_unit(int32_t i);
  void store_any(int32_t i);
  void store_staged(int32_t i);
  void prepare_stride(uint32_t access);
  void first_address(uint32_t access, int copy);
  void count_lanes(int copy);
  void read_word(const Xbyak::RegExp& from, int size);
  void write_word(const Xbyak::RegExp& to, int size);
  void move_lane(const Xbyak::RegExp& to, const Xbyak::RegExp& from, int size);
  void next_lane(uint32_t access);

  Machine& machine_;
  Xbyak::CodeGenerator& code_;
  Registers& registers_;
  VectorSet& set_;
  const LoweredBlock& block_;
  Shape shape_;
  std::vector<int32_t> next_use_;
  std::vector<int8_t> registers_of_;  // by value of the block, copy, part
  std::vector<int32_t> slots_of_;     // where it was saved; -1: nowhere
  std::vector<int8_t> cached_;        // by external
  std::vector<bool> pinned_;
  std::vector<int32_t> free_slots_;
};

}  // namespace lazuli::jit
