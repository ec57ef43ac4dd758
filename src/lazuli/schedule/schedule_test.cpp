#include "lazuli/schedule/schedule.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "lazuli/interpret/interpret.h"
#include "lazuli/schedule/random_graph.h"
#include "lazuli/schedule/schedule_check.h"

namespace lazuli::schedule {
namespace {

using ir::NodeId;
using op::OpKind;

std::string check(const GraphCase& one, uint64_t seed, CheckStatistics* statistics = nullptr) {
  return check_case(one, seed, interpret::make_program, interpret::make_program, statistics);
}

// Random graphs; LAZULI_SCHEDULE_SEED runs one of them, LAZULI_SCHEDULE_CASES as many as it says.
TEST(Schedule, GivesWhatTheGraphMeans) {
  const char* only = std::getenv("LAZULI_SCHEDULE_SEED");
  const char* count = std::getenv("LAZULI_SCHEDULE_CASES");
  const uint64_t first = only ? std::strtoull(only, nullptr, 10) : 1;
  const uint64_t last = only ? first : count ? std::strtoull(count, nullptr, 10) : 3000;
  CheckStatistics statistics;
  int faults = 0;
  for (uint64_t seed = first; seed <= last && faults < 3; ++seed) {
    const std::string report = check(random_case(seed, interpret::make_program), seed, &statistics);
    if (report.empty()) continue;
    ADD_FAILURE() << report;
    ++faults;
  }
  std::printf(
      "%lld nodes, %lld steps unfused, %lld fused, %lld donations, %lld failing cases\n",
      static_cast<long long>(statistics.nodes), static_cast<long long>(statistics.unfused_steps),
      static_cast<long long>(statistics.steps), static_cast<long long>(statistics.donations),
      static_cast<long long>(statistics.failures));
}

// x.narrow(0, i, 8).copy_(x.narrow(0, j, 8)), whatever overlaps and with x's memory on offer.
TEST(Schedule, WritesRegionsThatAreRead) {
  for (const int64_t rank : {1, 2}) {
    for (int64_t to = 0; to <= 8; ++to) {
      for (int64_t from = 0; from <= 8; ++from) {
        CaseBuilder builder;
        const Shape shape = rank == 1 ? Shape{16} : Shape{16, 3};
        const NodeId x = builder.parameter({kFloat32, shape});
        fill_randomly(kFloat32, builder.made.memories[0], 7);
        const NodeId part = builder.apply(OpKind::narrow, {x}, {0}, {8}, {from});
        builder.output(builder.apply(OpKind::narrow_write, {x, part}, {0}, {}, {to}));
        ASSERT_EQ(check(builder.made, static_cast<uint64_t>(16 * to + from)), "");
      }
    }
  }
}

// The same with what is written computed from both regions.
TEST(Schedule, WritesWhatIsComputedFromTheRegion) {
  for (int64_t to = 0; to <= 4; ++to) {
    for (int64_t from = 0; from <= 4; ++from) {
      CaseBuilder builder;
      const NodeId x = builder.parameter({kFloat32, {8}});
      fill_randomly(kFloat32, builder.made.memories[0], 3);
      const NodeId a = builder.apply(OpKind::narrow, {x}, {0}, {4}, {from});
      const NodeId b = builder.apply(OpKind::narrow, {x}, {0}, {4}, {to});
      const NodeId written =
          builder.apply(OpKind::narrow_write, {x, builder.add(a, b)}, {0}, {}, {to});
      builder.output(written);
      builder.output(builder.apply(OpKind::exp, {written}));
      ASSERT_EQ(check(builder.made, static_cast<uint64_t>(16 * to + from)), "");
    }
  }
}

TEST(Schedule, FollowsTheReductionTree) {
  for (const int64_t extent : {1, 2, 31, 33, 4095, 4096, 4097, 13000}) {
    CaseBuilder builder;
    const NodeId x = builder.parameter({kFloat32, {2, extent}});
    fill_randomly(kFloat32, builder.made.memories[0], static_cast<uint64_t>(extent));
    const NodeId y = builder.apply(OpKind::permute, {builder.apply(OpKind::tanh, {x})}, {1, 0});
    builder.output(builder.reduce(OpKind::sum, y, {0}, false));
    builder.output(builder.reduce(OpKind::sum, y, {0, 1}, true));
    builder.output(builder.reduce(OpKind::sum, x, {0, 1}, false));
    builder.output(builder.reduce(OpKind::amax, x, {0}, false));
    ASSERT_EQ(check(builder.made, static_cast<uint64_t>(extent)), "");
  }
}

TEST(Schedule, ReportsIndicesOutOfRange) {
  for (const int64_t bad : {int64_t{-1}, int64_t{5}, int64_t{1} << 61}) {
    CaseBuilder builder;
    const NodeId x = builder.parameter({kFloat32, {5}});
    const NodeId index = builder.parameter({kInt64, {3}});
    reinterpret_cast<int64_t*>(builder.made.memories[1].data())[1] = bad;
    const NodeId taken = builder.apply(OpKind::gather, {x, index}, {0});
    const NodeId next = builder.add(x, x);  // might take x's memory, but not before the gather
    builder.output(builder.apply(OpKind::exp, {taken}));
    builder.output(next);
    ASSERT_EQ(check(builder.made, 1), "");
  }
}

TEST(Schedule, GathersFromASingleElement) {
  CaseBuilder builder;
  const NodeId x = builder.parameter({kFloat32, {}});
  fill_randomly(kFloat32, builder.made.memories[0], 1);
  const NodeId index = builder.parameter({kInt64, {}});
  builder.output(builder.apply(OpKind::gather, {x, index}, {0}));
  EXPECT_EQ(check(builder.made, 1), "");
}

// What is read along two folded dimensions lies evenly along them, also where another value joins
// the kernel.
TEST(Schedule, FoldsOneStretch) {
  CaseBuilder builder;
  const NodeId x = builder.parameter({kFloat32, {3, 4}});
  fill_randomly(kFloat32, builder.made.memories[0], 1);
  const NodeId column = builder.reduce(OpKind::amax, x, {1}, true);
  builder.output(builder.apply(OpKind::div, {x, column}));
  builder.output(builder.reduce(OpKind::sum, x, {0, 1}, false));
  EXPECT_EQ(check(builder.made, 1), "");

  CaseBuilder other;
  const NodeId strided =
      other.parameter(kFloat32, {{3, 4}, {1, 3}, 0}, other.add_memory(48, 1), false);
  const NodeId same = other.reduce(OpKind::sum, strided, {}, false);
  other.output(other.reduce(OpKind::sum, other.add(same, same), {0, 1}, false));
  EXPECT_EQ(check(other.made, 1), "");
}

TEST(Schedule, FoldsNoElements) {
  CaseBuilder builder;
  const NodeId x = builder.parameter({kFloat32, {0, 1}});
  const NodeId sum = builder.reduce(OpKind::sum, x, {0, 1}, true);
  builder.output(sum);
  builder.output(builder.add(sum, x));
  EXPECT_EQ(check(builder.made, 1), "");
}

// x < x is false whatever the softmax before it gives, so nothing is folded at last.
TEST(Schedule, LosesFoldsToConstants) {
  CaseBuilder builder;
  const NodeId x = builder.parameter({kFloat32, {6, 5, 7}});
  fill_randomly(kFloat32, builder.made.memories[0], 1);
  const NodeId shifted = builder.sub(x, builder.reduce(OpKind::amax, x, {1}, true));
  builder.output(builder.apply(OpKind::lt, {shifted, shifted}));
  EXPECT_EQ(check(builder.made, 1), "");
}

// A parameter that an output shows gives its memory to none.
TEST(Schedule, KeepsParametersThatOutputsShow) {
  CaseBuilder builder;
  const NodeId x = builder.parameter({kFloat32, {8}});
  builder.output(builder.add(x, x));
  const Schedule alone = make_schedule(builder.made.graph, {});
  EXPECT_EQ(alone.buffers[alone.outputs[0].address.buffer].donors.size(), 1u);
  builder.output(builder.apply(OpKind::view, {x}, {}, {2, 4}));
  const Schedule shown = make_schedule(builder.made.graph, {});
  EXPECT_TRUE(shown.buffers[shown.outputs[0].address.buffer].donors.empty());
  EXPECT_EQ(check(builder.made, 1), "");
}

}  // namespace
}  // namespace lazuli::schedule
