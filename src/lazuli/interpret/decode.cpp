#include "lazuli/interpret/decode.h"

#include <algorithm>
#include <utility>

#include "lazuli/base/check.h"

namespace lazuli::interpret {
namespace {

using kernel::Form;
using kernel::Instruction;
using kernel::Kernel;
using kernel::kNoValue;
using kernel::Level;
using kernel::Primitive;
using kernel::Type;
using kernel::ValueId;

// Tiles of one lane size, taken and given back.
class TilePool {
 public:
  explicit TilePool(int64_t bytes) : bytes_(bytes) {}
  int64_t take(int64_t& end) {
    if (free_.empty()) {
      end += bytes_;
      return end - bytes_;
    }
    const int64_t offset = free_.back();
    free_.pop_back();
    return offset;
  }
  void give_back(int64_t offset) { free_.push_back(offset); }

 private:
  int64_t bytes_;
  std::vector<int64_t> free_;
};

class Decoder {
 public:
  Decoder(const Kernel& kernel, const TileOperations& functions)
      : kernel_(kernel), functions_(functions), values_(kernel.code.size()) {
    code_.form = kernel.form;
    // A loop over the depth keeps 32 tiles of accumulators, which should stay in the first caches.
    code_.width = kernel.form == Form::columns && kernel.has_reduction() ? kTile / 2 : kTile;
  }

  Code run() {
    classify();
    find_last_uses();
    for (const kernel::Block& block : kernel_.blocks) decode_block(block);
    place_accumulators();
    return std::move(code_);
  }

 private:
  struct Value {
    ValueId home = kNoValue;  // the value whose place this is: bitcasts move nothing
    bool is_uniform = false;
    int64_t offset = -1;
  };

  bool in_rows() const { return kernel_.form == Form::rows; }

  // Finds which values are the same in all lanes of a tile.
  void classify() {
    for (const kernel::Block& block : kernel_.blocks) {
      for (size_t i = block.first; i < block.last; ++i) {
        const Instruction& instruction = kernel_.code[i];
        Value& value = values_[i];
        value.home = instruction.primitive == Primitive::bitcast
                         ? values_[instruction.operands[0]].home
                         : static_cast<ValueId>(i);
        bool uniform = true;
        for (const ValueId operand : instruction.operands) {
          uniform &= operand == kNoValue || values_[operand].is_uniform;
        }
        if (instruction.primitive == Primitive::load) {
          uniform &= kernel_.accesses[instruction.index].step == kernel::Step::none;
        }
        if (instruction.primitive == Primitive::reduce) uniform = in_rows();
        const bool of_the_row = in_rows() && block.level != Level::loop;
        value.is_uniform = uniform || of_the_row;
      }
    }
  }

  // A value from outside a loop is needed until the loop's end, and so is what reductions touch:
  // folding comes after the loop's other code.
  void find_last_uses() {
    std::vector<size_t> last_use(kernel_.code.size());
    for (const kernel::Block& block : kernel_.blocks) {
      for (size_t i = block.first; i < block.last; ++i) {
        const bool reduces = kernel_.code[i].primitive == Primitive::reduce;
        const size_t end = block.last - 1;
        last_use[values_[i].home] = std::max(last_use[values_[i].home], reduces ? end : i);
        for (const ValueId operand : kernel_.code[i].operands) {
          if (operand == kNoValue) continue;
          const ValueId home = values_[operand].home;
          const bool from_outside =
              block.level == Level::loop && static_cast<size_t>(home) < block.first;
          last_use[home] = std::max(last_use[home], from_outside || reduces ? end : i);
        }
      }
    }
    ending_.resize(kernel_.code.size());
    for (size_t i = 0; i < last_use.size(); ++i) {
      if (values_[i].home == static_cast<ValueId>(i)) {
        ending_[last_use[i]].push_back(static_cast<ValueId>(i));
      }
    }
  }

  int64_t take_place(ValueId id) {
    const int64_t bytes = lane_bytes(kernel_.code[id].type);
    if (!values_[id].is_uniform) return (bytes == 8 ? wide_ : narrow_).take(end_);
    end_ += kLanes * bytes;
    return end_ - kLanes * bytes;
  }

  void give_back(ValueId id) {
    if (values_[id].is_uniform || values_[id].offset < 0) return;
    (lane_bytes(kernel_.code[id].type) == 8 ? wide_ : narrow_).give_back(values_[id].offset);
  }

  Place place_of(ValueId id) const {
    const Value& value = values_[values_[id].home];
    return {value.offset, value.is_uniform ? 0 : ~int64_t{0}};
  }

  void decode_block(const kernel::Block& block) {
    Section section;
    section.first = static_cast<uint32_t>(code_.operations.size());
    section.first_reduction = static_cast<uint32_t>(code_.reductions.size());
    for (size_t i = block.first; i < block.last; ++i) {
      decode_instruction(block, static_cast<ValueId>(i));
      for (const ValueId id : ending_[i]) give_back(id);
    }
    section.last = static_cast<uint32_t>(code_.operations.size());
    section.last_reduction = static_cast<uint32_t>(code_.reductions.size());
    code_.sections.push_back(section);
  }

  void decode_instruction(const kernel::Block& block, ValueId id) {
    const Instruction& instruction = kernel_.code[id];
    Operation operation;
    for (int j = 0; j < 3 && instruction.operands[j] != kNoValue; ++j) {
      operation.operands[j] = place_of(instruction.operands[j]);
    }
    if (values_[id].home != id) return;  // a bitcast
    operation.is_store = instruction.primitive == Primitive::store;
    if (!operation.is_store) {
      values_[id].offset = take_place(id);
      operation.result = place_of(id);
    }
    operation.limit = values_[id].is_uniform ? kLanes : kTile;
    operation.bits = instruction.bits;
    switch (instruction.primitive) {
      case Primitive::reduce:
        return decode_reduction(id, operation);
      case Primitive::load:
      case Primitive::store:
        decode_access(block, id, operation);
        break;
      case Primitive::round_to:
        operation.bits = instruction.index;
        operation.function =
            functions_.compute(Primitive::round_to, instruction.type, instruction.type);
        break;
      case Primitive::number:
        operation.bits = instruction.index;
        operation.function =
            functions_.compute(Primitive::number, instruction.type, instruction.type);
        break;
      default:
        operation.function =
            functions_.compute(instruction.primitive, instruction.type, operand_type(instruction));
    }
    LZ_ASSERT(operation.function, "no function for {}", name_of(instruction.primitive));
    code_.operations.push_back(operation);
  }

  Type operand_type(const Instruction& instruction) const {
    const ValueId operand = instruction.operands[instruction.primitive == Primitive::select];
    return operand == kNoValue ? instruction.type : kernel_.code[operand].type;
  }

  void decode_access(const kernel::Block& block, ValueId id, Operation& operation) {
    const Instruction& instruction = kernel_.code[id];
    const kernel::Access& access = kernel_.accesses[instruction.index];
    operation.access = instruction.index;
    operation.step = access.step;
    if (operation.is_store) {
      operation.function = functions_.store(access.dtype);
      operation.is_single = in_rows() && block.level == Level::point;
      return;
    }
    operation.function = functions_.load(access, instruction.operands[0] != kNoValue);
    operation.is_single = values_[id].is_uniform;
  }

  void decode_reduction(ValueId id, const Operation& operation) {
    const Instruction& instruction = kernel_.code[id];
    Reduction reduction;
    reduction.value = operation.operands[0];
    reduction.result = operation.result;
    reduction.limit = operation.limit;
    reduction.type = instruction.type;
    reduction.combine = static_cast<kernel::Combine>(instruction.index);
    reduction.join_two =
        functions_.compute(kernel::join_of(reduction.combine), instruction.type, instruction.type);
    reduction.in_row = functions_.row_reduction(reduction.combine, instruction.type);
    code_.reductions.push_back(reduction);
  }

  // Loops run one after the other, so they share the space of their accumulators.
  void place_accumulators() {
    const int64_t width = in_rows() ? kLanes : code_.width;
    const int64_t bytes = in_rows() ? kAccumulatorBytes : kAccumulatorBytes * code_.width;
    for (const Section& section : code_.sections) {
      for (uint32_t i = section.first_reduction; i < section.last_reduction; ++i) {
        Reduction& reduction = code_.reductions[i];
        reduction.order = i - section.first_reduction;
        reduction.accumulator = end_ + reduction.order * bytes;
        code_.most_reductions = std::max(code_.most_reductions, reduction.order + 1);
      }
    }
    code_.fixed_bytes = end_ + code_.most_reductions * bytes;
    code_.chunk_tile_bytes = width * 8;
  }

  const Kernel& kernel_;
  const TileOperations& functions_;
  Code code_;
  std::vector<Value> values_;
  std::vector<std::vector<ValueId>> ending_;  // values last used by each instruction
  int64_t end_ = 0;
  TilePool narrow_{kTile * 4};
  TilePool wide_{kTile * 8};
};

}  // namespace

Code decode(const Kernel& kernel, const TileOperations& functions) {
  return Decoder(kernel, functions).run();
}

}  // namespace lazuli::interpret
