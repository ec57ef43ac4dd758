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
LZ_UNARY(sqrt_f32, float, float, kernel::scalar::sqrt(a))
LZ_UNARY(abs_f32, float, float, kernel::scalar::abs(a))
LZ_UNARY(neg_f32, float, float, kernel::scalar::neg(a))
LZ_UNARY(neg_i32, int32_t, int32_t, kernel::scalar::neg(a))
LZ_UNARY(neg_i64, int64_t, int64_t, kernel::scalar::neg(a))
LZ_UNARY(round_f32, float, float, kernel::scalar::round(a))
LZ_UNARY(floor_f32, float, float, kernel::scalar::floor(a))
LZ_UNARY(ceil_f32, float, float, kernel::scalar::ceil(a))
LZ_UNARY(trunc_f32, float, float, kernel::scalar::trunc(a))
LZ_UNARY(bit_not_i32, int32_t, int32_t, ~a)
LZ_UNARY(f32_from_i32, float, int32_t, kernel::scalar::convert<float>(a))
LZ_UNARY(f32_from_i64, float, int64_t, kernel::scalar::convert<float>(a))
LZ_UNARY(f32_from_mask, float, int32_t, static_cast<float>(a & 1))
LZ_UNARY(i32_from_f32, int32_t, float, kernel::scalar::convert<int32_t>(a))
LZ_UNARY(i32_from_i64, int32_t, int64_t, kernel::scalar::convert<int32_t>(a))
LZ_UNARY(i32_from_mask, int32_t, int32_t, a & 1)
LZ_UNARY(i64_from_f32, int64_t, float, kernel::scalar::convert<int64_t>(a))
LZ_UNARY(i64_from_i32, int64_t, int32_t, kernel::scalar::convert<int64_t>(a))
LZ_UNARY(i64_from_mask, int64_t, int32_t, a & 1)
#undef LZ_UNARY

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
#undef LZ_BINARY

#define LZ_SHIFT(name)                                                                          \
  void name(const Operation& operation, const Frame& frame) {                                   \
    const int distance = static_cast<int>(operation.bits);                                      \
    map<int32_t, int32_t>(operation, frame,                                                     \
                          [distance](int32_t a) { return kernel::scalar::name(a, distance); }); \
  }
LZ_SHIFT(shift_left)
LZ_SHIFT(shift_right)
LZ_SHIFT(shift_right_logical)
#undef LZ_SHIFT

void fma_f32(const Operation& operation, const Frame& frame) {
  map3<float, float, float>(operation, frame,
                            [](float a, float b, float c) { return kernel::scalar::fma(a, b, c); });
}

template <typename T>
void select(const Operation& operation, const Frame& frame) {
  map3<T, int32_t, T>(operation, frame, [](int32_t a, T b, T c) { return a ? b : c; });
}

// The function for the type among three; masks go with i32.
template <typename T>
Function of_type(T type, Function f32, Function i32, Function i64) {
  return type == Type::f32 ? f32 : type == Type::i64 ? i64 : i32;
}

Function convert_function(Type type, Type from) {
  switch (from) {
    case Type::f32:
      return of_type(type, nullptr, i32_from_f32, i64_from_f32);
    case Type::i32:
      return of_type(type, f32_from_i32, nullptr, i64_from_i32);
    case Type::i64:
      return of_type(type, f32_from_i64, i32_from_i64, nullptr);
    case Type::mask:
      return of_type(type, f32_from_mask, i32_from_mask, i64_from_mask);
    default:
      return nullptr;
  }
}

Function compute_function(Primitive primitive, Type type, Type operand_type) {
#define LZ_OF_THREE(name) \
  case Primitive::name:   \
    return of_type(operand_type, name<float>, name<int32_t>, name<int64_t>)
#define LZ_OF_FILL(name)                                                                          \
  case Primitive::name:                                                                           \
    return type == Type::mask ? name<int32_t, Type::mask>                                         \
                              : of_type(type, name<int32_t, Type::i32>, name<int32_t, Type::i32>, \
                                        name<int64_t, Type::i64>)
#define LZ_OF_F32(name) \
  case Primitive::name: \
    return name##_f32
  switch (primitive) {
    LZ_OF_FILL(constant);
    LZ_OF_FILL(number);
    LZ_OF_THREE(add);
    LZ_OF_THREE(sub);
    LZ_OF_THREE(mul);
    LZ_OF_THREE(min);
    LZ_OF_THREE(max);
    LZ_OF_THREE(eq);
    LZ_OF_THREE(ne);
    LZ_OF_THREE(lt);
    LZ_OF_THREE(le);
    LZ_OF_F32(fma);
    LZ_OF_F32(sqrt);
    LZ_OF_F32(abs);
    LZ_OF_F32(round);
    LZ_OF_F32(floor);
    LZ_OF_F32(ceil);
    LZ_OF_F32(trunc);
    case Primitive::div:
      return div<float>;
    case Primitive::neg:
      return of_type(type, neg_f32, neg_i32, neg_i64);
    case Primitive::bit_and:
      return bit_and<int32_t>;
    case Primitive::bit_or:
      return bit_or<int32_t>;
    case Primitive::bit_xor:
      return bit_xor<int32_t>;
    case Primitive::bit_not:
      return bit_not_i32;
    case Primitive::shift_left:
      return shift_left;
    case Primitive::shift_right:
      return shift_right;
    case Primitive::shift_right_logical:
      return shift_right_logical;
    case Primitive::select:
      return of_type(type, select<int32_t>, select<int32_t>, select<int64_t>);
    case Primitive::convert:
      return convert_function(type, operand_type);
    default:
      return nullptr;
  }
#undef LZ_OF_THREE
#undef LZ_OF_FILL
#undef LZ_OF_F32
}

// Memory. M is an element there (bool: a byte), T a lane.

int64_t column_stride(const Operation& operation, const Frame& frame, int64_t element_size) {
  switch (operation.step) {
    case kernel::Step::none:
      return 0;
    case kernel::Step::unit:
      return element_size;
    case kernel::Step::any:
      break;
  }
  return frame.accesses[operation.access].column_stride;
}

char* address(const Operation& operation, const Frame& frame, int64_t stride) {
  const kernel::AccessArguments& access = frame.accesses[operation.access];
  return access.base + (frame.row * access.row_stride + frame.depth * access.depth_stride +
                        frame.column * stride);
}

template <typename M, typename T>
T read(const char* from) {
  M element;
  __builtin_memcpy(&element, from, sizeof(M));
  if constexpr (sizeof(M) == 1) return element ? -1 : 0;
  return static_cast<T>(element);
}

template <typename M, typename T>
void write(char* to, T lane) {
  const M element = static_cast<M>(sizeof(M) == 1 ? lane & 1 : lane);
  __builtin_memcpy(to, &element, sizeof(M));
}

template <typename M, typename T>
void load(const Operation& operation, const Frame& frame) {
  T* result = at<T>(frame, operation.result);
  const int64_t stride = column_stride(operation, frame, sizeof(M));
  const char* from = address(operation, frame, stride);
  if (operation.is_single) return fill(result, read<M, T>(from));
  if (stride != sizeof(M)) {
    for (int64_t i = 0; i < frame.lanes; ++i) result[i] = read<M, T>(from + i * stride);
  } else if constexpr (sizeof(M) == sizeof(T)) {
    __builtin_memcpy(result, from, frame.lanes * sizeof(T));
  } else {
    for (int64_t i = 0; i < frame.lanes; ++i) result[i] = read<M, T>(from + i * sizeof(M));
  }
}

template <typename M, typename T>
void store(const Operation& operation, const Frame& frame) {
  const T* value = at<T>(frame, operation.operands[0]);
  const int64_t walk = operation.operands[0].walk;
  const int64_t stride = column_stride(operation, frame, sizeof(M));
  char* to = address(operation, frame, stride);
  const int64_t lanes = operation.is_single ? 1 : frame.lanes;
  if (stride != sizeof(M) || walk == 0) {
    for (int64_t i = 0; i < lanes; ++i) write<M, T>(to + i * stride, value[i & walk]);
  } else if constexpr (sizeof(M) == sizeof(T)) {
    __builtin_memcpy(to, value, lanes * sizeof(T));
  } else {
    for (int64_t i = 0; i < lanes; ++i) write<M, T>(to + i * sizeof(M), value[i]);
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

template <typename M, typename T>
void gather(const Operation& operation, const Frame& frame) {
  T* result = at<T>(frame, operation.result);
  const int64_t* index = at<int64_t>(frame, operation.operands[0]);
  const int64_t walk = operation.operands[0].walk;
  const int64_t stride = column_stride(operation, frame, sizeof(M));
  const char* from = address(operation, frame, stride);
  const int64_t index_stride = frame.accesses[operation.access].index_stride;
  const int64_t lanes = operation.is_single ? 1 : frame.lanes;
  for (int64_t i = 0; i < lanes; ++i) {
    const int64_t place = index[i & walk];
    result[i] = is_legal(operation, frame, place)
                    ? read<M, T>(from + i * stride + place * index_stride)
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

Function load_function(const kernel::Access& access, bool gathers) {
  if (access.kind == kernel::Access::Kind::ramp) return gathers ? gather_ramp : load_ramp;
  switch (access.dtype) {
    case DType::boolean:
      return gathers ? gather<uint8_t, int32_t> : load<uint8_t, int32_t>;
    case DType::i64:
      return gathers ? gather<int64_t, int64_t> : load<int64_t, int64_t>;
    case DType::f32:
      return gathers ? gather<int32_t, int32_t> : load<int32_t, int32_t>;
    default:
      return nullptr;
  }
}

Function store_function(DType dtype) {
  switch (dtype) {
    case DType::boolean:
      return store<uint8_t, int32_t>;
    case DType::i64:
      return store<int64_t, int64_t>;
    case DType::f32:
      return store<int32_t, int32_t>;
    default:
      return nullptr;
  }
}

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
LZ_COMBINE(row_any, a | b)
LZ_COMBINE(row_all, a& b)
#undef LZ_COMBINE

RowReduction row_reduction(Combine combine, Type type) {
  const auto of = [type](RowReduction f32, RowReduction i32, RowReduction i64) {
    return type == Type::f32 ? f32 : type == Type::i64 ? i64 : i32;
  };
  switch (combine) {
    case Combine::sum:
      return of(row_sum<float>(), row_sum<int32_t>(), row_sum<int64_t>());
    case Combine::max:
      return of(row_max<float>(), row_max<int32_t>(), row_max<int64_t>());
    case Combine::min:
      return of(row_min<float>(), row_min<int32_t>(), row_min<int64_t>());
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
