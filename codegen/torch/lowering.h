// How Lazuli does what an operator of PyTorch does: by an operator of its own catalogue, by a
// composition of them, or not yet; and the C++ of it, the body of a node's lower(). What the other
// parts of a node are is not its affair.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "codegen/catalogue/entry.h"
#include "codegen/torch/decompositions.h"
#include "codegen/torch/families.h"

namespace lazuli::codegen::torch {

struct Lowering {
  enum class Kind {
    recorded,  // one operator of Lazuli's
    composed,  // of Lazuli's composites, by a decomposition, or by PyTorch itself
    missing
  };
  Kind kind = Kind::missing;
  // "add.Tensor (elementwise.yaml:67)"; of a missing one the nearest that there is, or nothing.
  std::string by;
  std::vector<std::string> statements;  // of lower(); empty where nothing can be generated
};
std::string_view name_of(Lowering::Kind kind);

class Lowerings {
 public:
  // Tells decompositions that call what there is not.
  Lowerings(const Catalogue& catalogue, std::vector<Decomposition> decompositions,
            const Families& families, Problems& problems);

  Lowering of(const NativeFunction& function) const;
  bool has_body(const NativeFunction& function) const { return !of(function).statements.empty(); }

 private:
  const Decomposition* decomposition_of(const NativeFunction& function) const;
  Lowering decomposed(const Decomposition& decomposition) const;
  std::string nearest(const NativeFunction& function) const;

  const Catalogue& catalogue_;
  const Families& families_;
  std::vector<Decomposition> decompositions_;
  std::unordered_map<std::string, size_t> by_name_;
};

}  // namespace lazuli::codegen::torch
