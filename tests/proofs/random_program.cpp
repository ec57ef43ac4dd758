// Programs from a seed. Shapes are looked up from the tensors themselves: each statement is
// recorded while the program grows, and evaluated by nobody.
#include "tests/fuzz/random.h"
#include "tests/proofs/program.h"

namespace lazuli::proofs {
namespace {

constexpr int64_t kMostElements = 4000;
constexpr int64_t kMostElementsOfLarge = 200000;
constexpr int kLeafPlaces = 3;  // places [0, 3) hold leaves, mostly

// What happens, each as often as it stands here.
constexpr Action kActions[] = {Action::neg,
                               Action::exp,
                               Action::log,
                               Action::sqrt,
                               Action::relu,
                               Action::relu,
                               Action::tanh,
                               Action::tanh,
                               Action::to_dtype,
                               Action::add,
                               Action::add,
                               Action::add,
                               Action::sub,
                               Action::sub,
                               Action::mul,
                               Action::mul,
                               Action::mul,
                               Action::div,
                               Action::maximum,
                               Action::eq,
                               Action::lt,
                               Action::gt,
                               Action::where,
                               Action::where,
                               Action::copy,
                               Action::copy,
                               Action::copy,
                               Action::add_number,
                               Action::sub_number,
                               Action::mul_number,
                               Action::mul_number,
                               Action::div_number,
                               Action::from_number,
                               Action::over_number,
                               Action::clamp_min,
                               Action::gt_number,
                               Action::eq_number,
                               Action::where_number,
                               Action::fill,
                               Action::view,
                               Action::view,
                               Action::reshape,
                               Action::reshape,
                               Action::expand,
                               Action::expand,
                               Action::permute,
                               Action::permute,
                               Action::permute,
                               Action::narrow,
                               Action::narrow,
                               Action::narrow,
                               Action::select,
                               Action::select,
                               Action::slice,
                               Action::slice,
                               Action::diagonal,
                               Action::unsqueeze,
                               Action::squeeze,
                               Action::detach,
                               Action::narrow_copy,
                               Action::narrow_copy,
                               Action::narrow_copy,
                               Action::narrow_add,
                               Action::narrow_add,
                               Action::select_mul,
                               Action::select_mul,
                               Action::slice_mul,
                               Action::slice_mul,
                               Action::diagonal_copy,
                               Action::permute_sub,
                               Action::permute_sub,
                               Action::view_relu,
                               Action::sum,
                               Action::sum,
                               Action::sum,
                               Action::sum_all,
                               Action::mean,
                               Action::amax,
                               Action::amin,
                               Action::argmax,
                               Action::softmax,
                               Action::softmax,
                               Action::log_softmax,
                               Action::log_softmax,
                               Action::cross_entropy,
                               Action::cross_entropy,
                               Action::cross_entropy,
                               Action::mm,
                               Action::mm,
                               Action::mm,
                               Action::mm,
                               Action::mm_inexact,
                               Action::mm_inexact,
                               Action::mm_inexact,
                               Action::gather,
                               Action::gather,
                               Action::scatter_add,
                               Action::scatter_add,
                               Action::cat,
                               Action::cat,
                               Action::randint,
                               Action::randperm,
                               Action::bernoulli,
                               Action::multinomial,
                               Action::sort,
                               Action::argsort,
                               Action::topk,
                               Action::kthvalue,
                               Action::max_dim,
                               Action::cumsum,
                               Action::cumprod,
                               Action::logcumsumexp,
                               Action::cummax,
                               Action::cummin_places,
                               Action::prod,
                               Action::var,
                               Action::logsumexp,
                               Action::flip,
                               Action::roll,
                               Action::tril,
                               Action::repeat_interleave,
                               Action::one_hot,
                               Action::split,
                               Action::unbind_mul,
                               Action::as_strided,
                               Action::as_strided_add,
                               Action::div_rounded,
                               Action::nonzero,
                               Action::unique,
                               Action::unique_inverse,
                               Action::unique_rows,
                               Action::masked_select,
                               Action::masked_scatter,
                               Action::index_select,
                               Action::searchsorted,
                               Action::isin,
                               Action::bmm,
                               Action::einsum,
                               Action::scatter,
                               Action::scatter_reduce,
                               Action::index_put,
                               Action::backward,
                               Action::backward,
                               Action::backward,
                               Action::backward,
                               Action::set_grad,
                               Action::new_leaf,
                               Action::same,
                               Action::same,
                               Action::drop,
                               Action::read,
                               Action::eval,
                               Action::rand,
                               Action::randn};

// Their results' sizes are read from the data, which cuts the program there.
bool reads_size(Action action) {
  switch (action) {
    case Action::nonzero:
    case Action::unique:
    case Action::unique_inverse:
    case Action::unique_rows:
    case Action::masked_select:
      return true;
    default:
      return false;
  }
}

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {
    program_.seed = seed;
    program_.is_exact = !random_.one_in(5);
    program_.can_fail = random_.one_in(6);
    is_large_ = random_.one_in(10);
    most_ = is_large_ ? kMostElementsOfLarge : kMostElements;
    // A few extents, so that shapes meet.
    for (int64_t& extent : extents_) extent = random_.between(2, is_large_ ? 80 : 9);
    if (random_.one_in(3)) extents_[0] = random_.between(10, is_large_ ? 700 : 70);
    // And a few shapes, so that operands fit: a matrix, its rows and columns, its transpose.
    const int64_t m = extents_[0];
    const int64_t n = extents_[1];
    shapes_ = {{m, n}, {m, n}, {m, n}, {n}, {m, 1}, {n, m}, {1, n}, {extents_[2], m, n}};
  }

  Program run() {
    Statement seed;
    seed.action = Action::seed;
    seed.bits = random_.bits() % 1000;
    take(seed);
    const int64_t count = random_.one_in(20) ? 150 : random_.between(8, 45);
    for (int i = 0; i < kLeafPlaces + 3; ++i) {
      Statement s = next();
      s.result = i;
      make_source(s);
    }
    while (static_cast<int64_t>(program_.statements.size()) < count) make_statement();
    pool_ = {};
    try {
      eval();
    } catch (const DeviceError&) {
    }
    return std::move(program_);
  }

 private:
  // Appends the statement and does it. What the caller may not do stays in now and then, as a
  // statement that throws.
  bool take(const Statement& s) {
    const Pool before = pool_;
    bool fits = true;
    try {
      execute(s, pool_);
    } catch (const Error&) {
      fits = random_.one_in(25);
    }
    for (const Tensor& each : pool_) fits = fits && (!each.defined() || each.numel() <= most_);
    if (fits) {
      program_.statements.push_back(s);
      latest_ = s.result;
    } else {
      pool_ = before;
    }
    return fits;
  }

  Statement next() {
    Statement s;
    s.result =
        static_cast<int>(random_.between(random_.one_in(20) ? 0 : kLeafPlaces, kPoolSize - 1));
    s.bits = random_.bits() % 100000;
    s.number = static_cast<double>(random_.between(-8, 8)) / 2;
    constexpr DType kOften[] = {kFloat32, kFloat32, kFloat32, kInt64, kBool};
    s.dtype = random_.one_in(2) ? random_.pick(kOften) : random_.pick(kAllDTypes);
    s.keepdim = random_.one_in(2);
    s.in_place = random_.one_in(3);
    s.no_grad = random_.one_in(8);
    for (int& operand : s.operands) operand = some();
    // Half of the statements go on from the latest result.
    if (random_.one_in(2) && tensor(latest_).defined()) s.operands[0] = latest_;
    return s;
  }

  // A place with a tensor, where there is one.
  int some() {
    for (int i = 0; i < 20; ++i) {
      const auto place = static_cast<size_t>(random_.between(0, kPoolSize - 1));
      if (pool_[place].defined()) return static_cast<int>(place);
    }
    return 0;
  }

  std::vector<int64_t> some_shape() {
    if (!random_.one_in(4)) return random_.pick(shapes_);
    std::vector<int64_t> shape;
    for (int64_t rank = random_.between(0, 3); rank > 0; --rank) {
      shape.push_back(random_.one_in(8) ? 1 : random_.one_in(30) ? 0 : random_.pick(extents_));
    }
    return shape;
  }

  void make_source(Statement s) {
    constexpr Action kSources[] = {Action::data,  Action::data, Action::leaf,  Action::leaf,
                                   Action::leaf,  Action::blob, Action::rand,  Action::randn,
                                   Action::zeros, Action::full, Action::arange};
    s.action = s.result < kLeafPlaces ? Action::leaf : random_.pick(kSources);
    s.sizes = some_shape();
    s.start = random_.pick(extents_);
    if (s.action == Action::leaf) s.dtype = to_floating(s.dtype);
    if (s.action == Action::arange && s.dtype == kBool) s.dtype = kInt64;
    if (s.action == Action::full && !is_floating(s.dtype)) s.number = s.number > 0 ? 1 : 0;
    take(s);
  }

  const Tensor& tensor(int place) const { return pool_[static_cast<size_t>(place)]; }

  // Dimensions, places and shapes that suit the first operand.
  void suit(Statement& s) {
    const Tensor& a = tensor(s.operands[0]);
    if (!a.defined()) return;
    const int64_t rank = a.dim();
    s.dim = rank > 0 ? random_.between(-rank, rank - 1) : 0;
    const int64_t extent = rank > 0 ? a.size(s.dim) : 0;
    s.start = extent > 0 ? random_.between(0, extent - 1) : 0;
    s.length = random_.between(0, extent - s.start);
    switch (s.action) {
      case Action::unsqueeze:
        s.dim = random_.between(0, rank);
        return;
      case Action::randperm:
        s.start = random_.pick(extents_);
        return;
      case Action::as_strided:
      case Action::as_strided_add:
        s.start = a.numel() > 0 ? random_.between(0, a.numel() - 1) : 0;
        s.sizes = {random_.between(0, (a.numel() - s.start + 1) / 2)};
        return;
      case Action::view:
      case Action::reshape:
      case Action::view_relu:
        other_shape(a, s.sizes);
        return;
      case Action::expand:
        for (int64_t i = 0; i < rank; ++i) {
          s.sizes.push_back(a.size(i) == 1 && random_.one_in(2) ? random_.pick(extents_) : -1);
        }
        if (random_.one_in(3)) s.sizes.insert(s.sizes.begin(), random_.pick(extents_));
        return;
      case Action::permute:
      case Action::permute_sub:
        for (int64_t i = 0; i < rank; ++i) s.sizes.push_back(i);
        for (int64_t i = rank - 1; i > 0; --i) {
          std::swap(s.sizes[static_cast<size_t>(i)],
                    s.sizes[static_cast<size_t>(random_.between(0, i))]);
        }
        return;
      case Action::sum:
      case Action::prod:
      case Action::var:
      case Action::amax:
      case Action::amin:
        for (int64_t i = 0; i < rank; ++i) {
          if (random_.one_in(2)) s.sizes.push_back(i);
        }
        return;
      default:
        return;
    }
  }

  void other_shape(const Tensor& a, std::vector<int64_t>& sizes) {
    for (int64_t i = 0; i < a.dim(); ++i) {
      const int64_t extent = a.size(i);
      if (!sizes.empty() && random_.one_in(3)) {
        sizes.back() *= extent;
      } else if (extent % 2 == 0 && extent > 0 && random_.one_in(3)) {
        sizes.push_back(2);
        sizes.push_back(extent / 2);
      } else {
        sizes.push_back(extent);
      }
    }
    if (random_.one_in(5)) sizes.push_back(1);
    if (random_.one_in(5) && a.numel() > 0) sizes = {-1};
  }

  void make_statement() {
    if (random_.one_in(10)) {
      make_source(next());
      return;
    }
    // Tries until something fits; what needs two fitting operands gets more tries.
    for (int i = 0; i < 12; ++i) {
      Statement s = next();
      s.action = random_.pick(kActions);
      switch (s.action) {
        case Action::rand:
        case Action::randn:
        case Action::randint:
          s.sizes = some_shape();
          break;
        default:
          break;
      }
      if (s.action == Action::mm_inexact && program_.is_exact) continue;
      const bool is_cut =
          s.action == Action::eval || s.action == Action::read || reads_size(s.action);
      if (is_cut && program_.can_fail) continue;
      if (program_.can_fail && (s.action == Action::gather || random_.one_in(8))) {
        s.action = Action::gather_anywhere;
      }
      prefer_fitting(s);
      suit(s);
      if (take(s)) return;
    }
  }

  // Looks for operands that the statement can do something with.
  void prefer_fitting(Statement& s) {
    for (int i = 0; i < 30 && !fits(s); ++i) {
      for (int& operand : s.operands) operand = some();
      s.bits = random_.bits() % 100000;
    }
  }

  bool fits(const Statement& s) const {
    const Tensor& a = tensor(s.operands[0]);
    const Tensor& b = tensor(s.operands[1]);
    if (!a.defined() || !b.defined()) return false;
    switch (s.action) {
      case Action::backward:
        return !a.is_leaf();
      case Action::mm_inexact:
      case Action::mm: {
        if (a.dim() != 2 || b.dim() != 2) return false;
        const bool is_fraction = is_floating(a.dtype()) && is_floating(b.dtype());
        if (s.action == Action::mm_inexact && !is_fraction) return false;
        return a.size(s.bits & 1 ? 0 : 1) == b.size(s.bits & 2 ? 1 : 0);
      }
      case Action::cross_entropy:
        return a.dim() == 2 && is_floating(a.dtype()) && b.dim() == 1 && a.size(0) == b.size(0);
      case Action::copy:
      case Action::narrow_copy:
      case Action::narrow_add:
        return a.dim() > 0 && b.dim() < a.dim() && a.numel() > 1;
      case Action::diagonal:
        return a.dim() > 1;
      case Action::diagonal_copy:
        return a.dim() > 1 && b.dim() < a.dim();
      case Action::gather:
      case Action::gather_anywhere:
      case Action::scatter:
        return a.dim() > 0 && a.dim() == b.dim();
      case Action::tril:
        return a.dim() > 1;
      case Action::multinomial:
        return a.dim() == 1 || a.dim() == 2;
      case Action::unique_rows:
        return a.dim() > 1 && a.numel() > 0;
      case Action::masked_select:
      case Action::masked_scatter:
        return a.dim() >= b.dim() && b.dim() > 0;
      case Action::index_select:
        return a.dim() > 0 && b.dim() == 1;
      case Action::index_put:
        return a.dim() > 0;
      case Action::searchsorted:
        return a.dim() == 1;
      case Action::bmm:
        return a.dim() == 3 && b.dim() == 3 && a.size(0) == b.size(0) && a.size(2) == b.size(1);
      case Action::einsum:
        return a.dim() == 2 && b.dim() == 2 && a.size(1) == b.size(1);
      case Action::scatter_reduce:
      case Action::scatter_add:
        return a.dim() > 0 && a.dim() == b.dim() && !(a.dtype() == kBool);
      default:
        return true;
    }
  }

  fuzz::Random random_;
  Program program_;
  Pool pool_;
  int64_t extents_[3];
  std::vector<std::vector<int64_t>> shapes_;
  int latest_ = 0;
  bool is_large_ = false;
  int64_t most_ = 0;
};

}  // namespace

Program random_program(uint64_t seed) { return Generator(seed).run(); }

}  // namespace lazuli::proofs
