#include "reference.h"

#include <cstring>
#include <vector>

#include "lazuli/core/scalar.h"
#include "lazuli/kernel/evaluate.h"

namespace lazuli::fuzz {
namespace {

using namespace kernel;

// The result of a reduction over these values.
uint64_t fold(Combine combine, Type type, const std::vector<uint64_t>& values) {
  const size_t lanes = size_of(type) == 8 ? kLanes8 : kLanes4;
  std::vector<uint64_t> chunks;
  for (size_t begin = 0; begin < values.size(); begin += kChunk) {
    std::vector<uint64_t> lane(lanes, identity_of(combine, type));
    for (size_t i = begin; i < values.size() && i < begin + kChunk; ++i) {
      uint64_t& accumulator = lane[(i - begin) % lanes];
      accumulator = evaluate(combine, type, accumulator, values[i]);
    }
    for (size_t half = lanes / 2; half >= 1; half /= 2) {
      for (size_t i = 0; i < half; ++i) {
        lane[i] = evaluate(combine, type, lane[i], lane[i + half]);
      }
    }
    chunks.push_back(lane[0]);
  }
  while (chunks.size() > 1) {
    std::vector<uint64_t> joined;
    for (size_t i = 0; i + 1 < chunks.size(); i += 2) {
      joined.push_back(evaluate(combine, type, chunks[i], chunks[i + 1]));
    }
    if (chunks.size() % 2 == 1) joined.push_back(chunks.back());
    chunks = joined;
  }
  return chunks[0];
}

class Reference final : public Program {
 public:
  explicit Reference(const Kernel& kernel) : kernel_(kernel) {}

  int64_t scratch_bytes(int64_t, int64_t, int64_t) const override { return 0; }
  int64_t code_bytes() const override { return 0; }

  void run(const Arguments& arguments) const override {
    Values values(kernel_.code.size());
    if (arguments.rows == 0 || arguments.columns == 0) return;
    run_block(kernel_.blocks[0], arguments, {}, values);
    const bool in_rows = kernel_.form == Form::rows;
    for (int64_t row = 0; row < arguments.rows; ++row) {
      for (int64_t column = 0; column < (in_rows ? 1 : arguments.columns); ++column) {
        run_point(arguments, {row, column, 0}, values);
      }
    }
  }

 private:
  using Values = std::vector<uint64_t>;
  struct Position {
    int64_t row = 0, column = 0, depth = 0;
  };

  void run_point(const Arguments& arguments, Position point, Values& values) const {
    const bool in_rows = kernel_.form == Form::rows;
    const int64_t extent = in_rows ? arguments.columns : arguments.depth;
    for (size_t b = 1; b < kernel_.blocks.size(); ++b) {
      const Block& block = kernel_.blocks[b];
      if (block.level == Level::point) {
        run_block(block, arguments, point, values);
        continue;
      }
      std::vector<Values> folded(block.last - block.first);
      for (int64_t i = 0; i < extent; ++i) {
        Position position = point;
        (in_rows ? position.column : position.depth) = i;
        run_block(block, arguments, position, values);
        for (uint32_t place = block.first; place < block.last; ++place) {
          const Instruction& code = kernel_.code[place];
          if (code.primitive != Primitive::reduce) continue;
          folded[place - block.first].push_back(values[code.operands[0]]);
        }
      }
      for (uint32_t place = block.first; place < block.last; ++place) {
        const Instruction& code = kernel_.code[place];
        if (code.primitive != Primitive::reduce) continue;
        values[place] =
            fold(static_cast<Combine>(code.index), code.type, folded[place - block.first]);
      }
    }
  }

  void run_block(const Block& block, const Arguments& arguments, Position position,
                 Values& values) const {
    for (uint32_t place = block.first; place < block.last; ++place) {
      const Instruction& code = kernel_.code[place];
      const auto operand = [&](int i) {
        return code.operands[i] == kNoValue ? 0 : values[code.operands[i]];
      };
      switch (code.primitive) {
        case Primitive::constant:
          values[place] = code.bits;
          break;
        case Primitive::number:
          values[place] = arguments.numbers[code.index];
          break;
        case Primitive::load:
          values[place] = load(code, arguments, position, static_cast<int64_t>(operand(0)));
          break;
        case Primitive::store:
          store(code, address(code, arguments, position), values[code.operands[0]]);
          break;
        case Primitive::reduce:
          break;
        case Primitive::shift_left:
        case Primitive::shift_right:
        case Primitive::shift_right_logical:
          values[place] = evaluate(code.primitive, code.type, code.type, operand(0), code.bits);
          break;
        case Primitive::round_to:
          values[place] = evaluate(code.primitive, code.type, code.type, operand(0), code.index);
          break;
        default: {
          const ValueId typed = code.operands[code.primitive == Primitive::select];
          values[place] = evaluate(code.primitive, code.type, kernel_.code[typed].type, operand(0),
                                   operand(1), operand(2));
        }
      }
    }
  }

  static char* address(const Instruction& code, const Arguments& arguments, Position position) {
    const AccessArguments& access = arguments.accesses[code.index];
    const uint64_t offset =
        static_cast<uint64_t>(position.row) * static_cast<uint64_t>(access.row_stride) +
        static_cast<uint64_t>(position.column) * static_cast<uint64_t>(access.column_stride) +
        static_cast<uint64_t>(position.depth) * static_cast<uint64_t>(access.depth_stride);
    return reinterpret_cast<char*>(reinterpret_cast<uint64_t>(access.base) + offset);
  }

  uint64_t load(const Instruction& code, const Arguments& arguments, Position position,
                int64_t index) const {
    const AccessArguments& access = arguments.accesses[code.index];
    auto from = reinterpret_cast<uint64_t>(address(code, arguments, position));
    if (code.operands[0] != kNoValue) {
      if (index < 0 || index >= access.index_extent) {
        arguments.fault->store(1 + code.index);
        return 0;
      }
      from += static_cast<uint64_t>(index) * static_cast<uint64_t>(access.index_stride);
    }
    if (kernel_.accesses[code.index].kind == Access::Kind::ramp) return from;
    uint64_t value = 0;
    const DType dtype = kernel_.accesses[code.index].dtype;
    std::memcpy(&value, reinterpret_cast<const char*>(from), lazuli::size_of(dtype));
    return Scalar::from_bits(dtype, value).word_as(dtype);
  }

  void store(const Instruction& code, char* to, uint64_t word) const {
    const DType dtype = kernel_.accesses[code.index].dtype;
    const uint64_t bits = Scalar::from_word(dtype, word).bits_as(dtype);
    std::memcpy(to, &bits, lazuli::size_of(dtype));
  }

  const Kernel kernel_;
};

}  // namespace

std::unique_ptr<Program> make_reference(const Kernel& kernel) {
  return std::make_unique<Reference>(kernel);
}

}  // namespace lazuli::fuzz
