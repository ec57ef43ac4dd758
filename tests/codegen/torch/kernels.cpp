// The hand-written kernels of device.yaml, as the generator looks through them. Kernels::empty(int)
// in a comment is none.
namespace vendor::device {
at::Tensor Kernels::empty_symint(c10::SymIntArrayRef size, std::optional<at::ScalarType> dtype,
                                 std::optional<at::Layout> layout, std::optional<at::Device> device,
                                 std::optional<bool> pin_memory,
                                 std::optional<at::MemoryFormat> memory_format) {
  return other::Kernels::empty(size, "Kernels::transpose(");
}
at::Tensor Kernels::transpose(const at::Tensor& self, int64_t dim0, int64_t dim1) { return self; }
at::Tensor Kernels::softmax(const at::Tensor& self, int64_t dim,
                            std::optional<at::ScalarType> dtype) {
  return Kernels::transpose(self, dim, 0);
}
}  // namespace vendor::device
