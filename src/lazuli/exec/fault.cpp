#include "lazuli/exec/fault.h"

namespace lazuli::exec {

void RunFault::add(std::vector<trace::Replaced>& replaced) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (trace::Replaced& each : replaced) replaced_.push_back(std::move(each));
  replaced.clear();
}

void RunFault::roll_back() {
  std::vector<trace::Replaced> replaced;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    replaced.swap(replaced_);
  }
  while (!replaced.empty()) {
    trace::Replaced last = std::move(replaced.back());
    replaced.pop_back();
    const trace::Value& held = last.holder().held();
    const bool is_spoiled =
        !held.tape() && held.buffer()->state() == runtime::Buffer::State::failed;
    if (is_spoiled) last.holder().restore(std::move(last.before));
  }
}

}  // namespace lazuli::exec
