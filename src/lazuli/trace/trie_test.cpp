// The trie and the table of types: what several tapes share.
#include "lazuli/trace/trie.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>

#include "lazuli/trace/recording_case.h"
#include "lazuli/trace/types.h"

namespace lazuli::trace {
namespace {

using metrics::Counter;

// Lives as long as its node.
class Witness : public Payload {
 public:
  explicit Witness(int& alive) : alive_(alive) { ++alive_; }
  ~Witness() override { --alive_; }
  int64_t bytes() const override { return 0; }

 private:
  int& alive_;
};

class TrieTest : public testing::Test {
 protected:
  // The nodes from the first entry to the last; each gets a witness. The tape is empty afterwards.
  std::vector<Node*> evaluate(Recording& recording) {
    std::vector<Node*> path;
    for (const Entry& entry : recording.tape.entries()) {
      if (!entry.node->payload) entry.node->payload = std::make_unique<Witness>(alive);
      path.push_back(entry.node);
    }
    recording.evaluate();
    return path;
  }
  std::vector<Node*> chain(int length, int turn) {
    Ref<Value> value = data[0];
    for (int i = 0; i < length; ++i) {
      value = i == turn ? here.add(value, value) : here.neg(value);
    }
    return evaluate(here);
  }

  int alive = 0;
  std::vector<Ref<Value>> data = {make_data({4, 4}), make_data({4, 4})};
  Trie trie;
  Recording here{trie};
};

TEST_F(TrieTest, ChildrenAreFoundAgainHoweverMany) {
  std::vector<Node*> first;
  for (int64_t i = 0; i < 3000; ++i) {
    here.record(op::OpKind::fill, {constant(static_cast<float>(i))}, {}, {2});
    first.push_back(here.tape.cursor());
    here.evaluate();
  }
  const Counted nodes(Counter::trie_nodes_made);
  for (int64_t i = 0; i < 3000; ++i) {
    here.record(op::OpKind::fill, {constant(static_cast<float>(i))}, {}, {2});
    ASSERT_EQ(here.tape.cursor(), first[static_cast<size_t>(i)]);
    here.evaluate();
  }
  EXPECT_EQ(nodes(), 0u);
}

TEST_F(TrieTest, TrimKeepsPinnedNodesAndTheirAncestorsAlone) {
  const std::vector<Node*> kept = chain(20, 5);
  const std::vector<Node*> other = chain(20, 10);
  ASSERT_EQ(alive, 20 + 15);  // nine entries are shared, and the tenth where the first turned
  ASSERT_EQ(kept[4], other[4]);
  Node* const pinned[] = {kept[12]};
  trie.trim(0, pinned);
  EXPECT_EQ(alive, 13);
  const Counted nodes(Counter::trie_nodes_made);
  EXPECT_EQ(chain(13, 5).back(), kept[12]);
  EXPECT_EQ(nodes(), 0u);
  chain(20, 10);
  EXPECT_EQ(nodes(), 15u);
}

TEST_F(TrieTest, TrimTakesWhatWasPassedLeastRecently) {
  for (int turn = 0; turn < 20; ++turn) chain(50, turn);
  const std::vector<Node*> hot = chain(50, 3);
  const int64_t before = trie.bytes();
  const Counted nodes(Counter::trie_nodes_made);
  trie.trim(before - 1, {});
  EXPECT_LE(trie.bytes(), before / 2);
  EXPECT_EQ(chain(50, 3), hot);
  EXPECT_EQ(nodes(), 0u);
}

TEST_F(TrieTest, TrimLeavesNoNodeWithoutItsParentHoweverEvaluationsCross) {
  const std::vector<Node*> path = chain(20, 5);
  const std::vector<Node*> other = chain(20, 5 + 1);
  // As two tapes leave them that stamp the shared beginning at the same time: the older tick last.
  const uint64_t now = trie.tick();
  for (Node* node : path) node->stamp.store(now);
  for (size_t i = 0; i < 5; ++i) path[i]->stamp.store(other.back()->stamp.load());
  trie.trim(trie.bytes() * 5 / 4, {});
  EXPECT_EQ(alive, 20);
  const Counted nodes(Counter::trie_nodes_made);
  EXPECT_EQ(chain(20, 5), path);
  EXPECT_EQ(nodes(), 0u);
}

TEST_F(TrieTest, TrimOfASmallTrieTakesNothing) {
  const std::vector<Node*> path = chain(50, 3);
  trie.trim(1 << 20, {});
  EXPECT_EQ(alive, 50);
  EXPECT_EQ(chain(50, 3), path);
}

TEST_F(TrieTest, ForgottenTypesCountAsBytesAndGoFirst) {
  for (int64_t i = 1; i < 2000; ++i) {
    here.neg(make_data({i}));
    here.evaluate();
  }
  here.neg(data[0]);
  Node* node = evaluate(here).back();
  EXPECT_GT(trie.bytes(), 2000 * static_cast<int64_t>(sizeof(Memo)));
  trie.trim(1 << 16, {});
  EXPECT_LT(trie.bytes(), 16 * 1024);
  EXPECT_EQ(alive, 1);
  here.neg(data[0]);
  EXPECT_EQ(here.tape.cursor(), node);
}

TEST_F(TrieTest, StaysBoundedOverManyTraces) {
  constexpr int64_t kBudget = 1 << 18;
  int64_t most = 0;
  const Counted evictions(Counter::trie_evictions);
  Recording there(trie);
  for (uint64_t seed = 0; seed < 600; ++seed) {
    record_random(here, seed, data, 40, 4);
    if (seed % 3 == 0) record_random(there, seed / 3 % 2, data, 10, 4);
    if (seed % 6 == 0) evaluate(there);
    if (trie.bytes() > kBudget) {
      Node* const pinned[] = {here.tape.cursor(), there.tape.cursor()};
      trie.trim(kBudget, pinned);
    }
    most = std::max(most, trie.bytes());
    for (const Entry& entry : here.tape.entries())
      ASSERT_EQ(entry.node->depth, entry.value->slot() + 1);
    evaluate(here);
  }
  EXPECT_LE(most, kBudget + (1 << 17));
  EXPECT_GE(evictions(), 5u);
}

TEST(TrieThreads, TwoTapesRecordOverOneTrieAndReachTheSameNodes) {
  Trie trie;
  Recording recordings[2] = {Recording(trie), Recording(trie)};
  const std::vector<Ref<Value>> data = {make_data({4, 4}), make_data({4, 4}), make_data({4, 4})};
  constexpr uint64_t kPrograms = 8;
  constexpr int kRounds = 60;
  std::atomic<int> mistakes{0};
  const auto run = [&](Recording& recording, uint64_t first) {
    for (int round = 0; round < kRounds; ++round) {
      for (uint64_t i = 0; i < kPrograms; ++i) {
        record_random(recording, (first + i * 3) % kPrograms, data, 30, 4);
        size_t depth = 0;
        for (const Entry& entry : recording.tape.entries()) {
          mistakes += entry.node->depth != ++depth;
        }
        recording.evaluate();
        // Other types at a few nodes, more than a node remembers.
        recording.neg(make_data({round % 13 + 1}));
        recording.evaluate();
      }
      if (round % 10 != 0) continue;
      std::scoped_lock lock(recordings[0].tape.lock(), recordings[1].tape.lock());
      Node* const pinned[] = {recordings[0].tape.cursor(), recordings[1].tape.cursor()};
      trie.trim(1 << 17, pinned);
    }
  };
  std::thread other([&] { run(recordings[1], 5); });
  run(recordings[0], 0);
  other.join();
  EXPECT_EQ(mistakes, 0);
  for (uint64_t i = 0; i < kPrograms; ++i) {
    for (Recording& recording : recordings) record_random(recording, i, data, 30, 4);
    EXPECT_EQ(recordings[0].tape.cursor(), recordings[1].tape.cursor());
    for (Recording& recording : recordings) recording.evaluate();
  }
}

TEST(TypeIds, TypesInUseTogetherKeepTheirIds) {
  std::vector<TensorType> types;
  for (int64_t i = 0; i < 300; ++i)
    types.push_back({i % 2 ? kFloat32 : kInt64, {i * 7 + 1, i, 64}});
  std::vector<uint64_t> ids;
  for (const TensorType& type : types) ids.push_back(type_id_of(type));
  for (size_t i = 0; i < types.size(); ++i) EXPECT_EQ(type_id_of(types[i]), ids[i]) << i;
}

TEST(TypeIds, EqualIdsMeanEqualTypesHoweverManyThereAre) {
  std::map<uint64_t, std::string> seen;
  for (int round = 0; round < 2; ++round) {
    for (int64_t i = 0; i < 20000; ++i) {
      const TensorType type{static_cast<DType>(i % 3), i % 2 ? Shape{i, 0} : Shape{i}};
      const auto [place, is_new] = seen.emplace(type_id_of(type), to_string(type));
      ASSERT_TRUE(is_new || place->second == to_string(type));
    }
  }
}

}  // namespace
}  // namespace lazuli::trace
