// Whether operations of this thread record gradients. Knows nothing of what they record.
#pragma once

namespace lazuli::autograd {

namespace detail {
extern constinit thread_local bool is_recording;
}

inline bool is_recording() { return detail::is_recording; }

// Sets the mode for as long as it lives, on the thread that made it.
class ModeGuard {
 public:
  explicit ModeGuard(bool recording) : before_(detail::is_recording) {
    detail::is_recording = recording;
  }
  ~ModeGuard() { detail::is_recording = before_; }
  ModeGuard(const ModeGuard&) = delete;
  ModeGuard& operator=(const ModeGuard&) = delete;

 private:
  bool before_;
};

}  // namespace lazuli::autograd
