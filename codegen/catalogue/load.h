// Reads ops/*.yaml. All mistakes of all files are told at once.
#pragma once

#include <string>
#include <vector>

#include "codegen/catalogue/entry.h"

namespace lazuli::codegen {

// The mistakes found in a catalogue, each with the entry it stands in:
//   ops/elementwise.yaml:14: silu: unknown function 'sigmod' (did you mean 'sigmoid'?)
class Problems {
 public:
  void add(const Position& where, const std::string& entry, const std::string& message);
  bool empty() const { return problems_.empty(); }
  size_t size() const { return problems_.size(); }
  // One line each, by file and line.
  std::string text() const;

 private:
  struct Problem {
    Position where;
    std::string text;
  };
  std::vector<Problem> problems_;
};

// The catalogue in `folder`, its entries in the order of file names. With problems, what could be
// read; nothing may be emitted from it.
Catalogue load(const std::string& folder, Problems& problems);

}  // namespace lazuli::codegen
