// `lazuli-gen torch`, from its options to its files.
#pragma once

#include <memory>

#include "codegen/torch/emit.h"
#include "codegen/torch/lowering.h"

namespace lazuli::codegen::torch {

// Everything that the files of a back end follow from, read and checked.
class Inputs {
 public:
  // Tells what is wrong in all files at once, and in `warnings` what is worth a look. Without a
  // back end's file it is one that lists nothing.
  Inputs(const Options& options, Problems& problems, Problems& warnings);

  const NativeFunctions& functions() const { return functions_; }
  const Families& families() const { return *families_; }
  const Backend& backend() const { return backend_; }
  // How Lazuli does them; null unless the options ask for lowerings.
  const Lowerings* lowerings() const { return lowerings_.get(); }
  Generation generation() const {
    return {functions_, *families_, backend_, options_, lowerings_.get()};
  }

 private:
  void check_other_files(Problems& problems, Problems& warnings) const;

  Options options_;
  NativeFunctions functions_;
  std::unique_ptr<Families> families_;
  Backend backend_;
  Catalogue catalogue_;
  std::unique_ptr<Lowerings> lowerings_;
};

// Writes the files, or lists them; prints problems. Gives the exit status.
int generate(const Options& options);
// Prints what Lazuli has of the back end's operators or, without a back end, of all.
int print_coverage(const Options& options);

}  // namespace lazuli::codegen::torch
