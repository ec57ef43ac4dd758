#include "codegen/catalogue/load.h"

#include <algorithm>
#include <filesystem>

#include "codegen/catalogue/check.h"
#include "codegen/catalogue/dtypes.h"
#include "codegen/catalogue/read.h"
#include "codegen/text.h"

namespace lazuli::codegen {
namespace {

constexpr std::pair<Kind, std::string_view> kKinds[] = {{Kind::elementwise, "elementwise"},
                                                        {Kind::reduction, "reduction"},
                                                        {Kind::view, "view"},
                                                        {Kind::gather, "gather"},
                                                        {Kind::write, "write"},
                                                        {Kind::concat, "concat"},
                                                        {Kind::contraction, "contraction"},
                                                        {Kind::library, "library"},
                                                        {Kind::composite, "composite"}};

void read_document(const Yaml& document, const std::string& file, Catalogue& catalogue,
                   Problems& problems) {
  const Position where{file, document.line};
  if (const Yaml* scalars = document.find("scalars")) {
    for (const Yaml& item : scalars->items) {
      catalogue.scalars.push_back(read_scalar(item, file, problems));
    }
    return;
  }
  const Yaml* kind_text = document.find("kind");
  const Yaml* ops = document.find("ops");
  if (!kind_text || !ops || ops->form != Yaml::Form::list) {
    problems.add(where, "", "need 'kind' and a list 'ops', or a list 'scalars'");
    return;
  }
  std::vector<std::string> names;
  const Kind* kind = nullptr;
  for (const auto& [value, name] : kKinds) {
    names.emplace_back(name);
    if (kind_text->text == name) kind = &value;
  }
  if (!kind) {
    problems.add({file, kind_text->line}, "",
                 "unknown kind '" + kind_text->text + "'" + suggestion(kind_text->text, names));
    return;
  }
  for (const Yaml& item : ops->items) {
    catalogue.entries.push_back(read_entry(*kind, item, file, problems));
  }
}

}  // namespace

std::string_view name_of(Kind kind) {
  for (const auto& [value, name] : kKinds) {
    if (value == kind) return name;
  }
  return "";
}

Catalogue load(const std::string& folder, Problems& problems) {
  namespace fs = std::filesystem;
  Catalogue catalogue;
  std::vector<fs::path> files;
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(folder, error)) {
    if (file.path().extension() == ".yaml") files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  // Positions name the folder and the file, wherever the tree lies.
  fs::path home = fs::absolute(folder).lexically_normal();
  if (home.filename().empty()) home = home.parent_path();
  if (files.empty()) problems.add({home.filename().string(), 0}, "", "no *.yaml in " + folder);
  for (const fs::path& path : files) {
    const std::string file = (home.filename() / path.filename()).string();
    try {
      for (const Yaml& document : read_yaml(path.string())) {
        read_document(document, file, catalogue, problems);
      }
    } catch (const YamlError& error) {
      problems.add({file, error.line()}, "", error.what());
    }
  }
  check(catalogue, problems);
  if (problems.empty()) derive_gradients(catalogue, problems);
  return catalogue;
}

const Entry* Catalogue::find(std::string_view name) const {
  for (const Entry& entry : entries) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

const Function* Catalogue::find_function(std::string_view full_name) const {
  for (const Entry& entry : entries) {
    for (const Function& function : entry.functions) {
      if (function.schema.full_name() == full_name) return &function;
    }
  }
  return nullptr;
}

const ScalarFunction* Catalogue::find_scalar(std::string_view name) const {
  for (const ScalarFunction& scalar : scalars) {
    if (scalar.name == name) return &scalar;
  }
  return nullptr;
}

double Catalogue::ulp_of(const Entry& entry, DType dtype) const {
  const auto formula = entry.formulas.find(dtype);
  if (formula == entry.formulas.end() || !formula->second.bindings.empty()) return entry.ulp;
  const ScalarFunction* scalar = find_scalar(formula->second.result->text);
  return scalar ? std::max(entry.ulp, scalar->definitions.at(type_of(dtype)).ulp) : entry.ulp;
}

}  // namespace lazuli::codegen
