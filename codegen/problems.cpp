#include "codegen/problems.h"

#include <algorithm>
#include <tuple>

namespace lazuli::codegen {

void Problems::add(const Position& where, const std::string& subject, const std::string& message) {
  const std::string text = (subject.empty() ? "" : subject + ": ") + message;
  for (const Problem& told : problems_) {
    if (told.where.text() == where.text() && told.text == text) return;
  }
  problems_.push_back({where, text});
}

std::string Problems::text(const std::string& word) const {
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.where.file, a.where.line) < std::tie(b.where.file, b.where.line);
  });
  std::string text;
  for (const Problem& problem : sorted)
    text += problem.where.text() + ": " + word + problem.text + "\n";
  return text;
}

}  // namespace lazuli::codegen
