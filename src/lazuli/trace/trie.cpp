#include "lazuli/trace/trie.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "lazuli/base/hash.h"
#include "lazuli/base/metrics.h"

namespace lazuli::trace {
namespace {

constexpr uint32_t kMemosPerNode = 8;

int64_t memo_bytes(const Node& node) {
  constexpr size_t kInPlace = 4;
  const size_t ids = std::max<size_t>(node.operand_count, kInPlace) - kInPlace;
  const size_t sizes = std::max<size_t>(node.size_count, kInPlace) - kInPlace;
  return static_cast<int64_t>(sizeof(Memo) + sizeof(uint64_t) * (ids + sizes));
}

int64_t bytes_of(const Node& node) {
  return static_cast<int64_t>(sizeof(Node) + sizeof(Wire) * node.operand_count +
                              sizeof(int64_t) * node.attribute_count) +
         memo_bytes(node) * node.memo_count;
}

uint64_t hash_of(const Node* parent, const Skeleton& skeleton) {
  uint64_t hash = hash_combine(reinterpret_cast<uintptr_t>(parent),
                               static_cast<uint64_t>(skeleton.kind) * 64 + skeleton.wires.size());
  for (const Wire& wire : skeleton.wires) {
    hash = hash_combine(hash, (static_cast<uint64_t>(wire.kind) << 40) |
                                  (static_cast<uint64_t>(wire.dtype) << 32) | wire.index);
    hash = hash_combine(hash, wire.bits);
  }
  for (int64_t value : skeleton.attributes) hash = hash_combine(hash, static_cast<uint64_t>(value));
  return hash;
}

// A node and its arrays in one piece of memory.
Node* make_node(Node* parent, const Skeleton& skeleton) {
  const size_t wires = sizeof(Wire) * skeleton.wires.size();
  const size_t attributes = sizeof(int64_t) * skeleton.attributes.size();
  char* memory = static_cast<char*>(::operator new(sizeof(Node) + wires + attributes));
  Node* node = new (memory) Node;
  node->parent = parent;
  node->depth = parent ? parent->depth + 1 : 0;
  node->kind = skeleton.kind;
  node->operand_count = static_cast<uint32_t>(skeleton.wires.size());
  node->attribute_count = static_cast<uint8_t>(skeleton.attributes.size());
  node->size_count = skeleton.size_count;
  node->offset_count = skeleton.offset_count;
  char* rest = memory + sizeof(Node);
  if (wires) std::memcpy(rest, skeleton.wires.data(), wires);
  node->wires = reinterpret_cast<const Wire*>(rest);
  rest += wires;
  if (attributes) std::memcpy(rest, skeleton.attributes.data(), attributes);
  node->attributes = reinterpret_cast<const int64_t*>(rest);
  return node;
}

// No ancestor keeps an older stamp than the node's.
void carry_up(const Node& node) {
  const uint64_t stamp = node.stamp.load(std::memory_order_relaxed);
  for (Node* up = node.parent; up && up->stamp.load(std::memory_order_relaxed) < stamp;
       up = up->parent) {
    up->stamp.store(stamp, std::memory_order_relaxed);
  }
}

}  // namespace

bool matches(const Node& node, const Skeleton& skeleton) {
  if (node.kind != skeleton.kind || node.operand_count != skeleton.wires.size() ||
      node.attribute_count != skeleton.attributes.size() ||
      node.size_count != skeleton.size_count || node.offset_count != skeleton.offset_count) {
    return false;
  }
  for (size_t i = 0; i < skeleton.wires.size(); ++i) {
    if (!(node.wires[i] == skeleton.wires[i])) return false;
  }
  for (size_t i = 0; i < skeleton.attributes.size(); ++i) {
    if (node.attributes[i] != skeleton.attributes[i]) return false;
  }
  return true;
}

Trie::Trie() : root_(make_node(nullptr, Skeleton{})), buckets_(1024, nullptr) {
  bytes_ = bytes_of(*root_);
}

Trie::~Trie() {
  for (Node* node : buckets_) {
    while (node) {
      Node* next = node->next_in_bucket;
      free_node(node);
      node = next;
    }
  }
  free_node(root_);
}

Node* Trie::find(uint64_t hash, const Node* parent, const Skeleton& skeleton) const {
  for (Node* node = buckets_[hash % buckets_.size()]; node; node = node->next_in_bucket) {
    if (node->hash == hash && node->parent == parent && matches(*node, skeleton)) return node;
  }
  return nullptr;
}

Node* Trie::child(Node* parent, const Skeleton& skeleton) {
  const uint64_t hash = hash_of(parent, skeleton);
  std::lock_guard<std::mutex> lock(mutex_);
  if (Node* found = find(hash, parent, skeleton)) {
    parent->last_taken.store(found, std::memory_order_release);
    return found;
  }
  if (node_count_ >= buckets_.size()) grow_buckets();
  Node* node = make_node(parent, skeleton);
  node->hash = hash;
  Node*& bucket = buckets_[hash % buckets_.size()];
  node->next_in_bucket = bucket;
  bucket = node;
  ++node_count_;
  bytes_.fetch_add(bytes_of(*node), std::memory_order_relaxed);
  metrics::count(metrics::Counter::trie_nodes_made);
  parent->last_taken.store(node, std::memory_order_release);
  return node;
}

void Trie::grow_buckets() {
  std::vector<Node*> grown(buckets_.size() * 2, nullptr);
  for (Node* node : buckets_) {
    while (node) {
      Node* next = node->next_in_bucket;
      Node*& bucket = grown[node->hash % grown.size()];
      node->next_in_bucket = bucket;
      bucket = node;
      node = next;
    }
  }
  buckets_ = std::move(grown);
}

void Trie::remember(Node* node, std::unique_ptr<Memo> memo) {
  std::lock_guard<std::mutex> lock(mutex_);
  memo->next.store(node->memos.load(std::memory_order_relaxed), std::memory_order_relaxed);
  node->memos.store(memo.release(), std::memory_order_release);
  bytes_.fetch_add(memo_bytes(*node), std::memory_order_relaxed);
  if (node->memo_count < kMemosPerNode) {
    ++node->memo_count;
    return;
  }
  Memo* last_kept = node->memos.load(std::memory_order_relaxed);
  for (uint32_t i = 1; i < kMemosPerNode; ++i) {
    last_kept = last_kept->next.load(std::memory_order_relaxed);
  }
  retired_.emplace_back(last_kept->next.exchange(nullptr, std::memory_order_relaxed));
  retired_bytes_ += memo_bytes(*node);
}

void Trie::free_node(Node* node) {
  for (Memo* memo = node->memos.load(std::memory_order_relaxed); memo;) {
    Memo* next = memo->next.load(std::memory_order_relaxed);
    delete memo;
    memo = next;
  }
  node->~Node();
  ::operator delete(node);
}

void Trie::trim(int64_t budget, std::span<Node* const> pinned) {
  std::lock_guard<std::mutex> lock(mutex_);
  retired_.clear();
  bytes_.fetch_sub(std::exchange(retired_bytes_, 0), std::memory_order_relaxed);
  if (bytes() <= budget / 2) return;
  const uint64_t now = tick();
  for (Node* node : pinned) node->stamp.store(now, std::memory_order_relaxed);
  // Tapes that are evaluated at the same time may leave a node with an older stamp than its
  // descendants have. With every stamp carried up, all that is below a limit can go without
  // leaving an orphan.
  for (Node* node : buckets_) {
    for (; node; node = node->next_in_bucket) carry_up(*node);
  }
  std::vector<uint64_t> stamps;
  stamps.reserve(node_count_);
  for (Node* node : buckets_) {
    for (; node; node = node->next_in_bucket) {
      stamps.push_back(node->stamp.load(std::memory_order_relaxed));
    }
  }
  if (stamps.empty()) return;
  const double share =
      static_cast<double>(budget) / 2 / static_cast<double>(std::max<int64_t>(bytes(), 1));
  const size_t keep =
      std::min(stamps.size(), static_cast<size_t>(share * static_cast<double>(stamps.size())));
  const size_t drop = stamps.size() - keep;
  if (drop == 0) return;
  std::nth_element(stamps.begin(), stamps.begin() + static_cast<ptrdiff_t>(drop - 1), stamps.end());
  const uint64_t limit = std::min(stamps[drop - 1], now - 1);
  std::vector<Node*> dead;
  for (Node*& bucket : buckets_) {
    for (Node** link = &bucket; *link;) {
      Node* node = *link;
      if (node->stamp.load(std::memory_order_relaxed) <= limit) {
        *link = node->next_in_bucket;
        dead.push_back(node);
      } else {
        link = &node->next_in_bucket;
      }
    }
  }
  for (Node* node : dead) {
    Node* expected = node;
    node->parent->last_taken.compare_exchange_strong(expected, nullptr);
  }
  int64_t freed = 0;
  for (Node* node : dead) {
    freed += bytes_of(*node);
    free_node(node);
  }
  node_count_ -= dead.size();
  bytes_.fetch_sub(freed, std::memory_order_relaxed);
  metrics::count(metrics::Counter::trie_evictions);
}

}  // namespace lazuli::trace
