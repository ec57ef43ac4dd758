// Operands that lie otherwise than the result: transposed, at steps, gathered; and folds over any
// dimension of them. bytes_per_second counts each element that is read or written once, so a row
// stands beside the copy of its size.
#include <benchmark/benchmark.h>

#include <cstdint>

#include "lazuli/api/lazuli.h"

namespace {

using lazuli::kFloat64;
using lazuli::kUInt8;
using lazuli::Shape;
using lazuli::Tensor;

// `step` gives what must be computed from two operands of the shape and dtype.
template <typename Step>
void measure(benchmark::State& state, const Shape& shape, lazuli::DType dtype, double elements,
             Step step) {
  const Tensor x = lazuli::randn(shape).mul(50).to(dtype);
  const Tensor y = lazuli::randn(shape).mul(50).to(dtype);
  lazuli::eval();
  const auto run = [&] { benchmark::DoNotOptimize(step(x, y).data_ptr()); };
  run();
  for (auto _ : state) run();
  state.SetBytesProcessed(static_cast<int64_t>(
      static_cast<double>(state.iterations() * shape.product() * size_of(dtype)) * elements));
}

// The same with random indices below `extent`.
template <typename Step>
void measure_gather(benchmark::State& state, const Shape& shape, int64_t extent,
                    const Shape& indices, double bytes, Step step) {
  const Tensor x = lazuli::randn(shape);
  const Tensor index = lazuli::randint(0, extent, indices);
  lazuli::eval();
  const auto run = [&] { benchmark::DoNotOptimize(step(x, index).data_ptr()); };
  run();
  for (auto _ : state) run();
  state.SetBytesProcessed(
      static_cast<int64_t>(static_cast<double>(state.iterations() * indices.product()) * bytes));
}

// `bytes`: read and written, for each index.
#define LZ_GATHER(function, name, shape, extent, indices, bytes, expression)                   \
  void function(benchmark::State& state) {                                                     \
    measure_gather(state, Shape shape, extent, Shape indices, bytes,                           \
                   [](const Tensor& x, const Tensor& index) -> Tensor { return expression; }); \
  }                                                                                            \
  BENCHMARK(function)->Name("strides/" name)->UseRealTime()

// `elements`: read and written, for each of x.
#define LZ_ROW(function, name, shape, dtype, elements, expression)                             \
  void function(benchmark::State& state) {                                                     \
    measure(state, Shape shape, dtype, elements,                                               \
            []([[maybe_unused]] const Tensor& x, [[maybe_unused]] const Tensor& y) -> Tensor { \
              return expression;                                                               \
            });                                                                                \
  }                                                                                            \
  BENCHMARK(function)->Name("strides/" name)->UseRealTime()
#define LZ_SQUARE(function, name, elements, expression)                                         \
  LZ_ROW(function, name "/4096", ({4096, 4096}), lazuli::kFloat32, elements, expression);       \
  LZ_ROW(function##_odd, name "/1000", ({1000, 1000}), lazuli::kFloat32, elements, expression); \
  LZ_ROW(function##_small, name "/64", ({64, 64}), lazuli::kFloat32, elements, expression)
#define LZ_CUBE(function, name, elements, expression) \
  LZ_ROW(function, name "/256", ({256, 256, 256}), lazuli::kFloat32, elements, expression)

LZ_SQUARE(copy, "copy", 2, x.neg());
LZ_SQUARE(add, "add", 3, x + y);
LZ_SQUARE(turn, "turn", 2, x.t().contiguous());
LZ_SQUARE(add_turned, "add_turned", 3, x.t() + y);
LZ_SQUARE(add_both_turned, "add_both_turned", 3, x.t() + y.t());
LZ_SQUARE(add_turned_row, "add_turned_row", 2, x.t() + y.select(0, 0));
LZ_ROW(turn_f64, "turn_f64/2048", ({2048, 2048}), kFloat64, 2, x.t().contiguous());
LZ_ROW(turn_f16, "turn_f16/4096", ({4096, 4096}), lazuli::kFloat16, 2, x.t().contiguous());
LZ_ROW(turn_u8, "turn_u8/4096", ({4096, 4096}), kUInt8, 2, x.t().contiguous());
LZ_CUBE(permute_120, "permute_120", 2, x.permute({1, 2, 0}).contiguous());
LZ_CUBE(permute_210, "permute_210", 2, x.permute({2, 1, 0}).contiguous());
LZ_CUBE(permute_021, "permute_021", 2, x.permute({0, 2, 1}).contiguous());
LZ_ROW(channels_last, "channels_last", ({16, 3, 512, 512}), lazuli::kFloat32, 2,
       x.permute({0, 2, 3, 1}).contiguous());
LZ_ROW(channels_first, "channels_first", ({16, 512, 512, 3}), lazuli::kFloat32, 2,
       x.permute({0, 3, 1, 2}).contiguous());

LZ_SQUARE(sum_0, "sum_0", 1, x.sum(0));
LZ_SQUARE(sum_1, "sum_1", 1, x.sum(1));
LZ_SQUARE(sum_turned_add, "sum_turned_add_1", 2, (x.t() + y).sum(1));
LZ_SQUARE(sum_turned_add_0, "sum_turned_add_0", 2, (x.t() + y).sum(0));
LZ_CUBE(sum_permuted, "sum_permute_120", 1, x.permute({1, 2, 0}).sum(-1));
LZ_SQUARE(softmax_1, "softmax_1", 2, x.softmax(1));
LZ_SQUARE(softmax_0, "softmax_0", 2, x.softmax(0));
LZ_SQUARE(softmax_turned, "softmax_turned_1", 2, x.t().softmax(1));
LZ_SQUARE(norm_rows, "norm_1", 2, (x - x.mean(1, true)) / x.var({1}, 0, true).add(1e-5).sqrt());
LZ_SQUARE(norm_columns, "norm_0", 2, (x - x.mean(0, true)) / x.var({0}, 0, true).add(1e-5).sqrt());

LZ_SQUARE(step_2, "step_2", 1.5, x.slice(1, 0, 1 << 20, 2) + 1);
LZ_SQUARE(step_3, "step_3", 1.34, x.slice(1, 0, 1 << 20, 3) + 1);
LZ_SQUARE(step_4, "step_4", 1.25, x.slice(1, 0, 1 << 20, 4) + 1);
LZ_SQUARE(step_2_add, "step_2_add", 2, x.slice(1, 0, 1 << 20, 2) + y.slice(1, 1, 1 << 20, 2));
LZ_SQUARE(diagonal, "diagonal", 1, x.diagonal() + 1);

LZ_GATHER(take_l2, "take/128k", ({1 << 17}), 1 << 17, ({1 << 20}), 16, x.take(index));
LZ_GATHER(take_l3, "take/4M", ({1 << 22}), 1 << 22, ({1 << 22}), 16, x.take(index));
LZ_GATHER(gather_1, "gather_1/2048", ({2048, 2048}), 2048, ({2048, 2048}), 16, x.gather(1, index));
LZ_GATHER(gather_0, "gather_0/2048", ({2048, 2048}), 2048, ({2048, 2048}), 16, x.gather(0, index));
LZ_GATHER(select_1, "index_select_1/2048", ({2048, 2048}), 2048, ({2048}), 2048 * 8,
          x.index_select(1, index));
LZ_GATHER(select_0, "index_select_0/2048", ({2048, 2048}), 2048, ({2048}), 2048 * 8,
          x.index_select(0, index));
LZ_GATHER(embedding_rows, "embedding/50000x256", ({50000, 256}), 50000, ({65536}), 256 * 8,
          lazuli::embedding(x, index));
LZ_GATHER(embedding_short, "embedding/50000x8", ({50000, 8}), 50000, ({65536}), 8 * 8,
          lazuli::embedding(x, index));

}  // namespace
