#include "bench/primitives.h"

#include <vector>

#include "lazuli/kernel/builder.h"

namespace lazuli::bench {

double primitives_in(op::OpKind kind) {
  kernel::Builder builder(kernel::Form::rows);
  const int operands = op::traits_of(kind).operands;
  std::vector<uint32_t> accesses;
  for (int i = 0; i < operands; ++i) accesses.push_back(builder.add_access({}));
  const uint32_t target = builder.add_access({.written = true});
  builder.begin_loop();
  std::vector<kernel::Value> values;
  for (const uint32_t access : accesses) {
    values.push_back(builder.load(access, kernel::Level::loop));
  }
  builder.store(target, op::build_element(kind, DType::f32, builder, values, {}),
                kernel::Level::loop);
  builder.end_loop();
  const kernel::Kernel kernel = builder.finish();
  double count = 0;
  for (const kernel::Block& block : kernel.blocks) {
    if (block.level == kernel::Level::loop) count += block.last - block.first;
  }
  return count - static_cast<double>(operands) - 1;
}

}  // namespace lazuli::bench
