// A vector of trivially copyable elements that holds its first N in place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace lazuli {

template <typename T, size_t N>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  SmallVector() = default;
  SmallVector(std::initializer_list<T> items) { append(items.begin(), items.end()); }
  explicit SmallVector(std::span<const T> items) { append(items.begin(), items.end()); }
  explicit SmallVector(size_t count, const T& value = T()) { resize(count, value); }
  SmallVector(const SmallVector& other) { append(other.begin(), other.end()); }
  SmallVector(SmallVector&& other) noexcept { take(other); }
  SmallVector& operator=(const SmallVector& other) {
    if (this != &other) {
      size_ = 0;
      append(other.begin(), other.end());
    }
    return *this;
  }
  SmallVector& operator=(SmallVector&& other) noexcept {
    if (this != &other) {
      release();
      take(other);
    }
    return *this;
  }
  ~SmallVector() { release(); }

  T* data() { return data_; }
  const T* data() const { return data_; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }
  const T& back() const { return data_[size_ - 1]; }

  void push_back(const T& value) {
    const T copy = value;
    if (size_ == capacity_) grow(size_ + 1);
    data_[size_++] = copy;
  }
  void pop_back() { --size_; }
  void clear() { size_ = 0; }
  void resize(size_t count, const T& value = T()) {
    const T copy = value;
    if (count > capacity_) grow(count);
    for (size_t i = size_; i < count; ++i) data_[i] = copy;
    size_ = static_cast<uint32_t>(count);
  }
  // The range may lie in this vector.
  template <std::contiguous_iterator Iterator>
  void append(Iterator first, Iterator last) {
    const T* items = std::to_address(first);
    const auto count = static_cast<size_t>(last - first);
    if (size_ + count > capacity_) {
      SmallVector grown;
      grown.grow(std::max<size_t>(size_ + count, size_t{capacity_} * 2));
      grown.append(begin(), end());
      grown.append(items, items + count);
      *this = std::move(grown);
      return;
    }
    if (count) std::memcpy(static_cast<void*>(data_ + size_), items, count * sizeof(T));
    size_ += static_cast<uint32_t>(count);
  }
  operator std::span<const T>() const { return {data_, size_}; }  // NOLINT: a span of itself
  friend bool operator==(const SmallVector& a, const SmallVector& b) {
    return a.size_ == b.size_ && std::equal(a.begin(), a.end(), b.begin());
  }

 private:
  void grow(size_t least) {
    const size_t capacity = std::max<size_t>(least, size_t{capacity_} * 2);
    T* fresh = static_cast<T*>(::operator new(capacity * sizeof(T)));
    if (size_) std::memcpy(static_cast<void*>(fresh), data_, size_ * sizeof(T));
    release();
    data_ = fresh;
    capacity_ = static_cast<uint32_t>(capacity);
  }
  void release() {
    if (data_ != inline_data()) ::operator delete(data_);
    data_ = inline_data();
    capacity_ = N;
  }
  void take(SmallVector& other) {
    size_ = other.size_;
    if (other.data_ == other.inline_data()) {
      if (size_) std::memcpy(static_cast<void*>(data_), other.data_, size_ * sizeof(T));
    } else {
      data_ = other.data_;
      capacity_ = other.capacity_;
      other.data_ = other.inline_data();
      other.capacity_ = N;
    }
    other.size_ = 0;
  }
  T* inline_data() { return reinterpret_cast<T*>(storage_); }

  alignas(T) std::byte storage_[N * sizeof(T)];
  T* data_ = reinterpret_cast<T*>(storage_);
  uint32_t size_ = 0;
  uint32_t capacity_ = N;
};

}  // namespace lazuli
