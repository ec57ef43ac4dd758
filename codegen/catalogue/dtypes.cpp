#include "codegen/catalogue/dtypes.h"

#include <algorithm>

#include "codegen/text.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::codegen {
namespace {

constexpr std::string_view kGroups[] = {"float", "int", "bool"};

}  // namespace

std::string_view group_of(DType dtype) {
  return is_floating(dtype) ? kGroups[0] : is_integral(dtype) ? kGroups[1] : kGroups[2];
}

std::vector<DType> dtypes_named(std::string_view word) {
  std::vector<DType> result;
  for (const DType dtype : kAllDTypes) {
    if (name_of(dtype) == word || group_of(dtype) == word) result.push_back(dtype);
  }
  return result;
}

std::vector<std::string> dtype_words() {
  std::vector<std::string> words(std::begin(kGroups), std::end(kGroups));
  for (const DType dtype : kAllDTypes) {
    if (dtype != kBool) words.emplace_back(name_of(dtype));
  }
  return words;
}

std::string text_of(const std::vector<DType>& dtypes) {
  std::vector<std::string> words;
  const auto has = [&](DType dtype) {
    return std::find(dtypes.begin(), dtypes.end(), dtype) != dtypes.end();
  };
  for (const std::string_view group : kGroups) {
    const std::vector<DType> members = dtypes_named(group);
    if (std::all_of(members.begin(), members.end(), has)) {
      words.emplace_back(group);
      continue;
    }
    for (const DType member : members) {
      if (has(member)) words.emplace_back(name_of(member));
    }
  }
  return joined(words, ", ");
}

formula::Type type_of(DType dtype) { return kernel::type_of(dtype); }

}  // namespace lazuli::codegen
