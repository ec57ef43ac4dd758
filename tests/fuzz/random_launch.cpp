#include "random_launch.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "lazuli/base/format.h"
#include "lazuli/core/half.h"

namespace lazuli::fuzz {
namespace {

using namespace kernel;

constexpr int64_t kMostPoints = 26000;    // unless one axis alone has more
constexpr int64_t kMostElements = 60000;  // of one access's memory

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kFloatEdges[] = {
    0.0f,    -0.0f,    1.0f,     -1.0f,    2.0f,     0.5f,       -2.5f,          3.5f,
    1e-45f,  -1e-45f,  1.1e-38f, 3.4e38f,  -3.4e38f, kInfinity,  -kInfinity,     kNan,
    0x1p31f, -0x1p31f, 0x1p63f,  -0x1p63f, 0x1p23f,  8388607.5f, 0x1.fffffep30f, -kNan};

float random_float(Random& random) {
  if (random.one_in(12)) return random.pick(kFloatEdges);
  if (random.one_in(24)) return std::bit_cast<float>(static_cast<uint32_t>(random.bits()));
  // Every bit of the mantissa, so that an order of additions shows.
  return static_cast<float>(random.between(-0xffffff, 0xffffff)) * 0x1p-20f;
}

double random_double(Random& random) {
  constexpr double kEdges[] = {5e-324,       -5e-324, 2.3e-308,      1.7e308,      -1.7e308,
                               4.0e38,       1e-40,   0x1.ffffffp-1, 0x1.000001p0, 0x1p53,
                               0x1p52 + 0.5, -0x1p63, 0x1p63,        2147483647.5, -2147483648.5};
  if (random.one_in(16)) return random.pick(kEdges);
  if (random.one_in(24)) return std::bit_cast<double>(random.bits());
  if (random.one_in(3)) return random_float(random);
  return static_cast<double>(random.between(-(int64_t{1} << 53), int64_t{1} << 53)) * 0x1p-50;
}

// Halves of both kinds: where they overflow, subnormals, ties.
float random_half(Random& random) {
  constexpr float kEdges[] = {65504.0f, 65519.0f, 65520.0f,     -65536.0f,   0x1p-24f,  0x1p-25f,
                              0x3p-25f, 0x1p-14f, 0x1.ffcp-15f, 0x1.01p0f,   0x1.03p0f, 0x1.002p0f,
                              2049.0f,  2051.0f,  0x1.ffp127f,  0x1.fep127f, 0x1p-133f, 0x3p-134f};
  return random.one_in(8) ? random.pick(kEdges) : random_float(random);
}

int64_t random_integer(Random& random) {
  constexpr int64_t kEdges[] = {0,
                                1,
                                -1,
                                31,
                                32,
                                63,
                                64,
                                127,
                                128,
                                255,
                                -32769,
                                std::numeric_limits<int32_t>::min(),
                                std::numeric_limits<int32_t>::max(),
                                std::numeric_limits<int64_t>::min(),
                                std::numeric_limits<int64_t>::max(),
                                (int64_t{1} << 53) + 1};
  if (random.one_in(24)) return random.pick(kEdges);
  if (random.one_in(24)) return static_cast<int64_t>(random.bits());
  return random.between(random.one_in(16) ? -2 : 0, 7);
}

int64_t random_extent(Random& random) {
  constexpr int64_t kSmall[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33};
  constexpr int64_t kMiddle[] = {63,  64,  65,  100, 127, 128, 129,
                                 255, 256, 257, 511, 512, 513, 1000};
  constexpr int64_t kLarge[] = {4095, 4096, 4097, 8192, 8193, 12289, 20479, 20481, 40001};
  if (random.one_in(30)) return 0;
  if (random.one_in(8)) return random.pick(kLarge);
  return random.one_in(4) ? random.pick(kMiddle) : random.pick(kSmall);
}

void add_sizes(Random& random, KernelCase& one) {
  const bool in_rows = one.kernel.form == Form::rows;
  int64_t& folded = in_rows ? one.columns : one.depth;
  if (in_rows || one.kernel.loop_count() > 0) folded = random_extent(random);
  if (one.kernel.has_reduction() && folded == 0) folded = 1;
  const auto other = [&](int64_t so_far) {
    const int64_t extent = random_extent(random);
    return extent * so_far <= kMostPoints
               ? extent
               : random.between(1, std::max<int64_t>(1, kMostPoints / so_far));
  };
  const int64_t most = folded > 0 ? folded : 1;
  if (in_rows) {
    one.rows = std::min<int64_t>(other(most), 40);
  } else {
    one.columns = other(most);
    one.rows = std::min<int64_t>(other(most * (one.columns > 0 ? one.columns : 1)), 5);
  }
}

// A value of a kernel as an element in memory.
uint64_t memory_bits(DType dtype, uint64_t word) {
  const float value = std::bit_cast<float>(static_cast<uint32_t>(word));
  if (dtype == kFloat16) return f16_from_float(value);
  if (dtype == kBFloat16) return bf16_from_float(value);
  return word;
}

// What the code does with an access.
struct Use {
  bool in_loop = false;
  bool gathers = false;
};

std::vector<Use> uses_of(const Kernel& kernel) {
  std::vector<Use> uses(kernel.accesses.size());
  for (const Block& block : kernel.blocks) {
    for (uint32_t i = block.first; i < block.last; ++i) {
      const Instruction& code = kernel.code[i];
      if (code.primitive != Primitive::load && code.primitive != Primitive::store) continue;
      Use& use = uses[code.index];
      use.in_loop |= block.level == Level::loop;
      use.gathers |= code.primitive == Primitive::load && code.operands[0] != kNoValue;
    }
  }
  return uses;
}

// An axis of an access: how far it goes and what a step is worth, in elements.
struct Axis {
  int64_t extent = 1;
  int64_t stride = 0;
};
enum AxisName { kRow, kColumn, kDepth, kIndex, kAxisCount };

class Launch {
 public:
  Launch(Random& random, const KernelCase& one, const Access& access, const Use& use)
      : random_(random), access_(access), size_(size_of(access.dtype)) {
    const bool in_rows = one.kernel.form == Form::rows;
    axes_[kRow].extent = one.rows;
    axes_[kColumn].extent = in_rows && !use.in_loop ? 1 : one.columns;
    axes_[kDepth].extent = !in_rows && use.in_loop ? one.depth : 1;
    if (use.gathers) {
      constexpr int64_t kExtents[] = {8, 8, 9, 100, 3, 1, 0};
      index_extent_ = random.pick(kExtents);
      axes_[kIndex].extent = index_extent_;
    }
    access.written ? choose_disjoint() : choose_any();
  }

  AccessArguments arguments() {
    AccessArguments result;
    int64_t unit = size_;
    if (access_.kind == Access::Kind::ramp) {
      unit = 1;
      result.base = reinterpret_cast<char*>(random_integer(random_));
    }
    result.row_stride = axes_[kRow].stride * unit;
    result.column_stride = axes_[kColumn].stride * unit;
    result.depth_stride = axes_[kDepth].stride * unit;
    result.index_stride = axes_[kIndex].stride * unit;
    result.index_extent = index_extent_;
    return result;
  }

  Memory memory() {
    Memory result;
    if (access_.kind == Access::Kind::ramp) return result;
    int64_t low = 0, high = 0;
    for (const Axis& axis : axes_) {
      if (axis.extent == 0 && &axis != &axes_[kIndex]) return result;
      const int64_t reach = std::max<int64_t>(axis.extent - 1, 0) * axis.stride;
      (reach < 0 ? low : high) += reach;
    }
    result.bytes.assign((high - low + 1) * size_, static_cast<char>(0xab));
    result.origin = -low * size_;
    if (!access_.written) fill(result);
    return result;
  }

 private:
  // Each element has a place of its own, maybe with gaps.
  void choose_disjoint() {
    int order[] = {kRow, kColumn, kDepth};
    std::swap(order[0], order[random_.between(0, 2)]);
    std::swap(order[1], order[random_.between(1, 2)]);
    if (access_.step == Step::unit) {
      for (int& name : order) {
        if (name == kColumn) std::swap(name, order[0]);
      }
    }
    int64_t next = is_strided(access_.step) ? random_.between(1, 2) : 1;
    for (const int name : order) {
      Axis& axis = axes_[name];
      const bool is_unit = name == kColumn && access_.step == Step::unit;
      axis.stride = next * (!is_unit && random_.one_in(4) ? -1 : 1);
      if (name == kColumn && access_.step == Step::none) axis.stride = 0;
      next *= std::max<int64_t>(axis.extent, 1);
      if (random_.one_in(3)) next += random_.between(0, 3);
    }
  }

  void choose_any() {
    int64_t elements = 1;
    for (int name = 0; name < kAxisCount; ++name) {
      constexpr int64_t kStrides[] = {0, 1, 1, 2, 3, -1, -2};
      Axis& axis = axes_[name];
      axis.stride = random_.one_in(2) && elements <= 64 ? elements : random_.pick(kStrides);
      if (name == kColumn && access_.step == Step::unit) axis.stride = 1;
      if (name == kColumn && access_.step == Step::none) axis.stride = 0;
      if (axis.extent * std::abs(axis.stride) > kMostElements) axis.stride = 1;
      elements += axis.extent * std::abs(axis.stride);
    }
  }

  void fill(Memory& memory) {
    const int64_t count = static_cast<int64_t>(memory.bytes.size()) / size_;
    const Type type = type_of(access_.dtype);
    // Few values meet each other often: zeros of both signs, NaNs, equal ones.
    uint64_t few[3];
    for (uint64_t& bits : few) bits = random_edge(random_, type);
    if (random_.one_in(2)) {
      few[0] = 0;
      few[1] = type == Type::f32   ? uint64_t{0x80000000u}
               : type == Type::f64 ? uint64_t{1} << 63
                                   : 1;
    }
    if (random_.one_in(2)) few[2] = few[0];
    const bool is_poor = random_.one_in(4);
    for (int64_t i = 0; i < count; ++i) {
      const uint64_t word = is_poor ? random_.pick(few) : random_bits(random_, type);
      const uint64_t bits = memory_bits(access_.dtype, word);
      std::memcpy(memory.bytes.data() + i * size_, &bits, size_);
    }
  }

  Random& random_;
  const Access& access_;
  const int64_t size_;
  Axis axes_[kAxisCount];
  int64_t index_extent_ = 0;
};

}  // namespace

uint64_t random_bits(Random& random, Type type) {
  switch (type) {
    case Type::f32:
      return std::bit_cast<uint32_t>(random.one_in(8) ? random_half(random) : random_float(random));
    case Type::f64:
      return std::bit_cast<uint64_t>(random_double(random));
    case Type::i32:
      return static_cast<uint32_t>(random_integer(random));
    case Type::i64:
      return static_cast<uint64_t>(random_integer(random));
    default:
      return random.bits() & 1;
  }
}

uint64_t random_edge(Random& random, Type type) {
  if (type != Type::f32 && type != Type::f64) return random_bits(random, type);
  const float edge = kFloatEdges[random.between(0, random.one_in(3) ? 23 : 5)];
  return type == Type::f32 ? std::bit_cast<uint32_t>(edge) : std::bit_cast<uint64_t>(double{edge});
}

void add_launch(Random& random, KernelCase& one) {
  add_sizes(random, one);
  for (const Type type : one.kernel.numbers) one.numbers.push_back(random_bits(random, type));
  const std::vector<Use> uses = uses_of(one.kernel);
  for (size_t i = 0; i < uses.size(); ++i) {
    Launch launch(random, one, one.kernel.accesses[i], uses[i]);
    one.accesses.push_back(launch.arguments());
    one.memories.push_back(launch.memory());
  }
}

std::string describe(const KernelCase& one, const Kernel& kernel) {
  std::string text = format("seed {}: rows {}, columns {}, depth {}\n", one.seed, one.rows,
                            one.columns, one.depth);
  for (size_t i = 0; i < one.accesses.size(); ++i) {
    const AccessArguments& access = one.accesses[i];
    text +=
        format("@{}: strides {} {} {} bytes, {} indices worth {}, origin {} of {} bytes\n", i,
               access.row_stride, access.column_stride, access.depth_stride, access.index_extent,
               access.index_stride, one.memories[i].origin, one.memories[i].bytes.size());
  }
  for (size_t i = 0; i < one.numbers.size(); ++i) {
    text += format("#{}: {:#x}\n", i, one.numbers[i]);
  }
  return text + to_string(kernel);
}

}  // namespace lazuli::fuzz
