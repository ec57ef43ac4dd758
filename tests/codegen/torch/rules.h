// The shape rules of device.yaml; one is missing in wrong/rules.yaml's eyes.
#pragma once
namespace torch::lazy {
std::vector<Shape> compute_shape_relu(const at::Tensor& self);
std::vector<torch::lazy::Shape> compute_shape_convolution(
    const at::Tensor& input, const at::Tensor& weight, const c10::optional<at::Tensor>& bias,
    c10::ArrayRef<int64_t> stride, at::IntArrayRef padding, bool transposed, int64_t groups);
std::vector<Shape> compute_shape_convolution_backward(const at::Tensor& grad_output,
                                                      const at::Tensor& input,
                                                      at::OptionalIntArrayRef bias_sizes,
                                                      std::optional<at::ArrayRef<double>> scales,
                                                      std::array<bool, 3> output_mask);
std::vector<Shape> compute_shape_index(const at::Tensor& self,
                                       const c10::List<std::optional<at::Tensor>>& indices);
std::vector<Shape> compute_shape_bernoulli(const at::Tensor& self, double p,
                                           std::optional<at::Generator> generator);
std::vector<Shape> compute_shape_arange_out(const at::Scalar& start, const at::Scalar& end,
                                            at::Tensor& out);
// Stale: mm has a meta function, and there is no operator relux.
std::vector<Shape> compute_shape_mm(const at::Tensor& self, const at::Tensor& mat2);
std::vector<Shape> compute_shape_relux(const at::Tensor& self);
}  // namespace torch::lazy
