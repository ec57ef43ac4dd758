#include "codegen/torch/backend.h"

#include <algorithm>
#include <cctype>

#include "codegen/text.h"

namespace lazuli::codegen::torch {

bool lists(const std::vector<Listed>& list, const NativeFunction& function) {
  return std::any_of(list.begin(), list.end(),
                     [&](const Listed& each) { return each.function == &function; });
}

std::vector<const NativeFunction*> sorted_by_name(
    std::initializer_list<const std::vector<Listed>*> lists) {
  std::vector<const NativeFunction*> result;
  for (const std::vector<Listed>* list : lists) {
    for (const Listed& each : *list) result.push_back(each.function);
  }
  std::sort(result.begin(), result.end(),
            [](const NativeFunction* a, const NativeFunction* b) { return a->name < b->name; });
  return result;
}

std::vector<OperatorList> Backend::operator_lists() const {
  return {{"full_codegen", &full_codegen},
          {"supported", &supported},
          {"ir_gen", &ir_gen},
          {"autograd", &autograd}};
}

bool Backend::takes_symint(const NativeFunction& function) const { return lists(symint, function); }

bool Backend::has_kernel(const NativeFunction& function, bool is_autograd) const {
  if (is_autograd) return lists(autograd, function);
  return lists(full_codegen, function) || lists(supported, function);
}

std::string node_name(const schema::Schema& schema) {
  std::string name;
  for (const std::string& word : split(schema.name + "_" + schema.overload, '_')) {
    for (size_t i = 0; i < word.size(); ++i) {
      const auto letter = static_cast<unsigned char>(word[i]);
      name += static_cast<char>(i == 0 ? std::toupper(letter) : std::tolower(letter));
    }
  }
  return name;
}

}  // namespace lazuli::codegen::torch
