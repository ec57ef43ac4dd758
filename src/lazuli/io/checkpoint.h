// The state of a training in one file: parts such as the model and the optimizer, each of named
// tensors.
//   io::save("run.safetensors", {{"model", model->state_dict()}, {"optimizer",
//   optimizer.state_dict()}}); const io::Checkpoint saved = io::load("run.safetensors");
//   model->load_state_dict(saved.part("model"));
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "lazuli/functions/named_tensors.h"

namespace lazuli::io {

using Parts = std::vector<std::pair<std::string, NamedTensors>>;

// Writes the parts as one safetensors file, in which a tensor's name is "part/name", and replaces
// the one at `path` when it is whole and on the disk. Throws as save_safetensors does, and
// ValueError for a part twice or with a '/' in its name.
void save(const std::filesystem::path& path, const Parts& parts, LZ_AT);

class Checkpoint {
 public:
  // Throws ValueError where there is no such part.
  const NamedTensors& part(const std::string& name, LZ_AT) const;
  bool has_part(const std::string& name) const;
  const Parts& parts() const { return parts_; }

 private:
  friend Checkpoint load(const std::filesystem::path& path, At at);
  std::string path_;
  Parts parts_;
};

// Reads what `save` wrote. Throws as load_safetensors does, and ValueError for a tensor that
// belongs to no part.
Checkpoint load(const std::filesystem::path& path, LZ_AT);

}  // namespace lazuli::io
