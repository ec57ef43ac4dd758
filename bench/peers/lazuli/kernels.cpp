#include <cstdio>
#include <utility>

#include "bench/peers/lazuli/measure.h"
#include "lazuli/api/lazuli.h"

namespace lazuli::peers {
namespace {

constexpr int kDispatchOperations = 1000;

// The chains of cases.py: 16 operations each.
Tensor mixed(const Tensor& x) {
  Tensor y = (x * 0.9 + 0.1).tanh().exp();
  y = (y * 0.5).sigmoid().clamp_min(0.3).abs();
  y = ((y.sqrt() + -0.7).tanh() + x).exp();
  return (y * 0.25).clamp_max(4.0).sigmoid();
}

Tensor cheap(const Tensor& x) {
  constexpr double kSteps[4][4] = {{0.91, 0.11, -1.5, 1.5},
                                   {0.92, 0.12, -1.4, 1.4},
                                   {0.93, 0.13, -1.3, 1.3},
                                   {0.94, 0.14, -1.2, 1.2}};
  Tensor y = x;
  for (const auto& step : kSteps) {
    y = (y * step[0] + step[1]).clamp_min(step[2]).clamp_max(step[3]);
  }
  return y;
}

// A callable that runs once and waits for the result.
template <typename Function>
std::function<void()> waiting(Function function) {
  return [function] {
    const NoGradGuard no_grad;
    function().data_ptr();
  };
}

std::function<void()> cross_entropy_with_gradient(int64_t rows, int64_t columns) {
  std::vector<int64_t> labels(static_cast<size_t>(rows));
  for (int64_t i = 0; i < rows; ++i) labels[static_cast<size_t>(i)] = i * 7919 % columns;
  const Tensor target = from_vector(labels, {rows});
  const Tensor logits = randn({rows, columns}).requires_grad_();
  return [logits, target] {
    logits.set_grad({});
    const Tensor loss = cross_entropy(logits, target);
    loss.backward();
    eval();
    loss.item<float>();
    logits.grad().data_ptr();
  };
}

std::function<void()> kernel(const std::string& name, int64_t rows, int64_t columns) {
  if (name == "cross_entropy_fb") return cross_entropy_with_gradient(rows, columns);
  const Tensor x = randn({rows, columns});
  if (name == "layer_norm") {
    const Tensor weight = randn({columns});
    const Tensor bias = randn({columns});
    return waiting([=] { return layer_norm(x, {columns}, weight, bias); });
  }
  if (name == "softmax") return waiting([x] { return x.softmax(-1); });
  if (name == "gelu") return waiting([x] { return x.gelu("tanh"); });
  if (name == "sum_dim0") return waiting([x] { return x.sum(0); });
  return waiting([x] { return x.sum(1); });
}

class Runner {
 public:
  explicit Runner(const Arguments& arguments) : arguments_(arguments) {}
  void operator()(const std::string& name, const std::string& size,
                  const std::function<std::function<void()>()>& make) const {
    if (!arguments_.only_case.empty() && arguments_.only_case != name) return;
    emit(arguments_.workload, size, name, "ms", scaled(measure(make(), arguments_.budget), 1e3));
  }

 private:
  const Arguments& arguments_;
};

}  // namespace

void run_dispatch(const Arguments&) {
  const auto program = [](bool requires_grad) {
    const Tensor first = full({4}, 1.0).requires_grad_(requires_grad);
    const Tensor y = full({4}, 0.999);
    const Tensor z = full({4}, 0.001);
    return [=] {
      Tensor x = first;
      for (int i = 0; i < kDispatchOperations / 2; ++i) x = x * y + z;
      x.detach().to_vector<float>();
    };
  };
  for (const auto& [metric, requires_grad] :
       {std::pair("run", false), {"run_requires_grad", true}}) {
    emit("dispatch", "4", metric, "ns/op",
         scaled(measure(program(requires_grad), 2, 60, 5), 1e9 / kDispatchOperations));
  }
}

void run_kernels(const Arguments& arguments) {
  const Runner run(arguments);
  if (arguments.workload == "chain") {
    for (const auto& [size, count] :
         {std::pair("16M", int64_t{1} << 24), {"64k", int64_t{1} << 16}}) {
      run("chain_mixed", size,
          [&, n = count] { return waiting([x = randn({n})] { return mixed(x); }); });
      run("chain_cheap", size,
          [&, n = count] { return waiting([x = randn({n})] { return cheap(x); }); });
    }
  } else if (arguments.workload == "norm") {
    for (const char* name : {"softmax", "layer_norm", "gelu", "cross_entropy_fb"}) {
      run(name, "8192x1024", [&] { return kernel(name, 8192, 1024); });
      run(name, "512x512", [&] { return kernel(name, 512, 512); });
    }
    for (const char* name : {"sum_dim0", "sum_dim1"}) {
      run(name, "65536x256", [&] { return kernel(name, 65536, 256); });
    }
  } else {
    const auto product = [&](int64_t m, int64_t k, int64_t n) {
      return waiting([a = randn({m, k}), b = randn({k, n})] { return a.mm(b); });
    };
    run("matmul", "1024x1024x1024", [&] { return product(1024, 1024, 1024); });
    run("matmul", "128x784x512", [&] { return product(128, 784, 512); });
    const auto batch = [&](int64_t count, int64_t edge, bool is_transposed) {
      const Tensor a = randn({count, edge, edge});
      const Tensor b = randn({count, edge, edge});
      return waiting([=] { return a.bmm(is_transposed ? b.transpose(1, 2) : b); });
    };
    for (const auto& [name, is_transposed] : {std::pair("bmm", false), {"bmm_transposed", true}}) {
      run(name, "1024x32x32x32", [&, t = is_transposed] { return batch(1024, 32, t); });
      run(name, "64x128x128x128", [&, t = is_transposed] { return batch(64, 128, t); });
    }
  }
}

}  // namespace lazuli::peers
