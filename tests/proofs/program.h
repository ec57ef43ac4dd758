// A random program over a pool of tensors, as data: run, printed, and cut down while it fails.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lazuli/api/lazuli.h"

namespace lazuli::proofs {

inline constexpr int kPoolSize = 12;

// clang-format off
enum class Action : uint8_t {
  // r is new
  data, leaf, blob, rand, randn, zeros, full, arange, seed,
  // r = f(a), or a.f_()
  neg, exp, log, sqrt, relu, tanh, to_dtype,
  // r = f(a, b), or a.f_(b)
  add, sub, mul, div, maximum, eq, lt, gt, where, copy,
  // r = f(a, number), or a.f_(number)
  add_number, sub_number, mul_number, div_number, from_number, over_number, clamp_min, gt_number,
  eq_number, where_number, fill,
  // r = a view of a
  view, reshape, expand, permute, narrow, select, slice, diagonal, unsqueeze, squeeze,
  detach,
  // a part of a is written
  narrow_copy, narrow_add, select_mul, slice_mul, diagonal_copy, permute_sub, view_relu,
  sum, sum_all, mean, amax, amin, argmax, softmax, log_softmax, cross_entropy,
  mm, mm_inexact, gather, gather_anywhere, scatter_add, cat,
  // what a library function does, and what is made of it
  randint, randperm, bernoulli, multinomial, sort, argsort, topk,
  kthvalue, max_dim, cumsum, cumprod, logcumsumexp, cummax, cummin_places,
  prod, var, logsumexp, flip, roll, tril, repeat_interleave,
  one_hot, split, unbind_mul, as_strided, as_strided_add, div_rounded, nonzero,
  unique, unique_inverse, unique_rows, masked_select, masked_scatter, index_select, searchsorted,
  isin, bmm, einsum, scatter, scatter_reduce, index_put,
  backward, set_grad, new_leaf,
  // handles and evaluation
  same, drop, read, eval,
  kCount
};
// clang-format on

struct Statement {
  Action action = Action::eval;
  int result = 0;
  std::array<int, 3> operands{};  // places in the pool
  int64_t dim = 0, start = 0, length = 0;
  std::vector<int64_t> sizes;
  DType dtype = kFloat32;
  double number = 0;  // of the integers where the tensor has no fractions
  uint64_t bits = 0;  // where data comes from
  bool in_place = false, no_grad = false, keepdim = false;
};

struct Program {
  uint64_t seed = 0;
  bool is_exact = true;  // every product is exact, so no library can tell itself from another
  // An index may be out of range. What is lost then depends on where the program is cut, and on
  // nothing else.
  bool can_fail = false;
  std::vector<Statement> statements;
};

// Tensors by place. An undefined one makes every statement that reads it do nothing, so that a
// program with statements left out is still a program.
using Pool = std::array<Tensor, kPoolSize>;

// Does the statement; throws what the library throws.
void execute(const Statement& statement, Pool& pool);
// "t3 = t1.narrow(0, 2, 1);"
std::string to_string(const Statement& statement);
std::string to_string(const Program& program);

Program random_program(uint64_t seed);

// How to run a program.
struct Configuration {
  std::string name;
  env::Processor processor = env::Processor::portable;
  bool unfused = false;
  int threads = 1;
  int eval_one_in = 0;  // evaluate after one statement in so many; 0: never
  int read_one_in = 0;  // read some tensor after one statement in so many
};

// What can be seen of a run: every message, and every tensor at the end.
struct Outcome {
  struct Value {
    std::string name;  // "t3: f32[2, 3], requires grad"
    DType dtype = kFloat32;
    std::vector<unsigned char> bytes;  // every NaN the same
  };
  std::vector<std::string> errors;  // "4: mm: need ..."
  std::string mistake;              // of ours, where there was one
  std::vector<Value> values;        // reads in between, then pool and gradients
};
Outcome run(const Program& program, const Configuration& configuration);
// "" where both saw the same.
std::string difference(const Outcome& expected, const Outcome& actual);
uint64_t digest(const Outcome& outcome, uint64_t before);

// Leaves out statements as long as `fails` holds.
Program shrink(Program program, const std::function<bool(const Program&)>& fails);

}  // namespace lazuli::proofs
