// Every knob of Lazuli, read from the environment once at first use. A program may override one
// with its setter before the first operation that it concerns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace lazuli::env {

// What LAZULI_PRINT may name, one bit each.
enum Print : uint32_t {
  kPrintTrace = 1,
  kPrintGraph = 2,
  kPrintSchedule = 4,
  kPrintKernel = 8,
  kPrintAsm = 16,
  kPrintCache = 32,
  kPrintTime = 64,
};

// What LAZULI_VERIFY may name, one bit each.
enum Verify : uint32_t {
  kVerifyReference = 1,  // run each kernel in the interpreter, too, and compare bits
  kVerifyUnfused = 2,    // run one kernel a node, each into a fresh buffer
};

enum class Processor { best, avx512, avx2, portable };

// LAZULI_PRINT=trace,graph,schedule,kernel,asm,cache,time: what to write to stderr.
uint32_t print();
// LAZULI_VERIFY=reference,unfused: how to run and what to check.
uint32_t verify();
// LAZULI_CPU=avx512|avx2|portable: the instruction set; `best` where it is not set.
Processor cpu();
// LAZULI_THREADS=n: threads of the CPU device; 0 where it is not set (all processors).
int threads();

inline bool prints(Print what) { return (print() & what) != 0; }
inline bool verifies(Verify what) { return (verify() & what) != 0; }

void set_print(uint32_t bits);
void set_verify(uint32_t bits);
void set_cpu(Processor processor);
void set_threads(int count);

struct Knob {
  const char* name;    // "LAZULI_PRINT"
  const char* values;  // "trace,graph,..."
  const char* help;    // one sentence
};
// What docs/env.md lists.
std::pair<const Knob*, size_t> knobs();

}  // namespace lazuli::env
