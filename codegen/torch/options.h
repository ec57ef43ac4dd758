// What the command line and a spelling file choose for `lazuli-gen torch`: the names that generated
// code calls. A back end that brings its own run time names it here; docs/generator.md lists all.
#pragma once

#include <string>
#include <vector>

#include "codegen/problems.h"

namespace lazuli::codegen::torch {

// The words of generated code that come from the run time behind it. Functions stand in `space`
// unless they name a namespace themselves.
struct Spelling {
  std::string space = "lazuli::torch";
  std::string header = "torch/support.h";  // declares all of these
  std::string value_class = "Value";       // what a node reads and gives
  std::string node_base = "Node";
  std::string node_base_header;  // empty: `header` declares it
  std::string shape_class = "Shape";
  std::string record = "record";            // record<Node>(operands..., attributes..., shapes)
  std::string tensor_value = "value_of";    // of (tensor, device)
  std::string optional_value = "value_of";  // of (optional tensor, device)
  std::string list_value = "values_of";     // of (tensors, device)
  std::string wrap = "wrap";                // a tensor from (value, device)
  std::string wrap_tuple = "wrap_tuple";    // wrap_tuple<2>(values, device)
  std::string wrap_list = "wrap_list";
  std::string assign = "assign";                  // in place: (tensor, value)
  std::string assign_resized = "assign_resized";  // into an out argument: (tensor, value)
  std::string device = "device_of";               // of ("aten::add.Tensor", tensors and devices...)
  std::string counter = "count";                  // ("aten::add.Tensor")
  // Where `tensor_value` gives a handle of the run time's own instead of a value: what makes a
  // value of it ("->GetIrValue()"), and the function that makes PyTorch's tensor of what `wrap`
  // gives.
  std::string value_of_handle;
  std::string to_tensor;
  bool wraps_by_first_tensor = false;  // `wrap` is a method of the first tensor's value or handle
};

struct Options {
  std::string native_functions;
  std::string tags;
  std::string backend;
  std::string output;
  std::string spelling_file;
  std::string kernels;  // --impl-path: hand-written kernels, looked through for what is missing
  std::string shape_header =
      "torch/csrc/lazy/core/shape_inference.h";  // as generated code includes it
  std::string shape_space = "torch::lazy";
  std::string shape_rules;  // the file behind it; empty: not looked into
  std::string backend_name = "Lazuli";
  std::string include_prefix;  // of generated headers in generated sources
  bool has_per_operator_headers = false;
  bool falls_back = false;  // kernels ask whether they are to fall back
  bool has_lowerings = false;
  std::string catalogue = "ops";  // Lazuli's own, for lowerings
  std::string decompositions = "torch/decompositions.yaml";
  bool registers_eagerly = false;
  bool is_dry_run = false;
  Spelling spelling;
};

// Reads a spelling file: a map from the members of Spelling by their keys.
void read_spelling(const std::string& path, Spelling& spelling, Problems& problems);

// A key of the spelling file and what it is for, for the documentation and `--help`.
struct SpellingKey {
  std::string key;
  std::string torchgen;  // the parameter of PyTorch's generator that it stands for; may be empty
  std::string Spelling::*member;
};
const std::vector<SpellingKey>& spelling_keys();

}  // namespace lazuli::codegen::torch
