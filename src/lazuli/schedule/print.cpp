#include <string_view>

#include "lazuli/base/format.h"
#include "lazuli/schedule/schedule.h"

namespace lazuli::schedule {
namespace {

std::string name_of(const Schedule& schedule, uint32_t buffer) {
  const Buffer& each = schedule.buffers[buffer];
  switch (each.kind) {
    case Buffer::Kind::parameter:
      return format("p{}", each.index);
    case Buffer::Kind::output:
      return format("o{}", each.index);
    case Buffer::Kind::temporary:
      break;
  }
  return format("t{}", buffer);
}

std::string list(const Schedule& schedule, const std::vector<uint32_t>& buffers) {
  std::string text;
  for (const uint32_t buffer : buffers) {
    text += text.empty() ? "" : ", ";
    text += name_of(schedule, buffer);
  }
  return text;
}

std::string domain(const InstancePlan& instance) {
  std::string text;
  for (const int64_t extent : instance.outer) text += format("{} x ", extent);
  text += format("{} x {}", instance.rows, instance.columns);
  if (instance.depth != 1) text += format(" over {}", instance.depth);
  return text;
}

std::string describe(const Schedule& schedule, const Step& step) {
  switch (step.kind) {
    case Step::Kind::kernel: {
      std::string text = format("kernel {}", step.kernel);
      for (size_t i = 0; i < step.instances.size(); ++i) {
        text += format("{}{}", i ? ", " : " [", domain(step.instances[i]));
      }
      return text + "]";
    }
    case Step::Kind::multiply:
      return format(
          "multiply {}[{} x {} x {}] {}{}, {}{}",
          step.product.batch.rank() ? to_string(step.product.batch) + " of " : std::string(),
          step.product.m, step.product.n, step.product.k,
          name_of(schedule, step.operands[0].buffer), step.product.a_transposed ? "^T" : "",
          name_of(schedule, step.operands[1].buffer), step.product.b_transposed ? "^T" : "");
    case Step::Kind::library:
      return format("call {}", op::name_of(step.library));
    case Step::Kind::copy:
      break;
  }
  return format("copy {} bytes from {}", step.bytes, name_of(schedule, step.operands[0].buffer));
}

}  // namespace

std::string to_string(const Schedule& schedule) {
  std::string text;
  for (size_t i = 0; i < schedule.steps.size(); ++i) {
    const Step& step = schedule.steps[i];
    text += format("step {}: {} -> {}", i, describe(schedule, step), list(schedule, step.writes));
    text += "  # entries";
    for (const uint32_t entry : step.entries) text += format(" {}", entry);
    if (step.can_fail) text += ", can fail";
    text += "\n";
  }
  for (size_t i = 0; i < schedule.buffers.size(); ++i) {
    const Buffer& buffer = schedule.buffers[i];
    if (buffer.kind == Buffer::Kind::parameter) continue;
    text += format("{}: {} bytes", name_of(schedule, static_cast<uint32_t>(i)), buffer.bytes);
    if (buffer.kind == Buffer::Kind::temporary) text += format(" at {}", buffer.arena_offset);
    for (size_t j = 0; j < buffer.donors.size(); ++j) {
      text += format("{}p{}", j ? ", " : ", may take ", buffer.donors[j]);
    }
    text += "\n";
  }
  text += format("arena {} bytes for {} of intermediates, nothing fails from step {} on\n",
                 schedule.arena_bytes, schedule.intermediate_bytes, schedule.commit_step);
  return text;
}

}  // namespace lazuli::schedule
