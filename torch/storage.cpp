#include "torch/storage.h"

#include <ATen/EmptyTensor.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"
#include "torch/lowering.h"

namespace lazuli::torch {
namespace {

c10::intrusive_ptr<c10::StorageImpl> make_storage(c10::StorageImpl::use_byte_size_t use_byte_size,
                                                  c10::SymInt bytes, c10::DataPtr data,
                                                  c10::Allocator* allocator, bool resizable) {
  if (!data) data = allocator->allocate(0);
  return c10::make_intrusive<DeviceStorage>(use_byte_size, std::move(bytes), std::move(data),
                                            allocator, resizable);
}

DeviceStorage& storage_of(const at::Tensor& tensor) {
  auto* storage = dynamic_cast<DeviceStorage*>(tensor.storage().unsafeGetStorageImpl());
  TORCH_INTERNAL_ASSERT(storage, "need memory of the device; got that of ", tensor.device());
  return *storage;
}

Value flat(const Value& elements) {
  return elements.dim() == 1 ? elements : lazuli::view(elements, {elements.numel()});
}

// The bytes of `elements` as elements of another dtype; bools are 0 or 1.
Value reinterpreted(const Value& elements, DType dtype, int64_t count) {
  std::vector<uint8_t> bytes(static_cast<size_t>(
      std::max(elements.numel() * size_of(elements.dtype()), count * size_of(dtype))));
  elements.copy_to(bytes.data());
  if (dtype == kBool) {
    for (uint8_t& byte : bytes) byte = byte != 0;
  }
  return lazuli::from_data(bytes.data(), dtype, {count});
}

// Elements that lie in one piece of memory without gaps or repetition, in some order of dimensions.
struct Block {
  std::vector<int64_t> order;  // the tensor's dimensions as memory has them, the nearest last
  Dims extents;                // in that order; 1 for a dimension that repeats
  int64_t start;
  int64_t count;
  bool repeats;
};

// Nothing where there are gaps or elements overlap otherwise than by a stride of 0.
std::optional<Block> block_of(const at::Tensor& tensor) {
  Block block{{}, {}, tensor.storage_offset(), 1, false};
  const auto is_flat = [&](int64_t dim) {
    return tensor.size(dim) == 1 || tensor.stride(dim) == 0;
  };
  block.order.resize(static_cast<size_t>(tensor.dim()));
  std::iota(block.order.begin(), block.order.end(), 0);
  std::stable_sort(block.order.begin(), block.order.end(), [&](int64_t a, int64_t b) {
    if (is_flat(a) || is_flat(b)) return !is_flat(a) && is_flat(b);
    return tensor.stride(a) > tensor.stride(b);
  });
  const auto first_flat = std::find_if(block.order.begin(), block.order.end(), is_flat);
  if (std::is_sorted(block.order.begin(), first_flat)) {
    std::sort(block.order.begin(), block.order.end());
  }
  for (const int64_t dim : block.order)
    block.extents.push_back(is_flat(dim) ? 1 : tensor.size(dim));
  for (auto dim = block.order.rbegin(); dim != block.order.rend(); ++dim) {
    if (is_flat(*dim)) {
      block.repeats |= tensor.size(*dim) != 1;
    } else {
      if (tensor.stride(*dim) != block.count) return std::nullopt;
      block.count *= tensor.size(*dim);
    }
  }
  return block;
}

bool is_row_major(const std::vector<int64_t>& order) {
  return std::is_sorted(order.begin(), order.end());
}

}  // namespace

Value DeviceStorage::elements(DType dtype) const {
  const int64_t count = static_cast<int64_t>(nbytes()) / size_of(dtype);
  if (!elements_.defined()) return lazuli::zeros({count}, dtype);
  if (elements_.dtype() != dtype) return reinterpreted(elements_, dtype, count);
  const int64_t held = elements_.numel();  // the memory may have been resized since
  if (held == count) return elements_;
  if (held > count) return lazuli::narrow(flat(elements_), 0, 0, count);
  return lazuli::cat({flat(elements_), lazuli::zeros({count - held}, dtype)});
}

void DeviceStorage::set_elements(const Value& elements) {
  elements_ = lazuli::contiguous(elements);
}

void DeviceStorage::release_resources() {
  elements_ = {};
  c10::StorageImpl::release_resources();
}

void install_storage(c10::Allocator* allocator) {
  c10::SetAllocator(c10::kPrivateUse1, allocator);
  c10::SetStorageImplCreate(c10::kPrivateUse1, &make_storage);
}

at::Tensor make_tensor(at::IntArrayRef sizes, at::OptionalIntArrayRef strides,
                       at::ScalarType type) {
  dtype_of(type);
  at::detail::check_size_nonnegative(sizes);
  const size_t itemsize = at::elementSize(type);
  const size_t bytes = strides ? at::detail::computeStorageNbytes(sizes, *strides, itemsize)
                               : at::detail::computeStorageNbytesContiguous(sizes, itemsize);
  c10::intrusive_ptr<c10::StorageImpl> storage =
      make_storage({}, static_cast<int64_t>(bytes), {}, c10::GetAllocator(c10::kPrivateUse1), true);
  at::Tensor tensor = at::detail::make_tensor<c10::TensorImpl>(
      c10::Storage(std::move(storage)), c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
      c10::scalarTypeToTypeMeta(type));
  if (strides) {
    tensor.unsafeGetTensorImpl()->set_sizes_and_strides(sizes, *strides);
  } else {
    tensor.unsafeGetTensorImpl()->set_sizes_contiguous(sizes);
  }
  return tensor;
}

at::Tensor make_tensor(const Value& contents) {
  const Dims& sizes = contents.sizes();
  at::Tensor tensor = make_tensor(at::IntArrayRef(sizes.begin(), sizes.end()), std::nullopt,
                                  scalar_type_of(contents.dtype()));
  storage_of(tensor).set_elements(contents);
  return tensor;
}

Value read(const at::Tensor& tensor) {
  const DType dtype = dtype_of(tensor.scalar_type());
  const Dims sizes = dims_of(tensor.sizes());
  if (tensor.numel() == 0) return lazuli::zeros(sizes, dtype);
  const Value all = storage_of(tensor).elements(dtype);
  const std::optional<Block> block = block_of(tensor);
  if (!block) {  // a gather reads the memory that a value shows, so that has to be its own
    return lazuli::as_strided(all.is_view() ? lazuli::clone(all) : all, sizes,
                              dims_of(tensor.strides()), tensor.storage_offset());
  }
  const bool is_whole = block->count == all.numel();
  if (is_whole && is_row_major(block->order) && !block->repeats) {
    return all.sizes() == sizes ? all : lazuli::view(all, sizes);
  }
  Value part = is_whole ? all : lazuli::narrow(flat(all), 0, block->start, block->count);
  if (part.sizes() != block->extents) part = lazuli::view(part, block->extents);
  if (!is_row_major(block->order)) {
    Dims places = block->extents;
    for (int i = 0; i < places.rank(); ++i) {
      places[static_cast<int>(block->order[static_cast<size_t>(i)])] = i;
    }
    part = lazuli::permute(part, places);
  }
  return block->repeats ? lazuli::expand(part, sizes) : part;
}

void write(const at::Tensor& tensor, const Value& contents) {
  if (tensor.numel() == 0) return;
  DeviceStorage& storage = storage_of(tensor);
  const std::optional<Block> block = block_of(tensor);
  const int64_t room = static_cast<int64_t>(storage.nbytes()) / size_of(contents.dtype());
  if (!block) {
    storage.set_elements(lazuli::internal::strided_write(storage.elements(contents.dtype()),
                                                         contents, dims_of(tensor.strides()),
                                                         tensor.storage_offset()));
    return;
  }
  Value part = contents;
  if (!is_row_major(block->order)) {
    part = lazuli::permute(contents, dims_of(block->order));
  }
  if (block->count != room) {
    part = lazuli::internal::narrow_write(flat(storage.elements(contents.dtype())),
                                          lazuli::reshape(part, {block->count}), 0, block->start);
  }
  storage.set_elements(part);
}

}  // namespace lazuli::torch
