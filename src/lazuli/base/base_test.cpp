#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "lazuli/base/check.h"
#include "lazuli/base/env.h"
#include "lazuli/base/function_ref.h"
#include "lazuli/base/hash.h"
#include "lazuli/base/metrics.h"
#include "lazuli/base/pool.h"
#include "lazuli/base/ref.h"
#include "lazuli/base/small_vector.h"
#include "lazuli/base/source_location.h"
#include "lazuli/base/spin_lock.h"

namespace lazuli {
namespace {

template <typename Kind>
std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Kind& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(Check, FormatsItsArgumentsIntoTheKindThatItNames) {
  const auto check = [](int value) {
    LZ_CHECK(value > 0, IndexError, "need {}; got {}", 1, value);
  };
  EXPECT_NO_THROW(check(1));
  EXPECT_EQ(message_of<IndexError>([&] { check(-3); }), "need 1; got -3");
  EXPECT_THROW(check(0), Error);
}

TEST(Check, EvaluatesArgumentsOnlyWhenItFails) {
  int evaluated = 0;
  const auto text = [&] { return ++evaluated; };
  LZ_CHECK(true, ValueError, "{}", text());
  LZ_ASSERT(true, "{}", text());
  EXPECT_EQ(evaluated, 0);
}

TEST(Check, AnAssertionNamesItsFileConditionAndReason) {
  const int slots = 2;
  const std::string text =
      message_of<InternalError>([&] { LZ_ASSERT(slots == 3, "{} slots", slots); });
  EXPECT_NE(text.find("base_test.cpp"), text.npos) << text;
  EXPECT_NE(text.find("slots == 3"), text.npos) << text;
  EXPECT_NE(text.find("2 slots"), text.npos) << text;
}

// Every knob is read once in a process, so one test sees each both wrong and right.
TEST(Env, AMalformedKnobThrowsUntilItIsPutRightAndASetterOverridesIt) {
  static bool is_read = false;
  if (is_read) GTEST_SKIP() << "the knobs of this process have been read";
  is_read = true;
  const auto set = [](const char* knob, const char* value) { setenv(knob, value, 1); };

  set("LAZULI_PRINT", "graph,colour");
  EXPECT_EQ(message_of<ValueError>([] { env::print(); }),
            "LAZULI_PRINT: need one of trace, graph, schedule, kernel, asm, cache, time; got "
            "'colour'");
  set("LAZULI_PRINT", ",graph,,kernel,");
  EXPECT_EQ(env::print(), env::kPrintGraph | env::kPrintKernel);
  EXPECT_TRUE(env::prints(env::kPrintGraph));
  EXPECT_FALSE(env::prints(env::kPrintAsm));
  env::set_print(0);
  EXPECT_EQ(env::print(), 0u);

  set("LAZULI_VERIFY", "unfused reference");
  EXPECT_THROW(env::verify(), ValueError);
  EXPECT_THROW(env::set_verify(0), ValueError);
  set("LAZULI_VERIFY", "unfused,reference");
  EXPECT_TRUE(env::verifies(env::kVerifyUnfused));
  EXPECT_TRUE(env::verifies(env::kVerifyReference));

  set("LAZULI_CPU", "AVX2");
  EXPECT_EQ(message_of<ValueError>([] { env::cpu(); }),
            "LAZULI_CPU: need one of avx512, avx2, portable; got 'AVX2'");
  set("LAZULI_CPU", "avx2");
  EXPECT_EQ(env::cpu(), env::Processor::avx2);
  env::set_cpu(env::Processor::best);
  EXPECT_EQ(env::cpu(), env::Processor::best);

  for (const char* wrong : {"many", "0", "-1", "4097", "4 ", " ", "2.5", "99999999999999999999"}) {
    set("LAZULI_THREADS", wrong);
    EXPECT_THROW(env::threads(), ValueError) << wrong;
  }
  set("LAZULI_THREADS", "3");
  EXPECT_EQ(env::threads(), 3);
  env::set_threads(0);
  EXPECT_EQ(env::threads(), 0);
}

// LAZULI_UPDATE_GOLDEN=1 writes the page anew.
TEST(Env, TheDocumentedKnobsAreThoseThatThereAre) {
  std::string page =
      "# Environment variables\n\n"
      "Each is read once, at its first use; a value that is not allowed is a ValueError there.\n\n"
      "| Variable | Values | Effect |\n|---|---|---|\n";
  const auto [knobs, count] = env::knobs();
  for (size_t i = 0; i < count; ++i) {
    std::string values = knobs[i].values;
    for (size_t at = 0; (at = values.find('|', at)) != values.npos; at += 2)
      values.insert(at, "\\");
    page += format("| `{}` | `{}` | {} |\n", knobs[i].name, values, knobs[i].help);
  }
  if (std::getenv("LAZULI_UPDATE_GOLDEN")) std::ofstream(LAZULI_ENV_PAGE) << page;
  std::ifstream file(LAZULI_ENV_PAGE);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), page);
}

using Small = SmallVector<int, 4>;

std::vector<int> items_of(const Small& vector) { return {vector.begin(), vector.end()}; }
std::vector<int> counted(int count) {
  std::vector<int> items(static_cast<size_t>(count));
  std::iota(items.begin(), items.end(), 0);
  return items;
}
Small small(int count) { return Small(std::span<const int>(counted(count))); }

TEST(SmallVector, HoldsAnyCountInOrder) {
  for (int count : {0, 1, 3, 4, 5, 8, 9, 100}) {
    Small vector;
    for (int i = 0; i < count; ++i) vector.push_back(i);
    EXPECT_EQ(items_of(vector), counted(count));
    EXPECT_EQ(vector, small(count));
    EXPECT_EQ(vector.empty(), count == 0);
  }
}

TEST(SmallVector, TakesItsOwnElementsWhileItGrows) {
  for (int count : {1, 2, 4, 5, 8}) {
    Small vector = small(count);
    vector.append(vector.begin(), vector.end());
    std::vector<int> twice = counted(count);
    for (int i = 0; i < count; ++i) twice.push_back(i);
    EXPECT_EQ(items_of(vector), twice);
    while (vector.size() < 40) vector.push_back(vector[0]);
    EXPECT_EQ(vector.back(), 0);
    vector.resize(200, vector[1 % count]);
    EXPECT_EQ(vector.back(), 1 % count);
  }
}

TEST(SmallVector, CopiesAndMovesFromAndToAnySize) {
  for (int from : {0, 3, 4, 5, 20}) {
    for (int to : {0, 3, 4, 5, 20}) {
      Small source = small(from);
      Small copied = small(to);
      copied = source;
      EXPECT_EQ(copied, source);
      Small moved = small(to);
      moved = std::move(source);
      EXPECT_EQ(moved, copied);
      EXPECT_TRUE(source.empty());  // NOLINT: a moved vector is empty and usable
      source.append(copied.begin(), copied.end());
      EXPECT_EQ(source, copied);
    }
    Small self = small(from);
    Small& alias = self;
    self = alias;
    EXPECT_EQ(self, small(from));
    self = std::move(alias);
    EXPECT_EQ(self, small(from));
  }
}

TEST(SmallVector, ShrinksAndGrowsByResize) {
  Small vector = small(10);
  vector.resize(2);
  EXPECT_EQ(items_of(vector), counted(2));
  vector.resize(6, 7);
  EXPECT_EQ(items_of(vector), (std::vector<int>{0, 1, 7, 7, 7, 7}));
  vector.pop_back();
  vector.clear();
  EXPECT_TRUE(vector.empty());
}

struct Counted : RefCounted<Counted> {
  explicit Counted(int& alive) : alive(alive) { ++alive; }
  ~Counted() { --alive; }
  int& alive;
};

TEST(Ref, DeletesWithTheLastReference) {
  int alive = 0;
  Ref<Counted> first = make_ref<Counted>(alive);
  {
    Ref<Counted> second = first;
    EXPECT_EQ(first->reference_count(), 2u);
    Ref<Counted> third = std::move(second);
    EXPECT_FALSE(second);  // NOLINT: a moved reference is null
    EXPECT_EQ(first->reference_count(), 2u);
    first = third;
    EXPECT_EQ(first, third);
    Ref<Counted>& alias = first;
    first = alias;
    first = std::move(alias);
    EXPECT_EQ(first->reference_count(), 2u);
  }
  EXPECT_EQ(alive, 1);
  Counted* bare = first.detach();
  EXPECT_EQ(alive, 1);
  first = Ref<Counted>::adopt(bare);
  EXPECT_EQ(Ref<Counted>::share(bare)->reference_count(), 2u);
  first = nullptr;
  EXPECT_EQ(alive, 0);
  EXPECT_FALSE(Ref<Counted>::share(nullptr));
}

TEST(Ref, CountsAcrossThreads) {
  int alive = 0;
  {
    const Ref<Counted> shared = make_ref<Counted>(alive);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([own = shared] {
        for (int j = 0; j < 10000; ++j) Ref<Counted> copy = own;
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(alive, 0);
}

struct Thing {
  alignas(64) char bytes[100];
};

TEST(Pool, HandsOutAlignedPlacesThatDoNotOverlap) {
  std::set<char*> places;
  for (int i = 0; i < 1000; ++i) {
    char* place = static_cast<char*>(Pool<Thing>::take());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(place) % 64, 0u);
    std::fill_n(place, sizeof(Thing), static_cast<char>(i));
    places.insert(place);
  }
  EXPECT_EQ(places.size(), 1000u);
  const char* before = nullptr;
  for (char* place : places) {
    EXPECT_TRUE(!before || place >= before + sizeof(Thing));
    before = place;
    Pool<Thing>::give(place);
  }
}

TEST(Pool, TakesBackWhatOtherThreadsGotSoThatMemoryStaysBounded) {
  std::set<void*> seen;
  for (int round = 0; round < 50; ++round) {
    std::vector<void*> places;
    std::thread taker([&] {
      for (int i = 0; i < 500; ++i) places.push_back(Pool<Thing>::take());
    });
    taker.join();
    seen.insert(places.begin(), places.end());
    std::thread giver([&] {
      for (void* place : places) Pool<Thing>::give(place);
    });
    giver.join();
  }
  EXPECT_LE(seen.size(), 2500u);  // the thousand of before, and what lists of threads hold back
}

TEST(Pool, ThreadsNeverHoldTheSamePlace) {
  std::vector<std::thread> threads;
  for (int id = 0; id < 4; ++id) {
    threads.emplace_back([id] {
      std::vector<int*> mine;
      for (int i = 0; i < 20000; ++i) {
        int* place = static_cast<int*>(Pool<Thing>::take());
        *place = id;
        mine.push_back(place);
        if (mine.size() == 300) {
          for (int* each : mine) {
            ASSERT_EQ(*each, id);
            Pool<Thing>::give(each);
          }
          mine.clear();
        }
      }
      for (int* each : mine) Pool<Thing>::give(each);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(SpinLock, LetsOneThreadInAtATime) {
  SpinLock lock;
  int64_t count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10000; ++j) {
        std::lock_guard<SpinLock> guard(lock);
        ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, 40000);
  EXPECT_TRUE(lock.try_lock());
  EXPECT_FALSE(lock.try_lock());
  lock.unlock();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

TEST(Hash, TellsLengthsPositionsAndSeedsApart) {
  std::set<uint64_t> hashes;
  std::string text;
  for (int i = 0; i < 100; ++i) {
    hashes.insert(hash_bytes(text));
    text += '\0';
  }
  for (int i = 0; i < 99; ++i) {
    text.assign(99, '\0');
    text[static_cast<size_t>(i)] = 1;
    hashes.insert(hash_bytes(text));
    hashes.insert(hash_bytes(text.data(), text.size(), 1));
  }
  EXPECT_EQ(hashes.size(), 298u);
  EXPECT_EQ(hash_bytes("kernel"), hash_bytes(std::string("kernel")));
  EXPECT_NE(hash_combine(1, 2), hash_combine(2, 1));
}

TEST(Metrics, CountAndReportWhatIsNotZero) {
  using metrics::Counter;
  metrics::reset();
  metrics::count(Counter::plans_made);
  metrics::count(Counter::launches, 41);
  EXPECT_EQ(metrics::value(Counter::launches), 41u);
  EXPECT_EQ(metrics::report(), "plans_made 1\nlaunches 41\n");
  metrics::reset();
  EXPECT_EQ(metrics::report(), "");
  EXPECT_EQ(metrics::name(Counter::entries_recorded), "entries_recorded");
  EXPECT_EQ(metrics::help(Counter::faults), "runs that a device error ended");
}

int apply_twice(FunctionRef<int(int)> function, int value) { return function(function(value)); }

TEST(FunctionRef, CallsWhatItWasMadeFrom) {
  int calls = 0;
  const auto add = [&](int value) { return value + ++calls; };
  EXPECT_EQ(apply_twice(add, 10), 13);
  EXPECT_EQ(apply_twice([seen = 0](int value) mutable { return value * 10 + ++seen; }, 0), 12);
  int (*negate)(int) = [](int value) { return -value; };
  EXPECT_EQ(apply_twice(negate, 5), 5);
}

TEST(SourceLocation, NamesFileAndLine) {
  EXPECT_EQ(to_string(SourceLocation()), "unknown line");
  const SourceLocation here = std::source_location::current();
  EXPECT_NE(to_string(here).find("base_test.cpp:"), std::string::npos);
  EXPECT_FALSE(SourceLocation());
}

}  // namespace
}  // namespace lazuli
