// What each statement does and how it is written.
#include "tests/proofs/program.h"

#include <array>
#include <cstring>
#include <limits>

#include "lazuli/base/format.h"
#include "tests/fuzz/random.h"

namespace lazuli::proofs {
namespace {

// How each action is written: {r}, {a}, {b}, {c} are tensors; {u} is "_" for the in-place form.
constexpr std::array<const char*, static_cast<size_t>(Action::kCount)> kText = {
    "{r} = data({n}, {sizes}, {dtype})",
    "{r} = data({n}, {sizes}, {dtype}).requires_grad_()",
    "{r} = from_blob(data({n}), {sizes}, strides by columns)",
    "{r} = rand({sizes})",
    "{r} = randn({sizes})",
    "{r} = zeros({sizes}, {dtype})",
    "{r} = full({sizes}, {x}, {dtype})",
    "{r} = arange({x}, {x} + {start}, 1, {dtype})",
    "manual_seed({n})",
    "{r} = {a}.neg{u}()",
    "{r} = {a}.exp{u}()",
    "{r} = {a}.log{u}()",
    "{r} = {a}.sqrt{u}()",
    "{r} = {a}.relu{u}()",
    "{r} = {a}.tanh{u}()",
    "{r} = {a}.to({dtype})",
    "{r} = {a}.add{u}({b}, {x})",
    "{r} = {a}.sub{u}({b}, {x})",
    "{r} = {a}.mul{u}({b})",
    "{r} = {a}.div{u}({b})",
    "{r} = {a}.maximum({b})",
    "{r} = {a}.eq({b})",
    "{r} = {a}.lt({b})",
    "{r} = {a}.gt({b})",
    "{r} = where({a}.to(bool), {b}, {c})",
    "{a}.copy_({b})",
    "{r} = {a}.add{u}({x})",
    "{r} = {a}.sub{u}({x})",
    "{r} = {a}.mul{u}({x})",
    "{r} = {a}.div{u}({x})",
    "{r} = {a}.rsub({x})",
    "{r} = {a}.rdiv({x})",
    "{r} = {a}.clamp_min{u}({x})",
    "{r} = {a}.gt({x})",
    "{r} = {a}.eq({x})",
    "{r} = where({a}.to(bool), {x}, {b})",
    "{a}.fill_({x})",
    "{r} = {a}.view({sizes})",
    "{r} = {a}.reshape({sizes})",
    "{r} = {a}.expand({sizes})",
    "{r} = {a}.permute({sizes})",
    "{r} = {a}.narrow({dim}, {start}, {length})",
    "{r} = {a}.select({dim}, {start})",
    "{r} = {a}.slice({dim}, {start}, {{}}, 2)",
    "{r} = {a}.diagonal({start})",
    "{r} = {a}.unsqueeze({dim})",
    "{r} = {a}.squeeze({dim})",
    "{r} = {a}.detach()",
    "{a}.narrow({dim}, {start}, {length}).copy_({b})",
    "{a}.narrow({dim}, {start}, {length}).add_({b})",
    "{a}.select({dim}, {start}).mul_({x})",
    "{a}.slice({dim}, {start}, {{}}, 3).mul_({x})",
    "{a}.diagonal({start}).copy_({b})",
    "{a}.permute({sizes}).sub_({b})",
    "{a}.view({sizes}).relu_()",
    "{r} = {a}.sum({sizes}, {keepdim})",
    "{r} = {a}.sum()",
    "{r} = {a}.mean({dim}, {keepdim})",
    "{r} = {a}.amax({sizes}, {keepdim})",
    "{r} = {a}.amin({sizes}, {keepdim})",
    "{r} = {a}.argmax({dim}, {keepdim})",
    "{r} = {a}.softmax({dim})",
    "{r} = {a}.log_softmax({dim})",
    "{r} = {a}.cross_entropy(index({b}, {a}.size(1)))",
    "{r} = {a}.gt({x}).to({dtype}){ta}.mm({b}.lt({x}).to({dtype}){tb})",
    "{r} = {a}{ta}.mm({b}{tb})",
    "{r} = {a}.gather({dim}, index({b}, {a}.size({dim})))",
    "{r} = {a}.gather({dim}, {b}.to(i64))",
    "{r} = {a}.scatter_add{u}({dim}, index({b}, {a}.size({dim})), {c})",
    "{r} = cat({{{a}, {b}, {a}}}, {dim})",
    "{r} = randint(-3, 9, {sizes}, {dtype})",
    "{r} = randperm({start})",
    "{r} = {a}.gt({x}).to(f32).bernoulli()",
    "{r} = {a}.gt({x}).to(f32).add(1).multinomial({length}, True)",
    "{r} = {a}.sort({dim}, {keepdim}).values",
    "{r} = {a}.argsort({dim}, {keepdim})",
    "{r} = {a}.topk({length}, {dim}, {keepdim}).values",
    "{r} = {a}.kthvalue({length}, {dim}, {keepdim}).values",
    "{r} = {a}.max({dim}, {keepdim}).values",
    "{r} = {a}.cumsum({dim})",
    "{r} = {a}.cumprod({dim})",
    "{r} = {a}.logcumsumexp({dim})",
    "{r} = {a}.cummax({dim}).values",
    "{r} = {a}.cummin({dim}).indices",
    "{r} = {a}.prod({sizes}, {keepdim})",
    "{r} = {a}.var({sizes})",
    "{r} = {a}.logsumexp({dim}, {keepdim})",
    "{r} = {a}.flip({{{dim}}})",
    "{r} = {a}.roll({start}, {dim})",
    "{r} = {a}.tril{u}({start})",
    "{r} = {a}.repeat_interleave(2, {dim})",
    "{r} = index({a}, 5).one_hot(5)",
    "{r} = {a}.split({length}, {dim})[{keepdim}]",
    "{a}.unbind({dim})[{start}].mul_({x})",
    "{r} = {a}.as_strided({sizes}, {{2}}, {start})",
    "{a}.as_strided({sizes}, {{2}}, {start}).add_({x})",
    "{r} = {a}.div({x}, floor or trunc)",
    "{r} = {a}.nonzero()",
    "{r} = {a}.unique().output",
    "{r} = {a}.unique(true, true).inverse",
    "{r} = {a}.unique(true, false, true, {dim}).output",
    "{r} = {a}.masked_select({b}.to(bool))",
    "{r} = {a}.masked_scatter{u}({b}.to(bool), {a}.reshape(-1))",
    "{r} = {a}.index_select({dim}, index({b}, {a}.size({dim})))",
    "{r} = searchsorted({a}.sort().values, {b})",
    "{r} = isin({a}, {b})",
    "{r} = {a}.gt({x}).to({dtype}).bmm({b}.lt({x}).to({dtype}))",
    "{r} = einsum(ij,kj->ik, {a}.gt({x}).to(f32), {b}.lt({x}).to(f32))",
    "{r} = {a}.scatter{u}({dim}, index({b}, {a}.size({dim})), {c}.to(dtype of {a}))",
    "{r} = {a}.scatter_reduce({dim}, index({b}, {a}.size({dim})), {c}.to(dtype of {a}), by {n}, "
    "{keepdim})",
    "{r} = {a}.index_put({{index({b}, {a}.size(0))}}, {c}.to(dtype of {a}), {keepdim})",
    "{a}.sum().backward()",
    "{a}.set_grad({{}})",
    "{r} = {a}.detach().mul(1).requires_grad_()",
    "{r} = {a}",
    "{a} = Tensor()",
    "read({a})",
    "eval()",
};

std::vector<float> fractions(uint64_t seed, int64_t count) {
  constexpr float kOdd[] = {0.0f,
                            -0.0f,
                            1.0f,
                            -1.0f,
                            1e-40f,
                            3e38f,
                            0x1p24f,
                            std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN()};
  fuzz::Random random(seed);
  const bool has_odd = random.one_in(4);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) {
    value = static_cast<float>(random.between(-4000, 4000)) / 1024.0f;
    if (has_odd && random.one_in(6)) value = random.pick(kOdd);
  }
  return values;
}

// A value as it comes or, of integers, now and then any bits.
uint64_t element(fuzz::Random& random, DType dtype) {
  if (dtype == kBool) return random.one_in(2);
  if (random.one_in(40)) return Scalar(static_cast<int64_t>(random.bits())).bits_as(dtype);
  return Scalar(random.between(-6, 6)).bits_as(dtype);
}

Tensor data(const Statement& s) {
  const Shape shape{std::span<const int64_t>(s.sizes)};
  const auto count = static_cast<size_t>(shape.product());
  const auto size = static_cast<size_t>(size_of(s.dtype));
  std::vector<float> values;
  if (is_floating(s.dtype)) values = fractions(s.bits, shape.product());
  fuzz::Random random(s.bits);
  std::vector<char> bytes(count * size);
  for (size_t i = 0; i < count; ++i) {
    const uint64_t bits =
        is_floating(s.dtype) ? Scalar(values[i]).bits_as(s.dtype) : element(random, s.dtype);
    std::memcpy(bytes.data() + i * size, &bits, size);
  }
  return from_data(bytes.data(), s.dtype, shape);
}

Tensor blob(const Statement& s) {
  const Shape shape{std::span<const int64_t>(s.sizes)};
  auto memory = std::make_shared<std::vector<float>>(fractions(s.bits, shape.product() + 1));
  Dims strides = Dims::filled(shape.rank(), 1);
  for (int i = 1; i < shape.rank(); ++i) {
    strides[i] = strides[i - 1] * std::max<int64_t>(shape[i - 1], 1);
  }
  return from_blob(memory->data(), shape, kFloat32, strides, [memory] {});
}

// Indices in range, whatever the tensor holds.
Tensor index(const Tensor& tensor, int64_t extent) {
  const Tensor whole = tensor.to(kInt64);
  const Tensor low = where(whole.lt(0), 0, whole);
  return where(low.gt(extent - 1), extent - 1, low);
}

Scalar number(const Statement& s, const Tensor& a) {
  if (is_floating(a.dtype())) return s.number;
  return static_cast<int64_t>(s.number);
}

// One of several results; an error as of any other bad index where there is none.
Tensor at(const std::vector<Tensor>& tensors, int64_t place) {
  if (place >= static_cast<int64_t>(tensors.size())) throw IndexError("at: need a place in range");
  return tensors[static_cast<size_t>(place)];
}

Tensor maybe_transposed(const Tensor& tensor, bool transposed) {
  return transposed ? tensor.t() : tensor;
}

}  // namespace

void execute(const Statement& s, Pool& pool) {
  const NoGradGuard* guard = s.no_grad ? new NoGradGuard : nullptr;
  const std::unique_ptr<const NoGradGuard> no_grad(guard);
  // Handles of its own: the result may take an operand's place.
  const Tensor a = pool[static_cast<size_t>(s.operands[0])];
  const Tensor b = pool[static_cast<size_t>(s.operands[1])];
  const Tensor c = pool[static_cast<size_t>(s.operands[2])];
  Tensor& r = pool[static_cast<size_t>(s.result)];
  const Shape sizes{std::span<const int64_t>(s.sizes)};
  const auto end = static_cast<double>(s.start);
  // clang-format off
  switch (s.action) {
    case Action::data: r = data(s); return;
    case Action::leaf: r = data(s).requires_grad_(); return;
    case Action::blob: r = blob(s); return;
    case Action::rand: r = rand(sizes, to_floating(s.dtype)); return;
    case Action::randn: r = randn(sizes, to_floating(s.dtype)); return;
    case Action::zeros: r = zeros(sizes, s.dtype); return;
    case Action::full: r = full(sizes, s.number, s.dtype); return;
    case Action::arange: r = arange(s.number, s.number + end, 1, s.dtype); return;
    case Action::randint: r = randint(s.dtype == kUInt8 || s.dtype == kBool ? 0 : -3, 9, sizes, s.dtype); return;
    case Action::randperm: r = randperm(s.start); return;
    case Action::seed: manual_seed(s.bits); return;
    case Action::eval: eval(); return;
    default:
      break;
  }
  if (!a.defined()) return;
  const Scalar x = number(s, a);
  switch (s.action) {
    case Action::neg: r = s.in_place ? a.neg_() : a.neg(); return;
    case Action::exp: r = s.in_place ? a.exp_() : a.exp(); return;
    case Action::log: r = s.in_place ? a.log_() : a.log(); return;
    case Action::sqrt: r = s.in_place ? a.sqrt_() : a.sqrt(); return;
    case Action::relu: r = s.in_place ? a.relu_() : a.relu(); return;
    case Action::tanh: r = s.in_place ? a.tanh_() : a.tanh(); return;
    case Action::to_dtype: r = a.to(s.dtype); return;
    case Action::add_number: r = s.in_place ? a.add_(x) : a.add(x); return;
    case Action::sub_number: r = s.in_place ? a.sub_(x) : a.sub(x); return;
    case Action::mul_number: r = s.in_place ? a.mul_(x) : a.mul(x); return;
    case Action::div_number: r = s.in_place ? a.div_(x) : a.div(x); return;
    case Action::from_number: r = a.rsub(x); return;
    case Action::over_number: r = a.rdiv(x); return;
    case Action::clamp_min: r = s.in_place ? a.clamp_min_(x) : a.clamp_min(x); return;
    case Action::gt_number: r = a.gt(x); return;
    case Action::eq_number: r = a.eq(x); return;
    case Action::fill: a.fill_(x); return;
    case Action::view: r = a.view(sizes); return;
    case Action::reshape: r = a.reshape(sizes); return;
    case Action::expand: r = a.expand(sizes); return;
    case Action::permute: r = a.permute(sizes); return;
    case Action::narrow: r = a.narrow(s.dim, s.start, s.length); return;
    case Action::select: r = a.select(s.dim, s.start); return;
    case Action::slice: r = a.slice(s.dim, s.start, {}, 2); return;
    case Action::diagonal: r = a.diagonal(s.start); return;
    case Action::unsqueeze: r = a.unsqueeze(s.dim); return;
    case Action::squeeze: r = a.squeeze(s.dim); return;
    case Action::detach: r = a.detach(); return;
    case Action::select_mul: a.select(s.dim, s.start).mul_(x); return;
    case Action::slice_mul: a.slice(s.dim, s.start, {}, 3).mul_(x); return;
    case Action::view_relu: a.view(sizes).relu_(); return;
    case Action::sum: r = a.sum(sizes, s.keepdim); return;
    case Action::sum_all: r = a.sum(); return;
    case Action::mean: r = a.mean(s.dim, s.keepdim); return;
    case Action::amax: r = a.amax(sizes, s.keepdim); return;
    case Action::amin: r = a.amin(sizes, s.keepdim); return;
    case Action::argmax: r = a.argmax(s.dim, s.keepdim); return;
    case Action::softmax: r = a.softmax(s.dim); return;
    case Action::log_softmax: r = a.log_softmax(s.dim); return;
    case Action::bernoulli: r = a.gt(x).to(kFloat32).bernoulli(); return;
    case Action::multinomial: r = a.gt(x).to(kFloat32).add(1).multinomial(s.length, true); return;
    case Action::sort: r = std::get<0>(a.sort(s.dim, s.keepdim)); return;
    case Action::argsort: r = a.argsort(s.dim, s.keepdim); return;
    case Action::topk: r = std::get<0>(a.topk(s.length, s.dim, s.keepdim)); return;
    case Action::kthvalue: r = std::get<0>(a.kthvalue(s.length, s.dim, s.keepdim)); return;
    case Action::max_dim: r = std::get<0>(a.max(s.dim, s.keepdim)); return;
    case Action::cumsum: r = a.cumsum(s.dim); return;
    case Action::cumprod: r = a.cumprod(s.dim); return;
    case Action::logcumsumexp: r = a.logcumsumexp(s.dim); return;
    case Action::cummax: r = std::get<0>(a.cummax(s.dim)); return;
    case Action::cummin_places: r = std::get<1>(a.cummin(s.dim)); return;
    case Action::prod: r = a.prod(sizes, s.keepdim); return;
    case Action::var: r = a.var(sizes); return;
    case Action::logsumexp: r = a.logsumexp(s.dim, s.keepdim); return;
    case Action::flip: r = a.flip({s.dim}); return;
    case Action::roll: r = a.roll({s.start}, s.dim); return;
    case Action::tril: r = s.in_place ? a.tril_(s.start) : a.tril(s.start); return;
    case Action::repeat_interleave: r = a.repeat_interleave(2, s.dim); return;
    case Action::one_hot: r = index(a, 5).one_hot(5); return;
    case Action::split: r = at(a.split(s.length, s.dim), s.keepdim); return;
    case Action::unbind_mul: at(a.unbind(s.dim), s.start).mul_(x); return;
    case Action::as_strided: r = a.as_strided(sizes, {2}, s.start); return;
    case Action::as_strided_add: a.as_strided(sizes, {2}, s.start).add_(x); return;
    case Action::div_rounded: r = a.div(x, s.keepdim ? "floor" : "trunc"); return;
    case Action::nonzero: r = a.nonzero(); return;
    case Action::unique: r = std::get<0>(a.unique()); return;
    case Action::unique_inverse: r = std::get<1>(a.unique(true, true)); return;
    case Action::unique_rows: r = std::get<0>(a.unique(true, false, true, s.dim)); return;
    case Action::backward: a.sum().backward(); return;
    case Action::set_grad: a.set_grad({}); return;
    case Action::new_leaf: r = a.detach().mul(1).requires_grad_(); return;
    case Action::same: r = a; return;
    case Action::drop: pool[static_cast<size_t>(s.operands[0])] = Tensor(); return;
    default:
      break;
  }
  if (!b.defined()) return;
  switch (s.action) {
    case Action::add: r = s.in_place ? a.add_(b, x) : a.add(b, x); return;
    case Action::sub: r = s.in_place ? a.sub_(b, x) : a.sub(b, x); return;
    case Action::mul: r = s.in_place ? a.mul_(b) : a.mul(b); return;
    case Action::div: r = s.in_place ? a.div_(b) : a.div(b); return;
    case Action::maximum: r = a.maximum(b); return;
    case Action::eq: r = a.eq(b); return;
    case Action::lt: r = a.lt(b); return;
    case Action::gt: r = a.gt(b); return;
    case Action::where_number: r = where(a.to(kBool), number(s, b), b); return;
    case Action::copy: a.copy_(b); return;
    case Action::narrow_copy: a.narrow(s.dim, s.start, s.length).copy_(b); return;
    case Action::narrow_add: a.narrow(s.dim, s.start, s.length).add_(b); return;
    case Action::diagonal_copy: a.diagonal(s.start).copy_(b); return;
    case Action::permute_sub: a.permute(sizes).sub_(b); return;
    case Action::cross_entropy: r = a.cross_entropy(index(b, a.size(1))); return;
    case Action::mm: {
      const DType dtype = s.dtype == kBool ? kFloat32 : s.dtype;
      const Tensor left = maybe_transposed(a.gt(x).to(dtype), (s.bits & 1) != 0);
      r = left.mm(maybe_transposed(b.lt(number(s, b)).to(dtype), (s.bits & 2) != 0));
      return;
    }
    case Action::mm_inexact: {
      const Tensor left = maybe_transposed(a, (s.bits & 1) != 0);
      r = left.mm(maybe_transposed(b, (s.bits & 2) != 0));
      return;
    }
    case Action::gather:
      if (a.size(s.dim) > 0) r = a.gather(s.dim, index(b, a.size(s.dim)));
      return;
    case Action::gather_anywhere: r = a.gather(s.dim, b.to(kInt64)); return;
    case Action::masked_select: r = a.masked_select(b.to(kBool)); return;
    case Action::masked_scatter: r = s.in_place ? a.masked_scatter_(b.to(kBool), a.reshape({-1})) : a.masked_scatter(b.to(kBool), a.reshape({-1})); return;
    case Action::index_select: if (a.size(s.dim) > 0) r = a.index_select(s.dim, index(b, a.size(s.dim))); return;
    case Action::searchsorted: r = searchsorted(std::get<0>(a.sort()), b); return;
    case Action::isin: r = isin(a, b); return;
    case Action::bmm: {
      const DType dtype = s.dtype == kBool ? kFloat32 : s.dtype;
      r = a.gt(x).to(dtype).bmm(b.lt(number(s, b)).to(dtype));
    } return;
    case Action::einsum: r = einsum("ij,kj->ik", {a.gt(x).to(kFloat32), b.lt(number(s, b)).to(kFloat32)}); return;
    case Action::cat: r = cat({a, b, a}, s.dim); return;
    default:
      break;
  }
  // clang-format on
  if (!c.defined()) return;
  if (s.action == Action::where) r = where(a.to(kBool), b, c);
  if (s.action == Action::scatter_add && a.size(s.dim) > 0) {
    const Tensor places = index(b, a.size(s.dim));
    r = s.in_place ? a.scatter_add_(s.dim, places, c) : a.scatter_add(s.dim, places, c);
  }
  const Tensor src = c.to(a.dtype());
  if (s.action == Action::scatter && a.size(s.dim) > 0) {
    const Tensor places = index(b, a.size(s.dim));
    r = s.in_place ? a.scatter_(s.dim, places, src) : a.scatter(s.dim, places, src);
  }
  if (s.action == Action::scatter_reduce && a.size(s.dim) > 0) {
    constexpr const char* kFolds[] = {"sum", "prod", "mean", "amax", "amin"};
    r = a.scatter_reduce(s.dim, index(b, a.size(s.dim)), src, kFolds[s.bits % 5], s.keepdim);
  }
  if (s.action == Action::index_put && a.dim() > 0 && a.size(0) > 0) {
    r = a.index_put({index(b, a.size(0))}, src, s.keepdim);
  }
}

std::string to_string(const Statement& s) {
  const auto name = [&](size_t i) { return format("t{}", s.operands[i]); };
  std::string sizes = "{";
  for (size_t i = 0; i < s.sizes.size(); ++i) sizes += format("{}{}", i ? ", " : "", s.sizes[i]);
  const std::string text = fmt::format(
      fmt::runtime(kText[static_cast<size_t>(s.action)]), fmt::arg("r", format("t{}", s.result)),
      fmt::arg("a", name(0)), fmt::arg("b", name(1)), fmt::arg("c", name(2)),
      fmt::arg("u", s.in_place ? "_" : ""), fmt::arg("n", s.bits), fmt::arg("x", s.number),
      fmt::arg("sizes", sizes + "}"), fmt::arg("dtype", name_of(s.dtype)), fmt::arg("dim", s.dim),
      fmt::arg("start", s.start), fmt::arg("length", s.length), fmt::arg("keepdim", s.keepdim),
      fmt::arg("ta", s.bits & 1 ? ".t()" : ""), fmt::arg("tb", s.bits & 2 ? ".t()" : ""));
  return (s.no_grad ? "{ NoGradGuard guard; " + text + "; }" : text + ";");
}

std::string to_string(const Program& program) {
  std::string text;
  for (size_t i = 0; i < program.statements.size(); ++i) {
    text += format("  {}  // {}\n", to_string(program.statements[i]), i);
  }
  return text;
}

Program shrink(Program program, const std::function<bool(const Program&)>& fails) {
  for (bool again = true; again;) {
    again = false;
    for (size_t count = std::max<size_t>(program.statements.size() / 4, 1); count > 0; count /= 2) {
      for (size_t at = program.statements.size(); at-- > 0;) {
        Program shorter = program;
        const auto first = shorter.statements.begin() + static_cast<ptrdiff_t>(at);
        const auto last =
            first + static_cast<ptrdiff_t>(std::min(count, shorter.statements.size() - at));
        shorter.statements.erase(first, last);
        if (!fails(shorter)) continue;
        program = std::move(shorter);
        again = true;
      }
    }
  }
  return program;
}

}  // namespace lazuli::proofs
