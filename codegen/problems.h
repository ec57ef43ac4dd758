// The mistakes found in what the generator reads, told all at once, each with its place:
//   ops/elementwise.yaml:14: silu: unknown function 'sigmod' (did you mean 'sigmoid'?)
#pragma once

#include <string>
#include <vector>

namespace lazuli::codegen {

// Where something stands: "ops/elementwise.yaml:14".
struct Position {
  std::string file;
  int line = 0;
  std::string text() const { return file + ":" + std::to_string(line); }
};

class Problems {
 public:
  // `subject` is the entry or operator at fault, empty for the file as a whole. The same problem of
  // the same place is kept once.
  void add(const Position& where, const std::string& subject, const std::string& message);
  bool empty() const { return problems_.empty(); }
  size_t size() const { return problems_.size(); }
  // One line each, by file and line; `word` stands before what is told.
  std::string text(const std::string& word = "") const;

 private:
  struct Problem {
    Position where;
    std::string text;
  };
  std::vector<Problem> problems_;
};

}  // namespace lazuli::codegen
