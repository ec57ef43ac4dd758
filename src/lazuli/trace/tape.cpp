#include "lazuli/trace/tape.h"

#include <algorithm>

#include "lazuli/base/check.h"
#include "lazuli/base/hash.h"
#include "lazuli/base/metrics.h"
#include "lazuli/trace/period.h"
#include "lazuli/trace/types.h"

namespace lazuli::trace {
namespace {

// A parameter mark: the stretch, the tape's number and the index.
constexpr int kIndexBits = 20;
constexpr int kNumberBits = 12;
constexpr uint64_t kNumberMask = (1u << kNumberBits) - 1;
constexpr size_t kInlineOperands = 8;

std::atomic<uint64_t> tape_count{0};

// Of a call whose skeleton is the node's: as many ids and sizes.
bool is_memo_of(const Memo& memo, const Call& call) {
  const uint64_t* id = memo.ids.data();
  for (const CallOperand& operand : call.operands) {
    if (operand.kind == CallOperand::Kind::value && operand.value->type_id() != *id++) return false;
  }
  return std::equal(call.sizes.begin(), call.sizes.end(), memo.sizes.data());
}

}  // namespace

Tape::Tape(Trie& trie)
    : trie_(trie),
      cursor_(trie.root()),
      number_(tape_count.fetch_add(1, std::memory_order_relaxed) & kNumberMask) {
  begin();
}

void Tape::begin() {
  serial_ = (uint64_t{++stretch_} << kNumberBits) | number_;
  cursor_ = trie_.root();
  result_bytes_ = 0;
  thread_changes = 0;
}

Recorded Tape::record(const Call& call, Ref<Value>& result) {
  return append(call, nullptr, result);
}

uint32_t Tape::parameter_index(Value& value) {
  const uint64_t mark = value.parameter_mark().load(std::memory_order_relaxed);
  const uint32_t marked = static_cast<uint32_t>(mark & ((1u << kIndexBits) - 1));
  const bool is_ours = (mark >> kIndexBits) == serial_;
  // The table decides: a mark outlives a call that threw and took its parameters back.
  if (is_ours && marked < parameters_.size() && parameters_[marked].get() == &value) return marked;
  uint32_t index = static_cast<uint32_t>(parameters_.size());
  // Another tape may have marked it since this one did. A value that nobody has marked or this tape
  // marked last, earlier than now, needs no search.
  if (mark != 0 && (mark >> kIndexBits & kNumberMask) != number_) {
    for (uint32_t i = 0; i < parameters_.size(); ++i) {
      if (parameters_[i].get() == &value) index = i;
    }
  }
  if (index == parameters_.size()) parameters_.push_back(Ref<Value>::share(&value));
  value.parameter_mark().store((serial_ << kIndexBits) | index, std::memory_order_relaxed);
  return index;
}

const Memo& Tape::infer(Node& node, const Call& call) {
  auto memo = std::make_unique<Memo>();
  std::vector<TensorType> types;
  types.reserve(call.operands.size());
  for (const CallOperand& operand : call.operands) {
    if (operand.kind == CallOperand::Kind::value) {
      memo->ids.push_back(operand.value->type_id());
      types.push_back(operand.value->type());
    } else {
      types.push_back({operand.dtype, Shape{}});
    }
  }
  memo->sizes = SmallVector<int64_t, 4>(call.sizes);
  memo->result = op::infer({call.kind, types, call.attributes, call.sizes});
  memo->result_id = type_id_of(memo->result);
  memo->result_bytes = memo->result.numel() * size_of(memo->result.dtype);
  metrics::count(metrics::Counter::types_inferred);
  const Memo& remembered = *memo;
  trie_.remember(&node, std::move(memo));
  return remembered;
}

Recorded Tape::append(const Call& call, Value* existing, Ref<Value>& result) {
  const size_t count = call.operands.size();
  LZ_ASSERT(call.sizes.size() <= kMaxRank, "an entry has {} sizes", call.sizes.size());
  alignas(Wire) std::byte inline_wires[sizeof(Wire) * kInlineOperands];
  std::vector<Wire> many;
  Wire* wires = reinterpret_cast<Wire*>(inline_wires);
  if (count > kInlineOperands) {
    many.resize(count);
    wires = many.data();
  }
  const size_t known_parameters = parameters_.size();
  for (size_t i = 0; i < count; ++i) {
    const CallOperand& operand = call.operands[i];
    Wire* wire = new (&wires[i]) Wire;
    switch (operand.kind) {
      case CallOperand::Kind::value: {
        Tape* tape = operand.value->tape();
        if (tape == this) {
          wire->index = operand.value->slot();
        } else if (tape == nullptr) {
          wire->kind = Wire::Kind::parameter;
          wire->index = parameter_index(*operand.value);
        } else {
          parameters_.resize(known_parameters);
          return Recorded::other_tape;
        }
        break;
      }
      case CallOperand::Kind::number:
        wire->kind = Wire::Kind::number;
        wire->dtype = operand.dtype;
        break;
      case CallOperand::Kind::constant:
        wire->kind = Wire::Kind::constant;
        wire->dtype = operand.dtype;
        wire->bits = operand.bits;
        break;
    }
  }
  const Skeleton skeleton{call.kind,
                          {wires, count},
                          call.attributes,
                          static_cast<uint8_t>(call.sizes.size()),
                          static_cast<uint8_t>(call.offsets.size())};
  Node* node = cursor_->last_taken.load(std::memory_order_acquire);
  if (!node || !matches(*node, skeleton)) [[unlikely]] {
    try {
      node = trie_.child(cursor_, skeleton);
    } catch (...) {
      parameters_.resize(known_parameters);
      throw;
    }
  }
  const Memo* memo = node->memos.load(std::memory_order_acquire);
  while (memo && !is_memo_of(*memo, call)) memo = memo->next.load(std::memory_order_acquire);
  if (!memo) [[unlikely]] {
    try {
      memo = &infer(*node, call);
    } catch (...) {
      parameters_.resize(known_parameters);
      throw;
    }
  }

  const uint32_t slot = static_cast<uint32_t>(entries_.size());
  Ref<Value> entered;
  if (existing) {
    existing->move_to_slot(this, slot);
    result = Ref<Value>::share(existing);
    entered = result;
  } else {
    result = Value::pending(memo->result, memo->result_id, this, slot);
    entered = Ref<Value>::share_unseen(result.get());
  }
  entries_.push_back({node, std::move(entered), call.at, static_cast<uint32_t>(words_.size()),
                      static_cast<uint32_t>(sizes_.size())});
  for (const CallOperand& operand : call.operands) {
    if (operand.kind == CallOperand::Kind::number) words_.push_back(operand.bits);
  }
  for (int64_t offset : call.offsets) words_.push_back(static_cast<uint64_t>(offset));
  for (int64_t size : call.sizes) sizes_.push_back(size);
  cursor_ = node;
  result_bytes_ += memo->result_bytes;
  const bool full = entries_.size() >= kMaxEntries || result_bytes_ >= kMaxBytes;
  return full ? Recorded::cut_due : Recorded::done;
}

size_t Tape::choose_cut() const {
  std::vector<uint64_t> signatures;
  signatures.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    uint64_t signature = hash_combine(static_cast<uint64_t>(entry.node->kind),
                                      static_cast<uint64_t>(entry.node->operand_count));
    for (int i = 0; i < entry.node->attribute_count; ++i) {
      signature = hash_combine(signature, static_cast<uint64_t>(entry.node->attributes[i]));
    }
    signatures.push_back(signature);
  }
  return last_repetition(signatures);
}

void Tape::drop_prefix(size_t count) {
  if (count == entries_.size()) {
    entries_.clear();
    parameters_.clear();
    words_.clear();
    sizes_.clear();
    replaced.clear();
    begin();
    return;
  }
  const std::vector<Entry> entries = std::move(entries_);
  const std::vector<Ref<Value>> parameters = std::move(parameters_);
  const std::vector<uint64_t> words = std::move(words_);
  const std::vector<int64_t> sizes = std::move(sizes_);
  entries_.clear();
  parameters_.clear();
  words_.clear();
  sizes_.clear();
  begin();
  std::vector<CallOperand> operands;
  std::vector<int64_t> offsets;
  for (size_t i = count; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    const Node& node = *entry.node;
    const uint64_t* word = words.data() + entry.first_word;
    operands.clear();
    for (const Wire& wire : node.wiring()) {
      CallOperand operand;
      operand.dtype = wire.dtype;
      switch (wire.kind) {
        case Wire::Kind::slot:
          operand.value = entries[wire.index].value.get();
          break;
        case Wire::Kind::parameter:
          operand.value = parameters[wire.index].get();
          break;
        case Wire::Kind::number:
          operand.kind = CallOperand::Kind::number;
          operand.bits = *word++;
          break;
        case Wire::Kind::constant:
          operand.kind = CallOperand::Kind::constant;
          operand.bits = wire.bits;
          break;
      }
      operands.push_back(operand);
    }
    offsets.assign(word, word + node.offset_count);
    Ref<Value> result;
    const Recorded recorded = append({node.kind,
                                      operands,
                                      {node.attributes, node.attribute_count},
                                      {sizes.data() + entry.first_size, node.size_count},
                                      offsets,
                                      entry.at},
                                     entry.value.get(), result);
    LZ_ASSERT(recorded != Recorded::other_tape, "a moved entry names a value of another tape");
  }
  std::vector<Replaced> kept;
  for (Replaced& each : replaced) {
    if (each.slots[0] < count) continue;
    for (uint32_t& slot : each.slots) slot -= static_cast<uint32_t>(count);
    each.holder().note.store(static_cast<uint32_t>(kept.size()), std::memory_order_relaxed);
    kept.push_back(std::move(each));
  }
  replaced = std::move(kept);
}

void Tape::note_replaced(const Holder& holder, Ref<Value> before, uint32_t slot) {
  if (before->tape() == this) {
    const uint32_t note = holder.note.load(std::memory_order_relaxed);
    if (note < replaced.size() && &replaced[note].holder() == &holder) {
      replaced[note].slots.push_back(slot);
    }
    return;
  }
  holder.note.store(static_cast<uint32_t>(replaced.size()), std::memory_order_relaxed);
  replaced.emplace_back(holder, std::move(before), slot);
}

size_t Replaced::slots_before(size_t count) const {
  size_t found = slots.size();
  while (found > 0 && slots[found - 1] >= count) --found;
  return found;
}

}  // namespace lazuli::trace
