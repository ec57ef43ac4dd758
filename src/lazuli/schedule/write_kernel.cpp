// From a cluster's expressions to its kernel and the operands of its launch.
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "lazuli/base/check.h"
#include "lazuli/kernel/builder.h"
#include "lazuli/schedule/axis_order.h"
#include "lazuli/schedule/expressions.h"

namespace lazuli::schedule {
namespace {

using kernel::Builder;
using kernel::Form;
using kernel::Level;
using kernel::Value;

// What is worth storing and loading again, in primitives.
constexpr int32_t kDear = 10;

// A dear value of one loop that a later loop needs to store its result: kept in the place of the
// result until then.
struct Keep {
  size_t expression = 0;
  size_t root = 0;
  int loop = 0;         // that stores it
  int result_loop = 0;  // that overwrites it
  uint32_t load = 0;    // accesses
  uint32_t store = 0;
};

class Writer {
 public:
  Writer(const Draft& draft, const Cluster& cluster, Expressions& expressions)
      : d_(draft), cluster_(cluster), x_(expressions) {}

  ClusterCode write() {
    locate_stores();
    choose_axes(/*may_fold_depth=*/true);
    Builder across(order_.form);
    write_code(across);
    // Constants can make folds vanish; then nothing runs along the depth.
    if (order_.form == Form::columns && !across.reduces()) {
      choose_axes(/*may_fold_depth=*/false);
      Builder along(order_.form);
      write_code(along);
      finish(along);
    } else if (find_keep()) {
      Builder again(order_.form);
      write_code(again);
      finish(again);
    } else {
      finish(across);
    }
    fill_instance();
    code_.loads = std::move(x_.loads);
    code_.entries = x_.entries;
    code_.can_fail = x_.can_fail;
    return std::move(code_);
  }

 private:
  void write_code(Builder& builder) {
    builder_ = &builder;
    code_.instance.words.clear();
    store_in_loop_.clear();
    emitted_.assign(x_.list.size(), -1);
    values_.assign(x_.list.size(), Value());
    for (Load& load : x_.loads) {
      load.first_loop = 0;
      load.last_loop = -1;
    }
    declare();
    const int loops = cluster_.reduced ? loop_count() : 1;
    for (int loop = 0; loop < loops; ++loop) write_loop(loop);
    write_points(loops);
  }

  void finish(Builder& builder) {
    code_.kernel = builder.finish();
    code_.kernel.streaming = !keep_ && is_large();
    code_.key = kernel::key_of(code_.kernel);
  }

  bool varies_in_loop(uint32_t axes) const {
    return cluster_.reduced ? (axes & cluster_.reduced) != 0
                            : order_.columns.axes.empty() || (axes & order_.columns.bits()) != 0;
  }

  uint32_t axes_of(const AxisMap& map) const {
    uint32_t axes = 0;
    for (int d = 0; d < map.rank; ++d) {
      if (map.axis[d] != AxisMap::kNone) axes |= 1u << map.axis[d];
    }
    return axes;
  }

  // After the code has been written once. Large results are left alone: they bypass the caches.
  bool find_keep() {
    if (!cluster_.reduced || d_.options.unfused || is_large()) return false;
    for (size_t i = 0; i < x_.roots.size() && !keep_; ++i) {
      // Tiles that a launch moves are not seen by loads from their place.
      const bool is_turned = step_of(code_.stores[i], true) == kernel::Step::turned;
      if (store_in_loop_[i] && !is_turned) keep_ = keep_for(i);
    }
    if (!keep_) return false;
    Load place = code_.stores[keep_->root];
    keep_->load = static_cast<uint32_t>(x_.loads.size());
    x_.loads.push_back(place);
    keep_->store = static_cast<uint32_t>(x_.loads.size() + code_.stores.size());
    code_.stores.push_back(std::move(place));
    return true;
  }

  // The first dear value on the way from the root down to what folds have left behind.
  std::optional<Keep> keep_for(size_t root) const {
    const auto top = static_cast<size_t>(x_.roots[root]);
    const int last = x_.list[top].ready;
    std::vector<bool> is_on_way(x_.list.size(), false);
    is_on_way[top] = true;
    for (size_t i = top + 1; i-- > 0;) {
      const Expression& each = x_.list[i];
      if (!is_on_way[i] || each.kind != Expression::Kind::operation) continue;
      const bool fits = emitted_[i] >= 0 && emitted_[i] < last &&
                        d_.state(each.node).weight >= kDear && each.axes == x_.list[top].axes &&
                        d_.node(each.node).type.dtype == code_.stores[root].dtype;
      if (fits) return Keep{i, root, emitted_[i], last};
      for (const int32_t below : each.operands) is_on_way[static_cast<size_t>(below)] = true;
    }
    return std::nullopt;
  }

  bool is_kept(size_t expression, int loop) const {
    return keep_ && keep_->expression == expression && loop > keep_->loop &&
           loop <= keep_->result_loop;
  }

  void locate_stores() {
    for (const Root& root : cluster_.roots) {
      Load store;
      store.storage = root.target.storage;
      store.dtype = d_.node(root.node).type.dtype;
      store.strides.resize(cluster_.axes.size(), 0);
      store.offset = root.target.offset;
      store.terms = root.target.terms;
      for (int d = 0; d < root.map.rank; ++d) {
        if (root.map.axis[d] == AxisMap::kNone) continue;
        store.strides[static_cast<size_t>(root.map.axis[d])] = root.target.strides[d];
      }
      code_.stores.push_back(std::move(store));
    }
  }

  void choose_axes(bool may_fold_depth) {
    std::vector<const Load*> operands;
    std::vector<bool> in_loop(x_.loads.size(), true);
    for (const Load& load : x_.loads) operands.push_back(&load);
    for (const Expression& each : x_.list) {
      if (each.kind == Expression::Kind::load) {
        in_loop[each.load] = (each.axes & cluster_.reduced) != 0;
      }
    }
    for (size_t i = 0; i < code_.stores.size(); ++i) {
      operands.push_back(&code_.stores[i]);
      in_loop.push_back((axes_of(cluster_.roots[i].map) & cluster_.reduced) != 0);
    }
    order_ = order_axes(cluster_, operands, in_loop, x_.loads.size(), may_fold_depth);
  }

  int64_t column_stride(const Load& load) const {
    return order_.columns.axes.empty()
               ? 0
               : load.strides[static_cast<size_t>(order_.columns.innermost())];
  }

  // Whether tiles pay: a column's elements lie in other cache lines, a row's nearer. Of a fold some
  // rows must fit a cache from end to end.
  bool is_turned(const Load& load) const {
    constexpr int64_t kLine = 64, kLongFold = 128 << 10;  // bytes
    constexpr int64_t kFewRows = 4;
    const AxisGroup& rows = order_.rows;
    if (order_.form != Form::rows || load.is_ramp || load.is_indexed) return false;
    if (rows.extent < kFewRows) return false;
    const int64_t size = size_of(load.dtype);
    if (cluster_.reduced && order_.columns.extent * size > kLongFold) return false;
    const int64_t across = std::abs(column_stride(load));
    const int64_t down = std::abs(load.strides[static_cast<size_t>(rows.innermost())]);
    return across * size >= kLine && down > 0 && down < across;
  }

  kernel::Step step_of(const Load& load, bool in_loop) const {
    const bool lanes_here = order_.form == Form::columns || in_loop;
    if (!lanes_here) return kernel::Step::none;
    if (order_.columns.axes.empty()) return kernel::Step::unit;
    const int64_t stride = column_stride(load);
    if (stride == 0) return kernel::Step::none;
    if (stride == 1) return kernel::Step::unit;
    return is_turned(load) ? kernel::Step::turned : kernel::Step::any;
  }

  void declare() {
    load_in_loop_.resize(x_.loads.size());
    for (const Expression& each : x_.list) {
      if (each.kind == Expression::Kind::load) {
        load_in_loop_[each.load] = varies_in_loop(each.axes);
      }
    }
    if (keep_) load_in_loop_[keep_->load] = true;
    for (size_t i = 0; i < x_.loads.size(); ++i) {
      const Load& load = x_.loads[i];
      kernel::Access access;
      access.kind = load.is_ramp ? kernel::Access::Kind::ramp : kernel::Access::Kind::buffer;
      access.dtype = load.dtype;
      access.step = step_of(load, load_in_loop_[i]);
      builder_->add_access(access);
    }
    for (size_t i = 0; i < code_.stores.size(); ++i) {
      const Load& store = code_.stores[i];
      store_in_loop_.push_back(!cluster_.reduced || i >= cluster_.roots.size() ||
                               (axes_of(cluster_.roots[i].map) & cluster_.reduced) != 0);
      kernel::Access access;
      access.dtype = store.dtype;
      access.written = true;
      access.step = step_of(store, store_in_loop_[i]);
      builder_->add_access(access);
    }
  }

  int loop_count() const {
    int32_t count = 1;
    for (const Expression& each : x_.list) {
      if (each.kind == Expression::Kind::fold) count = std::max(count, each.ready);
    }
    for (size_t i = 0; i < x_.roots.size(); ++i) {
      if (store_in_loop_[i]) {
        count = std::max(count, x_.list[static_cast<size_t>(x_.roots[i])].ready + 1);
      }
    }
    return count;
  }

  // Emits what the loop stores and folds, and before it what that needs from points.
  void write_loop(int loop) {
    const size_t count = x_.list.size();
    needed_.assign(count, false);
    std::vector<size_t> stores;
    for (size_t i = 0; i < x_.roots.size(); ++i) {
      const auto root = static_cast<size_t>(x_.roots[i]);
      if (!store_in_loop_[i] || (cluster_.reduced && x_.list[root].ready != loop)) continue;
      needed_[root] = true;
      stores.push_back(i);
    }
    for (size_t i = 0; i < count; ++i) {
      const Expression& each = x_.list[i];
      if (each.kind == Expression::Kind::fold && each.ready == loop + 1) needed_[i] = true;
    }
    mark_operands(loop + 1);
    builder_->begin_loop();
    for (size_t i = 0; i < count; ++i) {
      if (!needed_[i]) continue;
      const Expression& each = x_.list[i];
      if (each.kind == Expression::Kind::fold) {
        if (each.ready != loop + 1) continue;
        const ir::Node& node = d_.node(each.node);
        values_[i] = builder_->reduce(op::combine_of(node.kind, node.type.dtype), operand(each, 0));
      } else if (!values_[i] || !builder_->is_visible(values_[i])) {
        emit(i, loop);
      } else if (each.kind == Expression::Kind::load) {
        note_loop(x_.loads[each.load], loop);
      }
    }
    for (const size_t i : stores) {
      builder_->store(static_cast<uint32_t>(x_.loads.size() + i),
                      values_[static_cast<size_t>(x_.roots[i])], Level::loop);
      code_.stores[i].first_loop = code_.stores[i].last_loop = loop;
    }
    if (keep_ && loop == keep_->loop) {
      builder_->store(keep_->store, values_[keep_->expression], Level::loop);
    }
    if (keep_ && loop == keep_->result_loop) {
      code_.stores[keep_->root].first_loop = keep_->loop;
      code_.stores.back().first_loop = code_.stores.back().last_loop = keep_->loop;
    }
    builder_->end_loop();
    for (size_t i = 0; i < count; ++i) {
      const Expression& each = x_.list[i];
      if (each.kind != Expression::Kind::fold || each.ready != loop + 1) continue;
      values_[i] = builder_->wrap(values_[i], d_.node(each.node).type.dtype);
    }
  }

  // Stops at folds that have ended: their values stand.
  void mark_operands(int ready) {
    for (size_t i = x_.list.size(); i-- > 0;) {
      const Expression& each = x_.list[i];
      if (!needed_[i] || (each.kind == Expression::Kind::fold && each.ready < ready)) continue;
      if (is_kept(i, ready - 1)) continue;
      if (values_[i] && builder_->is_visible(values_[i]) && each.kind != Expression::Kind::fold) {
        continue;
      }
      for (const int32_t below : each.operands) needed_[static_cast<size_t>(below)] = true;
    }
  }

  void write_points(int loops) {
    needed_.assign(x_.list.size(), false);
    bool any = false;
    for (size_t i = 0; i < x_.roots.size(); ++i) {
      if (store_in_loop_[i]) continue;
      needed_[static_cast<size_t>(x_.roots[i])] = true;
      any = true;
    }
    if (!any) return;
    mark_operands(loops + 1);
    for (size_t i = 0; i < x_.list.size(); ++i) {
      if (!needed_[i] || x_.list[i].kind == Expression::Kind::fold) continue;
      if (!values_[i] || !builder_->is_visible(values_[i])) emit(i, loops);
    }
    for (size_t i = 0; i < x_.roots.size(); ++i) {
      if (store_in_loop_[i]) continue;
      builder_->store(static_cast<uint32_t>(x_.loads.size() + i),
                      values_[static_cast<size_t>(x_.roots[i])], Level::point);
      code_.stores[i].first_loop = code_.stores[i].last_loop = loops;
    }
  }

  Value operand(const Expression& each, size_t i) const {
    return values_[static_cast<size_t>(each.operands[i])];
  }

  static void note_loop(Load& load, int loop) {
    if (load.last_loop < 0) load.first_loop = loop;
    load.last_loop = std::max(load.last_loop, loop);
  }

  void emit(size_t index, int loop) {
    const Expression& each = x_.list[index];
    Value& value = values_[index];
    if (emitted_[index] < 0) emitted_[index] = loop;
    if (is_kept(index, loop)) {
      value = builder_->load(keep_->load, Level::loop);
      return note_loop(x_.loads[keep_->load], loop);
    }
    switch (each.kind) {
      case Expression::Kind::load: {
        const Level level = load_in_loop_[each.load] ? Level::loop : Level::point;
        value = x_.loads[each.load].is_indexed
                    ? builder_->gather(each.load, operand(each, 0), level)
                    : builder_->load(each.load, level);
        note_loop(x_.loads[each.load], loop);
        return;
      }
      case Expression::Kind::number:
        value = builder_->number(builder_->add_number(kernel::type_of(each.dtype)));
        code_.instance.words.push_back(each.word);
        return;
      case Expression::Kind::constant:
        value = builder_->constant(kernel::type_of(each.dtype), each.bits);
        return;
      case Expression::Kind::operation: {
        const ir::Node& node = d_.node(each.node);
        SmallVector<Value, 4> operands;
        for (size_t i = 0; i < each.operands.size(); ++i) operands.push_back(operand(each, i));
        const DType dtype = node.operands[op::leading_operand(node.kind)].dtype;
        value = op::build_element(node.kind, dtype, *builder_, operands, node.attributes);
        return;
      }
      case Expression::Kind::fold:
        LZ_ASSERT(false, "a fold is emitted with its loop");
    }
  }

  bool is_large() const {
    int64_t bytes = 0;
    const auto add = [&](const Load& load) {
      int64_t elements = 1;
      for (size_t axis = 0; axis < cluster_.axes.size(); ++axis) {
        if (load.strides[axis] != 0) elements *= cluster_.axes[axis];
      }
      if (!load.is_ramp) bytes += elements * size_of(load.dtype);
    };
    for (const Load& load : x_.loads) add(load);
    bool stores_in_loop = false;
    for (size_t i = 0; i < code_.stores.size(); ++i) {
      add(code_.stores[i]);
      stores_in_loop = stores_in_loop || store_in_loop_[i];
    }
    return stores_in_loop && bytes > d_.options.cache_bytes;
  }

  void fill_instance() {
    InstancePlan& instance = code_.instance;
    for (const AxisGroup& group : order_.outer) instance.outer.push_back(group.extent);
    instance.rows = order_.rows.extent;
    instance.columns = order_.columns.extent;
    instance.depth = order_.depth.extent;
    for (const Load& load : x_.loads) instance.accesses.push_back(access_plan(load));
    for (const Load& store : code_.stores) instance.accesses.push_back(access_plan(store));
  }

  AccessPlan access_plan(const Load& load) const {
    const int64_t unit = load.is_ramp ? 1 : size_of(load.dtype);
    const auto stride = [&](const AxisGroup& group) {
      return group.axes.empty() ? 0 : load.strides[static_cast<size_t>(group.innermost())] * unit;
    };
    AccessPlan plan;
    plan.address.buffer = load.storage;
    plan.address.offset = load.offset;
    plan.address.terms = load.terms;
    plan.strides.row_stride = stride(order_.rows);
    plan.strides.column_stride = order_.columns.axes.empty() ? unit : stride(order_.columns);
    plan.strides.depth_stride = stride(order_.depth);
    plan.strides.index_stride = load.index_stride * unit;
    plan.strides.index_extent = load.index_extent;
    for (const AxisGroup& group : order_.outer) plan.outer_strides.push_back(stride(group));
    return plan;
  }

  const Draft& d_;
  const Cluster& cluster_;
  Expressions& x_;
  ClusterCode code_;
  AxisOrder order_;
  Builder* builder_ = nullptr;
  std::vector<Value> values_;
  std::vector<bool> needed_;
  std::vector<bool> load_in_loop_;
  std::vector<bool> store_in_loop_;
  std::vector<int> emitted_;  // by expression: the first loop that works it out
  std::optional<Keep> keep_;
};

}  // namespace

struct KernelWriter::State {
  const Draft& draft;
  ExpressionCollector collector;
  Expressions expressions;
};

KernelWriter::KernelWriter(const Draft& draft)
    : state_(new State{draft, ExpressionCollector(draft), {}}) {}
KernelWriter::~KernelWriter() = default;

ClusterCode KernelWriter::write(ClusterId cluster) {
  state_->collector.collect(cluster, state_->expressions);
  return Writer(state_->draft, state_->draft.clusters[static_cast<size_t>(cluster)],
                state_->expressions)
      .write();
}

}  // namespace lazuli::schedule
