// Storage for small objects that come and go by the million: freed places are kept in a list of
// their thread and handed out again. Lists are bounded, surplus goes to a shared store.
#pragma once

#include <cstddef>
#include <mutex>
#include <new>
#include <vector>

namespace lazuli {

// One pool a type. `T` may be freed by another thread than the one that made it.
template <typename T>
class Pool {
 public:
  static void* take() {
    Local& local = local_;
    if (local.count == 0) [[unlikely]] {
      refill(local);
    }
    return local.places[--local.count];
  }
  static void give(void* place) noexcept {
    Local& local = local_;
    if (local.count == kLocal) [[unlikely]] {
      spill(local);
    }
    local.places[local.count++] = place;
  }

 private:
  static constexpr int kLocal = 256;
  static constexpr int kBatch = 128;

  struct Shared {
    std::mutex mutex;
    std::vector<void*> places;
  };
  struct Local {
    void* places[kLocal];
    int count = 0;
    ~Local() {
      while (count > 0) spill(*this);
    }
  };

  // Never destroyed: objects may die after every static destructor has run.
  static Shared& shared() {
    static Shared* const instance = new Shared;
    return *instance;
  }
  static void refill(Local& local) {
    Shared& store = shared();
    std::lock_guard<std::mutex> lock(store.mutex);
    if (store.places.empty()) {
      constexpr size_t kAlign = alignof(T) > 64 ? alignof(T) : 64;
      constexpr size_t kStride = (sizeof(T) + kAlign - 1) / kAlign * kAlign;
      char* slab = static_cast<char*>(::operator new(kStride* kBatch, std::align_val_t(kAlign)));
      for (int i = 0; i < kBatch; ++i) store.places.push_back(slab + kStride * i);
    }
    for (int i = 0; i < kBatch && !store.places.empty(); ++i) {
      local.places[local.count++] = store.places.back();
      store.places.pop_back();
    }
  }
  static void spill(Local& local) noexcept {
    Shared& store = shared();
    std::lock_guard<std::mutex> lock(store.mutex);
    for (int i = 0; i < kBatch && local.count > 0; ++i) {
      store.places.push_back(local.places[--local.count]);
    }
  }

  static inline thread_local Local local_;
};

}  // namespace lazuli
