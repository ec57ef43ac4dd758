#include "lazuli/backends/cpu/jit/body.h"

#include <algorithm>

#include "lazuli/base/check.h"

namespace lazuli::jit {

using kernel::Primitive;
using kernel::Type;
using Kind = Operation::Kind;

Body::Body(Machine& machine, const LoweredBlock& block)
    : machine_(machine),
      code_(machine.code),
      registers_(machine.registers),
      set_(machine.set),
      block_(block),
      next_use_(block.operations.size() + block.externals.size(), kNever),
      cached_(block.externals.size(), -1),
      pinned_(block.externals.size(), false) {
  registers_.set_client(this);
}

Body::~Body() { registers_.set_client(nullptr); }

void Body::pin(int count) {
  std::vector<std::pair<int32_t, int32_t>> order;  // uses, external
  for (size_t i = 0; i < block_.externals.size(); ++i) {
    if (block_.externals[i].uses > 0) {
      order.emplace_back(-block_.externals[i].uses, static_cast<int32_t>(i));
    }
  }
  std::sort(order.begin(), order.end());
  for (const auto& [uses, e] : order) {
    if (count-- <= 0) return;
    const int index = registers_.take();
    load_external(index, block_.externals[e]);
    cached_[e] = static_cast<int8_t>(index);
    pinned_[e] = true;
  }
}

void Body::unpin() {
  for (size_t e = 0; e < cached_.size(); ++e) {
    if (!pinned_[e]) continue;
    registers_.give_back(cached_[e]);
    cached_[e] = -1;
    pinned_[e] = false;
  }
}

void Body::emit(const Shape& shape) {
  shape_ = shape;
  const size_t places = block_.operations.size() * shape.copies * 2;
  registers_of_.assign(places, -1);
  slots_of_.assign(places, -1);
  for (int32_t i = 0; i < block_.size(); ++i) next_use_[i] = block_.operations[i].first_use;
  for (size_t e = 0; e < block_.externals.size(); ++e) {
    next_use_[block_.size() + e] = block_.externals[e].first_use;
  }
  for (int32_t i = 0; i < block_.size(); ++i) {
    const Operation& operation = block_.operations[i];
    if (operation.is_gone) continue;
    switch (operation.kind) {
      case Kind::compute:
      case Kind::compare_select:
        compute(i);
        break;
      case Kind::number:
        number(i);
        break;
      case Kind::load:
        operation.count > 0 ? gather(i) : load(i);
        break;
      case Kind::load_home:
        for (int u = 0; u < shape_.copies; ++u) {
          for (int p = 0; p < parts(operation.type); ++p) {
            load_into(result(i, u, p), operation, u, p);
          }
        }
        break;
      case Kind::store:
        store(i);
        break;
      case Kind::reduce:
        fold(i);
        break;
    }
    end_operation(i);
  }
}

// --- who is where -------------------------------------------------------------------------------

int32_t Body::take_slot() {
  if (free_slots_.empty()) return machine_.frame.take_vector(set_.bytes());
  const int32_t offset = free_slots_.back();
  free_slots_.pop_back();
  return offset;
}

void Body::evict(int index, const Owner& owner) {
  if (block_.is_external(owner.value)) {
    cached_[owner.value - block_.size()] = -1;
    return;
  }
  int32_t& saved = slot(owner.value, owner.copy, owner.part);
  if (saved < 0) {
    saved = take_slot();
    set_.store(machine_.frame.at(saved), index);
  }
  place(owner.value, owner.copy, owner.part) = -1;
}

void Body::load_external(int d, const External& external) {
  if (external.home.kind == Home::Kind::constant) {
    set_.load_constant(d, external.home.entry, lane_bytes(external.type));
  } else {
    set_.load(d, machine_.frame.at(external.home.offset));
  }
}

int Body::in_register(int32_t value, int copy, int part) {
  if (block_.is_external(value)) {
    int8_t& cached = cached_[value - block_.size()];
    if (cached < 0) {
      const int index = registers_.take();
      load_external(index, block_.external(value));
      registers_.own(index, {value, 0, 0});
      cached = static_cast<int8_t>(index);
    }
    registers_.lock(cached);
    return cached;
  }
  if (place(value, copy, part) < 0) {
    const int index = registers_.take();
    const Operation& operation = block_.operations[value];
    if (operation.is_gone) {
      registers_.lock(index);
      load_into(index, operation, copy, part);
    } else {
      set_.load(index, machine_.frame.at(slot(value, copy, part)));
    }
    registers_.own(index, {value, static_cast<uint8_t>(copy), static_cast<uint8_t>(part)});
    place(value, copy, part) = static_cast<int8_t>(index);
  }
  registers_.lock(place(value, copy, part));
  return place(value, copy, part);
}

// Both halves of a long value; where they are equal, twice the same register.
Pair Body::in_registers(int32_t value, int copy) {
  const int low = in_register(value, copy, 0);
  const bool is_single = block_.is_external(value) || parts(block_.type_of(value)) == 1;
  return {low, is_single ? low : in_register(value, copy, 1)};
}

int Body::result(int32_t i, int copy, int part) {
  const int index = registers_.take();
  registers_.own(index, {i, static_cast<uint8_t>(copy), static_cast<uint8_t>(part)});
  registers_.lock(index);
  place(i, copy, part) = static_cast<int8_t>(index);
  return index;
}

// The register of an operand that is not used again, else a fresh one.
int Body::result_over_operand(int32_t i, int copy, int part) {
  const Operation& operation = block_.operations[i];
  for (int k = 0; k < operation.count; ++k) {
    if (!dies(operation, k)) continue;
    int8_t& held = place(operation.operands[k], copy, part);
    if (held < 0) continue;
    const int index = held;
    held = -1;
    registers_.own(index, {i, static_cast<uint8_t>(copy), static_cast<uint8_t>(part)});
    registers_.lock(index);
    place(i, copy, part) = static_cast<int8_t>(index);
    return index;
  }
  return result(i, copy, part);
}

Pair Body::results(int32_t i, int copy) {
  const int low = result(i, copy, 0);
  return {low, parts(block_.operations[i].type) == 2 ? result(i, copy, 1) : -1};
}

bool Body::is_in_memory(int32_t value, int copy, int part) {
  if (block_.is_external(value)) return cached_[value - block_.size()] < 0;
  if (block_.operations[value].is_gone) return !shape_.is_masked;
  return place(value, copy, part) < 0;
}

Body::Source Body::source(int32_t value, int copy, int part, bool allow_memory) {
  Source source{Xbyak::Xmm(0), code_.ptr[Xbyak::util::rsp], false};
  if (allow_memory && is_in_memory(value, copy, part)) {
    source.is_memory = true;
    if (block_.is_external(value)) {
      const Home& home = block_.external(value).home;
      source.memory = home.kind == Home::Kind::constant ? set_.constant(home.entry)
                                                        : code_.ptr[machine_.frame.at(home.offset)];
      // One load serves all copies where registers are plenty.
      const bool is_plenty = registers_.free_count() > shape_.copies + 2;
      if (shape_.copies == 1 || !is_plenty) return source;
      source.is_memory = false;
    } else if (block_.operations[value].is_gone) {
      const Operation& operation = block_.operations[value];
      source.memory = operation.kind == Kind::load_home
                          ? code_.ptr[home_element(operation.home, operation.type, copy, part)]
                          : code_.ptr[element(pointer(operation.index, copy),
                                              size_of(operation.index), copy, part)];
      return source;
    } else {
      source.memory = code_.ptr[machine_.frame.at(slot(value, copy, part))];
      return source;
    }
  }
  source.reg = set_.vector(in_register(value, copy, part));
  return source;
}

void Body::release(int32_t value, int copy) {
  for (int p = 0; p < 2; ++p) {
    int8_t& held = place(value, copy, p);
    if (held >= 0) registers_.give_back(held);
    held = -1;
    int32_t& saved = slot(value, copy, p);
    if (saved >= 0) free_slots_.push_back(saved);
    saved = -1;
  }
}

void Body::end_copy(const Operation& operation, int copy) {
  registers_.unlock_all();
  for (int k = 0; k < operation.count; ++k) {
    if (dies(operation, k)) release(operation.operands[k], copy);
  }
}

// After all copies of an operation.
void Body::end_operation(int32_t i) {
  const Operation& operation = block_.operations[i];
  registers_.unlock_all();
  if (operation.kind != Kind::load_home && operation.home.kind != Home::Kind::none) save(i);
  for (int k = 0; k < operation.count; ++k) {
    const int32_t value = operation.operands[k];
    next_use_[value] = operation.next_use[k];
    if (operation.next_use[k] != kNever) continue;
    if (!block_.is_external(value)) {
      for (int u = 0; u < shape_.copies; ++u) release(value, u);
      continue;
    }
    const int32_t e = value - block_.size();
    if (cached_[e] < 0 || pinned_[e]) continue;
    registers_.give_back(cached_[e]);
    cached_[e] = -1;
  }
  if (operation.first_use != kNever) return;
  for (int u = 0; u < shape_.copies; ++u) release(i, u);
}

void Body::save(int32_t i) {
  const Operation& operation = block_.operations[i];
  for (int u = 0; u < shape_.copies; ++u) {
    for (int p = 0; p < parts(operation.type); ++p) {
      const int index = in_register(i, u, p);
      operation.home.kind == Home::Kind::frame
          ? set_.store(machine_.frame.at(operation.home.offset), index)
          : set_.store(home_element(operation.home, operation.type, u, p), index);
    }
    registers_.unlock_all();
  }
}

}  // namespace lazuli::jit
