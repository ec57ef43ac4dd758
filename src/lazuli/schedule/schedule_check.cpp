#include "lazuli/schedule/schedule_check.h"

#include <exception>

#include "lazuli/base/format.h"
#include "lazuli/schedule/run_schedule.h"

namespace lazuli::schedule {
namespace {

struct Expected {
  bool failed = false;       // an index is out of range
  bool must_report = false;  // and an output depends on it
  std::vector<Array> outputs;
};

Expected evaluate(const GraphCase& one, MakeProgram make_program) {
  GraphCase live = one;
  ir::remove_dead(live.graph);
  DirectEvaluation evaluation(live, make_program);
  evaluation.run();
  Expected expected;
  for (size_t i = 0; i < live.graph.nodes.size(); ++i) {
    expected.failed |= evaluation.has_failed(static_cast<ir::NodeId>(i));
  }
  for (const ir::NodeId output : live.graph.outputs) {
    expected.outputs.push_back(evaluation.value(output));
  }
  if (!expected.failed) return expected;
  DirectEvaluation other(live, make_program, 1);
  other.run();
  for (size_t i = 0; i < expected.outputs.size(); ++i) {
    expected.must_report |=
        first_difference(expected.outputs[i], other.value(live.graph.outputs[i])) >= 0;
  }
  return expected;
}

// An index whose element no output depends on may go unnoticed: a view of a gather reads no more
// than it shows.
std::string difference(const Expected& expected, const RunResult& result) {
  if (result.failed) {
    return expected.failed ? "" : "no index is out of range, but one was reported";
  }
  if (expected.must_report) return "an index out of range went unnoticed";
  for (size_t i = 0; i < expected.outputs.size(); ++i) {
    const int64_t place = first_difference(expected.outputs[i], result.outputs[i]);
    if (place < 0) continue;
    return format("output {}, {}: element {} is {}, not {}", i, to_string(expected.outputs[i].type),
                  place, element_text(result.outputs[i], place),
                  element_text(expected.outputs[i], place));
  }
  return "";
}

struct Variant {
  const char* name;
  bool passes;
  bool unfused;
  bool donates;
  bool offers_all;
};
constexpr Variant kVariants[] = {
    {"unfused", false, true, false, false},
    {"fused", false, false, false, false},
    {"fused, with donations", false, false, true, true},
    {"passes, fused, with some donations", true, false, true, false},
};

}  // namespace

std::string check_case(const GraphCase& one, uint64_t seed, MakeProgram tested,
                       MakeProgram reference, CheckStatistics* statistics) {
  const Expected expected = evaluate(one, reference);
  if (statistics) {
    statistics->nodes += static_cast<int64_t>(one.graph.nodes.size());
    statistics->failures += expected.failed;
  }
  for (const Variant& variant : kVariants) {
    GraphCase run = one;
    Schedule schedule;
    std::string fault;
    try {
      if (variant.passes) {
        ir::simplify(run.graph);
        ir::merge_equal(run.graph);
        ir::remove_dead(run.graph);
      }
      ir::verify(run.graph);
      schedule = make_schedule(run.graph, {.unfused = variant.unfused});
      const RunResult result = run_schedule(schedule, run,
                                            {.make_program = tested,
                                             .donates = variant.donates,
                                             .offers_all = variant.offers_all,
                                             .seed = seed});
      fault = difference(expected, result);
      if (statistics) {
        statistics->donations += result.donations;
        if (variant.unfused) statistics->unfused_steps += std::ssize(schedule.steps);
        if (variant.passes) statistics->steps += std::ssize(schedule.steps);
      }
    } catch (const std::exception& error) {
      fault = error.what();
    }
    if (fault.empty()) continue;
    std::string words;
    for (size_t i = 0; i < run.words.size(); ++i) {
      words += format(" w{}={}", i, static_cast<int64_t>(run.words[i]));
    }
    return format("seed {}, {}: {}\n{}words:{}\n{}", seed, variant.name, fault,
                  ir::to_string(run.graph), words, to_string(schedule));
  }
  return "";
}

}  // namespace lazuli::schedule
