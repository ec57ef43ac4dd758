// The functions themselves. Included once for each instruction set, in a namespace of its own and
// under that set's compiler options; everything has internal linkage so that no two sets share a
// symbol.
namespace {

using kernel::Combine;
using kernel::Primitive;
using kernel::Type;

template <typename T>
T* at(const Frame& frame, const Place& place) {
  return static_cast<T*>(__builtin_assume_aligned(frame.scratch + place.offset, kScratchAlignment));
}

int64_t lanes_of(const Operation& operation, const Frame& frame) {
  return operation.limit < frame.padded_lanes ? operation.limit : frame.padded_lanes;
}

// A result may lie in the very place of an operand, never elsewhere across it.
template <typename To, typename From, typename Compute>
void map(const Operation& operation, const Frame& frame, Compute compute) {
  const From* a = at<From>(frame, operation.operands[0]);
  To* result = at<To>(frame, operation.result);
  const int64_t walk_a = operation.operands[0].walk;
  for (int64_t i = 0, lanes = lanes_of(operation, frame); i < lanes; i += kLanes) {
    const From* from_a = a + (i & walk_a);
    To* to = result + i;
#pragma GCC ivdep
    for (int j = 0; j < kLanes; ++j) to[j] = compute(from_a[j]);
  }
}

template <typename To, typename From, typename Compute>
void map2(const Operation& operation, const Frame& frame, Compute compute) {
  const From* a = at<From>(frame, operation.operands[0]);
  const From* b = at<From>(frame, operation.operands[1]);
  To* result = at<To>(frame, operation.result);
  const int64_t walk_a = operation.operands[0].walk;
  const int64_t walk_b = operation.operands[1].walk;
  for (int64_t i = 0, lanes = lanes_of(operation, frame); i < lanes; i += kLanes) {
    const From* from_a = a + (i & walk_a);
    const From* from_b = b + (i & walk_b);
    To* to = result + i;
#pragma GCC ivdep
    for (int j = 0; j < kLanes; ++j) to[j] = compute(from_a[j], from_b[j]);
  }
}

template <typename To, typename First, typename From, typename Compute>
void map3(const Operation& operation, const Frame& frame, Compute compute) {
  const First* a = at<First>(frame, operation.operands[0]);
  const From* b = at<From>(frame, operation.operands[1]);
  const From* c = at<From>(frame, operation.operands[2]);
  To* result = at<To>(frame, operation.result);
  const int64_t walk_a = operation.operands[0].walk;
  const int64_t walk_b = operation.operands[1].walk;
  const int64_t walk_c = operation.operands[2].walk;
  for (int64_t i = 0, lanes = lanes_of(operation, frame); i < lanes; i += kLanes) {
    const First* from_a = a + (i & walk_a);
    const From* from_b = b + (i & walk_b);
    const From* from_c = c + (i & walk_c);
    To* to = result + i;
#pragma GCC ivdep
    for (int j = 0; j < kLanes; ++j) to[j] = compute(from_a[j], from_b[j], from_c[j]);
  }
}

template <typename T>
void fill(T* result, T value) {
  for (int j = 0; j < kLanes; ++j) result[j] = value;
}

// Constants and numbers, always uniform.
template <typename T>
T value_of(uint64_t bits, Type type) {
  if (type == Type::mask) return static_cast<T>(-static_cast<int64_t>(bits & 1));
  return static_cast<T>(bits);
}

template <typename T, Type type>
void constant(const Operation& operation, const Frame& frame) {
  fill(at<T>(frame, operation.result), value_of<T>(operation.bits, type));
}

template <typename T, Type type>
void number(const Operation& operation, const Frame& frame) {
  fill(at<T>(frame, operation.result), value_of<T>(frame.numbers[operation.bits], type));
}

#define LZ_UNARY(name, To, From, expression)                                  \
  void name(const Operation& operation, const Frame& frame) {                 \
    map<To, From>(operation, frame, [](From a) -> To { return expression; }); \
  }
#define LZ_UNARY_OF(name, expression) \
  template <typename T>               \
  LZ_UNARY(name, T, T, expression)
LZ_UNARY_OF(sqrt, kernel::scalar::sqrt(a))
LZ_UNARY_OF(abs, kernel::scalar::abs(a))
LZ_UNARY_OF(neg, kernel::scalar::neg(a))
LZ_UNARY_OF(round, kernel::scalar::round(a))
LZ_UNARY_OF(floor, kernel::scalar::floor(a))
LZ_UNARY_OF(ceil, kernel::scalar::ceil(a))
LZ_UNARY_OF(trunc, kernel::scalar::trunc(a))
LZ_UNARY_OF(bit_not, ~a)
LZ_UNARY(round_to_f16, float, float, kernel::scalar::round_to_f16(a))
LZ_UNARY(round_to_bf16, float, float, kernel::scalar::round_to_bf16(a))
#undef LZ_UNARY_OF
#undef LZ_UNARY

template <typename To, typename From>
void convert(const Operation& operation, const Frame& frame) {
  map<To, From>(operation, frame, [](From a) -> To { return kernel::scalar::convert<To>(a); });
}
template <typename To>
void convert_mask(const Operation& operation, const Frame& frame) {
  map<To, int32_t>(operation, frame, [](int32_t a) -> To { return static_cast<To>(a & 1); });
}

void round_to(const Operation& operation, const Frame& frame) {
  static_cast<DType>(operation.bits) == DType::f16 ? round_to_f16(operation, frame)
                                                   : round_to_bf16(operation, frame);
}

#define LZ_BINARY(name, To, expression)                                       \
  template <typename T>                                                       \
  void name(const Operation& operation, const Frame& frame) {                 \
    map2<To, T>(operation, frame, [](T a, T b) -> To { return expression; }); \
  }
LZ_BINARY(add, T, kernel::scalar::add(a, b))
LZ_BINARY(sub, T, kernel::scalar::sub(a, b))
LZ_BINARY(mul, T, kernel::scalar::mul(a, b))
LZ_BINARY(div, T, kernel::scalar::div(a, b))
LZ_BINARY(min, T, kernel::scalar::min(a, b))
LZ_BINARY(max, T, kernel::scalar::max(a, b))
LZ_BINARY(eq, int32_t, a == b ? -1 : 0)
LZ_BINARY(ne, int32_t, a != b ? -1 : 0)
LZ_BINARY(lt, int32_t, a < b ? -1 : 0)
LZ_BINARY(le, int32_t, a <= b ? -1 : 0)
LZ_BINARY(bit_and, T, a& b)
LZ_BINARY(bit_or, T, a | b)
LZ_BINARY(bit_xor, T, a ^ b)
LZ_BINARY(quotient, T, kernel::scalar::quotient(a, b))
LZ_BINARY(remainder, T, kernel::scalar::remainder(a, b))
LZ_BINARY(shift_left_by, T, kernel::scalar::shift_left_by(a, b))
LZ_BINARY(shift_right_by, T, kernel::scalar::shift_right_by(a, b))
#undef LZ_BINARY

#define LZ_SHIFT(name)                                                                          \
  template <typename T>                                                                         \
  void name(const Operation& operation, const Frame& frame) {                                   \
    const int distance = static_cast<int>(operation.bits);                                      \
    map<T, T>(operation, frame, [distance](T a) { return kernel::scalar::name(a, distance); }); \
  }
LZ_SHIFT(shift_left)
LZ_SHIFT(shift_right)
LZ_SHIFT(shift_right_logical)
#undef LZ_SHIFT

template <typename T>
void fma(const Operation& operation, const Frame& frame) {
  map3<T, T, T>(operation, frame, [](T a, T b, T c) { return kernel::scalar::fma(a, b, c); });
}

template <typename T>
void select(const Operation& operation, const Frame& frame) {
  map3<T, int32_t, T>(operation, frame, [](int32_t a, T b, T c) { return a ? b : c; });
}

// The function for the type among four; masks go with i32.
template <typename T>
T of_type(Type type, T f32, T f64, T i32, T i64) {
  switch (type) {
    case Type::f32:
      return f32;
    case Type::f64:
      return f64;
    case Type::i64:
      return i64;
    default:
      return i32;
  }
}

template <typename From>
Function convert_from(Type type) {
  return of_type<Function>(type, convert<float, From>, convert<double, From>,
                           convert<int32_t, From>, convert<int64_t, From>);
}

Function convert_function(Type type, Type from) {
  if (from == Type::mask) {
    return of_type<Function>(type, convert_mask<float>, convert_mask<double>, convert_mask<int32_t>,
                             convert_mask<int64_t>);
  }
  return of_type(from, convert_from<float>, convert_from<double>, convert_from<int32_t>,
                 convert_from<int64_t>)(type);
}

Function compute_function(Primitive primitive, Type type, Type operand_type) {
#define LZ_OF_FOUR(name) \
  case Primitive::name:  \
    return of_type<Function>(operand_type, name<float>, name<double>, name<int32_t>, name<int64_t>)
#define LZ_OF_FILL(name)                                       \
  case Primitive::name:                                        \
    return type == Type::mask      ? name<int32_t, Type::mask> \
           : lane_bytes(type) == 8 ? name<int64_t, Type::i64>  \
                                   : name<int32_t, Type::i32>
#define LZ_OF_FLOATS(name) \
  case Primitive::name:    \
    return type == Type::f64 ? name<double> : name<float>
#define LZ_OF_INTEGERS(name) \
  case Primitive::name:      \
    return type == Type::i64 ? name<int64_t> : name<int32_t>
  switch (primitive) {
    LZ_OF_FILL(constant);
    LZ_OF_FILL(number);
    LZ_OF_FOUR(add);
    LZ_OF_FOUR(sub);
    LZ_OF_FOUR(mul);
    LZ_OF_FOUR(neg);
    LZ_OF_FOUR(min);
    LZ_OF_FOUR(max);
    LZ_OF_FOUR(eq);
    LZ_OF_FOUR(ne);
    LZ_OF_FOUR(lt);
    LZ_OF_FOUR(le);
    LZ_OF_FLOATS(div);
    LZ_OF_FLOATS(fma);
    LZ_OF_FLOATS(sqrt);
    LZ_OF_FLOATS(abs);
    LZ_OF_FLOATS(round);
    LZ_OF_FLOATS(floor);
    LZ_OF_FLOATS(ceil);
    LZ_OF_FLOATS(trunc);
    LZ_OF_INTEGERS(quotient);
    LZ_OF_INTEGERS(remainder);
    LZ_OF_INTEGERS(bit_and);
    LZ_OF_INTEGERS(bit_or);
    LZ_OF_INTEGERS(bit_xor);
    LZ_OF_INTEGERS(bit_not);
    LZ_OF_INTEGERS(shift_left);
    LZ_OF_INTEGERS(shift_right);
    LZ_OF_INTEGERS(shift_right_logical);
    LZ_OF_INTEGERS(shift_left_by);
    LZ_OF_INTEGERS(shift_right_by);
    case Primitive::round_to:
      return round_to;
    case Primitive::select:
      return lane_bytes(type) == 8 ? select<int64_t> : select<int32_t>;
    case Primitive::convert:
      return convert_function(type, operand_type);
    default:
      return nullptr;
  }
#undef LZ_OF_FOUR
#undef LZ_OF_FILL
#undef LZ_OF_FLOATS
#undef LZ_OF_INTEGERS
}

// Memory. An Element says how one lies there and what its lane holds; where the two have the same
// bits, whole tiles are copied.

template <typename M, typename T>
struct Plain {
  using Memory = M;
  using Lane = T;
  static Lane widen(Memory element) { return static_cast<Lane>(element); }
  static Memory narrow(Lane lane) { return static_cast<Memory>(lane); }
};
using Word4 = Plain<int32_t, int32_t>;
using Word8 = Plain<int64_t, int64_t>;

struct Bool : Plain<uint8_t, int32_t> {
  static Lane widen(Memory element) { return element ? -1 : 0; }
  static Memory narrow(Lane lane) { return static_cast<Memory>(lane & 1); }
};

struct F16 : Plain<uint16_t, float> {
  static Lane widen(Memory element) { return float_from_f16(element); }
  static Memory narrow(Lane lane) { return f16_from_float(lane); }
};

struct BF16 : Plain<uint16_t, float> {
  static Lane widen(Memory element) { return float_from_bf16(element); }
  static Memory narrow(Lane lane) { return bf16_from_float(lane); }
};

int64_t column_stride(const Operation& operation, const Frame& frame, int64_t element_size) {
  switch (operation.step) {
    case kernel::Step::none:
      return 0;
    case kernel::Step::unit:
      return element_size;
    case kernel::Step::any:
    case kernel::Step::turned:
      break;
  }
  return frame.accesses[operation.access].column_stride;
}

char* address(const Operation& operation, const Frame& frame, int64_t stride) {
  const kernel::AccessArguments& access = frame.accesses[operation.access];
  return access.base + (frame.row * access.row_stride + frame.depth * access.depth_stride +
                        frame.column * stride);
}

template <typename Element>
typename Element::Lane read(const char* from) {
  typename Element::Memory element;
  __builtin_memcpy(&element, from, sizeof(element));
  return Element::widen(element);
}

template <typename Element>
void write(char* to, typename Element::Lane lane) {
  const typename Element::Memory element = Element::narrow(lane);
  __builtin_memcpy(to, &element, sizeof(element));
}

template <typename Element>
void load(const Operation& operation, const Frame& frame) {
  using T = typename Element::Lane;
  constexpr int64_t kSize = sizeof(typename Element::Memory);
  T* result = at<T>(frame, operation.result);
  const int64_t stride = column_stride(operation, frame, kSize);
  const char* from = address(operation, frame, stride);
  if (operation.is_single) return fill(result, read<Element>(from));
  if (stride != kSize) {
    for (int64_t i = 0; i < frame.lanes; ++i) result[i] = read<Element>(from + i * stride);
  } else if constexpr (kSize == sizeof(T)) {
    __builtin_memcpy(result, from, frame.lanes * sizeof(T));
  } else {
    for (int64_t i = 0; i < frame.lanes; ++i) result[i] = read<Element>(from + i * kSize);
  }
}

template <typename Element>
void store(const Operation& operation, const Frame& frame) {
  using T = typename Element::Lane;
  constexpr int64_t kSize = sizeof(typename Element::Memory);
  const T* value = at<T>(frame, operation.operands[0]);
  const int64_t walk = operation.operands[0].walk;
  const int64_t stride = column_stride(operation, frame, kSize);
  char* to = address(operation, frame, stride);
  const int64_t lanes = operation.is_single ? 1 : frame.lanes;
  if (stride != kSize || walk == 0) {
    for (int64_t i = 0; i < lanes; ++i) write<Element>(to + i * stride, value[i & walk]);
  } else if constexpr (kSize == sizeof(T)) {
    __builtin_memcpy(to, value, lanes * sizeof(T));
  } else {
    for (int64_t i = 0; i < lanes; ++i) write<Element>(to + i * kSize, value[i]);
  }
}

// The lane `index` of a gather, or nothing with a fault.
bool is_legal(const Operation& operation, const Frame& frame, int64_t index) {
  const kernel::AccessArguments& access = frame.accesses[operation.access];
  if (index >= 0 && index < access.index_extent) [[likely]]
    return true;
  frame.fault->store(1 + operation.access, std::memory_order_relaxed);
  return false;
}

template <typename Element>
void gather(const Operation& operation, const Frame& frame) {
  using T = typename Element::Lane;
  T* result = at<T>(frame, operation.result);
  const int64_t* index = at<int64_t>(frame, operation.operands[0]);
  const int64_t walk = operation.operands[0].walk;
  const int64_t stride = column_stride(operation, frame, sizeof(typename Element::Memory));
  const char* from = address(operation, frame, stride);
  const int64_t index_stride = frame.accesses[operation.access].index_stride;
  const int64_t lanes = operation.is_single ? 1 : frame.lanes;
  for (int64_t i = 0; i < lanes; ++i) {
    const int64_t place = index[i & walk];
    result[i] = is_legal(operation, frame, place)
                    ? read<Element>(from + i * stride + place * index_stride)
                    : T();
  }
  if (operation.is_single) fill(result, result[0]);
}

// A ramp's value at the first lane; numbers wrap.
uint64_t ramp_start(const Operation& operation, const Frame& frame, uint64_t stride) {
  const kernel::AccessArguments& access = frame.accesses[operation.access];
  return reinterpret_cast<uint64_t>(access.base) +
         static_cast<uint64_t>(frame.row) * static_cast<uint64_t>(access.row_stride) +
         static_cast<uint64_t>(frame.depth) * static_cast<uint64_t>(access.depth_stride) +
         static_cast<uint64_t>(frame.column) * stride;
}

uint64_t ramp_stride(const Operation& operation, const Frame& frame) {
  if (operation.step == kernel::Step::none) return 0;
  return static_cast<uint64_t>(frame.accesses[operation.access].column_stride);
}

void load_ramp(const Operation& operation, const Frame& frame) {
  uint64_t* result = at<uint64_t>(frame, operation.result);
  const uint64_t stride = ramp_stride(operation, frame);
  const uint64_t start = ramp_start(operation, frame, stride);
  if (operation.is_single) return fill(result, start);
  for (int64_t i = 0; i < frame.padded_lanes; ++i) {
    result[i] = start + static_cast<uint64_t>(i) * stride;
  }
}

void gather_ramp(const Operation& operation, const Frame& frame) {
  uint64_t* result = at<uint64_t>(frame, operation.result);
  const int64_t* index = at<int64_t>(frame, operation.operands[0]);
  const int64_t walk = operation.operands[0].walk;
  const uint64_t stride = ramp_stride(operation, frame);
  const uint64_t start = ramp_start(operation, frame, stride);
  const auto index_stride = static_cast<uint64_t>(frame.accesses[operation.access].index_stride);
  const int64_t lanes = operation.is_single ? 1 : frame.lanes;
  for (int64_t i = 0; i < lanes; ++i) {
    const int64_t place = index[i & walk];
    result[i] = is_legal(operation, frame, place) ? start + static_cast<uint64_t>(i) * stride +
                                                        static_cast<uint64_t>(place) * index_stride
                                                  : 0;
  }
  if (operation.is_single) fill(result, result[0]);
}

struct MemoryFunctions {
  Function load;
  Function gather;
  Function store;
};

template <typename Element>
constexpr MemoryFunctions kFunctionsOf = {load<Element>, gather<Element>, store<Element>};

// By DType.
constexpr MemoryFunctions kMemoryFunctions[kDTypeCount] = {kFunctionsOf<Bool>,
                                                           kFunctionsOf<Plain<uint8_t, int32_t>>,
                                                           kFunctionsOf<Plain<int8_t, int32_t>>,
                                                           kFunctionsOf<Plain<int16_t, int32_t>>,
                                                           kFunctionsOf<Word4>,
                                                           kFunctionsOf<Word8>,
                                                           kFunctionsOf<F16>,
                                                           kFunctionsOf<BF16>,
                                                           kFunctionsOf<Word4>,
                                                           kFunctionsOf<Word8>};

Function load_function(const kernel::Access& access, bool gathers) {
  if (access.kind == kernel::Access::Kind::ramp) return gathers ? gather_ramp : load_ramp;
  const MemoryFunctions& functions = kMemoryFunctions[static_cast<int>(access.dtype)];
  return gathers ? functions.gather : functions.load;
}

Function store_function(DType dtype) { return kMemoryFunctions[static_cast<int>(dtype)].store; }

// Reductions of a row.

template <typename T>
constexpr int kAccumulatorLanes = kAccumulatorBytes / sizeof(T);

template <typename T, typename Compute>
void fold(char* accumulator, const char* values, int64_t walk, int64_t lanes, Compute compute) {
  constexpr int kWidth = kAccumulatorLanes<T>;
  T* into = static_cast<T*>(__builtin_assume_aligned(accumulator, kScratchAlignment));
  const T* from = static_cast<const T*>(__builtin_assume_aligned(values, kScratchAlignment));
  T sums[kWidth];
  for (int j = 0; j < kWidth; ++j) sums[j] = into[j];
  int64_t i = 0;
  for (; i + kWidth <= lanes; i += kWidth) {
    const T* block = from + (i & walk);
    for (int j = 0; j < kWidth; ++j) sums[j] = compute(sums[j], block[j]);
  }
  for (int j = 0; j < kWidth; ++j) into[j] = sums[j];
  const T* rest = from + (i & walk);
  for (int64_t j = 0; j < lanes - i; ++j) into[j] = compute(into[j], rest[j]);
}

template <typename T, typename Compute>
void join(const char* accumulator, char* result, Compute compute) {
  constexpr int kWidth = kAccumulatorLanes<T>;
  T lanes[kWidth];
  __builtin_memcpy(lanes, accumulator, sizeof(lanes));
#pragma GCC unroll 8
  for (int half = kWidth / 2; half >= 1; half /= 2) {
    for (int j = 0; j < half; ++j) lanes[j] = compute(lanes[j], lanes[j + half]);
  }
  fill(reinterpret_cast<T*>(result), lanes[0]);
}

#define LZ_COMBINE(name, expression)                                                               \
  template <typename T>                                                                            \
  RowReduction name() {                                                                            \
    return {[](char* accumulator, const char* values, int64_t walk, int64_t lanes) {               \
              fold<T>(accumulator, values, walk, lanes, [](T a, T b) -> T { return expression; }); \
            },                                                                                     \
            [](const char* accumulator, char* result) {                                            \
              join<T>(accumulator, result, [](T a, T b) -> T { return expression; });              \
            }};                                                                                    \
  }
LZ_COMBINE(row_sum, kernel::scalar::add(a, b))
LZ_COMBINE(row_max, kernel::scalar::max(a, b))
LZ_COMBINE(row_min, kernel::scalar::min(a, b))
LZ_COMBINE(row_product, kernel::scalar::mul(a, b))
LZ_COMBINE(row_any, a | b)
LZ_COMBINE(row_all, a& b)
#undef LZ_COMBINE

RowReduction row_reduction(Combine combine, Type type) {
  switch (combine) {
    case Combine::sum:
      return of_type(type, row_sum<float>, row_sum<double>, row_sum<int32_t>, row_sum<int64_t>)();
    case Combine::max:
      return of_type(type, row_max<float>, row_max<double>, row_max<int32_t>, row_max<int64_t>)();
    case Combine::min:
      return of_type(type, row_min<float>, row_min<double>, row_min<int32_t>, row_min<int64_t>)();
    case Combine::product:
      return of_type(type, row_product<float>, row_product<double>, row_product<int32_t>,
                     row_product<int64_t>)();
    case Combine::any:
      return row_any<int32_t>();
    case Combine::all:
      return row_all<int32_t>();
  }
  return {};
}

constexpr TileOperations kOperations = {compute_function, load_function, store_function,
                                        row_reduction};

}  // namespace
