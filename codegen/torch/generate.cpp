#include "codegen/torch/generate.h"

#include <cstdio>
#include <filesystem>

#include "codegen/catalogue/load.h"
#include "codegen/torch/coverage.h"
#include "codegen/torch/hand_written.h"
#include "codegen/torch/read_native_functions.h"
#include "codegen/torch/shape_rules.h"

namespace lazuli::codegen::torch {

Inputs::Inputs(const Options& options, Problems& problems, Problems& warnings)
    : options_(options),
      functions_(read_native_functions(options.native_functions, options.tags, problems)),
      families_(std::make_unique<Families>(functions_, problems)) {
  if (!options_.spelling_file.empty()) {
    read_spelling(options_.spelling_file, options_.spelling, problems);
  }
  if (options_.has_lowerings) {
    catalogue_ = load(options_.catalogue, problems);
    lowerings_ = std::make_unique<Lowerings>(
        catalogue_, read_decompositions(options_.decompositions, functions_, problems), *families_,
        problems);
  }
  if (options_.backend.empty()) {
    backend_.key = "PrivateUse1";
    backend_.cpp_namespace = "vendor::device";
    backend_.class_name = backend_.key + "NativeFunctions";
    return;
  }
  const size_t before = problems.size();
  backend_ = read_backend(options_.backend, functions_, *families_, problems);
  // Kernels and rules are named after the key: one that does not exist has none.
  if (problems.size() == before || is_dispatch_key(backend_.key)) {
    check_other_files(problems, warnings);
  }
}

void Inputs::check_other_files(Problems& problems, Problems& warnings) const {
  const auto text_of = [&](const std::string& path) {
    const std::optional<std::string> text = read_file(path);
    if (!text) problems.add({path, 0}, "", "cannot be read");
    return text;
  };
  if (!options_.shape_rules.empty()) {
    if (const auto text = text_of(options_.shape_rules)) {
      const std::string file = std::filesystem::path(options_.shape_rules).filename().string();
      check_shape_rules(generation(), *text, problems);
      find_stale_shape_rules(generation(), *text, file, warnings);
    }
  }
  if (!options_.kernels.empty()) {
    if (const auto text = text_of(options_.kernels))
      check_hand_written(generation(), *text, problems);
  }
}

namespace {

// Whether there are any, after telling them.
bool has_problems(const Problems& problems) {
  if (problems.empty()) return false;
  std::fputs(problems.text().c_str(), stderr);
  std::fprintf(stderr, "%zu problem%s; nothing written\n", problems.size(),
               problems.size() == 1 ? "" : "s");
  return true;
}

}  // namespace

int generate(const Options& options) {
  Problems problems;
  Problems warnings;
  const Inputs inputs(options, problems, warnings);
  if (has_problems(problems)) return 1;
  std::fputs(warnings.text("warning: ").c_str(), stderr);
  if (inputs.lowerings()) {
    const Problems missing = missing_operators(*inputs.lowerings(), inputs.backend());
    std::fputs(missing.text("note: ").c_str(), stderr);
  }
  const std::vector<OutputFile> files = output_files(inputs.generation());
  if (options.is_dry_run) {
    for (const OutputFile& file : files) {
      std::puts((std::filesystem::path(options.output) / file.path).string().c_str());
    }
    return 0;
  }
  write_files(files, options.output);
  return 0;
}

int print_coverage(const Options& options) {
  Problems problems;
  Problems warnings;
  Options with_lowerings = options;
  with_lowerings.has_lowerings = true;
  const Inputs inputs(with_lowerings, problems, warnings);
  if (has_problems(problems)) return 1;
  std::vector<const NativeFunction*> functions = listed_operators(inputs.backend());
  if (options.backend.empty()) {
    for (const auto& function : inputs.functions().all) functions.push_back(function.get());
  }
  std::fputs(coverage_text(*inputs.lowerings(), functions).c_str(), stdout);
  return 0;
}

}  // namespace lazuli::codegen::torch
