#include "lazuli/backends/cpu/jit/lower.h"

#include <algorithm>

namespace lazuli::jit {
namespace {

using kernel::Access;
using kernel::Instruction;
using kernel::Primitive;
using kernel::Step;
using kernel::Type;
using kernel::ValueId;
using Kind = Operation::Kind;

constexpr int32_t kFurthestFusion = 8;  // operations between a comparison and its selection

bool is_comparison(Primitive primitive) {
  return primitive == Primitive::eq || primitive == Primitive::ne || primitive == Primitive::lt ||
         primitive == Primitive::le;
}

class Lowering {
 public:
  Lowering(const kernel::Kernel& kernel, const kernel::Block& block, const std::vector<Home>& homes,
           const VectorSet& set, bool is_uniform, std::vector<int32_t>& places)
      : kernel_(kernel),
        block_(block),
        homes_(homes),
        set_(set),
        is_uniform_(is_uniform),
        places_(places) {}

  LoweredBlock run() {
    out_.operations.reserve(block_.last - block_.first + 8);
    for (uint32_t i = block_.first; i < block_.last; ++i) add(static_cast<ValueId>(i));
    number_externals();
    if (set_.fuses_compare()) fuse_comparisons();
    fold_loads();
    find_next_uses();
    for (const External& external : out_.externals) places_[external.value] = -1;
    return std::move(out_);
  }

 private:
  // Externals are named -2 - position until the number of operations is known.
  int32_t place_of(ValueId value) {
    if (places_[value] != -1) return places_[value];
    const Home& home = homes_[value];
    const Type type = kernel_.code[value].type;
    if (home.kind == Home::Kind::column) {
      Operation operation;
      operation.kind = Kind::load_home;
      operation.primitive = Primitive::load;
      operation.type = type;
      operation.home = home;
      operation.value = value;
      columns_.push_back(value);
      return places_[value] = push(operation);
    }
    out_.externals.push_back({value, type, home});
    return places_[value] = -1 - static_cast<int32_t>(out_.externals.size());
  }

  int32_t push(const Operation& operation) {
    out_.operations.push_back(operation);
    return out_.size() - 1;
  }

  void add(ValueId id) {
    const Instruction& instruction = kernel_.code[id];
    if (instruction.primitive == Primitive::constant) return;
    Operation operation;
    operation.primitive = instruction.primitive;
    operation.type = instruction.type;
    operation.index = instruction.index;
    operation.bits = instruction.bits;
    operation.value = id;
    operation.home = homes_[id];
    for (const ValueId operand : instruction.operands) {
      if (operand == kernel::kNoValue) break;
      operation.operands[operation.count++] = place_of(operand);
    }
    if (operation.count > 0) operation.source = kernel_.code[instruction.operands[0]].type;
    switch (instruction.primitive) {
      case Primitive::number:
        operation.kind = Kind::number;
        break;
      case Primitive::load:
        operation.kind = Kind::load;
        break;
      case Primitive::store:
        operation.kind = Kind::store;
        out_.stores = true;
        break;
      case Primitive::reduce:
        operation.kind = Kind::reduce;
        operation.home = {};
        break;
      default:
        break;
    }
    places_[id] = push(operation);
  }

  void number_externals() {
    const int32_t size = out_.size();
    for (Operation& operation : out_.operations) {
      for (int k = 0; k < operation.count; ++k) {
        int32_t& operand = operation.operands[k];
        if (operand < -1) operand = size - 2 - operand;
      }
    }
    for (uint32_t i = block_.first; i < block_.last; ++i) places_[i] = -1;
    for (const ValueId value : columns_) places_[value] = -1;
    uses_.assign(size, 0);
    user_.assign(size, -1);
    for (int32_t i = 0; i < size; ++i) count_uses(i, 1);
  }

  void count_uses(int32_t i, int amount) {
    const Operation& operation = out_.operations[i];
    for (int k = 0; k < operation.count; ++k) {
      const int32_t operand = operation.operands[k];
      if (operand >= out_.size()) {
        out_.externals[operand - out_.size()].uses += amount;
      } else {
        uses_[operand] += amount;
        user_[operand] = i;
      }
    }
  }

  // Also into each of several selections: comparing anew costs less than a mask's way through a
  // vector register.
  void fuse_comparisons() {
    for (int32_t i = 0; i < out_.size(); ++i) {
      Operation& select = out_.operations[i];
      if (select.primitive != Primitive::select) continue;
      const int32_t place = select.operands[0];
      if (place >= out_.size() || i - place > kFurthestFusion) continue;
      Operation& mask = out_.operations[place];
      if (!is_comparison(mask.primitive) || is_long(mask.source) != is_long(select.type) ||
          mask.home.kind != Home::Kind::none) {
        continue;
      }
      count_uses(i, -1);
      select.kind = Kind::compare_select;
      select.comparison = mask.primitive;
      select.compared = mask.source;
      select.operands[3] = select.operands[2];
      select.operands[2] = select.operands[1];
      select.operands[0] = mask.operands[0];
      select.operands[1] = mask.operands[1];
      select.count = 4;
      count_uses(i, 1);  // the mask may be among what is selected
      if (uses_[place] > 0) continue;
      count_uses(place, -1);
      mask.is_gone = true;
    }
  }

  // The operands that may be memory when the others are registers.
  uint32_t memory_operands(const Operation& operation) const {
    if (operation.kind == Kind::compare_select) return kSecond;
    if (operation.kind != Kind::compute) return 0;
    const Type type = is_comparison(operation.primitive) ? operation.source : operation.type;
    return set_.memory_operands(operation.primitive, type);
  }

  bool may_fold(const Operation& operation) const {
    if (operation.kind == Kind::load_home) return true;
    if (operation.kind != Kind::load || operation.count > 0 || is_uniform_) return false;
    const Access& access = kernel_.accesses[operation.index];
    return access.kind == Access::Kind::buffer && access.step == Step::unit &&
           size_of(access.dtype) >= 4;
  }

  // A load with one use becomes its memory operand, unless a store lies between: it may be to the
  // same memory.
  void fold_loads() {
    int32_t last_store = -1;
    std::vector<int32_t>& stores = stores_before_;
    stores.resize(out_.size());
    for (int32_t i = 0; i < out_.size(); ++i) {
      stores[i] = last_store;
      if (out_.operations[i].kind == Kind::store) last_store = i;
    }
    for (int32_t i = 0; i < out_.size(); ++i) {
      Operation& load = out_.operations[i];
      if (uses_[i] != 1 || load.is_gone || load.home.kind == Home::Kind::frame || !may_fold(load)) {
        continue;
      }
      if (load.kind == Kind::load && load.home.kind != Home::Kind::none) continue;
      const Operation& user = out_.operations[user_[i]];
      if (stores[user_[i]] > i) continue;
      const uint32_t allowed = memory_operands(user);
      bool fits = false;
      for (int k = 0; k < user.count; ++k) {
        const int32_t operand = user.operands[k];
        if (operand == i) {
          fits = allowed >> k & 1;
        } else if (operand < out_.size() && out_.operations[operand].is_gone) {
          fits = false;
          break;
        }
      }
      load.is_gone = fits;
    }
  }

  // A gather may fail, so it stays.
  static bool is_without_effect(const Operation& operation) {
    const bool is_gather = operation.kind == Kind::load && operation.count > 0;
    return operation.kind != Kind::store && operation.kind != Kind::reduce && !is_gather &&
           operation.home.kind == Home::Kind::none;
  }

  int parts(Type type) const { return is_long(type) && !is_uniform_ ? 2 : 1; }

  void find_next_uses() {
    const int32_t size = out_.size();
    next_.assign(size + out_.externals.size(), kNever);
    int live = 0;
    for (int32_t i = size - 1; i >= 0; --i) {
      Operation& operation = out_.operations[i];
      operation.first_use = next_[i];
      if (operation.first_use == kNever && is_without_effect(operation)) operation.is_gone = true;
      const bool is_seen = !operation.is_gone;
      if (is_seen && operation.first_use != kNever) live -= parts(operation.type);
      if (!is_seen) continue;
      for (int k = 0; k < operation.count; ++k) {
        operation.next_use[k] = next_[operation.operands[k]];
      }
      for (int k = 0; k < operation.count; ++k) {
        const int32_t operand = operation.operands[k];
        if (next_[operand] == kNever && operand < size && !out_.operations[operand].is_gone) {
          live += parts(out_.operations[operand].type);
        }
        next_[operand] = i;
      }
      const bool is_gather = operation.kind == Kind::load && operation.count > 0;
      out_.pressure = std::max(out_.pressure, live + (is_gather ? parts(operation.type) : 1));
    }
    for (size_t e = 0; e < out_.externals.size(); ++e) {
      out_.externals[e].first_use = next_[size + e];
    }
  }

  const kernel::Kernel& kernel_;
  const kernel::Block& block_;
  const std::vector<Home>& homes_;
  const VectorSet& set_;
  const bool is_uniform_;
  std::vector<int32_t>& places_;
  LoweredBlock out_;
  std::vector<ValueId> columns_;
  std::vector<int32_t> uses_;
  std::vector<int32_t> user_;
  std::vector<int32_t> stores_before_;
  std::vector<int32_t> next_;
};

}  // namespace

LoweredBlock lower(const kernel::Kernel& kernel, const kernel::Block& block,
                   const std::vector<Home>& homes, const VectorSet& set, bool is_uniform,
                   std::vector<int32_t>& places) {
  return Lowering(kernel, block, homes, set, is_uniform, places).run();
}

}  // namespace lazuli::jit
