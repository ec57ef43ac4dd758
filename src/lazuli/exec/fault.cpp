#include "lazuli/exec/fault.h"

#include <algorithm>
#include <mutex>

#include "lazuli/base/error.h"

namespace lazuli::exec {
namespace {

// Faults are rare: one lock serves the undo lists of all.
std::mutex& undo_mutex() {
  static std::mutex* const mutex = new std::mutex;
  return *mutex;
}
uint64_t runs_added = 0;  // under the mutex

}  // namespace

void RunFault::throw_error() const {
  if (cause_ == Cause::memory) throw OutOfMemoryError(message());
  throw DeviceError(message());
}

RunFault::Undo& RunFault::root(std::shared_ptr<Undo>& undo) {
  while (undo->joined_to) {
    const std::shared_ptr<Undo> next = undo->joined_to;
    undo = next;
  }
  return *undo;
}

void RunFault::add(std::vector<trace::Replaced>& replaced) {
  std::lock_guard<std::mutex> lock(undo_mutex());
  Undo& undo = root(undo_);
  ++runs_added;
  for (trace::Replaced& each : replaced) undo.replaced.emplace_back(runs_added, std::move(each));
  replaced.clear();
}

void RunFault::join(RunFault& other) {
  std::lock_guard<std::mutex> lock(undo_mutex());
  Undo& own = root(undo_);
  Undo& joined = root(other.undo_);
  if (&own == &joined) return;
  for (auto& each : joined.replaced) own.replaced.push_back(std::move(each));
  joined.replaced.clear();
  std::stable_sort(own.replaced.begin(), own.replaced.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  joined.joined_to = undo_;
}

void RunFault::forget_dead() {
  std::vector<std::pair<uint64_t, trace::Replaced>> dead;  // released without the lock
  std::lock_guard<std::mutex> lock(undo_mutex());
  std::vector<std::pair<uint64_t, trace::Replaced>>& list = root(undo_).replaced;
  const auto is_dead = [&](const auto& record) {
    const trace::Holder& holder = record.second.holder();
    const auto records = std::count_if(list.begin(), list.end(), [&](const auto& each) {
      return &each.second.holder() == &holder;
    });
    return holder.holder_references() == static_cast<uint32_t>(records);
  };
  std::vector<bool> marks;
  for (const auto& each : list) marks.push_back(is_dead(each));
  std::vector<std::pair<uint64_t, trace::Replaced>> kept;
  for (size_t i = 0; i < list.size(); ++i) {
    (marks[i] ? dead : kept).push_back(std::move(list[i]));
  }
  list = std::move(kept);
}

void RunFault::roll_back() {
  std::vector<std::pair<uint64_t, trace::Replaced>> replaced;
  {
    std::lock_guard<std::mutex> lock(undo_mutex());
    replaced.swap(root(undo_).replaced);
  }
  while (!replaced.empty()) {
    trace::Replaced last = std::move(replaced.back().second);
    replaced.pop_back();
    const trace::Value& held = last.holder().held();
    const bool is_spoiled =
        !held.tape() && held.buffer()->state() == runtime::Buffer::State::failed;
    if (is_spoiled) last.holder().restore(std::move(last.before));
  }
}

}  // namespace lazuli::exec
