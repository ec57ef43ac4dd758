// Shared ownership by an atomic count inside the object. A Ref is one pointer wide.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace lazuli {

// Derive as `class T : public RefCounted<T>`. The last reference calls T::destroy(T*) when T has
// it (pooled objects), else deletes.
template <typename T>
class RefCounted {
 public:
  void retain() const noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
  // The same of an object that no other thread has seen: no atomic step.
  void retain_unseen() const noexcept {
    count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  void release() const noexcept {
    if (count_.load(std::memory_order_acquire) == 1 ||
        count_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      T* self = const_cast<T*>(static_cast<const T*>(this));
      if constexpr (requires { T::destroy(self); }) {
        T::destroy(self);
      } else {
        delete self;
      }
    }
  }
  // Exact only while no other thread copies or drops references.
  uint32_t reference_count() const noexcept { return count_.load(std::memory_order_acquire); }

 protected:
  RefCounted() = default;
  ~RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;

 private:
  mutable std::atomic<uint32_t> count_{1};
};

template <typename T>
class Ref {
 public:
  Ref() = default;
  Ref(std::nullptr_t) {}  // NOLINT: null is a Ref
  Ref(const Ref& other) noexcept : pointer_(other.pointer_) {
    if (pointer_) pointer_->retain();
  }
  Ref(Ref&& other) noexcept : pointer_(std::exchange(other.pointer_, nullptr)) {}
  template <typename U>
  requires std::is_convertible_v<U*, T*> Ref(Ref<U> other)
  noexcept : pointer_(other.detach()) {}  // NOLINT: upcast
  ~Ref() {
    if (pointer_) pointer_->release();
  }
  Ref& operator=(Ref other) noexcept {
    std::swap(pointer_, other.pointer_);
    return *this;
  }
  // Takes over the reference that a new object is born with.
  static Ref adopt(T* pointer) noexcept {
    Ref result;
    result.pointer_ = pointer;
    return result;
  }
  // Adds a reference.
  static Ref share(T* pointer) noexcept {
    if (pointer) pointer->retain();
    return adopt(pointer);
  }
  // A second reference to an object that no other thread has seen.
  static Ref share_unseen(T* pointer) noexcept {
    pointer->retain_unseen();
    return adopt(pointer);
  }
  // Gives up the reference without dropping it.
  T* detach() noexcept { return std::exchange(pointer_, nullptr); }

  T* get() const noexcept { return pointer_; }
  T* operator->() const noexcept { return pointer_; }
  T& operator*() const noexcept { return *pointer_; }
  explicit operator bool() const noexcept { return pointer_ != nullptr; }
  friend bool operator==(const Ref& a, const Ref& b) noexcept { return a.pointer_ == b.pointer_; }

 private:
  T* pointer_ = nullptr;
};

template <typename T, typename... Arguments>
Ref<T> make_ref(Arguments&&... arguments) {
  return Ref<T>::adopt(new T(std::forward<Arguments>(arguments)...));
}

}  // namespace lazuli
