#include "lazuli/base/env.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "lazuli/base/check.h"

namespace lazuli::env {
namespace {

struct Word {
  std::string_view text;
  uint32_t value;
};

constexpr Word kPrintWords[] = {{"trace", kPrintTrace},       {"graph", kPrintGraph},
                                {"schedule", kPrintSchedule}, {"kernel", kPrintKernel},
                                {"asm", kPrintAsm},           {"cache", kPrintCache},
                                {"time", kPrintTime}};
constexpr Word kVerifyWords[] = {{"reference", kVerifyReference}, {"unfused", kVerifyUnfused}};
constexpr Word kCpuWords[] = {{"avx512", static_cast<uint32_t>(Processor::avx512)},
                              {"avx2", static_cast<uint32_t>(Processor::avx2)},
                              {"portable", static_cast<uint32_t>(Processor::portable)}};

constexpr Knob kKnobs[] = {
    {"LAZULI_PRINT", "trace,graph,schedule,kernel,asm,cache,time",
     "Writes the named stages of every new plan to standard error."},
    {"LAZULI_VERIFY", "reference,unfused",
     "reference runs each kernel in the interpreter as well and compares the bits; unfused runs "
     "one kernel a node into fresh buffers."},
    {"LAZULI_CPU", "avx512|avx2|portable",
     "Limits the instruction set; portable interprets every kernel."},
    {"LAZULI_THREADS", "a count", "Threads of the CPU device; all processors where it is not set."},
};

template <size_t N>
uint32_t parse_word(const char* knob, std::string_view text, const Word (&words)[N]) {
  std::string allowed;
  for (const Word& word : words) {
    if (word.text == text) return word.value;
    allowed += allowed.empty() ? "" : ", ";
    allowed += word.text;
  }
  throw ValueError(format("{}: need one of {}; got '{}'", knob, allowed, text));
}

template <size_t N>
uint32_t parse_words(const char* knob, const Word (&words)[N]) {
  const char* value = std::getenv(knob);
  if (!value) return 0;
  uint32_t bits = 0;
  for (std::string_view rest = value; !rest.empty();) {
    const size_t comma = rest.find(',');
    const std::string_view text = rest.substr(0, comma);
    if (!text.empty()) bits |= parse_word(knob, text, words);
    rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
  }
  return bits;
}

int parse_threads() {
  const char* value = std::getenv("LAZULI_THREADS");
  if (!value || !*value) return 0;
  char* end = nullptr;
  const long count = std::strtol(value, &end, 10);
  LZ_CHECK(*end == 0 && count >= 1 && count <= 4096, ValueError,
           "LAZULI_THREADS: need a count from 1 to 4096; got '{}'", value);
  return static_cast<int>(count);
}

Processor parse_cpu() {
  const char* value = std::getenv("LAZULI_CPU");
  if (!value || !*value) return Processor::best;
  return static_cast<Processor>(parse_word("LAZULI_CPU", value, kCpuWords));
}

std::atomic<uint32_t>& print_bits() {
  static std::atomic<uint32_t> bits = parse_words("LAZULI_PRINT", kPrintWords);
  return bits;
}
std::atomic<uint32_t>& verify_bits() {
  static std::atomic<uint32_t> bits = parse_words("LAZULI_VERIFY", kVerifyWords);
  return bits;
}
std::atomic<Processor>& processor() {
  static std::atomic<Processor> value = parse_cpu();
  return value;
}
std::atomic<int>& thread_count() {
  static std::atomic<int> value = parse_threads();
  return value;
}

}  // namespace

uint32_t print() { return print_bits().load(std::memory_order_relaxed); }
uint32_t verify() { return verify_bits().load(std::memory_order_relaxed); }
Processor cpu() { return processor().load(std::memory_order_relaxed); }
int threads() { return thread_count().load(std::memory_order_relaxed); }
void set_print(uint32_t bits) { print_bits() = bits; }
void set_verify(uint32_t bits) { verify_bits() = bits; }
void set_cpu(Processor value) { processor() = value; }
void set_threads(int count) { thread_count() = count; }
std::pair<const Knob*, size_t> knobs() { return {kKnobs, std::size(kKnobs)}; }

}  // namespace lazuli::env
