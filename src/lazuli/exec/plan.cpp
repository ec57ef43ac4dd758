#include "lazuli/exec/plan.h"

#include <algorithm>

namespace lazuli::exec {
namespace {

// A plan below this estimate runs on the evaluating thread: handing it over costs two wake-ups, and
// while it runs the thread team leaves the recording thread no processor of its own.
constexpr double kSmallSeconds = 100e-6;

}  // namespace

Plan::Plan(PlanKey plan_key, schedule::Schedule made, backend::Backend& target, char variant,
           KernelCache& cache)
    : key(std::move(plan_key)), schedule(std::move(made)), backend(target) {
  kernels.reserve(schedule.kernels.size());
  for (const kernel::Kernel& kernel : schedule.kernels) {
    kernels.push_back(cache.get(backend, variant, kernel));
  }
  for (uint32_t i = 0; i < schedule.buffers.size(); ++i) {
    const schedule::Buffer& buffer = schedule.buffers[i];
    if (buffer.kind == schedule::Buffer::Kind::parameter) {
      memory_count = std::max(memory_count, buffer.index + 1);
    } else if (buffer.kind == schedule::Buffer::Kind::output) {
      if (output_buffers.size() <= buffer.index) output_buffers.resize(buffer.index + 1);
      output_buffers[buffer.index] = i;
    }
  }
  last_writer.assign(output_buffers.size(), 0);
  finished.resize(schedule.steps.size());
  tables.resize(schedule.steps.size());
  double seconds = 0;
  is_small = true;
  for (size_t i = 0; i < schedule.steps.size(); ++i) {
    const schedule::Step& step = schedule.steps[i];
    can_fail = can_fail || step.can_fail;
    for (uint32_t written : step.writes) {
      const schedule::Buffer& buffer = schedule.buffers[written];
      if (buffer.kind == schedule::Buffer::Kind::output) {
        last_writer[buffer.index] = static_cast<uint32_t>(i);
      }
    }
    if (step.kind == schedule::Step::Kind::kernel) {
      build_table(i);
      seconds += backend.estimate_seconds(*kernels[step.kernel], tables[i].instances);
    } else if (step.kind == schedule::Step::Kind::copy) {
      seconds += static_cast<double>(step.bytes) * 1e-10;
    } else {
      is_small = false;
    }
    bytes_ += static_cast<int64_t>(sizeof(schedule::Step) +
                                   4 * (step.entries.size() + step.writes.size()));
  }
  is_small = is_small && seconds < kSmallSeconds;
  for (uint32_t i = 0; i < last_writer.size(); ++i) finished[last_writer[i]].push_back(i);
  bytes_ += static_cast<int64_t>(sizeof(Plan) + 8 * (key.live.size() + key.sizes.size()) +
                                 schedule.buffers.size() * sizeof(schedule::Buffer) +
                                 schedule.outputs.size() * sizeof(schedule::Output));
  // Programs live in the kernel cache; their text is of no use any more.
  schedule.kernels.clear();
  schedule.kernels.shrink_to_fit();
}

void Plan::build_table(size_t index) {
  const schedule::Step& step = schedule.steps[index];
  const kernel::Kernel& kernel = schedule.kernels[step.kernel];
  LaunchTable& table = tables[index];
  for (const schedule::InstancePlan& instance : step.instances) {
    for (size_t a = 0; a < instance.accesses.size(); ++a) {
      const schedule::AccessPlan& access = instance.accesses[a];
      table.accesses.push_back(access.strides);
      table.plans.push_back(&access);
      const bool is_ramp = kernel.accesses[a].kind == kernel::Access::Kind::ramp;
      table.element_bytes.push_back(is_ramp ? 0 : size_of(kernel.accesses[a].dtype));
      table.dtypes.push_back(kernel.accesses[a].dtype);
      for (int64_t stride : access.outer_strides) table.outer_strides.push_back(stride);
    }
    table.words.insert(table.words.end(), instance.words.begin(), instance.words.end());
  }
  table.numbers.resize(table.words.size());
  size_t access = 0;
  size_t stride = 0;
  size_t number = 0;
  for (const schedule::InstancePlan& plan : step.instances) {
    backend::Instance instance;
    instance.outer_rank = static_cast<int>(plan.outer.size());
    std::copy(plan.outer.begin(), plan.outer.end(), instance.outer);
    instance.rows = plan.rows;
    instance.columns = plan.columns;
    instance.depth = plan.depth;
    instance.accesses = table.accesses.data() + access;
    instance.outer_strides = table.outer_strides.data() + stride;
    instance.numbers = table.numbers.data() + number;
    access += plan.accesses.size();
    stride += plan.accesses.size() * plan.outer.size();
    number += plan.words.size();
    table.instances.push_back(instance);
  }
  bytes_ += static_cast<int64_t>(
      table.instances.size() * (sizeof(backend::Instance) + sizeof(schedule::InstancePlan)) +
      table.accesses.size() *
          (sizeof(kernel::AccessArguments) + sizeof(schedule::AccessPlan) + 16) +
      table.outer_strides.size() * 8 + table.numbers.size() * 12);
}

PlanTable::PlanTable(List& all, int64_t& total)
    : all_(all), place_(all.insert(all.end(), this)), total_(total) {}

PlanTable::~PlanTable() {
  total_ -= bytes();
  all_.erase(place_);
}

Ref<Plan> PlanTable::find(const PlanKey& key) {
  for (size_t i = 0; i < plans_.size(); ++i) {
    if (!(plans_[i]->key == key)) continue;
    if (i > 0)
      std::rotate(plans_.begin(), plans_.begin() + static_cast<ptrdiff_t>(i),
                  plans_.begin() + static_cast<ptrdiff_t>(i + 1));
    return plans_.front();
  }
  return nullptr;
}

void PlanTable::add(Ref<Plan> plan) {
  total_ += plan->bytes();
  plans_.insert(plans_.begin(), std::move(plan));
}

void PlanTable::remove(const Plan* plan) {
  std::erase_if(plans_, [&](const Ref<Plan>& each) {
    if (each.get() != plan) return false;
    total_ -= plan->bytes();
    return true;
  });
}

int64_t PlanTable::bytes() const {
  int64_t sum = 0;
  for (const Ref<Plan>& plan : plans_) sum += plan->bytes();
  return sum;
}

}  // namespace lazuli::exec
