// Runs a program in one configuration and keeps all that can be seen of it.
#include <cmath>
#include <cstring>

#include "lazuli/base/format.h"
#include "lazuli/core/elements.h"
#include "lazuli/runtime/thread_team.h"
#include "tests/fuzz/random.h"
#include "tests/proofs/program.h"

namespace lazuli::proofs {
namespace {

constexpr int64_t kShown = 4;  // elements around a difference

Outcome::Value look_at(const std::string& name, const Tensor& tensor) {
  Outcome::Value value;
  value.name = format("{}: {}{}", name, name_of(tensor.dtype()), lazuli::to_string(tensor.sizes()));
  if (tensor.requires_grad()) value.name += tensor.is_leaf() ? ", a leaf" : ", requires grad";
  value.dtype = tensor.dtype();
  value.bytes.resize(static_cast<size_t>(tensor.numel() * size_of(tensor.dtype())));
  tensor.copy_to(value.bytes.data());
  const auto size = static_cast<size_t>(size_of(value.dtype));
  const uint64_t nan = Scalar(std::nan("")).bits_as(value.dtype);
  for (size_t i = 0; i < value.bytes.size(); i += size) {
    uint64_t bits = 0;
    std::memcpy(&bits, &value.bytes[i], size);
    if (is_nan(value.dtype, bits)) std::memcpy(&value.bytes[i], &nan, size);
  }
  return value;
}

std::string element(const Outcome::Value& value, size_t i) {
  const auto size = static_cast<size_t>(size_of(value.dtype));
  uint64_t bits = 0;
  std::memcpy(&bits, &value.bytes[i * size], size);
  const Scalar scalar = Scalar::from_bits(value.dtype, bits);
  return is_floating(value.dtype) ? format("{:a}", scalar.to_double()) : lazuli::to_string(scalar);
}

// The knobs as they were, whatever happens.
class Knobs {
 public:
  explicit Knobs(const Configuration& configuration) {
    env::set_cpu(configuration.processor);
    env::set_verify(verify_ | (configuration.unfused ? uint32_t{env::kVerifyUnfused} : 0));
    runtime::set_thread_count(configuration.threads);
  }
  ~Knobs() {
    env::set_cpu(processor_);
    env::set_verify(verify_);
    runtime::set_thread_count(threads_);
  }
  Knobs(const Knobs&) = delete;
  Knobs& operator=(const Knobs&) = delete;

 private:
  const env::Processor processor_ = env::cpu();
  const uint32_t verify_ = env::verify();
  const int threads_ = runtime::thread_count();
};

}  // namespace

Outcome run(const Program& program, const Configuration& configuration) {
  const Knobs knobs(configuration);
  Outcome outcome;
  Pool pool;
  manual_seed(program.seed);  // also where the statement that does it is left out
  const auto attempt = [&](const std::string& name, const auto& action) {
    try {
      action();
    } catch (const InternalError& error) {
      outcome.mistake = format("{}: InternalError: {}", name, error.what());
      outcome.errors.push_back(outcome.mistake);
    } catch (const std::exception& error) {
      outcome.errors.push_back(format("{}: {}", name, error.what()));
    }
  };
  for (size_t i = 0; i < program.statements.size(); ++i) {
    const Statement& s = program.statements[i];
    // By the statement, so that it means the same where others are left out.
    fuzz::Random random(program.seed * 1000003 + s.bits);
    attempt(format("{}", i), [&] {
      execute(s, pool);
      const Tensor& a = pool[static_cast<size_t>(s.operands[0])];
      if (s.action == Action::read && a.defined()) {
        outcome.values.push_back(look_at(format("read by statement {}", i), a));
      }
    });
    if (configuration.eval_one_in > 0 && random.one_in(configuration.eval_one_in)) {
      attempt(format("eval after {}", i), [] { eval(); });
    }
    if (configuration.read_one_in > 0 && random.one_in(configuration.read_one_in)) {
      const Tensor& a = random.pick(pool);
      attempt(format("a read after {}", i), [&] {
        if (a.defined()) look_at("", a);
      });
    }
  }
  for (size_t i = 0; i < pool.size(); ++i) {
    const Tensor& tensor = pool[i];
    if (!tensor.defined()) continue;
    attempt(format("t{}", i), [&] {
      outcome.values.push_back(look_at(format("t{}", i), tensor));
      if (const Tensor grad = tensor.grad(); grad.defined()) {
        outcome.values.push_back(look_at(format("t{}.grad()", i), grad));
      }
    });
  }
  pool = {};
  attempt("the end", [] { eval(); });
  return outcome;
}

std::string difference(const Outcome& expected, const Outcome& actual) {
  for (size_t i = 0; i < std::max(expected.errors.size(), actual.errors.size()); ++i) {
    const std::string none = "nothing";
    const std::string& a = i < expected.errors.size() ? expected.errors[i] : none;
    const std::string& b = i < actual.errors.size() ? actual.errors[i] : none;
    if (a != b) return format("one throws {}\nthe other  {}", a, b);
  }
  for (size_t i = 0; i < std::min(expected.values.size(), actual.values.size()); ++i) {
    const Outcome::Value& a = expected.values[i];
    const Outcome::Value& b = actual.values[i];
    if (a.name != b.name) return format("one has {}, the other {}", a.name, b.name);
    if (a.bytes == b.bytes) continue;
    const auto size = static_cast<size_t>(size_of(a.dtype));
    std::string text = a.name + " differs:";
    int64_t shown = 0;
    for (size_t k = 0; k < a.bytes.size() / size && shown < kShown; ++k) {
      if (std::memcmp(&a.bytes[k * size], &b.bytes[k * size], size) == 0) continue;
      text += format(" element {} is {} and {};", k, element(a, k), element(b, k));
      ++shown;
    }
    return text;
  }
  return expected.values.size() == actual.values.size() ? "" : "one has more tensors";
}

uint64_t digest(const Outcome& outcome, uint64_t before) {
  uint64_t hash = before;
  const auto add = [&](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3u; };
  for (const Outcome::Value& value : outcome.values) {
    for (const char each : value.name) add(static_cast<unsigned char>(each));
    for (const unsigned char each : value.bytes) add(each);
  }
  return hash;
}

}  // namespace lazuli::proofs
