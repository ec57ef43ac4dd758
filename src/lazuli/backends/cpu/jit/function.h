// Emits the function of one kernel: `void(const kernel::Arguments*)`. It holds all loops: rows,
// columns and depth, chunks and phases of reductions.
#pragma once

#include <xbyak/xbyak.h>

#include <memory>
#include <vector>

#include "lazuli/backends/cpu/jit/assemble.h"
#include "lazuli/backends/cpu/jit/body.h"
#include "lazuli/backends/cpu/jit/lower.h"

namespace lazuli::jit {

// Scratch of a task: `fixed` bytes and `per_chunk` for each chunk of the folded extent.
struct ScratchNeed {
  int64_t fixed = 0;
  int64_t per_chunk = 0;
};

// Registers that a block always has, whatever is pinned: the most that one operation takes.
inline constexpr int kBodyRegisters = 8;

class Function {
 public:
  Function(const kernel::Kernel& kernel, InstructionSet set, uint8_t* buffer, size_t size);

  // Emits everything. Throws Xbyak::Error when the buffer is too small.
  void emit();
  const uint8_t* begin() const { return buffer_; }
  size_t size() const { return static_cast<size_t>(code_.getCurr() - buffer_); }
  size_t entry() const { return entry_; }
  ScratchNeed scratch() const { return scratch_; }

 private:
  using Label = Xbyak::Label;
  // Whether a block's instructions can all take an access's pointer from a general register.
  enum class PointerUse : uint8_t { none, direct, indirect };

  bool in_rows() const { return kernel_.form == kernel::Form::rows; }
  // Phases other than `whole` exist for kernels of one loop.
  bool has_phases() const { return loops_ == 1 && reductions_ > 0; }
  bool groups_rows() const { return groups_rows_; }
  bool waits_for_folds() const;
  Xbyak::Address word(int32_t slot) const;
  Xbyak::Address argument(size_t offset) const;
  Xbyak::Address access_argument(const Xbyak::Reg64& accesses, size_t access, size_t offset) const;

  void find_homes();
  void place_home(kernel::ValueId value, kernel::Level level);
  void add_folds(const kernel::Block& block);
  void emit_prologue();
  void emit_epilogue();
  void set_up_accesses();
  void set_up_lanes(size_t access);
  void emit_once();
  void count_chunks();
  void emit_rows();
  void emit_groups();
  void emit_point(const kernel::Block& block, bool is_first);
  void emit_loop(const kernel::Block& block, Label& end_of_point);

  // Passes over the columns [kColumn, kLimit).
  int choose_copies(const LoweredBlock& block, int reserved) const;
  int pins(const LoweredBlock& block, int copies, int reserved) const;
  int choose_lines(const kernel::Block& block, const LoweredBlock& lowered) const;
  std::vector<PointerUse> pointer_uses(const kernel::Block& block) const;
  void assign_pointers(const kernel::Block& block, int lines = 1);
  void release_pointers();
  void check_alignment(const kernel::Block& block, Label& is_odd);
  void emit_columns(Body& body, const kernel::Block& block, Shape shape);
  void emit_blocks(Body& body, const Shape& shape, int columns,
                   const kernel::Block* prefetched = nullptr);
  void emit_tail(Body& body, const kernel::Block& block, const Shape& shape, int columns);
  void prefetch_ahead(const kernel::Block& block, int columns);
  void prefetch_next_group(int columns);

  // function_rows.cpp: reductions along the columns, and chunks in both forms.
  void emit_row_loop(const kernel::Block& block, Label& end_of_row);
  int take_accumulators();
  void begin_accumulators();
  void join_registers(const Fold& fold);
  void begin_chunks(Label& finish);
  void end_chunk();
  void end_chunks(Label& finish, Label& end_of_point);
  void write_partial(const Fold& fold);
  void read_partials(const Fold& fold);
  void join_chunks(const Fold& fold);
  void entry_address(const Xbyak::Reg64& to, const Fold& fold);
  void partial_address(const Fold& fold);
  int entry_bytes() const { return in_rows() ? 64 : strip_ * 8; }
  Xbyak::RegExp home_of(const Fold& fold, const Xbyak::Reg64& offset) const;

  // function_columns.cpp: strips of columns, and loops over the depth.
  void emit_strips();
  void begin_strip();
  void emit_depth_loop(const kernel::Block& block, Label& end_of_point);
  void set_pointers(const kernel::Block& block, int lines);
  void emit_lines(Body& body, const kernel::Block& block, int lines);
  void emit_depth(Body& body, const kernel::Block& block, const Shape& shape);
  void prefetch_rows(const kernel::Block& block);
  void fill_lanes(const Fold& fold);
  void join_lanes(const Fold& fold);

  const kernel::Kernel& kernel_;
  uint8_t* const buffer_;
  Xbyak::CodeGenerator code_;
  Registers registers_;
  Frame frame_;
  std::unique_ptr<VectorSet> set_;
  Constants constants_;
  Machine machine_;
  int vector_count_;
  size_t entry_ = 0;
  size_t frame_patch_ = 0;
  ScratchNeed scratch_;

  std::vector<Home> homes_;
  std::vector<int32_t> places_;
  std::vector<int32_t> order_;                // of a reduction among all of the kernel
  std::vector<Constants::Entry> identities_;  // by that order
  int loops_ = 0;
  bool groups_rows_ = false;
  int reductions_ = 0;
  bool is_last_loop_ = false;  // the block at hand, of a kernel that groups rows
  size_t most_folds_ = 0;      // reductions of one loop
  int strip_ = 0;              // the most columns of a strip, in Form::columns
  int near_strip_ = 0;         // of one that the caches hold
  int32_t columns_end_ = 0;    // bytes of scratch that homes take
  int32_t lanes_area_ = 0;     // where accumulators lie in scratch
  int32_t chunks_area_ = 0;

  // Places on the stack.
  int32_t stack_ = -1, rows_left_ = -1, row_ = -1, chunk_ = -1, chunk_end_ = -1, chunks_ = -1;
  int32_t strip_first_ = -1, strip_width_ = -1, strip_size_ = -1, depth_left_ = -1, present_ = -1;
  int32_t pitch4_ = -1, pitch8_ = -1, lanes_end_ = -1, is_far_ = -1;
  std::vector<int32_t> row_pointers_;
  std::vector<int32_t> strip_pointers_;
  std::vector<uint32_t> loop_accesses_;  // of the loop over the depth
};

}  // namespace lazuli::jit
