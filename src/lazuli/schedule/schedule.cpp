#include "lazuli/schedule/schedule.h"

#include "lazuli/schedule/draft.h"
#include "lazuli/schedule/steps.h"

namespace lazuli::schedule {

Schedule make_schedule(ir::Graph graph, const Options& options) {
  ir::remove_dead(graph);
  if (!options.unfused) {
    ir::simplify(graph);
    ir::sink_gathers(graph);
    ir::merge_equal(graph);
    ir::remove_dead(graph);
  }
  Draft draft(graph, options);
  place_views(draft);
  form_clusters(draft);
  OrderedSteps ordered = order_steps(draft);

  Schedule schedule;
  plan_memory(draft, ordered, schedule);
  schedule.kernels = std::move(ordered.kernels);
  schedule.commit_step = ordered.commit_step;
  find_sources(graph, schedule);
  for (OrderedStep& each : ordered.steps) schedule.steps.push_back(std::move(each.step));
  for (const MemoryOperand& output : draft.outputs) {
    const Place place = draft.resolve(output);
    schedule.outputs.push_back({{place.storage, place.offset, place.terms}, place.strides});
  }
  return schedule;
}

}  // namespace lazuli::schedule
