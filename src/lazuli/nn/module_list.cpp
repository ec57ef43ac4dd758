#include "lazuli/nn/module_list.h"

#include <algorithm>
#include <ostream>

#include "lazuli/base/check.h"

namespace lazuli::nn {
namespace {

auto find(const Module::NamedModules& children, const std::string& name) {
  return std::find_if(children.begin(), children.end(),
                      [&](const auto& child) { return child.first == name; });
}

}  // namespace

std::shared_ptr<Module> ModuleListImpl::operator[](size_t index) const {
  LZ_CHECK(index < size(), IndexError, "ModuleList: module {} is not one of {}", index, size());
  return named_children()[index].second;
}

void ModuleListImpl::pretty_print(std::ostream& out) const { out << "ModuleList"; }

bool ModuleDictImpl::contains(const std::string& name) const {
  return find(named_children(), name) != named_children().end();
}

std::shared_ptr<Module> ModuleDictImpl::operator[](const std::string& name) const {
  LZ_CHECK(contains(name), IndexError, "ModuleDict: there is no module '{}'", name);
  return find(named_children(), name)->second;
}

void ModuleDictImpl::pretty_print(std::ostream& out) const { out << "ModuleDict"; }

}  // namespace lazuli::nn
