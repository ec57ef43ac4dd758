// Puts clusters into an order that respects what they need of each other: what leads to a failure
// first, else program order; kernels with equal text that are ready together become one table.
#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

#include "lazuli/schedule/steps.h"

namespace lazuli::schedule {
namespace {

class Order {
 public:
  explicit Order(Draft& draft) : d_(draft) {}

  OrderedSteps run() {
    write_kernels();
    rank();
    place_steps();
    for (size_t i = 0; i < out_.steps.size(); ++i) {
      if (out_.steps[i].step.can_fail) out_.commit_step = static_cast<uint32_t>(i + 1);
    }
    return std::move(out_);
  }

 private:
  // Failures first, then the first node in program order.
  using Priority = std::tuple<bool, ir::NodeId, ClusterId>;

  const Cluster& cluster(ClusterId id) const { return d_.clusters[static_cast<size_t>(id)]; }

  void write_kernels() {
    KernelWriter writer(d_);
    codes_.resize(d_.clusters.size());
    for (ClusterId id = 0; id < static_cast<ClusterId>(codes_.size()); ++id) {
      ClusterCode& code = codes_[static_cast<size_t>(id)];
      if (cluster(id).kind == Cluster::Kind::kernel) {
        code = writer.write(id);
      } else {
        const ir::Node& node = d_.node(cluster(id).node);
        code.can_fail = op::traits_of(node.kind).can_fail();
        code.entries.push_back(node.entry);
      }
    }
  }

  void rank() {
    std::vector<ClusterId> upwards(codes_.size());
    for (size_t i = 0; i < upwards.size(); ++i) upwards[i] = static_cast<ClusterId>(i);
    std::sort(upwards.begin(), upwards.end(),
              [&](ClusterId a, ClusterId b) { return cluster(a).height < cluster(b).height; });
    leads_to_failure_.resize(codes_.size());
    for (const ClusterId id : upwards) {
      bool leads = codes_[static_cast<size_t>(id)].can_fail;
      for (const ClusterId user : cluster(id).users) {
        leads = leads || leads_to_failure_[static_cast<size_t>(user)];
      }
      leads_to_failure_[static_cast<size_t>(id)] = leads;
    }
  }

  Priority priority(ClusterId id) const {
    const Cluster& each = cluster(id);
    ir::NodeId first =
        each.node == ir::kNoNode ? static_cast<ir::NodeId>(d_.nodes.size()) : each.node;
    for (const Root& root : each.roots) {
      if (each.node == ir::kNoNode) first = std::min(first, root.node);
    }
    return {!leads_to_failure_[static_cast<size_t>(id)], first, id};
  }

  void place_steps() {
    std::vector<size_t> waits(codes_.size());
    for (ClusterId id = 0; id < static_cast<ClusterId>(codes_.size()); ++id) {
      waits[static_cast<size_t>(id)] = cluster(id).feeders.size();
      if (waits[static_cast<size_t>(id)] == 0) ready_.insert(priority(id));
    }
    std::vector<ClusterId> placed;
    while (!ready_.empty()) {
      placed.clear();
      place(std::get<2>(*ready_.begin()), placed);
      for (const ClusterId id : placed) {
        for (const ClusterId user : cluster(id).users) {
          if (--waits[static_cast<size_t>(user)] == 0) ready_.insert(priority(user));
        }
      }
    }
  }

  void place(ClusterId id, std::vector<ClusterId>& placed) {
    const bool leads = leads_to_failure_[static_cast<size_t>(id)];
    ready_.erase(priority(id));
    placed.push_back(id);
    switch (cluster(id).kind) {
      case Cluster::Kind::multiply:
        add_product(id);
        return;
      case Cluster::Kind::library:
        add_library(id);
        return;
      case Cluster::Kind::kernel:
        break;
    }
    const std::string& key = codes_[static_cast<size_t>(id)].key;
    if (!d_.options.unfused && !codes_[static_cast<size_t>(id)].can_fail) {
      for (const Priority& each : ready_) {
        const ClusterId other = std::get<2>(each);
        const bool fits = cluster(other).kind == Cluster::Kind::kernel &&
                          leads_to_failure_[static_cast<size_t>(other)] == leads &&
                          codes_[static_cast<size_t>(other)].key == key;
        if (fits) placed.push_back(other);
      }
      for (size_t i = 1; i < placed.size(); ++i) ready_.erase(priority(placed[i]));
    }
    for (const ClusterId each : placed) add_copies(each);
    add_kernel(placed);
  }

  Address address(const Place& place) const { return {place.storage, place.offset, place.terms}; }

  void add_copies(ClusterId id) {
    for (const MemoryOperand& operand : cluster(id).operands) {
      OrderedStep ordered;
      Step& step = ordered.step;
      step.kind = Step::Kind::copy;
      step.entries.push_back(d_.node(cluster(id).node).entry);
      const Place source = d_.resolve(operand);
      const uint32_t target = cluster(id).roots[0].target.storage;
      step.operands.push_back(address(source));
      step.result.buffer = target;
      step.result_type = operand.type;
      step.bytes = operand.type.numel() * size_of(operand.type.dtype);
      step.writes.push_back(target);
      ordered.reads.push_back(source.storage);
      ordered.copies = static_cast<int32_t>(source.storage);
      out_.steps.push_back(std::move(ordered));
    }
  }

  void add_kernel(const std::vector<ClusterId>& ids) {
    OrderedStep ordered;
    Step& step = ordered.step;
    step.kind = Step::Kind::kernel;
    const auto [found, is_new] = kernels_.try_emplace(codes_[static_cast<size_t>(ids[0])].key,
                                                      static_cast<uint32_t>(out_.kernels.size()));
    if (is_new) out_.kernels.push_back(std::move(codes_[static_cast<size_t>(ids[0])].kernel));
    step.kernel = found->second;
    for (const ClusterId id : ids) {
      ClusterCode& code = codes_[static_cast<size_t>(id)];
      step.can_fail = step.can_fail || code.can_fail;
      step.entries.insert(step.entries.end(), code.entries.begin(), code.entries.end());
      for (const Load& load : code.loads) {
        if (!load.is_ramp) ordered.reads.push_back(load.storage);
      }
      for (const Load& store : code.stores) step.writes.push_back(store.storage);
      step.instances.push_back(std::move(code.instance));
      ordered.instances.push_back({std::move(code.loads), std::move(code.stores)});
    }
    for (std::vector<uint32_t>* list : {&step.writes, &ordered.reads, &step.entries}) {
      std::sort(list->begin(), list->end());
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    out_.steps.push_back(std::move(ordered));
  }

  void add_product(ClusterId id) {
    const Cluster& each = cluster(id);
    const ir::Node& node = d_.node(each.node);
    OrderedStep ordered;
    Step& step = ordered.step;
    step.kind = Step::Kind::multiply;
    step.entries.push_back(node.entry);
    backend::MatrixProduct& product = step.product;
    const int rows = node.type.shape.rank() - 2;  // the dimensions before it are the batch
    product.dtype = node.type.dtype;
    product.m = node.type.shape[rows];
    product.n = node.type.shape[rows + 1];
    product.k = each.operands[0].type.shape[rows + 1];
    product.result_leading = std::max<int64_t>(product.n, 1);
    product.batch = Shape(node.type.shape.span().first(static_cast<size_t>(rows)));
    for (int i = 0; i < 2; ++i) {
      const MemoryOperand& operand = each.operands[static_cast<size_t>(i)];
      const Place place = d_.resolve(operand);
      const Shape& shape = operand.type.shape;
      const bool transposed = !lies_along(1, shape, place.strides);
      const int outer = transposed ? rows + 1 : rows;
      const int inner = transposed ? rows : rows + 1;
      const int64_t leading =
          std::max<int64_t>({shape[outer] == 1 ? 0 : place.strides[outer], shape[inner], 1});
      (i == 0 ? product.a_transposed : product.b_transposed) = transposed;
      (i == 0 ? product.a_leading : product.b_leading) = leading;
      (i == 0 ? product.a_batch : product.b_batch) =
          Dims(place.strides.span().first(static_cast<size_t>(rows)));
      step.operands.push_back(address(place));
      ordered.reads.push_back(place.storage);
    }
    step.result = address(d_.place_of(each.node));
    step.writes.push_back(step.result.buffer);
    out_.steps.push_back(std::move(ordered));
  }

  void add_library(ClusterId id) {
    const Cluster& each = cluster(id);
    const ir::Node& node = d_.node(each.node);
    OrderedStep ordered;
    Step& step = ordered.step;
    step.kind = Step::Kind::library;
    step.library = node.kind;
    step.can_fail = op::traits_of(node.kind).can_fail();
    step.entries.push_back(node.entry);
    for (const MemoryOperand& operand : each.operands) {
      const Place place = d_.resolve(operand);
      step.operands.push_back(address(place));
      step.operand_types.push_back(operand.type);
      step.operand_strides.push_back(place.strides);
      ordered.reads.push_back(place.storage);
    }
    for (const ir::Operand& operand : node.operands) {
      if (operand.kind == ir::Operand::Kind::word) step.words.push_back(operand.word);
    }
    for (const uint32_t word : node.offsets) step.words.push_back(word);
    step.attributes.assign(node.attributes.begin(), node.attributes.end());
    step.result = address(d_.place_of(each.node));
    step.result_type = node.type;
    step.writes.push_back(step.result.buffer);
    out_.steps.push_back(std::move(ordered));
  }

  Draft& d_;
  std::vector<ClusterCode> codes_;
  std::vector<bool> leads_to_failure_;
  std::set<Priority> ready_;
  std::unordered_map<std::string, uint32_t> kernels_;
  OrderedSteps out_;
};

}  // namespace

OrderedSteps order_steps(Draft& draft) { return Order(draft).run(); }

}  // namespace lazuli::schedule
