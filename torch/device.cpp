#include "torch/device.h"

#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/Allocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/mman.h>
#include <torch/library.h>

#include <atomic>

#include "lazuli/exec/executor.h"
#include "lazuli/functions/tensor.h"
#include "torch/errors.h"
#include "torch/fallback.h"
#include "torch/storage.h"

namespace lazuli::torch::device {

void RegisterLazuliPrivateUse1NativeFunctions();  // generated

}  // namespace lazuli::torch::device

namespace lazuli::torch {
namespace {

const c10::Device kDevice(c10::kPrivateUse1, 0);

// There are no bytes: a DeviceStorage holds a value. What tells memories apart, and that there is
// some, are addresses, each used once; they are reserved and nobody may touch them.
class Allocator final : public c10::Allocator {
 public:
  Allocator() {
    void* reserved =
        mmap(nullptr, kReserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    TORCH_CHECK(reserved != MAP_FAILED, "lazuli: need ", kReserved,
                " bytes of addresses; got none");
    first_ = static_cast<char*>(reserved);
  }
  c10::DataPtr allocate(size_t) override {
    const size_t place = next_.fetch_add(kApart, std::memory_order_relaxed);
    return {first_ + place % kReserved, kDevice};
  }
  void copy_data(void*, const void*, size_t) const override {
    TORCH_CHECK_NOT_IMPLEMENTED(false, "lazuli: memory of the device is copied by tensors alone");
  }

 private:
  static constexpr size_t kReserved = size_t{1} << 40;
  static constexpr size_t kApart = 64;
  char* first_;
  std::atomic<size_t> next_ = 0;
};

class Guard final : public c10::impl::DeviceGuardImplInterface {
 public:
  c10::DeviceType type() const override { return c10::kPrivateUse1; }
  c10::Device exchangeDevice(c10::Device device) const override {
    setDevice(device);
    return kDevice;
  }
  c10::Device getDevice() const override { return kDevice; }
  void setDevice(c10::Device device) const override {
    TORCH_CHECK(device.index() <= 0, "lazuli: need device 0; got ", device);
  }
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }

  // One stream. Work on it is in order, and a read waits for what it reads.
  c10::Stream getStream(c10::Device) const override { return stream(); }
  c10::Stream getDefaultStream(c10::Device) const override { return stream(); }
  c10::Stream getNewStream(c10::Device, int) const override { return stream(); }
  c10::Stream exchangeStream(c10::Stream) const override { return stream(); }
  void block(void*, const c10::Stream&) const override {}
  bool queryStream(const c10::Stream&) const override { return true; }
  void synchronizeStream(const c10::Stream&) const override { synchronize(); }
  void synchronizeDevice(c10::DeviceIndex) const override { synchronize(); }

 private:
  static c10::Stream stream() { return c10::Stream(c10::Stream::DEFAULT, kDevice); }
};

class Hooks final : public at::PrivateUse1HooksInterface {
 public:
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  void setCurrentDevice(c10::DeviceIndex index) const override {
    TORCH_CHECK(index == 0, "lazuli: need device 0; got ", static_cast<int>(index));
  }
  c10::DeviceIndex exchangeDevice(c10::DeviceIndex index) const override {
    setCurrentDevice(index);
    return 0;
  }
  c10::DeviceIndex maybeExchangeDevice(c10::DeviceIndex) const override { return 0; }
  // The value fits itself to the memory's size when it is read.
  void resizePrivateUse1Bytes(const c10::Storage& storage, size_t bytes) const override {
    storage.unsafeGetStorageImpl()->set_nbytes(bytes);
  }
};

}  // namespace

void register_device() {
  // PyTorch keeps pointers to all of these for as long as the process lives.
  static Allocator& allocator = *new Allocator;
  static Guard& guard = *new Guard;
  static Hooks& hooks = *new Hooks;
  install_storage(&allocator);
  static const c10::impl::DeviceGuardImplRegistrar registrar(c10::kPrivateUse1, &guard);
  at::RegisterPrivateUse1HooksInterface(&hooks);
  static auto& all = *new ::torch::Library(::torch::Library::IMPL, "_",
                                           c10::DispatchKey::PrivateUse1, __FILE__, __LINE__);
  all.fallback(::torch::CppFunction::makeFromBoxedFunction<&fallback>());
  device::RegisterLazuliPrivateUse1NativeFunctions();
}

void synchronize() {
  translated("lazuli", [] {
    lazuli::eval();
    exec::drain();
  });
}

}  // namespace lazuli::torch
