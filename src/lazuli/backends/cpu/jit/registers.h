// The vector registers of one machine and who owns them: linear scan, furthest next use first to
// go. Knows nothing of instructions; what is evicted is saved by the client.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

namespace lazuli::jit {

inline constexpr int32_t kNever = std::numeric_limits<int32_t>::max();

class Registers {
 public:
  // One register of a value of a block: a part of it, in one of the interleaved copies.
  struct Owner {
    int32_t value = -1;
    uint8_t copy = 0;
    uint8_t part = 0;
  };
  class Client {
   public:
    virtual int32_t next_use(const Owner& owner) const = 0;
    // Makes the owner do without the register; it may write machine code that saves it.
    virtual void evict(int index, const Owner& owner) = 0;

   protected:
    ~Client() = default;
  };

  explicit Registers(int count) : free_(count == 32 ? ~0u : (1u << count) - 1) {}
  void set_client(Client* client) { client_ = client; }

  // A register of nobody's: a free one, else that of the unlocked owner used last. Until it is
  // owned nobody can take it.
  int take();
  void own(int index, const Owner& owner) {
    owners_[index] = owner;
    owned_ |= 1u << index;
  }
  const Owner& owner(int index) const { return owners_[index]; }
  void give_back(int index) {
    free_ |= 1u << index;
    owned_ &= ~(1u << index);
  }
  // Locked registers keep their owners until unlock_all.
  void lock(int index) { locked_ |= 1u << index; }
  void unlock_all() { locked_ = 0; }
  int free_count() const { return __builtin_popcount(free_); }

 private:
  uint32_t free_;
  uint32_t owned_ = 0;
  uint32_t locked_ = 0;
  std::array<Owner, 32> owners_;
  Client* client_ = nullptr;
};

// A register for the time of a few instructions.
class Temporary {
 public:
  explicit Temporary(Registers& registers) : registers_(registers), index_(registers.take()) {}
  Temporary(const Temporary&) = delete;
  ~Temporary() { registers_.give_back(index_); }
  operator int() const { return index_; }  // NOLINT: it is a register

 private:
  Registers& registers_;
  const int index_;
};

}  // namespace lazuli::jit
