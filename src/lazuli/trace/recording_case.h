// A tape under test with short names for a few calls, and a stand-in for evaluation that gives
// buffers without contents.
#pragma once

#include <algorithm>
#include <bit>
#include <mutex>
#include <random>
#include <vector>

#include "lazuli/base/metrics.h"
#include "lazuli/trace/tape.h"

namespace lazuli::trace {

inline Ref<Value> make_data(const Shape& shape, DType dtype = kFloat32) {
  const TensorType type{dtype, shape};
  return Value::of_buffer(type, contiguous(shape),
                          runtime::Buffer::allocated(type.numel() * size_of(dtype)));
}

inline CallOperand operand_of(const Ref<Value>& value) {
  CallOperand operand;
  operand.value = value.get();
  return operand;
}
inline CallOperand number(float value) {
  return {CallOperand::Kind::number, kFloat32, nullptr, std::bit_cast<uint32_t>(value)};
}
inline CallOperand constant(float value) {
  return {CallOperand::Kind::constant, kFloat32, nullptr, std::bit_cast<uint32_t>(value)};
}

// How often a counter moves while it lives.
class Counted {
 public:
  explicit Counted(metrics::Counter counter)
      : counter_(counter), before_(metrics::value(counter)) {}
  uint64_t operator()() const { return metrics::value(counter_) - before_; }

 private:
  metrics::Counter counter_;
  uint64_t before_;
};

class Recording {
 public:
  explicit Recording(Trie& trie) : trie(trie), tape(trie) {}

  Ref<Value> record(op::OpKind kind, const std::vector<CallOperand>& operands,
                    const std::vector<int64_t>& attributes = {},
                    const std::vector<int64_t>& sizes = {},
                    const std::vector<int64_t>& offsets = {}) {
    SourceLocation at;
    at.file = "case.cpp";
    at.line = ++line;
    Ref<Value> result;
    std::lock_guard<SpinLock> lock(tape.lock());
    recorded = tape.record({kind, operands, attributes, sizes, offsets, at}, result);
    return result;
  }
  Ref<Value> neg(const Ref<Value>& a) { return record(op::OpKind::neg, {operand_of(a)}); }
  Ref<Value> add(const Ref<Value>& a, const Ref<Value>& b, float alpha = 1) {
    return record(op::OpKind::add, {operand_of(a), operand_of(b), number(alpha)});
  }
  Ref<Value> sub(const Ref<Value>& a, const Ref<Value>& b) {
    return record(op::OpKind::sub, {operand_of(a), operand_of(b), constant(1)});
  }
  Ref<Value> mm(const Ref<Value>& a, const Ref<Value>& b) {
    return record(op::OpKind::mm, {operand_of(a), operand_of(b)});
  }
  Ref<Value> narrow(const Ref<Value>& a, int64_t dim, int64_t start, int64_t length) {
    return record(op::OpKind::narrow, {operand_of(a)}, {dim}, {length}, {start});
  }
  Ref<Value> cat(const std::vector<Ref<Value>>& values, int64_t dim) {
    std::vector<CallOperand> operands;
    for (const Ref<Value>& value : values) operands.push_back(operand_of(value));
    return record(op::OpKind::cat, operands, {dim});
  }

  // What the executor does with the first `count` entries.
  void evaluate(size_t count) {
    std::lock_guard<SpinLock> lock(tape.lock());
    const uint64_t now = trie.tick();
    for (size_t i = 0; i < count; ++i) {
      tape.entries()[i].node->stamp.store(now);
      const TensorType& type = tape.entries()[i].value->type();
      tape.entries()[i].value->set_buffer(
          runtime::Buffer::pending(type.numel() * size_of(type.dtype)));
    }
    tape.drop_prefix(count);
  }
  void evaluate() { evaluate(tape.entries().size()); }

  Trie& trie;
  Tape tape;
  Recorded recorded = Recorded::done;
  uint32_t line = 0;
};

// A program that a seed determines, over matrices of `extent` x `extent`.
inline void record_random(Recording& recording, uint64_t seed, const std::vector<Ref<Value>>& data,
                          int count, int64_t extent) {
  std::mt19937_64 random(seed);
  std::vector<Ref<Value>> values = data;
  const auto any = [&] { return values[random() % values.size()]; };
  for (int i = 0; i < count; ++i) {
    switch (random() % 5) {
      case 0:
        values.push_back(recording.neg(any()));
        break;
      case 1:
        values.push_back(recording.mm(any(), any()));
        break;
      case 2:
        values.push_back(recording.add(any(), any(), static_cast<float>(random() % 7)));
        break;
      case 3: {
        const Ref<Value> half = recording.narrow(any(), 0, static_cast<int64_t>(random() % 3), 1);
        const Ref<Value> rest = recording.narrow(any(), 0, 1, extent - 1);
        values.push_back(recording.cat({half, rest}, 0));
        break;
      }
      default:
        values.push_back(recording.sub(any(), any()));
        break;
    }
    if (values.size() > 12) values.erase(values.begin());
  }
}

}  // namespace lazuli::trace
