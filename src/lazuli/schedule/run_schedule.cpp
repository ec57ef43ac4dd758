#include "lazuli/schedule/run_schedule.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>

#include "lazuli/base/check.h"
#include "lazuli/schedule/random.h"

namespace lazuli::schedule {
namespace {

constexpr int64_t kGuard = 256;  // bytes before and after every block
constexpr char kGuardByte = 0x5a;
constexpr char kPoison = -1;  // a NaN, -1, and no bool

// Memory of its own, aligned to 64 bytes, with guards around it.
class Block {
 public:
  explicit Block(int64_t bytes) : bytes_(bytes), all_(bytes + 2 * kGuard + 64, kGuardByte) {
    char* start = all_.data() + kGuard;
    data_ = start + (64 - reinterpret_cast<uintptr_t>(start) % 64) % 64;
    std::memset(data_, kPoison, static_cast<size_t>(bytes));
  }
  char* data() const { return data_; }
  int64_t bytes() const { return bytes_; }
  bool is_intact() const {
    const auto clean = [](char byte) { return byte == kGuardByte; };
    return std::all_of(all_.data(), const_cast<const char*>(data_), clean) &&
           std::all_of(const_cast<const char*>(data_) + bytes_, all_.data() + all_.size(), clean);
  }

 private:
  int64_t bytes_;
  std::vector<char> all_;
  char* data_ = nullptr;
};

// A part of a launch that runs by itself.
struct Task {
  const kernel::Program* program = nullptr;
  std::vector<kernel::AccessArguments> accesses;
  const std::vector<uint64_t>* numbers = nullptr;
  int64_t rows = 0, columns = 0, depth = 0;
};

class Runner {
 public:
  Runner(const Schedule& schedule, const GraphCase& one, const RunOptions& options)
      : schedule_(schedule), case_(one), options_(options), random_(options.seed) {}

  RunResult run() {
    take_memory();
    RunResult result;
    for (size_t i = 0; i <= schedule_.steps.size(); ++i) {
      if (i == schedule_.commit_step) result.donations = commit();
      if (i == schedule_.steps.size()) break;
      const Step& step = schedule_.steps[i];
      LZ_ASSERT(!step.can_fail || i < schedule_.commit_step, "step {} fails after the commit", i);
      run_step(step, i);
      if (fault_ == 0) continue;
      LZ_ASSERT(step.can_fail, "step {} fails unannounced", i);
      result.failed = true;
      break;
    }
    check_blocks();
    if (!result.failed) read_outputs(result);
    return result;
  }

 private:
  void take_memory() {
    for (const std::vector<char>& memory : case_.memories) {
      parameters_.push_back(std::make_unique<Block>(static_cast<int64_t>(memory.size())));
      std::copy(memory.begin(), memory.end(), parameters_.back()->data());
    }
    given_.resize(parameters_.size());
    arena_ = std::make_unique<Block>(schedule_.arena_bytes);
    outputs_.resize(schedule_.buffers.size());
    memory_.resize(schedule_.buffers.size());
    for (size_t i = 0; i < schedule_.buffers.size(); ++i) {
      const Buffer& buffer = schedule_.buffers[i];
      switch (buffer.kind) {
        case Buffer::Kind::parameter:
          LZ_ASSERT(buffer.index < parameters_.size(), "buffer {} of no parameter", i);
          memory_[i] = {parameters_[buffer.index]->data(), parameters_[buffer.index]->bytes()};
          break;
        case Buffer::Kind::temporary:
          LZ_ASSERT(buffer.arena_offset % 64 == 0 && buffer.arena_offset >= 0 &&
                        buffer.arena_offset + buffer.bytes <= schedule_.arena_bytes,
                    "buffer {} leaves the arena", i);
          memory_[i] = {arena_->data() + buffer.arena_offset, buffer.bytes};
          break;
        case Buffer::Kind::output:
          if (buffer.donors.empty()) give_memory(i);
          break;
      }
    }
  }

  void give_memory(size_t buffer) {
    outputs_[buffer] = std::make_unique<Block>(schedule_.buffers[buffer].bytes);
    memory_[buffer] = {outputs_[buffer]->data(), outputs_[buffer]->bytes()};
  }

  int commit() {
    int donations = 0;
    for (size_t i = 0; i < schedule_.buffers.size(); ++i) {
      const Buffer& buffer = schedule_.buffers[i];
      if (buffer.kind != Buffer::Kind::output || buffer.donors.empty()) continue;
      for (const uint32_t donor : buffer.donors) {
        LZ_ASSERT(donor < parameters_.size(), "buffer {} names donor {}", i, donor);
        const bool offered = options_.donates && (options_.offers_all || !random_.one_in(3));
        if (!offered || given_[donor] || parameters_[donor]->bytes() != buffer.bytes) continue;
        given_[donor] = true;
        memory_[i] = {parameters_[donor]->data(), buffer.bytes};
        ++donations;
        break;
      }
      if (!memory_[i].data) give_memory(i);
    }
    return donations;
  }

  void check_blocks() const {
    for (size_t i = 0; i < parameters_.size(); ++i) {
      LZ_ASSERT(parameters_[i]->is_intact(), "the guard of parameter memory {} is hit", i);
      const std::vector<char>& before = case_.memories[i];
      LZ_ASSERT(given_[i] || std::equal(before.begin(), before.end(), parameters_[i]->data()),
                "parameter memory {} has changed", i);
    }
    LZ_ASSERT(arena_->is_intact(), "the arena's guard is hit");
    for (size_t i = 0; i < outputs_.size(); ++i) {
      LZ_ASSERT(!outputs_[i] || outputs_[i]->is_intact(), "the guard of buffer {} is hit", i);
    }
  }

  void read_outputs(RunResult& result) {
    LZ_ASSERT(schedule_.outputs.size() == case_.graph.outputs.size(), "{} outputs, not {}",
              schedule_.outputs.size(), case_.graph.outputs.size());
    for (size_t i = 0; i < schedule_.outputs.size(); ++i) {
      const Output& output = schedule_.outputs[i];
      const TensorType& type = case_.graph.nodes[static_cast<size_t>(case_.graph.outputs[i])].type;
      LZ_ASSERT(schedule_.buffers[output.address.buffer].kind != Buffer::Kind::temporary,
                "output {} is in the arena", i);
      LZ_ASSERT(output.strides.rank() == type.shape.rank(), "output {} has {} strides", i,
                output.strides.rank());
      Array array(type);
      const char* data = locate(output.address, type.dtype, {type.shape, output.strides, 0});
      copy_elements(type.shape, size_of(type.dtype), data, output.strides, array.bytes.data(),
                    contiguous_strides(type.shape));
      result.outputs.push_back(std::move(array));
    }
  }

  int64_t offset_of(const Address& address) const {
    int64_t offset = address.offset;
    for (const Address::Term& term : address.terms) {
      LZ_ASSERT(term.word < case_.words.size(), "word {} of {}", term.word, case_.words.size());
      offset += static_cast<int64_t>(case_.words[term.word]) * term.stride;
    }
    return offset;
  }

  // Where the element is; bytes [low, high) from there must be in the buffer.
  char* checked(uint32_t buffer, int64_t offset, int64_t low, int64_t high) const {
    LZ_ASSERT(buffer < memory_.size(), "buffer {} of {}", buffer, memory_.size());
    const Memory& memory = memory_[buffer];
    if (low == high) return memory.data + offset;
    LZ_ASSERT(memory.data, "buffer {} has no memory before the commit", buffer);
    LZ_ASSERT(offset + low >= 0 && offset + high <= memory.bytes,
              "bytes [{}, {}) of buffer {}, which has {}", offset + low, offset + high, buffer,
              memory.bytes);
    return memory.data + offset;
  }

  char* locate(const Address& address, DType dtype, const Layout& layout) const {
    const auto [low, high] = touched_range(layout);
    const int64_t bytes = size_of(dtype);
    return checked(address.buffer, offset_of(address) * bytes, low * bytes, high * bytes);
  }

  void run_step(const Step& step, size_t place) {
    switch (step.kind) {
      case Step::Kind::kernel:
        run_kernel(step, place);
        break;
      case Step::Kind::multiply:
        run_multiply(step);
        break;
      case Step::Kind::library:
        run_library(step);
        break;
      case Step::Kind::copy: {
        const int64_t bytes = size_of(step.result_type.dtype);
        char* target = checked(step.result.buffer, offset_of(step.result) * bytes, 0, step.bytes);
        const char* source =
            checked(step.operands[0].buffer, offset_of(step.operands[0]) * bytes, 0, step.bytes);
        if (target == source) break;
        LZ_ASSERT(target + step.bytes <= source || source + step.bytes <= target,
                  "step {} copies between places that overlap", place);
        std::memcpy(target, source, static_cast<size_t>(step.bytes));
        break;
      }
    }
  }

  static void check_apart(const char* a, int64_t a_bytes, const char* b, int64_t b_bytes) {
    LZ_ASSERT(a_bytes == 0 || b_bytes == 0 || a + a_bytes <= b || b + b_bytes <= a,
              "a result overlaps an operand");
  }

  void run_multiply(const Step& step) {
    const backend::MatrixProduct& product = step.product;
    const auto matrices = [&](const Address& address, int64_t rows, int64_t columns,
                              int64_t leading, bool transposed, const Dims& batch) {
      LZ_ASSERT(leading >= std::max<int64_t>(1, transposed ? rows : columns),
                "a leading dimension of {}", leading);
      Layout layout{product.batch, batch, 0};
      for (const int64_t extent : {rows, columns}) layout.shape.push_back(extent);
      for (const bool inner : {false, true}) {
        layout.strides.push_back(inner == transposed ? leading : 1);
      }
      const int64_t bytes = touched_range(layout).second * size_of(product.dtype);
      return std::pair(locate(address, product.dtype, layout), bytes);
    };
    const auto [a, a_bytes] = matrices(step.operands[0], product.m, product.k, product.a_leading,
                                       product.a_transposed, product.a_batch);
    const auto [b, b_bytes] = matrices(step.operands[1], product.k, product.n, product.b_leading,
                                       product.b_transposed, product.b_batch);
    Dims result_batch = contiguous_strides(product.batch);
    for (int i = 0; i < result_batch.rank(); ++i) {
      result_batch[i] *= product.m * product.result_leading;
    }
    const auto [result, bytes] =
        matrices(step.result, product.m, product.n, product.result_leading, false, result_batch);
    check_apart(result, bytes, a, a_bytes);
    check_apart(result, bytes, b, b_bytes);
    multiply_naively(product, a, b, result);
  }

  void run_library(const Step& step) {
    std::vector<backend::TensorArgument> tensors;
    std::vector<uint64_t> numbers;
    for (const uint32_t word : step.words) numbers.push_back(case_.words[word]);
    const TensorType& type = step.result_type;
    const Layout whole = contiguous(type.shape);
    char* result = locate(step.result, type.dtype, whole);
    for (size_t i = 0; i < step.operands.size(); ++i) {
      const TensorType& operand = step.operand_types[i];
      const Layout layout{operand.shape, step.operand_strides[i], 0};
      char* data = locate(step.operands[i], operand.dtype, layout);
      tensors.push_back({data, operand.dtype, operand.shape, layout.strides});
      const bool in_place = i == 0 && data == result && is_contiguous(layout);
      if (in_place) continue;
      check_apart(result, type.numel() * size_of(type.dtype), data,
                  touched_range(layout).second * size_of(operand.dtype));
    }
    call_naively({step.library,
                  tensors,
                  {result, type.dtype, type.shape, whole.strides},
                  numbers,
                  step.attributes,
                  &fault_});
  }

  void run_kernel(const Step& step, size_t place) {
    LZ_ASSERT(step.kernel < schedule_.kernels.size(), "step {} has no kernel", place);
    const kernel::Kernel& kernel = schedule_.kernels[step.kernel];
    kernel::verify(kernel);
    const auto program = options_.make_program(kernel);
    std::vector<Task> tasks;
    std::vector<std::vector<uint64_t>> numbers(step.instances.size());
    for (size_t i = 0; i < step.instances.size(); ++i) {
      const InstancePlan& instance = step.instances[i];
      LZ_ASSERT(instance.words.size() == kernel.numbers.size(), "step {} has {} numbers, not {}",
                place, instance.words.size(), kernel.numbers.size());
      for (const uint32_t word : instance.words) numbers[i].push_back(case_.words[word]);
      add_tasks(step, kernel, instance, *program, numbers[i], tasks);
    }
    for (size_t i = tasks.size(); i > 1; --i) {
      std::swap(tasks[i - 1], tasks[random_.bits() % i]);
    }
    for (const Task& task : tasks) run_task(task);
  }

  void add_tasks(const Step& step, const kernel::Kernel& kernel, const InstancePlan& instance,
                 const kernel::Program& program, const std::vector<uint64_t>& numbers,
                 std::vector<Task>& tasks) {
    LZ_ASSERT(instance.accesses.size() == kernel.accesses.size(), "{} accesses, not {}",
              instance.accesses.size(), kernel.accesses.size());
    LZ_ASSERT(instance.outer.size() <= backend::Instance::kMaxOuter, "{} outer dimensions",
              instance.outer.size());
    int64_t points = instance.rows * instance.columns;
    for (const int64_t extent : instance.outer) points *= extent;
    if (points == 0) return;
    const bool in_rows = kernel.form == kernel::Form::rows;
    LZ_ASSERT(!kernel.has_reduction() || in_rows || instance.depth > 0, "a fold of nothing");
    LZ_ASSERT(!in_rows || instance.depth == 1, "rows have no depth");
    Task whole{&program, {}, &numbers, instance.rows, instance.columns, instance.depth};
    for (size_t i = 0; i < instance.accesses.size(); ++i) {
      whole.accesses.push_back(check_access(step, kernel, instance, i));
    }
    const bool cuts_columns = !in_rows || !kernel.has_reduction();
    SmallVector<int64_t, 8> index(instance.outer.size(), 0);
    for (;;) {
      Task outer = whole;
      for (size_t i = 0; i < outer.accesses.size(); ++i) {
        const SmallVector<int64_t, 2>& strides = instance.accesses[i].outer_strides;
        for (size_t d = 0; d < index.size(); ++d) outer.accesses[i].base += index[d] * strides[d];
      }
      cut(outer, cuts_columns, tasks);
      size_t d = index.size();
      while (d > 0 && ++index[d - 1] == instance.outer[d - 1]) index[--d] = 0;
      if (d == 0) return;
    }
  }

  // Cuts a box of the domain at random places.
  void cut(const Task& whole, bool cuts_columns, std::vector<Task>& tasks) {
    const int64_t rows = random_.one_in(2) ? whole.rows : random_.between(1, whole.rows);
    const int64_t columns =
        !cuts_columns || random_.one_in(2) ? whole.columns : random_.between(1, whole.columns);
    for (int64_t row = 0; row < whole.rows; row += rows) {
      for (int64_t column = 0; column < whole.columns; column += columns) {
        Task& task = tasks.emplace_back(whole);
        task.rows = std::min(rows, whole.rows - row);
        task.columns = std::min(columns, whole.columns - column);
        for (kernel::AccessArguments& access : task.accesses) {
          access.base += row * access.row_stride + column * access.column_stride;
        }
      }
    }
  }

  // The access with its base, in range over the whole instance.
  kernel::AccessArguments check_access(const Step& step, const kernel::Kernel& kernel,
                                       const InstancePlan& instance, size_t place) const {
    const kernel::Access& access = kernel.accesses[place];
    const AccessPlan& plan = instance.accesses[place];
    kernel::AccessArguments arguments = plan.strides;
    LZ_ASSERT(plan.outer_strides.size() == instance.outer.size(), "access {} has {} outer strides",
              place, plan.outer_strides.size());
    const bool is_ramp = access.kind == kernel::Access::Kind::ramp;
    const int64_t bytes = size_of(access.dtype);
    if (access.step == kernel::Step::none) {
      LZ_ASSERT(arguments.column_stride == 0, "access {} moves along columns", place);
    } else if (access.step == kernel::Step::unit) {
      LZ_ASSERT(arguments.column_stride == (is_ramp ? 1 : bytes), "access {} moves by {} bytes",
                place, arguments.column_stride);
    }
    if (is_ramp) {
      arguments.base = reinterpret_cast<char*>(offset_of(plan.address));
      return arguments;
    }
    int64_t low = 0;
    int64_t high = bytes;
    const auto walk = [&](int64_t extent, int64_t stride) {
      (stride < 0 ? low : high) += stride * (extent - 1);
    };
    walk(instance.rows, arguments.row_stride);
    walk(instance.columns, arguments.column_stride);
    walk(instance.depth, arguments.depth_stride);
    for (size_t d = 0; d < instance.outer.size(); ++d) {
      walk(instance.outer[d], plan.outer_strides[d]);
    }
    if (arguments.index_extent > 0) walk(arguments.index_extent, arguments.index_stride);
    const bool never_reads = is_gathered(kernel, place) && arguments.index_extent == 0;
    arguments.base = checked(plan.address.buffer, offset_of(plan.address) * bytes, low,
                             never_reads ? low : high);
    if (access.written) {
      LZ_ASSERT(std::find(step.writes.begin(), step.writes.end(), plan.address.buffer) !=
                    step.writes.end(),
                "a write to buffer {} is not declared", plan.address.buffer);
      LZ_ASSERT(schedule_.buffers[plan.address.buffer].kind != Buffer::Kind::parameter,
                "access {} writes a parameter", place);
    }
    return arguments;
  }

  static bool is_gathered(const kernel::Kernel& kernel, size_t access) {
    return std::any_of(kernel.code.begin(), kernel.code.end(), [&](const auto& instruction) {
      return instruction.primitive == kernel::Primitive::load && instruction.index == access &&
             instruction.operands[0] != kernel::kNoValue;
    });
  }

  void run_task(const Task& task) {
    const int64_t bytes = task.program->scratch_bytes(task.rows, task.columns, task.depth);
    if (static_cast<int64_t>(scratch_.size()) < bytes + 64) {
      scratch_.resize(static_cast<size_t>(bytes) + 64);
    }
    kernel::Arguments arguments;
    arguments.rows = task.rows;
    arguments.columns = task.columns;
    arguments.depth = task.depth;
    arguments.accesses = task.accesses.data();
    arguments.numbers = task.numbers->data();
    arguments.fault = &fault_;
    arguments.scratch =
        scratch_.data() + (64 - reinterpret_cast<uintptr_t>(scratch_.data()) % 64) % 64;
    task.program->run(arguments);
  }

  struct Memory {
    char* data = nullptr;
    int64_t bytes = 0;
  };

  const Schedule& schedule_;
  const GraphCase& case_;
  const RunOptions& options_;
  Random random_;
  std::vector<std::unique_ptr<Block>> parameters_;  // by memory number
  std::vector<bool> given_;                         // likewise: now an output's
  std::vector<std::unique_ptr<Block>> outputs_;     // by schedule buffer
  std::unique_ptr<Block> arena_;
  std::vector<Memory> memory_;  // by schedule buffer
  std::vector<char> scratch_;
  std::atomic<uint32_t> fault_{0};
};

}  // namespace

RunResult run_schedule(const Schedule& schedule, const GraphCase& one, const RunOptions& options) {
  return Runner(schedule, one, options).run();
}

}  // namespace lazuli::schedule
