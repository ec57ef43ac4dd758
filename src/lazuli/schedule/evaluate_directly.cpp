#include "lazuli/schedule/evaluate_directly.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "lazuli/base/check.h"
#include "lazuli/core/element_types.h"
#include "lazuli/kernel/builder.h"

namespace lazuli::schedule {
namespace {

using ir::Node;
using ir::Operand;
using op::OpKind;

// Calls visit(index) for every index of the shape in row-major order.
template <typename Visit>
void for_each_index(const Shape& shape, const Visit& visit) {
  if (shape.product() == 0) return;
  Dims index = Dims::filled(shape.rank(), 0);
  for (;;) {
    visit(index);
    int dim = shape.rank() - 1;
    while (dim >= 0 && ++index[dim] == shape[dim]) index[dim--] = 0;
    if (dim < 0) return;
  }
}

// The row-major place of an index.
int64_t place_of(const Shape& shape, const Dims& index) {
  int64_t place = 0;
  for (int i = 0; i < shape.rank(); ++i) place = place * shape[i] + index[i];
  return place;
}

Shape at_least_vector(const Shape& shape) { return shape.rank() == 0 ? Shape{1} : shape; }

// One node; its operands are arrays, numbers being arrays of one element.
class NodeEvaluation {
 public:
  NodeEvaluation(const GraphCase& one, const Node& node, std::vector<const Array*> operands,
                 MakeProgram make_program, char unread)
      : case_(one),
        node_(node),
        operands_(std::move(operands)),
        make_program_(make_program),
        unread_(unread),
        result_(node.type) {}

  Array run() {
    switch (op::traits_of(node_.kind).category) {
      case op::Category::elementwise:
        run_elementwise();
        break;
      case op::Category::reduction:
        run_reduction();
        break;
      case op::Category::view:
        run_view();
        break;
      case op::Category::gather:
        run_gather();
        break;
      case op::Category::write:
        run_write();
        break;
      case op::Category::concat:
        run_cat();
        break;
      case op::Category::contraction:
        run_product();
        break;
      case op::Category::library:
        run_library();
        break;
    }
    return std::move(result_);
  }
  bool failed() const { return failed_ != 0; }

 private:
  const Array& operand(size_t i) const { return *operands_[i]; }
  const Shape& shape() const { return node_.type.shape; }
  int dim() const { return static_cast<int>(node_.attributes[0]); }
  int64_t offset() const { return static_cast<int64_t>(case_.words[node_.offsets[0]]); }

  void copy_element(int64_t to, const Array& source, int64_t from) {
    const auto bytes = static_cast<size_t>(size_of(node_.type.dtype));
    std::memcpy(result_.bytes.data() + static_cast<size_t>(to) * bytes,
                source.bytes.data() + static_cast<size_t>(from) * bytes, bytes);
  }

  // result[index] = operand 0 at source_of(index).
  template <typename SourceOf>
  void map_elements(const SourceOf& source_of) {
    int64_t to = 0;
    for_each_index(shape(),
                   [&](const Dims& index) { copy_element(to++, operand(0), source_of(index)); });
  }

  void run_kernel(const kernel::Kernel& kernel, int64_t rows, int64_t columns,
                  const std::vector<kernel::AccessArguments>& accesses,
                  const std::vector<uint64_t>& numbers) const {
    const auto program = make_program_(kernel);
    const auto scratch_bytes = static_cast<size_t>(program->scratch_bytes(rows, columns, 1));
    std::vector<char> scratch(scratch_bytes + 64);
    kernel::Arguments arguments;
    arguments.rows = rows;
    arguments.columns = columns;
    arguments.accesses = accesses.data();
    arguments.numbers = numbers.data();
    arguments.scratch =
        scratch.data() + (64 - reinterpret_cast<uintptr_t>(scratch.data()) % 64) % 64;
    program->run(arguments);
  }

  static kernel::AccessArguments access_of(const char* data, int64_t row, int64_t column) {
    kernel::AccessArguments access;
    access.base = const_cast<char*>(data);
    access.row_stride = row;
    access.column_stride = column;
    return access;
  }

  void run_elementwise() {
    const int64_t count = node_.type.numel();
    kernel::Builder builder(kernel::Form::rows);
    std::vector<kernel::AccessArguments> accesses;
    std::vector<uint64_t> numbers;
    std::vector<kernel::Value> values;
    std::vector<Array> broadcast;
    broadcast.reserve(operands_.size());
    builder.begin_loop();
    for (size_t i = 0; i < operands_.size(); ++i) {
      const Operand& given = node_.operands[i];
      const kernel::Type type = kernel::type_of(given.dtype);
      if (given.kind == Operand::Kind::constant) {
        values.push_back(builder.constant(type, given.bits));
      } else if (given.kind == Operand::Kind::word) {
        values.push_back(builder.number(builder.add_number(type)));
        numbers.push_back(case_.words[given.word]);
      } else {
        broadcast.push_back(broadcast_to(operand(i), shape()));
        const uint32_t access = builder.add_access({.dtype = given.dtype});
        values.push_back(builder.load(access, kernel::Level::loop));
        accesses.push_back(access_of(broadcast.back().bytes.data(), 0, size_of(given.dtype)));
      }
    }
    if (op::traits_of(node_.kind).takes_index) {
      const uint32_t ramp = builder.add_access(
          {.kind = kernel::Access::Kind::ramp, .dtype = DType::i64, .step = kernel::Step::any});
      values.push_back(builder.load(ramp, kernel::Level::loop));
      accesses.push_back(access_of(nullptr, 0, 1));
    }
    const DType dtype = node_.operands[op::leading_operand(node_.kind)].dtype;
    const kernel::Value value =
        op::build_element(node_.kind, dtype, builder, values, node_.attributes);
    const uint32_t result = builder.add_access({.dtype = node_.type.dtype, .written = true});
    accesses.push_back(access_of(result_.bytes.data(), 0, size_of(node_.type.dtype)));
    builder.store(result, value, kernel::Level::loop);
    builder.end_loop();
    run_kernel(builder.finish(), 1, count, accesses, numbers);
  }

  static Array broadcast_to(const Array& source, const Shape& shape) {
    Array result(TensorType{source.type.dtype, shape});
    const Shape& from = source.type.shape;
    const int added = shape.rank() - from.rank();
    const int64_t bytes = size_of(source.type.dtype);
    int64_t to = 0;
    for_each_index(shape, [&](const Dims& index) {
      int64_t place = 0;
      for (int i = 0; i < from.rank(); ++i) {
        place = place * from[i] + (from[i] == 1 ? 0 : index[i + added]);
      }
      std::memcpy(result.bytes.data() + bytes * to++, source.bytes.data() + bytes * place,
                  static_cast<size_t>(bytes));
    });
    return result;
  }

  void run_reduction() {
    const Array& source = operand(0);
    Dims order;
    Shape permuted;
    int64_t folded = 1;
    int64_t kept = 1;
    const auto folds = [&](int dim) {
      return std::find(node_.attributes.begin() + 1, node_.attributes.end(), dim) !=
             node_.attributes.end();
    };
    for (const bool wanted : {false, true}) {
      for (int i = 0; i < source.type.shape.rank(); ++i) {
        if (folds(i) != wanted) continue;
        order.push_back(i);
        permuted.push_back(source.type.shape[i]);
        (wanted ? folded : kept) *= source.type.shape[i];
      }
    }
    if (folded == 0) {
      const uint64_t bits = op::empty_value(node_.kind).bits_as(node_.type.dtype);
      const auto bytes = static_cast<size_t>(size_of(node_.type.dtype));
      for (int64_t i = 0; i < kept; ++i) {
        std::memcpy(result_.bytes.data() + static_cast<size_t>(i) * bytes, &bits, bytes);
      }
      return;
    }
    Array rows(TensorType{source.type.dtype, permuted});
    const int64_t bytes = size_of(source.type.dtype);
    int64_t to = 0;
    for_each_index(permuted, [&](const Dims& index) {
      Dims original = index;
      for (int i = 0; i < index.rank(); ++i) original[static_cast<int>(order[i])] = index[i];
      std::memcpy(rows.bytes.data() + bytes * to++,
                  source.bytes.data() + bytes * place_of(source.type.shape, original),
                  static_cast<size_t>(bytes));
    });
    kernel::Builder builder(kernel::Form::rows);
    const uint32_t from = builder.add_access({.dtype = source.type.dtype});
    const uint32_t result = builder.add_access(
        {.dtype = node_.type.dtype, .written = true, .step = kernel::Step::none});
    builder.begin_loop();
    const kernel::Value element =
        builder.convert(builder.load(from, kernel::Level::loop), kernel::type_of(node_.type.dtype));
    const DType dtype = node_.type.dtype;
    const kernel::Value value = builder.reduce(op::combine_of(node_.kind, dtype), element);
    builder.end_loop();
    builder.store(result, builder.wrap(value, dtype), kernel::Level::point);
    run_kernel(builder.finish(), kept, folded,
               {access_of(rows.bytes.data(), folded * bytes, bytes),
                access_of(result_.bytes.data(), size_of(node_.type.dtype), 0)},
               {});
  }

  void run_view() {
    const Shape& from = operand(0).type.shape;
    switch (node_.kind) {
      case OpKind::view:
        result_.bytes = operand(0).bytes;
        return;
      case OpKind::expand:
        result_ = broadcast_to(operand(0), shape());
        return;
      case OpKind::permute:
        return map_elements([&](const Dims& index) {
          Dims source = index;
          for (int i = 0; i < index.rank(); ++i) {
            source[static_cast<int>(node_.attributes[static_cast<size_t>(i)])] = index[i];
          }
          return place_of(from, source);
        });
      case OpKind::narrow:
        return map_elements([&](Dims index) {
          index[dim()] += offset();
          return place_of(from, index);
        });
      case OpKind::select:
        return map_elements([&](Dims index) {
          index.insert(dim(), offset());
          return place_of(from, index);
        });
      case OpKind::slice:
        return map_elements([&](Dims index) {
          index[dim()] = offset() + index[dim()] * node_.attributes[1];
          return place_of(from, index);
        });
      case OpKind::diagonal:
        return map_elements([&](const Dims& index) {
          Dims source = Dims::filled(from.rank(), 0);
          int next = 0;
          for (int i = 0; i < from.rank(); ++i) {
            if (i == node_.attributes[0]) {
              source[i] = index.back() + offset();
            } else if (i == node_.attributes[1]) {
              source[i] = index.back() + static_cast<int64_t>(case_.words[node_.offsets[1]]);
            } else {
              source[i] = index[next++];
            }
          }
          return place_of(from, source);
        });
      case OpKind::as_strided:
        return map_elements([&](const Dims& index) { return strided_place(index); });
      default:
        LZ_ASSERT(false, "{} is no view", op::name_of(node_.kind));
    }
  }

  void run_gather() {
    const Shape from = at_least_vector(operand(0).type.shape);
    const int64_t* chosen = operand(1).data<int64_t>();
    int64_t to = 0;
    for_each_index(at_least_vector(shape()), [&](Dims index) {
      const int64_t at = chosen[to];
      if (at < 0 || at >= from[dim()]) {
        failed_ = 1;
        const auto bytes = static_cast<size_t>(size_of(node_.type.dtype));
        std::memset(result_.bytes.data() + static_cast<size_t>(to) * bytes, unread_, bytes);
      } else {
        index[dim()] = at;
        copy_element(to, operand(0), place_of(from, index));
      }
      ++to;
    });
  }

  // The place that a layout of the attributes' strides gives an index.
  int64_t strided_place(const Dims& index) const {
    int64_t place = offset();
    for (int i = 0; i < index.rank(); ++i) {
      place += index[i] * node_.attributes[static_cast<size_t>(i)];
    }
    return place;
  }

  void run_write() {
    result_.bytes = operand(0).bytes;
    int64_t from = 0;
    for_each_index(operand(1).type.shape, [&](Dims index) {
      if (node_.kind == OpKind::narrow_write) {
        index[dim()] += offset();
        copy_element(place_of(shape(), index), operand(1), from++);
      } else {
        copy_element(strided_place(index), operand(1), from++);
      }
    });
  }

  void run_cat() {
    int64_t start = 0;
    for (const Array* each : operands_) {
      int64_t from = 0;
      for_each_index(each->type.shape, [&](Dims index) {
        index[dim()] += start;
        copy_element(place_of(shape(), index), *each, from++);
      });
      start += each->type.shape[dim()];
    }
  }

  void run_product() {
    backend::MatrixProduct product;
    const int rows = shape().rank() - 2;
    product.m = shape()[rows];
    product.n = shape()[rows + 1];
    product.k = operand(0).type.shape[rows + 1];
    product.a_leading = product.k;
    product.b_leading = product.result_leading = product.n;
    product.dtype = node_.type.dtype;
    for (int i = 0; i < rows; ++i) {
      product.batch.push_back(shape()[i]);
      product.a_batch.push_back(contiguous_strides(operand(0).type.shape)[i]);
      product.b_batch.push_back(contiguous_strides(operand(1).type.shape)[i]);
    }
    multiply_naively(product, operand(0).bytes.data(), operand(1).bytes.data(),
                     result_.bytes.data());
  }

  void run_library() {
    std::vector<backend::TensorArgument> tensors;
    std::vector<uint64_t> numbers;
    const auto argument_of = [](const Array& array) {
      return backend::TensorArgument{const_cast<char*>(array.bytes.data()), array.type.dtype,
                                     array.type.shape, contiguous_strides(array.type.shape)};
    };
    for (size_t i = 0; i < operands_.size(); ++i) {
      const Operand& given = node_.operands[i];
      if (given.kind == Operand::Kind::node) tensors.push_back(argument_of(operand(i)));
      if (given.kind == Operand::Kind::word) numbers.push_back(case_.words[given.word]);
    }
    call_naively({node_.kind, tensors, argument_of(result_), numbers, node_.attributes, &failed_});
  }

  const GraphCase& case_;
  const Node& node_;
  std::vector<const Array*> operands_;
  MakeProgram make_program_;
  char unread_;
  Array result_;
  std::atomic<uint32_t> failed_{0};
};

Array parameter_value(const GraphCase& one, const Node& node) {
  Array result(node.type);
  const int64_t bytes = size_of(node.type.dtype);
  const int64_t offset =
      node.offset_word == ir::kNoWord ? 0 : static_cast<int64_t>(one.words[node.offset_word]);
  copy_elements(node.type.shape, bytes, one.memories[node.memory].data() + offset * bytes,
                node.strides, result.bytes.data(), contiguous_strides(node.type.shape));
  return result;
}

// In what sums of elements are formed: unsigned words wrap.
template <typename T>
using Sum = std::conditional_t<std::is_integral_v<T>, uint64_t,
                               std::conditional_t<sizeof(T) == 2, float, T>>;

template <typename T>
void multiply_elements(const backend::MatrixProduct& product, const T* a, const T* b, T* result) {
  for (int64_t i = 0; i < product.m; ++i) {
    for (int64_t j = 0; j < product.n; ++j) {
      Sum<T> sum = 0;
      for (int64_t k = 0; k < product.k; ++k) {
        const auto left = static_cast<Sum<T>>(product.a_transposed ? a[k * product.a_leading + i]
                                                                   : a[i * product.a_leading + k]);
        const auto right = static_cast<Sum<T>>(product.b_transposed ? b[j * product.b_leading + k]
                                                                    : b[k * product.b_leading + j]);
        sum += left * right;
      }
      result[i * product.result_leading + j] = static_cast<T>(sum);
    }
  }
}

void rand_naively(const backend::LibraryCall& call) {
  const backend::TensorArgument& result = call.result;
  const auto size = static_cast<size_t>(size_of(result.dtype));
  for (int64_t i = 0; i < result.shape.product(); ++i) {
    uint64_t bits = call.numbers[0] * 0x9e3779b97f4a7c15u + call.numbers[1] * 0x2545f4914f6cdd1du +
                    static_cast<uint64_t>(i) * 0xd1342543de82ef95u;
    bits ^= bits >> 29;
    // As many bits as the dtype with the fewest holds.
    const uint64_t element = Scalar(static_cast<double>(bits >> 56) * 0x1p-8).bits_as(result.dtype);
    std::memcpy(result.data + static_cast<size_t>(i) * size, &element, size);
  }
}

template <typename T>
void scatter_add_naively(const backend::LibraryCall& call) {
  const backend::TensorArgument& result = call.result;
  const backend::TensorArgument& self = call.operands[0];
  const backend::TensorArgument& index = call.operands[1];
  const backend::TensorArgument& source = call.operands[2];
  const auto dim = static_cast<int>(call.attributes[0]);
  const Dims strides = contiguous_strides(result.shape);
  if (self.data != result.data || !is_contiguous({self.shape, self.strides, 0})) {
    copy_elements(self.shape, size_of(self.dtype), self.data, self.strides, result.data, strides);
  }
  const auto offset_of = [](const Dims& at, const Dims& by) {
    int64_t offset = 0;
    for (int i = 0; i < by.rank(); ++i) offset += at[i] * by[i];
    return offset;
  };
  for_each_index(index.shape, [&](Dims at) {
    const int64_t place =
        reinterpret_cast<const int64_t*>(index.data)[offset_of(at, index.strides)];
    const int64_t from = offset_of(at, source.strides);
    if (place < 0 || place >= (result.shape.rank() ? result.shape[dim] : 1)) {
      call.fault->store(1);
      return;
    }
    if (result.shape.rank()) at[dim] = place;
    T& to = reinterpret_cast<T*>(result.data)[offset_of(at, strides)];
    to = static_cast<T>(static_cast<Sum<T>>(to) +
                        static_cast<Sum<T>>(reinterpret_cast<const T*>(source.data)[from]));
  });
}

}  // namespace

void DirectEvaluation::run() {
  for (size_t i = values_.size(); i < case_.graph.nodes.size(); ++i) {
    const Node& node = case_.graph.nodes[i];
    if (node.is_parameter) {
      values_.push_back(parameter_value(case_, node));
      failed_.push_back(false);
      continue;
    }
    std::vector<const Array*> operands;
    for (const Operand& operand : node.operands) {
      operands.push_back(operand.kind == Operand::Kind::node ? &value(operand.node) : nullptr);
    }
    NodeEvaluation evaluation(case_, node, std::move(operands), make_program_, unread_);
    Array result = evaluation.run();
    values_.push_back(std::move(result));
    failed_.push_back(evaluation.failed());
  }
}

void multiply_naively(const backend::MatrixProduct& product, const void* a, const void* b,
                      void* result) {
  with_elements(product.dtype, [&](auto element) {
    using T = decltype(element);
    T* to = static_cast<T*>(result);
    for_each_index(product.batch, [&](const Dims& index) {
      const T* one_a = static_cast<const T*>(a);
      const T* one_b = static_cast<const T*>(b);
      for (int i = 0; i < index.rank(); ++i) {
        one_a += index[i] * product.a_batch[i];
        one_b += index[i] * product.b_batch[i];
      }
      multiply_elements(product, one_a, one_b, to);
      to += product.m * product.result_leading;
    });
  });
}

void call_naively(const backend::LibraryCall& call) {
  if (call.kind == OpKind::rand) return rand_naively(call);
  LZ_ASSERT(call.kind == OpKind::scatter_add, "no function for {}", op::name_of(call.kind));
  with_elements(call.result.dtype,
                [&](auto element) { scatter_add_naively<decltype(element)>(call); });
}

void copy_elements(const Shape& shape, int64_t element_bytes, const char* source,
                   const Dims& source_strides, char* target, const Dims& target_strides) {
  for_each_index(shape, [&](const Dims& index) {
    int64_t from = 0;
    int64_t to = 0;
    for (int i = 0; i < shape.rank(); ++i) {
      from += index[i] * source_strides[i];
      to += index[i] * target_strides[i];
    }
    std::memcpy(target + to * element_bytes, source + from * element_bytes,
                static_cast<size_t>(element_bytes));
  });
}

}  // namespace lazuli::schedule
