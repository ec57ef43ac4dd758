// The variants of one computation brought together, as PyTorch's own generator groups them:
// add.Tensor, add_.Tensor and add.out are one family. Derives the variants that an entry's
// `autogen` asks for.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "codegen/torch/native_function.h"

namespace lazuli::codegen::torch {

struct Family {
  // By schema::Variant; null where there is none.
  std::array<const NativeFunction*, 5> variants{};

  const NativeFunction* get(schema::Variant variant) const {
    return variants[static_cast<size_t>(variant)];
  }
  const NativeFunction* functional() const { return get(schema::Variant::functional); }
  const NativeFunction* out() const { return get(schema::Variant::out); }
  // Those that there are; functional and out first.
  std::vector<const NativeFunction*> functions() const;
  // PyTorch's generator writes the variants of one operator by each other only where it has a
  // functional and an out variant.
  bool is_whole() const { return functional() && out(); }
};

// The families of a catalogue, in the order of their first operators. Adds the derived operators to
// `functions`; tells operators that clash, and `autogen` lines that name what cannot be derived.
class Families {
 public:
  Families(NativeFunctions& functions, Problems& problems);

  const std::vector<Family>& all() const { return families_; }
  const Family& of(const NativeFunction& function) const {
    return families_[places_.at(&function)];
  }

 private:
  void gather(const NativeFunctions& functions, Problems& problems);
  void derive(NativeFunctions& functions, Problems& problems);

  std::vector<Family> families_;
  std::unordered_map<const NativeFunction*, size_t> places_;
};

// One line a function: its family's number, variant, name, "written" or "derived", schema.
std::string families_text(const Families& families);

}  // namespace lazuli::codegen::torch
