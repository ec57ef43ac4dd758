// `lazuli-gen torch`, from its options to its files.
#pragma once

#include <memory>

#include "codegen/torch/emit.h"

namespace lazuli::codegen::torch {

// Everything that the files of a back end follow from, read and checked.
class Inputs {
 public:
  // Tells what is wrong in all files at once, and in `warnings` what is worth a look.
  Inputs(const Options& options, Problems& problems, Problems& warnings);

  const NativeFunctions& functions() const { return functions_; }
  const Families& families() const { return *families_; }
  const Backend& backend() const { return backend_; }
  Generation generation() const { return {functions_, *families_, backend_, options_, {}}; }

 private:
  void check_other_files(Problems& problems, Problems& warnings) const;

  Options options_;
  NativeFunctions functions_;
  std::unique_ptr<Families> families_;
  Backend backend_;
};

// Writes the files, or lists them; prints problems. Gives the exit status.
int generate(const Options& options);

}  // namespace lazuli::codegen::torch
