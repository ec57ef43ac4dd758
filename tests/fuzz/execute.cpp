#include "execute.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "guarded_memory.h"
#include "launched.h"
#include "lazuli/base/format.h"
#include "lazuli/base/hash.h"
#include "lazuli/core/scalar.h"
#include "random.h"

namespace lazuli::fuzz {
namespace {

using namespace kernel;

GuardedMemory& guarded_memory() {
  static GuardedMemory memory;
  return memory;
}

class Execution {
 public:
  Execution(const Program& program, const Kernel& kernel, const KernelCase& one, Cut cut)
      : program_(program), kernel_(kernel), one_(one), cut_(cut), random_(one.seed + 1) {}

  Outcome run() {
    place_memories();
    run_box({0, one_.rows, 0, one_.columns}, cut_ == Cut::boxes ? 2 : 0);
    Outcome outcome;
    outcome.fault = fault_ != 0;
    for (size_t i = 0; i < bases_.size(); ++i) {
      outcome.memories.emplace_back();
      if (!kernel_.accesses[i].written) continue;
      outcome.memories.back().assign(bases_[i], bases_[i] + one_.memories[i].bytes.size());
      make_nans_equal(kernel_.accesses[i].dtype, outcome.memories.back());
    }
    return outcome;
  }

 private:
  struct Box {
    int64_t row, row_end, column, column_end;
  };

  void place_memories() {
    for (size_t i = 0; i < one_.memories.size(); ++i) {
      const std::vector<char>& bytes = one_.memories[i].bytes;
      const Side side = random_.one_in(3) ? Side::begin : Side::end;
      char* base = guarded_memory().place(i + 1, static_cast<int64_t>(bytes.size()), side);
      std::copy(bytes.begin(), bytes.end(), base);
      bases_.push_back(base);
    }
  }

  static void make_nans_equal(DType dtype, std::vector<char>& bytes) {
    if (!is_floating(dtype)) return;
    const auto size = static_cast<size_t>(size_of(dtype));
    for (size_t i = 0; i + size <= bytes.size(); i += size) {
      uint64_t bits = 0;
      std::memcpy(&bits, &bytes[i], size);
      if (!std::isnan(Scalar::from_bits(dtype, bits).to_double())) continue;
      bits = Scalar(std::numeric_limits<double>::quiet_NaN()).bits_as(dtype);
      std::memcpy(&bytes[i], &bits, size);
    }
  }

  void run_box(Box box, int cuts) {
    if (cuts > 0) {
      const bool by_columns = may_cut_columns(kernel_) && random_.one_in(2);
      Box first = box, second = box;
      if (by_columns) {
        first.column_end = second.column = random_.between(box.column, box.column_end);
      } else {
        first.row_end = second.row = random_.between(box.row, box.row_end);
      }
      run_box(second, cuts - 1);
      run_box(first, cuts - 1);
      return;
    }
    Arguments arguments;
    arguments.rows = box.row_end - box.row;
    arguments.columns = box.column_end - box.column;
    arguments.depth = one_.depth;
    std::vector<AccessArguments> accesses = one_.accesses;
    for (size_t i = 0; i < accesses.size(); ++i) {
      AccessArguments& access = accesses[i];
      const int64_t offset = box.row * access.row_stride + box.column * access.column_stride;
      if (kernel_.accesses[i].kind == Access::Kind::ramp) {
        access.base = reinterpret_cast<char*>(reinterpret_cast<uint64_t>(access.base) +
                                              static_cast<uint64_t>(offset));
      } else {
        access.base = bases_[i] + one_.memories[i].origin + offset;
      }
    }
    arguments.accesses = accesses.data();
    arguments.numbers = one_.numbers.data();
    arguments.fault = &fault_;
    const bool in_parts =
        cut_ == Cut::chunks && kernel_.loop_count() == 1 && kernel_.has_reduction();
    in_parts ? run_in_parts(arguments) : run_task(arguments);
  }

  void run_in_parts(Arguments arguments) {
    const bool in_rows = kernel_.form == Form::rows;
    const int64_t extent = in_rows ? arguments.columns : arguments.depth;
    const int64_t chunks = (extent + kChunk - 1) / kChunk;
    const int64_t points = in_rows ? arguments.rows : arguments.rows * arguments.columns;
    const int64_t reductions =
        std::count_if(kernel_.code.begin(), kernel_.code.end(),
                      [](const Instruction& code) { return code.primitive == Primitive::reduce; });
    std::vector<uint64_t> partials(reductions * points * chunks, 0xcdcdcdcdcdcdcdcdu);
    arguments.partials = partials.data();
    arguments.phase = Phase::partial;
    const int64_t cut = random_.between(0, chunks);
    arguments.chunk_first = cut;
    arguments.chunk_last = chunks;
    run_task(arguments);
    arguments.chunk_first = 0;
    arguments.chunk_last = cut;
    run_task(arguments);
    arguments.phase = Phase::finish;
    arguments.chunk_first = arguments.chunk_last = 0;
    run_task(arguments);
  }

  // Each task has scratch of the size that the program asked for, full of NaNs.
  void run_task(Arguments& arguments) {
    const int64_t bytes =
        program_.scratch_bytes(arguments.rows, arguments.columns, arguments.depth);
    const int64_t aligned = (bytes + 63) / 64 * 64;
    arguments.scratch = guarded_memory().place(0, aligned, Side::end);
    std::memset(arguments.scratch, 0xff, aligned);
    program_.run(arguments);
  }

  const Program& program_;
  const Kernel& kernel_;
  const KernelCase& one_;
  const Cut cut_;
  Random random_;
  std::vector<char*> bases_;
  std::atomic<uint32_t> fault_{0};
};

}  // namespace

Outcome execute(const Program& program, const Kernel& kernel, const KernelCase& one, Cut cut) {
  return Execution(program, kernel, one, cut).run();
}

std::string difference(const Outcome& expected, const Outcome& actual, const KernelCase& one) {
  for (size_t i = 0; i < expected.memories.size(); ++i) {
    const std::vector<char>& a = expected.memories[i];
    const std::vector<char>& b = actual.memories[i];
    const auto place = std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin();
    if (place == static_cast<int64_t>(a.size())) continue;
    const int64_t size = size_of(one.kernel.accesses[i].dtype);
    const int64_t element = place / size;
    uint64_t words[2] = {};
    std::memcpy(&words[0], &a[element * size], size);
    std::memcpy(&words[1], &b[element * size], size);
    return format("@{}, element {} of its memory: {:#x}, expected {:#x}", i, element, words[1],
                  words[0]);
  }
  return {};
}

uint64_t digest(const Outcome& outcome) {
  uint64_t hash = outcome.fault;
  for (const std::vector<char>& memory : outcome.memories) {
    hash = hash_combine(hash, hash_bytes(memory.data(), memory.size()));
  }
  return hash;
}

}  // namespace lazuli::fuzz
