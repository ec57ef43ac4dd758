#include "lazuli/runtime/small_blocks.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <new>

#include "lazuli/base/metrics.h"
#include "lazuli/base/spin_lock.h"
#include "lazuli/runtime/sanitizer.h"

namespace lazuli::runtime::small_blocks {
namespace {

// The first word of a free block. It stays readable under the address sanitizer, whose leak check
// follows it.
struct Link {
  Link* next;
};

struct FreeList {
  Link* head = nullptr;
  int count = 0;

  void push(Link* block) {
    block->next = head;
    head = block;
    ++count;
  }
  Link* pop() {
    Link* block = head;
    head = block->next;
    --count;
    return block;
  }
};

// Blocks of one size that a thread keeps: 64 KiB of them, at least 4 and at most 128.
constexpr int thread_limit(int size_class) {
  return static_cast<int>(std::clamp<int64_t>(64 * 1024 / bytes_of_class(size_class), 4, 128));
}
constexpr int64_t kStoreBytes = 512 * 1024;  // of each size that the shared store keeps

void add(std::atomic<int64_t>& counter, int64_t amount) {  // one writer, any readers
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

struct ThreadLists {
  FreeList lists[kSmallClasses];
  std::atomic<int64_t> in_use[2] = {0, 0};  // by Use: taken minus given by this thread
  int64_t reported = 0;                     // part of in_use[tensor] that tensors_reported has
  ThreadLists* next = nullptr;              // among the living threads
  ThreadLists* previous = nullptr;
};

struct Shared {
  SpinLock lock;  // of everything below but the atomics
  FreeList lists[kSmallClasses];
  ThreadLists* threads = nullptr;
  std::atomic<int64_t> in_use[2] = {0, 0};  // of ended threads, and outside any thread's lists
  std::atomic<int64_t> from_system{0};      // bytes taken from the system and not given back
  std::atomic<int64_t> tensors_reported{0};
};
// Constant-initialised and never destroyed: it works before and after every other static object.
constinit Shared shared;

constexpr int kTensor = static_cast<int>(Use::tensor);

// No tls_model: "initial-exec" for one word asks the loader for static space for all of a shared
// library's, which it has not once the program runs (a Python module).
constinit thread_local ThreadLists* own = nullptr;
constinit thread_local bool ended = false;

Link* take_from_system(int size_class) {
  const int64_t bytes = bytes_of_class(size_class);
  void* block = std::aligned_alloc(64, static_cast<size_t>(bytes));
  if (!block) return nullptr;
  shared.from_system.fetch_add(bytes, std::memory_order_relaxed);
  metrics::count(metrics::Counter::bytes_allocated, static_cast<uint64_t>(bytes));
  metrics::count(metrics::Counter::blocks_allocated);
  return static_cast<Link*>(block);
}

void give_to_system(FreeList list, int size_class) {
  const int64_t bytes = bytes_of_class(size_class);
  shared.from_system.fetch_sub(list.count * bytes, std::memory_order_relaxed);
  while (list.head) {
    Link* block = list.pop();
    allow_access(reinterpret_cast<char*>(block), bytes);
    std::free(block);
  }
}

void report(ThreadLists& lists) {
  const int64_t now = lists.in_use[kTensor].load(std::memory_order_relaxed);
  shared.tensors_reported.fetch_add(now - lists.reported, std::memory_order_relaxed);
  lists.reported = now;
}

// Moves `count` blocks from a list to the shared store, or to the system when that is full.
void pass_on(FreeList& from, int size_class, int count) {
  FreeList surplus;
  {
    const std::lock_guard guard(shared.lock);
    FreeList& store = shared.lists[size_class];
    for (; count > 0 && from.head; --count) {
      const bool fits = (store.count + 1) * bytes_of_class(size_class) <= kStoreBytes;
      (fits ? store : surplus).push(from.pop());
    }
  }
  give_to_system(surplus, size_class);
}

// Empties a thread's lists when it ends.
struct Farewell {
  ~Farewell() {
    ThreadLists* lists = own;
    own = nullptr;
    ended = true;
    if (!lists) return;
    for (int i = 0; i < kSmallClasses; ++i) pass_on(lists->lists[i], i, lists->lists[i].count);
    report(*lists);
    {
      const std::lock_guard guard(shared.lock);
      for (int use = 0; use < 2; ++use) shared.in_use[use] += lists->in_use[use];
      (lists->previous ? lists->previous->next : shared.threads) = lists->next;
      if (lists->next) lists->next->previous = lists->previous;
    }
    delete lists;
  }
};

ThreadLists* make_lists() {
  thread_local Farewell farewell;
  static_cast<void>(farewell);
  auto* lists = new (std::nothrow) ThreadLists;
  if (!lists) return nullptr;
  const std::lock_guard guard(shared.lock);
  lists->next = shared.threads;
  if (lists->next) lists->next->previous = lists;
  shared.threads = lists;
  own = lists;
  return lists;
}

// The calling thread's list of this size is empty, or it has none (any more).
[[gnu::noinline]] Link* take_slowly(int size_class, Use use) {
  ThreadLists* lists = own ? own : ended ? nullptr : make_lists();
  const int wanted = lists ? thread_limit(size_class) / 2 : 1;
  FreeList found;
  {
    const std::lock_guard guard(shared.lock);
    FreeList& store = shared.lists[size_class];
    while (store.head && found.count < wanted) found.push(store.pop());
  }
  Link* block = found.head ? found.pop() : take_from_system(size_class);
  if (!block) return nullptr;
  const int64_t bytes = bytes_of_class(size_class);
  if (lists) {
    while (found.head) lists->lists[size_class].push(found.pop());
    add(lists->in_use[static_cast<int>(use)], bytes);
    report(*lists);
  } else {
    shared.in_use[static_cast<int>(use)] += bytes;
    if (use == Use::tensor) shared.tensors_reported += bytes;
  }
  return block;
}

[[gnu::noinline]] void give_slowly(Link* block, int size_class, Use use) {
  ThreadLists* lists = own ? own : ended ? nullptr : make_lists();
  if (lists) {
    FreeList& list = lists->lists[size_class];
    list.push(block);
    add(lists->in_use[static_cast<int>(use)], -bytes_of_class(size_class));
    report(*lists);
    if (list.count > thread_limit(size_class)) pass_on(list, size_class, list.count / 2);
  } else {
    FreeList list;
    list.push(block);
    shared.in_use[static_cast<int>(use)] -= bytes_of_class(size_class);
    if (use == Use::tensor) shared.tensors_reported -= bytes_of_class(size_class);
    pass_on(list, size_class, 1);
  }
}

}  // namespace

char* take(int size_class, Use use) noexcept {
  ThreadLists* lists = own;
  Link* block;
  if (lists && lists->lists[size_class].head) [[likely]] {
    block = lists->lists[size_class].pop();
    add(lists->in_use[static_cast<int>(use)], bytes_of_class(size_class));
  } else {
    block = take_slowly(size_class, use);
  }
  if (block) allow_access(reinterpret_cast<char*>(block), bytes_of_class(size_class));
  return reinterpret_cast<char*>(block);
}

void give(char* memory, int size_class, Use use) noexcept {
  const int64_t bytes = bytes_of_class(size_class);
  allow_access(memory, bytes);
  forbid_access(memory + sizeof(Link), bytes - static_cast<int64_t>(sizeof(Link)));
  Link* block = reinterpret_cast<Link*>(memory);
  ThreadLists* lists = own;
  if (lists && lists->lists[size_class].count < thread_limit(size_class)) [[likely]] {
    lists->lists[size_class].push(block);
    add(lists->in_use[static_cast<int>(use)], -bytes);
  } else {
    give_slowly(block, size_class, use);
  }
}

Totals totals() {
  int64_t in_use[2];
  const std::lock_guard guard(shared.lock);
  for (int use = 0; use < 2; ++use) {
    in_use[use] = shared.in_use[use];
    for (const ThreadLists* lists = shared.threads; lists; lists = lists->next) {
      in_use[use] += lists->in_use[use].load(std::memory_order_relaxed);
    }
  }
  const int64_t total = shared.from_system.load(std::memory_order_relaxed);
  return {in_use[kTensor], total - in_use[0] - in_use[1]};
}

int64_t tensors_about() { return shared.tensors_reported.load(std::memory_order_relaxed); }

void trim() {
  for (int i = 0; i < kSmallClasses; ++i) {
    FreeList list;
    {
      const std::lock_guard guard(shared.lock);
      std::swap(list, shared.lists[i]);
    }
    give_to_system(list, i);
    if (own) {
      give_to_system(own->lists[i], i);
      own->lists[i] = {};
    }
  }
}

}  // namespace lazuli::runtime::small_blocks
