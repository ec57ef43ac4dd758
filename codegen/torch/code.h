// C++ as text, for the files of a PyTorch device: lines that fit, names in their namespaces.
#pragma once

#include <string>
#include <vector>

#include "codegen/torch/backend.h"
#include "codegen/torch/families.h"
#include "codegen/torch/options.h"

namespace lazuli::codegen::torch {

class Lowerings;

// What the emitters read.
struct Generation {
  const NativeFunctions& functions;
  const Families& families;
  const Backend& backend;
  const Options& options;
  const Lowerings* lowerings = nullptr;  // of the nodes' operators, where they are asked for
};

// The operators that get a node, by name.
std::vector<const NativeFunction*> generated_nodes(const Generation& generation);

// "prefix" + items by commas + "suffix" on one line of at most 100 characters or, where they do not
// fit, the items in lines of their own, indented by four more than the prefix.
std::string packed(const std::string& prefix, const std::vector<std::string>& items,
                   const std::string& suffix);

// Operands of a chain, each but the last with `sign` behind it: on one line or, where they do not
// fit, one a line, each below the first.
std::string chained(const std::string& prefix, const std::vector<std::string>& operands,
                    const std::string& sign, const std::string& suffix);

// "// add.Tensor(Tensor self, ...) -> Tensor", in as many lines as it takes.
std::string schema_comment(const schema::Schema& schema, const std::string& indent = "");

// The first lines of a generated file.
std::string banner(const Generation& generation, const std::string& purpose);
std::string include_lines(const std::vector<std::string>& headers);
// A generated header as the other generated files include it.
std::string generated_header(const Generation& generation, const std::string& name);

// A name of the run time: as it is where it has a namespace, else in `lazy`, the alias that each
// generated file has of the spelling's namespace.
std::string spelled(const std::string& name);
std::string open_namespace(const Generation& generation);
std::string close_namespace(const Generation& generation);

}  // namespace lazuli::codegen::torch
