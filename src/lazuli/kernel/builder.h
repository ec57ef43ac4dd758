// Writes a kernel instruction by instruction. Values are placed by what they depend on: what needs
// numbers alone goes to the `once` block, what needs points alone to the point block before the
// current loop, the rest into the current loop. Equal instructions that are in sight are written
// once, constants are folded and exact identities removed (x * 1, fma(1, a, b) -> a + b,
// select(m, x, x), a quotient by a power of two), so a kernel's text depends only on what it
// computes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "lazuli/kernel/kernel.h"

namespace lazuli::kernel {

struct Value {
  ValueId id = kNoValue;
  Type type = Type::f32;
  explicit operator bool() const { return id != kNoValue; }
};

class Builder {
 public:
  explicit Builder(Form form);
  ~Builder();
  Builder(const Builder&) = delete;

  uint32_t add_access(const Access& access);
  uint32_t add_number(Type type);

  // Starts the next loop; point-level values from here on stand before it.
  void begin_loop();
  // Ends it; its reductions are seen from here on.
  void end_loop();
  bool in_loop() const;
  Level level_of(Value value) const;
  // False for a value of an earlier loop.
  bool is_visible(Value value) const;

  Value f32(float value);
  Value f64(double value);
  Value i32(int32_t value);
  Value i64(int64_t value);
  Value mask(bool value);
  Value constant(Type type, uint64_t bits);
  Value number(uint32_t index);

  // At `level` point or loop. The value has the access's dtype as Type (type_of).
  Value load(uint32_t access, Level level);
  Value gather(uint32_t access, Value index, Level level);
  void store(uint32_t access, Value value, Level level);
  // In a loop; the result is a point value once the loop has ended.
  Value reduce(Combine combine, Value value);

  // Primitive of one to three operands; the result type is that of the first operand, mask for
  // comparisons, that of the second for select. Not for shifts by constants, bitcast, convert,
  // round_to.
  Value emit(Primitive primitive, Value a, Value b = {}, Value c = {});
  Value shift(Primitive primitive, Value a, int distance);
  Value bitcast(Value a);
  // Identity when the type is the same; to mask: a != 0.
  Value convert(Value a, Type type);
  // To the type that holds `dtype`. Of an f64 for f16 or bf16 the f32 that wrap() and store() round
  // to the nearest of these as they would the f64.
  Value convert(Value a, DType dtype);
  // `dtype` is f16 or bf16.
  Value round_to(Value a, DType dtype);
  // The value that `dtype` holds of one in its type (type_of): narrow integers keep the low bits,
  // f16 and bf16 round (round_to), the others have every value.
  Value wrap(Value a, DType dtype);

  // Whether anything stored so far depends on a reduction; what does not is left out by finish().
  bool reduces() const;
  // The kernel, verified. The builder is empty afterwards.
  Kernel finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lazuli::kernel
