#include "lazuli/schedule/random_nodes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "lazuli/schedule/random_graph.h"

namespace lazuli::schedule {
namespace {

using ir::Node;
using ir::NodeId;
using ir::Operand;

void fill_with(Random& random, DType dtype, std::vector<char>& bytes) {
  const auto size = static_cast<size_t>(size_of(dtype));
  for (size_t at = 0; at + size <= bytes.size(); at += size) {
    const uint64_t bits = random_bits(random, dtype);
    std::memcpy(bytes.data() + at, &bits, size);
  }
}

}  // namespace

int64_t reach_of(const Shape& shape) {
  int64_t reach = 1;
  for (const int64_t extent : shape) reach *= std::max<int64_t>(extent, 1);
  return reach;
}

uint64_t random_bits(Random& random, DType dtype) {
  if (dtype == DType::boolean) return random.bits() & 1;
  if (is_integral(dtype)) {
    if (size_of(dtype) < 8 && random.one_in(30)) return random.bits() >> (64 - 8 * size_of(dtype));
    return Scalar(random.between(-3, 8)).bits_as(dtype);
  }
  constexpr double kSpecial[] = {std::numeric_limits<double>::quiet_NaN(),
                                 std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity(),
                                 -0.0,
                                 0.0,
                                 1.0};
  const double value = random.one_in(60)
                           ? random.pick(kSpecial)
                           : static_cast<double>(random.between(-1 << 21, 1 << 21)) / (1 << 20);
  return Scalar(value).bits_as(dtype);
}

void fill_randomly(DType dtype, std::vector<char>& bytes, uint64_t seed) {
  Random random(seed);
  fill_with(random, dtype, bytes);
}

RandomNodes::RandomNodes(uint64_t seed, MakeProgram make_program)
    : random_(seed), values_(builder_.made, make_program) {
  constexpr int64_t kExtents[] = {1, 1, 2, 3, 4, 5, 7, 8, 9, 17};
  for (int i = 0; i < 3; ++i) extents_.push_back(random_.pick(kExtents));
  if (random_.one_in(12)) extents_.push_back(0);
  if (random_.one_in(12)) extents_.push_back(random_.pick(std::array{33, 64, 130, 600}));
}

void RandomNodes::take(NodeId id) {
  if (id == ir::kNoNode) return;
  values_.run();
  const Node& node = builder_.node(id);
  if (!node.is_parameter) operations_.push_back(id);
  if (is_floating(node.type.dtype)) {
    int64_t finite = 0;
    const Array& array = values_.value(id);
    for (int64_t i = 0; i < node.type.numel(); ++i) {
      finite += std::isfinite(array.element(i).to_double());
    }
    const bool drowns = 2 * finite < node.type.numel() && !random_.one_in(6);
    if (drowns && !pool_.empty()) return;
  }
  pool_.push_back(id);
}

DType RandomNodes::random_dtype() {
  return random_.one_in(2) ? random_.pick(std::array{kFloat32, kFloat32, kInt64, kBool})
                           : random_.pick(kAllDTypes);
}
Shape RandomNodes::random_shape() {
  Shape shape;
  const int64_t rank = random_.pick(std::array{0, 1, 1, 2, 2, 2, 3, 3, 4});
  for (int64_t i = 0; i < rank; ++i) shape.push_back(random_.pick(extents_));
  while (reach_of(shape) > kMaxElements) shape.erase(0);
  return shape;
}
int RandomNodes::random_dim(const Shape& shape) {
  return static_cast<int>(random_.between(0, shape.rank() - 1));
}
std::vector<int64_t> RandomNodes::random_order(int rank) {
  std::vector<int64_t> order(static_cast<size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_.bits() % i]);
  return order;
}

Operand RandomNodes::number(DType dtype) {
  if (random_.one_in(2)) {
    const Scalar value = Scalar::from_bits(dtype, random_bits(random_, dtype));
    return builder_.word(dtype, value.word_as(dtype));
  }
  const double value = random_.pick(std::array{0.0, 1.0, 1.0, 2.0, -1.0, 0.5});
  return CaseBuilder::constant(dtype, Scalar(value).word_as(dtype));
}

NodeId RandomNodes::add_parameter(DType dtype, const Shape& shape) {
  if (random_.one_in(2)) {
    const NodeId id = builder_.parameter({dtype, shape});
    dtypes_.push_back(dtype);
    fill_with(random_, dtype, builder_.made.memories.back());
    take(id);
    return id;
  }
  const std::vector<int64_t> order = random_order(shape.rank());
  Shape base = Dims::filled(shape.rank(), 0);
  std::vector<int64_t> inverse(order.size());
  Dims starts = base;
  for (int i = 0; i < shape.rank(); ++i) {
    const auto at = static_cast<int>(order[static_cast<size_t>(i)]);
    inverse[static_cast<size_t>(at)] = i;
    const int64_t before = random_.one_in(3) ? random_.between(0, 2) : 0;
    const int64_t after = random_.one_in(3) ? random_.between(0, 2) : 0;
    const bool repeats = random_.one_in(8);
    base[i] = repeats ? 1 : before + shape[at] + after;
    starts[i] = repeats ? -1 : before;
  }
  Layout layout = contiguous(base);
  for (int i = 0; i < shape.rank(); ++i) {
    const int64_t wanted = shape[static_cast<int>(order[static_cast<size_t>(i)])];
    if (starts[i] < 0) {
      layout.shape[i] = wanted;
      layout.strides[i] = 0;
    } else {
      layout = narrowed(layout, i, starts[i], wanted);
    }
  }
  layout = permuted(layout, Dims(inverse));
  const uint32_t memory = choose_memory(dtype, base.product(), layout.offset);
  const bool is_plain = layout.offset == 0 && is_contiguous(layout);
  const bool has_word = layout.offset != 0 || (!is_plain && random_.one_in(2));
  const NodeId id = builder_.parameter(dtype, layout, memory, has_word);
  take(id);
  return id;
}

uint32_t RandomNodes::choose_memory(DType dtype, int64_t elements, int64_t& offset) {
  const int64_t bytes = size_of(dtype);
  if (random_.one_in(2)) {
    for (uint32_t i = 0; i < dtypes_.size(); ++i) {
      const int64_t spare =
          static_cast<int64_t>(builder_.made.memories[i].size()) / bytes - elements;
      if (dtypes_[i] != dtype || spare < 0) continue;
      offset += random_.one_in(3) ? 0 : random_.between(0, std::min<int64_t>(spare, 9));
      return i;
    }
  }
  const uint32_t memory = builder_.add_memory(elements * bytes);
  dtypes_.push_back(dtype);
  fill_with(random_, dtype, builder_.made.memories[memory]);
  return memory;
}

}  // namespace lazuli::schedule
