#include "lazuli/exec/evaluation.h"

#include <algorithm>
#include <bit>

#include "lazuli/base/env.h"

namespace lazuli::exec {

void Evaluation::read(trace::Tape& tape, size_t entries) {
  count = entries;
  // What the program has let go of since it was written needs no value, whatever happens.
  std::erase_if(tape.replaced,
                [](const trace::Replaced& each) { return each.holder().holder_references() == 1; });
  find_live(tape);
  place_parameters(tape);
  key.mode = env::verify() | (static_cast<uint32_t>(env::cpu()) << 8);
}

void Evaluation::find_live(const trace::Tape& tape) {
  const std::vector<trace::Entry>& entries = tape.entries();
  key.live.assign((count + 63) / 64, 0);
  live.clear();
  const auto mark = [&](size_t slot) { key.live[slot / 64] |= uint64_t{1} << (slot % 64); };
  for (size_t i = 0; i < count; ++i) {
    if (entries[i].value->reference_count() > 1) mark(i);
  }
  // A variable that entries on both sides of the cut write may have to be put back to what it was
  // in between.
  for (const trace::Replaced& each : tape.replaced) {
    const size_t before = each.slots_before(count);
    if (before > 0 && before < each.slots.size()) mark(each.slots[before - 1]);
  }
  for (size_t i = count; i < entries.size(); ++i) {
    for (const trace::Wire& wire : entries[i].node->wiring()) {
      if (wire.kind == trace::Wire::Kind::slot && wire.index < count) mark(wire.index);
    }
  }
  for (size_t word = 0; word < key.live.size(); ++word) {
    for (uint64_t bits = key.live[word]; bits != 0; bits &= bits - 1) {
      live.push_back(static_cast<uint32_t>(word * 64) +
                     static_cast<uint32_t>(std::countr_zero(bits)));
    }
  }
}

uint32_t Evaluation::number_memory(runtime::Buffer* buffer) {
  const size_t mask = numbers_.size() - 1;
  size_t at = (reinterpret_cast<uintptr_t>(buffer) >> 6) * 0x9e3779b1u & mask;
  while (numbers_[at].first && numbers_[at].first != buffer) at = (at + 1) & mask;
  if (!numbers_[at].first) {
    numbers_[at] = {buffer, static_cast<uint32_t>(memories.size())};
    memories.push_back(buffer);
  }
  return numbers_[at].second;
}

void Evaluation::place_parameters(const trace::Tape& tape) {
  const std::vector<trace::Entry>& entries = tape.entries();
  // Parameters are numbered by first use, so what a prefix reads comes first.
  size_t parameter_count = tape.parameters().size();
  size_t word_count = tape.words().size();
  size_t size_count = tape.sizes().size();
  if (count < entries.size()) {
    parameter_count = 0;
    for (size_t i = 0; i < count; ++i) {
      for (const trace::Wire& wire : entries[i].node->wiring()) {
        if (wire.kind == trace::Wire::Kind::parameter) {
          parameter_count = std::max<size_t>(parameter_count, wire.index + 1);
        }
      }
    }
    word_count = entries[count].first_word;
    size_count = entries[count].first_size;
  }
  words.assign(tape.words().begin(), tape.words().begin() + static_cast<ptrdiff_t>(word_count));
  places.clear();
  memories.clear();
  key.sizes.clear();
  numbers_.assign(std::bit_ceil(2 * parameter_count + 1), {nullptr, 0});
  for (size_t i = 0; i < parameter_count; ++i) {
    const trace::Value& value = *tape.parameters()[i];
    const TensorType& type = value.type();
    ParameterPlace place;
    place.memory = number_memory(value.buffer().get());
    key.sizes.push_back(static_cast<int64_t>(type.dtype) | (type.shape.rank() << 8) |
                        (value.is_plain() ? 0 : 1 << 16) | (int64_t{place.memory} << 32));
    for (int64_t extent : type.shape) key.sizes.push_back(extent);
    if (!value.is_plain()) {
      const Layout layout = value.layout();
      for (int64_t stride : layout.strides) key.sizes.push_back(stride);
      place.offset_word = static_cast<uint32_t>(words.size());
      words.push_back(static_cast<uint64_t>(layout.offset));
    }
    places.push_back(place);
  }
  key.sizes.insert(key.sizes.end(), tape.sizes().begin(),
                   tape.sizes().begin() + static_cast<ptrdiff_t>(size_count));
}

}  // namespace lazuli::exec
