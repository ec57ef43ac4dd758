// One or two operators of each family over 4096x1024 elements, beside what the machine allows: the
// bytes that must move and the primitives that must be issued.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/primitives.h"
#include "bench/traffic.h"
#include "lazuli/api/lazuli.h"
#include "lazuli/runtime/thread_team.h"

namespace {

using lazuli::Tensor;
using lazuli::op::OpKind;

constexpr int64_t kRows = 4096;
constexpr int64_t kColumns = 1024;

// What the rows read, made once, when the first of them runs.
struct Operands {
  Tensor x = lazuli::rand({kRows, kColumns});
  Tensor y = lazuli::rand({kRows, kColumns});
  Tensor row = lazuli::rand({kColumns});
  Tensor column = lazuli::rand({kRows, 1});
  Tensor across = lazuli::rand({kColumns, kRows});
  Tensor wide = lazuli::rand({kRows, 2 * kColumns});
  Tensor mask = lazuli::rand({kRows, kColumns}).gt(0.5);
  Tensor whole = lazuli::randint(1, 1000, {kRows, kColumns}, lazuli::kInt32);
  Tensor other = lazuli::randint(1, 1000, {kRows, kColumns}, lazuli::kInt32);
  Tensor longs = lazuli::randint(1, 1000, {kRows, kColumns});
  Tensor places = lazuli::randint(0, kColumns, {kRows, kColumns});
  Tensor rows = lazuli::randint(0, kRows, {kRows});

  static const Operands& get() {
    static const Operands operands;
    return operands;
  }
};

struct Row {
  const char* name;
  std::function<Tensor(const Operands&)> step;
  double bytes;                        // of each of the 4096x1024 elements
  double primitives = 1;               // likewise, of f32 lanes
  std::optional<OpKind> formula = {};  // whose primitives come on top
};

const std::vector<Row>& rows() {
  using In = const Operands&;
  static const std::vector<Row> list = {
      {"math/exp", [](In in) { return in.x.exp(); }, 8, 0, OpKind::exp},
      {"math/log", [](In in) { return in.x.log(); }, 8, 0, OpKind::log},
      {"math/sqrt", [](In in) { return in.x.sqrt(); }, 8, 0, OpKind::sqrt},
      {"math/tanh", [](In in) { return in.x.tanh(); }, 8, 0, OpKind::tanh},
      {"math/sin", [](In in) { return in.x.sin(); }, 8, 0, OpKind::sin},
      {"math/erf", [](In in) { return in.x.erf(); }, 8, 0, OpKind::erf},
      {"math/sigmoid", [](In in) { return in.x.sigmoid(); }, 8, 0, OpKind::sigmoid},
      {"math/gelu", [](In in) { return in.x.gelu(); }, 8, 0, OpKind::gelu},
      {"math/pow", [](In in) { return in.x.pow(in.y); }, 12, 0, OpKind::pow},
      {"arithmetic/add", [](In in) { return in.x + in.y; }, 12},
      {"arithmetic/div", [](In in) { return in.x / in.y; }, 12},
      {"compare/gt", [](In in) { return in.x.gt(in.y); }, 9},
      {"compare/maximum", [](In in) { return in.x.maximum(in.y); }, 12},
      {"select/where", [](In in) { return where(in.mask, in.x, in.y); }, 13},
      {"select/masked_fill", [](In in) { return in.x.masked_fill(in.mask, 0); }, 9},
      {"integer/add_i32", [](In in) { return in.whole + in.other; }, 12},
      {"integer/add_i64", [](In in) { return in.longs + in.places; }, 24, 2},
      {"integer/and_i32", [](In in) { return in.whole.bitwise_and(in.other); }, 12},
      {"integer/floor_divide_i32", [](In in) { return in.whole.floor_divide(in.other); }, 12, 0,
       OpKind::floor_divide},
      {"cast/f32_f16", [](In in) { return in.x.to(lazuli::kFloat16); }, 6},
      {"cast/f32_i32", [](In in) { return in.x.to(lazuli::kInt32); }, 8},
      {"cast/i64_f32", [](In in) { return in.longs.to(lazuli::kFloat32); }, 12},
      {"broadcast/row", [](In in) { return in.x + in.row; }, 8},
      {"broadcast/column", [](In in) { return in.x + in.column; }, 8},
      {"broadcast/number", [](In in) { return in.x + 1.5; }, 8},
      {"strided/transposed", [](In in) { return in.x + in.across.t(); }, 12},
      {"strided/every_other", [](In in) { return in.x + in.wide.slice(1, 0, {}, 2); }, 16},
      {"reduce/sum", [](In in) { return in.x.sum(); }, 4},
      {"reduce/amax_rows", [](In in) { return in.x.amax(1); }, 4},
      {"reduce/amax_columns", [](In in) { return in.x.amax(0); }, 4},
      {"reduce/max_rows", [](In in) { return std::get<0>(in.x.max(1)); }, 4, 4},
      {"reduce/max_columns", [](In in) { return std::get<0>(in.x.max(0)); }, 4, 4},
      {"reduce/prod_rows", [](In in) { return in.x.prod(1); }, 4},
      {"reduce/var_rows", [](In in) { return in.x.var(1); }, 4, 4},
      {"reduce/norm_rows", [](In in) { return in.x.norm(2, 1); }, 4, 2},
      {"reduce/logsumexp_rows", [](In in) { return in.x.logsumexp(1); }, 4, 3, OpKind::exp},
      {"index/gather", [](In in) { return in.x.gather(1, in.places); }, 16},
      {"index/index_select", [](In in) { return in.x.index_select(0, in.rows); }, 8},
      {"index/index_add", [](In in) { return in.x.index_add(0, in.rows, in.y); }, 16},
      {"index/scatter_add", [](In in) { return in.x.scatter_add(1, in.places, in.y); }, 20},
      {"index/masked_select", [](In in) { return in.x.masked_select(in.mask); }, 7},
      {"index/nonzero", [](In in) { return in.mask.nonzero(); }, 9},
  };
  return list;
}

void measure(benchmark::State& state, const Row& row) {
  const Operands& operands = Operands::get();
  lazuli::eval();
  const auto run = [&] { benchmark::DoNotOptimize(row.step(operands).data_ptr()); };
  run();
  for (auto _ : state) run();
  const auto elements = static_cast<double>(kRows * kColumns);
  const double primitives =
      row.primitives + (row.formula ? lazuli::bench::primitives_in(*row.formula) : 0);
  lazuli::bench::set_traffic(state, row.bytes * elements, row.bytes * elements,
                             primitives * elements, lazuli::runtime::thread_count());
}

[[maybe_unused]] const bool registered = [] {
  for (const Row& row : rows()) {
    benchmark::RegisterBenchmark((std::string(row.name) + "/4096x1024").c_str(), measure, row)
        ->UseRealTime();
  }
  return true;
}();

}  // namespace
