// Orders, running folds and writes at places: what library functions do.
#include <benchmark/benchmark.h>

#include <cstdint>

#include "lazuli/api/lazuli.h"

namespace {

using lazuli::Tensor;

// `step` gives what must be computed from normal numbers of the shape.
template <typename Step>
void measure(benchmark::State& state, const lazuli::Shape& shape, Step step) {
  const Tensor x = lazuli::randn(shape);
  lazuli::eval();
  const auto run = [&] { benchmark::DoNotOptimize(step(x).data_ptr()); };
  run();
  for (auto _ : state) run();
  state.SetItemsProcessed(state.iterations() * shape.product());
}

#define LZ_ROW(function, name, rows, columns, expression)                                  \
  void function(benchmark::State& state) {                                                 \
    measure(state, {rows, columns}, [](const Tensor& x) -> Tensor { return expression; }); \
  }                                                                                        \
  BENCHMARK(function)->Name(name "/" #rows "x" #columns)->UseRealTime()

LZ_ROW(sort_line, "sort", 1, 1000000, std::get<0>(x.sort(1)));
LZ_ROW(sort_rows, "sort", 1024, 1024, std::get<0>(x.sort(1)));
LZ_ROW(sort_short_rows, "sort", 10000, 64, std::get<0>(x.sort(1)));
LZ_ROW(sort_columns, "sort/columns", 1024, 1024, std::get<0>(x.sort(0)));
LZ_ROW(topk_rows, "topk/10", 1024, 16384, std::get<0>(x.topk(10, 1)));
LZ_ROW(unique_elements, "unique", 1, 1000000, std::get<0>(x.mul(1000).floor().unique()));
LZ_ROW(cumsum_rows, "cumsum/rows", 4096, 1024, x.cumsum(1));
LZ_ROW(cumsum_columns, "cumsum/columns", 4096, 1024, x.cumsum(0));
LZ_ROW(nonzero_places, "nonzero", 4096, 1024, x.gt(0).nonzero());
LZ_ROW(flip_rows, "flip", 4096, 1024, x.flip({1}));
LZ_ROW(var_rows, "var", 4096, 1024, x.var(1));
LZ_ROW(logsumexp_rows, "logsumexp", 4096, 1024, x.logsumexp(1));
LZ_ROW(max_rows, "max", 4096, 1024, std::get<0>(x.max(1)));

}  // namespace
