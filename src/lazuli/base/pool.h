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
      return take_slowly(local);
    }
    return local.places[--local.count];
  }
  static void give(void* place) noexcept {
    Local& local = local_;
    if (local.count == local.capacity) [[unlikely]] {
      give_slowly(local, place);
      return;
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
  // Reached without a question whether it is made: a thread's first object opens it, the thread's
  // end closes it.
  struct Local {
    void* places[kLocal] = {};
    int count = 0;
    int capacity = 0;  // kLocal while open
    bool is_closed = false;
  };
  struct Closing {
    ~Closing() {
      while (local_.count > 0) spill(local_);
      local_.capacity = 0;
      local_.is_closed = true;
    }
  };

  // Never destroyed: objects may die after every static destructor has run.
  static Shared& shared() {
    static Shared* const instance = new Shared;
    return *instance;
  }
  static void open(Local& local) {
    if (local.capacity > 0 || local.is_closed) return;
    thread_local Closing at_exit;
    local.capacity = kLocal;
  }
  static void* take_slowly(Local& local) {
    open(local);
    Shared& store = shared();
    std::lock_guard<std::mutex> lock(store.mutex);
    if (store.places.empty()) {
      constexpr size_t kAlign = alignof(T) > 64 ? alignof(T) : 64;
      constexpr size_t kStride = (sizeof(T) + kAlign - 1) / kAlign * kAlign;
      char* slab = static_cast<char*>(::operator new(kStride* kBatch, std::align_val_t(kAlign)));
      for (int i = 0; i < kBatch; ++i) store.places.push_back(slab + kStride * i);
    }
    void* place = store.places.back();
    store.places.pop_back();
    for (int i = 1; i < kBatch && local.count < local.capacity && !store.places.empty(); ++i) {
      local.places[local.count++] = store.places.back();
      store.places.pop_back();
    }
    return place;
  }
  static void give_slowly(Local& local, void* place) noexcept {
    open(local);
    spill(local);
    if (local.count < local.capacity) {
      local.places[local.count++] = place;
      return;
    }
    Shared& store = shared();
    std::lock_guard<std::mutex> lock(store.mutex);
    store.places.push_back(place);
  }
  static void spill(Local& local) noexcept {
    Shared& store = shared();
    std::lock_guard<std::mutex> lock(store.mutex);
    for (int i = 0; i < kBatch && local.count > 0; ++i) {
      store.places.push_back(local.places[--local.count]);
    }
  }

  static constinit inline thread_local Local local_;
};

}  // namespace lazuli
