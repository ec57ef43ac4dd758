#include "lazuli/io/checkpoint.h"

#include <algorithm>

#include "lazuli/functions/check.h"
#include "lazuli/io/safetensors.h"

namespace lazuli::io {
namespace {

template <typename P>
auto find_part(P& parts, const std::string& name) {
  return std::find_if(parts.begin(), parts.end(),
                      [&](const auto& part) { return part.first == name; });
}

}  // namespace

void save(const std::filesystem::path& path, const Parts& parts, At at) {
  NamedTensors all;
  for (auto part = parts.begin(); part != parts.end(); ++part) {
    const bool is_good = !part->first.empty() && part->first.find('/') == std::string::npos &&
                         find_part(parts, part->first) == part;
    LZ_CHECK_AT(is_good, ValueError, at,
                "save: {}: need different names of parts, not empty, without '/'; got '{}'",
                path.string(), part->first);
    for (const auto& [name, tensor] : part->second) {
      all.emplace_back(part->first + "/" + name, tensor);
    }
  }
  save_safetensors(path, all, {{"format", "lazuli"}}, at);
}

const NamedTensors& Checkpoint::part(const std::string& name, At at) const {
  const auto found = find_part(parts_, name);
  LZ_CHECK_AT(found != parts_.end(), ValueError, at, "{}: there is no part '{}'", path_, name);
  return found->second;
}

bool Checkpoint::has_part(const std::string& name) const {
  return find_part(parts_, name) != parts_.end();
}

Checkpoint load(const std::filesystem::path& path, At at) {
  Checkpoint checkpoint;
  checkpoint.path_ = path.string();
  SafeTensors loaded = load_safetensors(path, at);
  for (auto& [name, tensor] : loaded.tensors) {
    const size_t slash = name.find('/');
    LZ_CHECK_AT(slash != std::string::npos && slash > 0, ValueError, at,
                "load: {}: need names of the form 'part/name'; got '{}'", path.string(), name);
    const std::string part = name.substr(0, slash);
    auto found = find_part(checkpoint.parts_, part);
    if (found == checkpoint.parts_.end()) {
      checkpoint.parts_.emplace_back(part, NamedTensors());
      found = checkpoint.parts_.end() - 1;
    }
    found->second.emplace_back(name.substr(slash + 1), std::move(tensor));
  }
  return checkpoint;
}

}  // namespace lazuli::io
