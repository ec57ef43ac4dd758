// What a recorded node holds of an operator's arguments: values that it reads, numbers and
// attributes. The emitters of nodes, kernels and lowerings agree on it here.
#pragma once

#include <string>
#include <vector>

#include "codegen/torch/code.h"

namespace lazuli::codegen::torch {

struct NodeMember {
  std::string name;
  std::string type;       // "lazy::Value", "std::vector<int64_t>": owned by the node
  bool is_value = false;  // tensors, also optional and in lists
  const schema::Argument* argument;
};

// In the schema's order. Out arguments are left out: they are where a result goes, and nothing that
// a node reads.
std::vector<NodeMember> node_members(const schema::Schema& schema, const Spelling& spelling);

// The expression that turns a kernel's parameter into what its node holds: "lazy::value_of(self,
// on)".
std::string node_argument(const NodeMember& member, bool takes_symint, const Spelling& spelling);

}  // namespace lazuli::codegen::torch
