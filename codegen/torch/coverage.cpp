#include "codegen/torch/coverage.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace lazuli::codegen::torch {

std::vector<const NativeFunction*> listed_operators(const Backend& backend) {
  std::vector<const NativeFunction*> result;
  for (const OperatorList& list : backend.operator_lists()) {
    for (const Listed& each : *list.operators) {
      if (std::find(result.begin(), result.end(), each.function) != result.end()) continue;
      result.push_back(each.function);
    }
  }
  return result;
}

std::string coverage_text(const Lowerings& lowerings,
                          const std::vector<const NativeFunction*>& functions) {
  constexpr auto kLine = "{:<{}} | {:<8} | {}\n";
  size_t width = 8;
  for (const NativeFunction* function : functions) width = std::max(width, function->name.size());
  std::string text = fmt::format(kLine, "operator", width, "", "by, or the nearest that there is");
  std::array<size_t, 3> counts{};
  for (const NativeFunction* function : functions) {
    const Lowering lowering = lowerings.of(*function);
    ++counts[static_cast<size_t>(lowering.kind)];
    text += fmt::format(kLine, function->name, width, name_of(lowering.kind),
                        lowering.by.empty() ? "-" : lowering.by);
  }
  return text + fmt::format("{} operators: {} recorded, {} composed, {} missing\n",
                            functions.size(), counts[0], counts[1], counts[2]);
}

Problems missing_operators(const Lowerings& lowerings, const Backend& backend) {
  Problems notes;
  for (const Listed& each : backend.full_codegen) {
    const Lowering lowering = lowerings.of(*each.function);
    if (!lowering.statements.empty()) continue;
    const bool is_pytorchs = lowering.kind == Lowering::Kind::composed;
    notes.add(each.where, each.function->name,
              is_pytorchs ? "Lazuli has no such operator; unlisted, PyTorch composes it"
              : lowering.by.empty()
                  ? "Lazuli has no such operator yet"
                  : "Lazuli has no such operator yet; the nearest is " + lowering.by);
  }
  return notes;
}

}  // namespace lazuli::codegen::torch
