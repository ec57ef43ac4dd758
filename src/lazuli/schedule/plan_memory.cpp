// Where every buffer lies: temporaries share an arena by their lives, outputs name the inputs whose
// memory they may take over.
#include <algorithm>
#include <limits>
#include <utility>

#include "lazuli/schedule/steps.h"

namespace lazuli::schedule {
namespace {

constexpr int64_t kAlign = 64;
constexpr size_t kMaxDonors = 4;
constexpr size_t kNever = std::numeric_limits<size_t>::max();

struct Life {
  size_t first_write = kNever;
  size_t last_use = 0;
  std::vector<size_t> reads;  // steps
};

bool same_points(const Load& load, const Load& store) {
  if (load.is_indexed || load.offset != store.offset ||
      size_of(load.dtype) != size_of(store.dtype) || !(load.strides == store.strides) ||
      load.terms.size() != store.terms.size() || load.last_loop > store.first_loop) {
    return false;
  }
  for (size_t i = 0; i < load.terms.size(); ++i) {
    if (load.terms[i].word != store.terms[i].word ||
        load.terms[i].stride != store.terms[i].stride) {
      return false;
    }
  }
  return true;
}

// In the step, everything that reads `source` reads just the points that the same instance writes
// to `target`.
bool writes_over(const OrderedStep& step, uint32_t source, uint32_t target) {
  for (const Touched& instance : step.instances) {
    for (const Load& load : instance.loads) {
      if (load.is_ramp || load.storage != source) continue;
      const bool covered = std::any_of(
          instance.stores.begin(), instance.stores.end(),
          [&](const Load& store) { return store.storage == target && same_points(load, store); });
      if (!covered) return false;
    }
  }
  return !step.instances.empty();
}

class Arena {
 public:
  int64_t take(int64_t bytes) {
    size_t best = free_.size();
    for (size_t i = 0; i < free_.size(); ++i) {
      if (free_[i].second >= bytes &&
          (best == free_.size() || free_[i].second < free_[best].second)) {
        best = i;
      }
    }
    if (best == free_.size()) {
      // Grow at the end, over a free stretch that touches it.
      if (!free_.empty() && free_.back().first + free_.back().second == size_) {
        const int64_t at = free_.back().first;
        free_.pop_back();
        size_ = at + bytes;
        return at;
      }
      size_ += bytes;
      return size_ - bytes;
    }
    const int64_t at = free_[best].first;
    free_[best].first += bytes;
    free_[best].second -= bytes;
    if (free_[best].second == 0) free_.erase(free_.begin() + static_cast<ptrdiff_t>(best));
    return at;
  }

  void give(int64_t at, int64_t bytes) {
    auto next = std::lower_bound(free_.begin(), free_.end(), std::pair<int64_t, int64_t>(at, 0));
    next = free_.insert(next, {at, bytes});
    if (next + 1 != free_.end() && next->first + next->second == (next + 1)->first) {
      next->second += (next + 1)->second;
      free_.erase(next + 1);
    }
    if (next != free_.begin() && (next - 1)->first + (next - 1)->second == next->first) {
      (next - 1)->second += next->second;
      free_.erase(next);
    }
  }

  int64_t size() const { return size_; }

 private:
  std::vector<std::pair<int64_t, int64_t>> free_;  // (offset, bytes) by offset
  int64_t size_ = 0;
};

class Planner {
 public:
  Planner(const Draft& draft, OrderedSteps& ordered, Schedule& schedule)
      : d_(draft), ordered_(ordered), schedule_(schedule), lives_(draft.storages.size()) {}

  void run() {
    find_lives();
    for (const Storage& storage : d_.storages) {
      Buffer buffer;
      buffer.kind = storage.kind;
      buffer.index = storage.index;
      buffer.bytes = storage.bytes;
      schedule_.buffers.push_back(std::move(buffer));
    }
    if (!d_.options.unfused) {
      find_donors();
      move_into_outputs();
    }
    place_temporaries();
  }

 private:
  void find_lives() {
    for (size_t s = 0; s < ordered_.steps.size(); ++s) {
      for (const uint32_t storage : ordered_.steps[s].reads) {
        lives_[storage].reads.push_back(s);
        lives_[storage].last_use = s;
      }
      for (const uint32_t storage : ordered_.steps[s].step.writes) {
        Life& life = lives_[storage];
        life.first_write = std::min(life.first_write, s);
        life.last_use = s;
      }
    }
  }

  static int64_t rounded(int64_t bytes) {
    return std::max<int64_t>((bytes + kAlign - 1) / kAlign * kAlign, kAlign);
  }

  void place_temporaries() {
    Arena arena;
    std::vector<std::vector<uint32_t>> born(ordered_.steps.size());
    std::vector<std::vector<uint32_t>> dying(ordered_.steps.size());
    for (uint32_t i = 0; i < lives_.size(); ++i) {
      if (d_.storages[i].kind != Buffer::Kind::temporary || lives_[i].first_write == kNever) {
        continue;
      }
      schedule_.intermediate_bytes += d_.storages[i].bytes;
      born[lives_[i].first_write].push_back(i);
      if (!d_.options.unfused) dying[lives_[i].last_use].push_back(i);
    }
    for (size_t s = 0; s < ordered_.steps.size(); ++s) {
      std::vector<uint32_t>& dead = dying[s];
      for (const uint32_t i : born[s]) {
        Buffer& buffer = schedule_.buffers[i];
        const auto donor = std::find_if(dead.begin(), dead.end(), [&](uint32_t j) {
          return j != i && rounded(d_.storages[j].bytes) == rounded(buffer.bytes) &&
                 lives_[j].first_write < s && writes_over(ordered_.steps[s], j, i);
        });
        if (donor != dead.end()) {
          buffer.arena_offset = schedule_.buffers[*donor].arena_offset;
          dead.erase(donor);
        } else {
          buffer.arena_offset = arena.take(rounded(buffer.bytes));
        }
      }
      for (const uint32_t i : dead) {
        arena.give(schedule_.buffers[i].arena_offset, rounded(d_.storages[i].bytes));
      }
    }
    schedule_.arena_bytes = arena.size();
  }

  // A temporary that dies where an output without donors is written, point by point, is worked out
  // in the output's memory: one array less to write.
  void move_into_outputs() {
    std::vector<std::vector<uint32_t>> dying(ordered_.steps.size());
    for (uint32_t i = 0; i < lives_.size(); ++i) {
      if (d_.storages[i].kind == Buffer::Kind::temporary && lives_[i].first_write != kNever) {
        dying[lives_[i].last_use].push_back(i);
      }
    }
    for (uint32_t o = 0; o < lives_.size(); ++o) {
      const Storage& output = d_.storages[o];
      const size_t s = lives_[o].first_write;
      if (output.kind != Buffer::Kind::output || s == kNever || output.bytes == 0 ||
          !schedule_.buffers[o].donors.empty()) {
        continue;
      }
      const auto found = std::find_if(dying[s].begin(), dying[s].end(), [&](uint32_t i) {
        return d_.storages[i].bytes == output.bytes && lives_[i].first_write < s &&
               writes_over(ordered_.steps[s], i, o);
      });
      if (found == dying[s].end()) continue;
      const uint32_t moved = *found;
      dying[s].erase(found);
      for (size_t step = lives_[moved].first_write; step <= s; ++step) {
        rename(ordered_.steps[step], moved, o);
      }
      lives_[o].first_write = std::exchange(lives_[moved].first_write, kNever);
      schedule_.intermediate_bytes += std::exchange(schedule_.buffers[moved].bytes, 0);
    }
  }

  static void rename(OrderedStep& ordered, uint32_t from, uint32_t to) {
    const auto set = [&](uint32_t& storage) {
      if (storage == from) storage = to;
    };
    Step& step = ordered.step;
    std::for_each(ordered.reads.begin(), ordered.reads.end(), set);
    std::for_each(step.writes.begin(), step.writes.end(), set);
    for (std::vector<uint32_t>* list : {&ordered.reads, &step.writes}) {
      std::sort(list->begin(), list->end());
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    if (ordered.copies == static_cast<int32_t>(from)) ordered.copies = static_cast<int32_t>(to);
    set(step.result.buffer);
    for (Address& operand : step.operands) set(operand.buffer);
    for (InstancePlan& instance : step.instances) {
      for (AccessPlan& access : instance.accesses) set(access.address.buffer);
    }
    for (Touched& touched : ordered.instances) {
      for (Load& load : touched.loads) set(load.storage);
      for (Load& store : touched.stores) set(store.storage);
    }
  }

  void find_donors() {
    std::vector<int64_t> plain_bytes(d_.storages.size(), -1);
    std::vector<int64_t> element_bytes(d_.storages.size(), 0);
    for (ir::NodeId id = 0; id < static_cast<ir::NodeId>(d_.nodes.size()); ++id) {
      const ir::Node& node = d_.node(id);
      if (!node.is_parameter) continue;
      const NodeState& state = d_.state(id);
      if (!state.place.terms.empty() ||
          !(state.place.strides == contiguous_strides(node.type.shape))) {
        continue;
      }
      plain_bytes[state.place.storage] = node.type.numel() * size_of(node.type.dtype);
      element_bytes[state.place.storage] = size_of(node.type.dtype);
    }
    // A parameter that an output shows lives on.
    for (const MemoryOperand& output : d_.outputs) plain_bytes[d_.resolve(output).storage] = -1;
    for (uint32_t o = 0; o < lives_.size(); ++o) {
      const Storage& output = d_.storages[o];
      if (output.kind != Buffer::Kind::output || lives_[o].first_write == kNever) continue;
      if (lives_[o].first_write < ordered_.commit_step || output.bytes == 0) continue;
      std::vector<uint32_t> in_place;
      std::vector<uint32_t> earlier;
      for (uint32_t p = 0; p < lives_.size(); ++p) {
        if (plain_bytes[p] != output.bytes || element_bytes[p] != size_of(output.dtype)) continue;
        if (!is_free_for(p, o)) continue;
        const bool read_late =
            !lives_[p].reads.empty() && lives_[p].reads.back() >= lives_[o].first_write;
        (read_late ? in_place : earlier).push_back(d_.storages[p].index);
      }
      in_place.insert(in_place.end(), earlier.begin(), earlier.end());
      if (in_place.size() > kMaxDonors) in_place.resize(kMaxDonors);
      schedule_.buffers[o].donors = std::move(in_place);
    }
  }

  // Every read of `p` comes before the first write of `o`, or is the copy that fills `o` from it,
  // or reads in the first kernel that writes `o` just the points that it writes.
  bool is_free_for(uint32_t p, uint32_t o) const {
    size_t s = lives_[o].first_write;
    const OrderedStep& first = ordered_.steps[s];
    size_t kernel = s;
    if (first.copies >= 0) {
      if (first.copies != static_cast<int32_t>(p))
        return lives_[p].reads.empty() || lives_[p].reads.back() < s;
      kernel = s + 1;
      while (kernel < ordered_.steps.size() && !writes(kernel, o)) ++kernel;
    }
    for (const size_t read : lives_[p].reads) {
      if (read < s || (read == s && kernel != s)) continue;
      if (read != kernel || !writes_over(ordered_.steps[kernel], p, o)) return false;
    }
    return true;
  }

  bool writes(size_t step, uint32_t storage) const {
    const std::vector<uint32_t>& list = ordered_.steps[step].step.writes;
    return std::find(list.begin(), list.end(), storage) != list.end();
  }

  const Draft& d_;
  OrderedSteps& ordered_;
  Schedule& schedule_;
  std::vector<Life> lives_;
};

}  // namespace

void plan_memory(const Draft& draft, OrderedSteps& ordered, Schedule& schedule) {
  Planner(draft, ordered, schedule).run();
}

}  // namespace lazuli::schedule
