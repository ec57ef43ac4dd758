// A back end's YAML as data: which of PyTorch's operators it takes over, and how. The keys are
// those of PyTorch's own generators for lazy devices; docs/generator.md describes them.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "codegen/torch/families.h"

namespace lazuli::codegen::torch {

// An operator where a list of the back end names it.
struct Listed {
  Position where;
  const NativeFunction* function;
};

bool lists(const std::vector<Listed>& list, const NativeFunction& function);
// The operators of lists together, by their names.
std::vector<const NativeFunction*> sorted_by_name(
    std::initializer_list<const std::vector<Listed>*> lists);

// A list of operators by its key.
struct OperatorList {
  const char* key;
  const std::vector<Listed>* operators;
};

// What is generated of a node that no operator of PyTorch stands for, beside its class.
struct NodeProperties {
  enum class Shape {
    given,     // ShapePrecompute: the constructor takes the shapes
    computed,  // ShapeCompute: the constructor calls the shape rule
    cached     // ShapeCache: the constructor hands the base a function that calls the rule
  };
  Shape shape = Shape::cached;
  bool declares_lower = true;    // LowerDeclOnly: lower() is written by hand
  bool defines_reuse = true;     // CanBeReused; declared only with CanBeReusedDeclOnly
  bool defines_create = false;   // CreateFn
  bool declares_create = false;  // CreateFnDeclOnly
};

// An entry of `non_native`.
struct NonNative {
  Position where;
  schema::Schema schema;
  std::string op_kind;  // a C++ expression; empty: the schema's name
  NodeProperties properties;
};

struct Backend {
  std::string file;
  std::string key;  // "PrivateUse1"
  Position key_where;
  std::string cpp_namespace;  // of kernels and nodes
  std::string class_name;     // of the kernels
  bool uses_out_as_primary =
      false;  // kernels are out variants: nothing is derived from functional ones
  bool has_device_guard = false;
  std::vector<std::string> extra_headers;  // as after #include: <x.h> or "x.h"

  std::vector<Listed> full_codegen;  // node, kernel, declaration, registration
  std::vector<Listed> supported;     // declaration, registration
  std::vector<Listed> ir_gen;        // node
  std::vector<Listed> autograd;      // declaration, registration with the autograd key
  std::vector<Listed> symint;        // of those: kernels that take symbolic ints
  std::vector<NonNative> non_native;

  // full_codegen, supported, ir_gen and autograd.
  std::vector<OperatorList> operator_lists() const;
  std::string autograd_key() const { return "Autograd" + key; }
  bool takes_symint(const NativeFunction& function) const;
  // Has a kernel of its own with the back end's key, or with its autograd key.
  bool has_kernel(const NativeFunction& function, bool is_autograd) const;
};

// Reads and checks the file, all but what lies in other files. All mistakes are told at once.
Backend read_backend(const std::string& path, const NativeFunctions& functions,
                     const Families& families, Problems& problems);

// "AddTensor": what the class of a schema's node is called.
std::string node_name(const schema::Schema& schema);

}  // namespace lazuli::codegen::torch
