#include "lazuli/autograd/memory.h"

#include <new>

#include "lazuli/base/pool.h"

namespace lazuli::autograd {
namespace {

template <size_t bytes>
struct Place {
  alignas(std::max_align_t) std::byte storage[bytes];
};

}  // namespace

void* take_memory(size_t bytes) {
  if (bytes <= 192) return Pool<Place<192>>::take();
  if (bytes <= 256) return Pool<Place<256>>::take();
  if (bytes <= 384) return Pool<Place<384>>::take();
  if (bytes <= 640) return Pool<Place<640>>::take();
  return ::operator new(bytes);
}

void give_memory(void* memory, size_t bytes) noexcept {
  if (bytes <= 192) return Pool<Place<192>>::give(memory);
  if (bytes <= 256) return Pool<Place<256>>::give(memory);
  if (bytes <= 384) return Pool<Place<384>>::give(memory);
  if (bytes <= 640) return Pool<Place<640>>::give(memory);
  ::operator delete(memory);
}

}  // namespace lazuli::autograd
