// Function schemas as data: the types of PyTorch's schema language. Says how an operator is called
// and nothing about what it computes.
//
//   sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None)
//       -> Tensor
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lazuli::codegen::schema {

enum class Base {
  tensor,
  scalar,
  integer,      // int
  sym_integer,  // SymInt
  sym_boolean,  // SymBool
  floating,     // float
  boolean,      // bool
  string,       // str
  dtype,        // ScalarType
  device,
  device_index,
  layout,
  memory_format,
  generator,
  storage,
  stream,
  dimension_name,  // Dimname
  dimension_vector,
  quantizer,  // QScheme
  complex,
  any,
  graph_module
};

// The memory that a tensor shares: (a), (a!) where it is written, (a|b), (a! -> a|b), (a -> *).
struct Alias {
  std::vector<std::string> before;
  std::vector<std::string> after;  // of an argument alone; empty unless an arrow is written
  bool is_write = false;
  friend bool operator==(const Alias&, const Alias&) = default;
};

// A base under at most one list: `Tensor?[]` has optional elements, `int[1]?` is an optional list.
struct Type {
  Base base = Base::tensor;
  std::optional<Alias> alias;
  bool is_list = false;
  std::optional<int> list_size;      // int[2]: a single int stands for both
  bool is_element_optional = false;  // Tensor?[]
  bool is_optional = false;          // Tensor?, int[1]?

  bool is_write() const { return alias && alias->is_write; }
  bool is_tensor() const { return base == Base::tensor && !is_list; }
  // A tensor, an optional one or a list of them.
  bool has_tensors() const { return base == Base::tensor; }
  friend bool operator==(const Type&, const Type&) = default;
};

struct Argument {
  Type type;
  std::string name;
  std::optional<std::string> default_text;  // as written: "1", "[0, 1]", "None", "\"none\""
  bool is_keyword_only = false;

  // Where a result goes: keyword-only, and written.
  bool is_out() const { return is_keyword_only && type.is_write(); }
  friend bool operator==(const Argument&, const Argument&) = default;
};

struct Return {
  Type type;
  std::string name;  // empty where the schema names none
  friend bool operator==(const Return&, const Return&) = default;
};

struct Schema {
  std::string space;     // "aten" of aten::add; mostly empty
  std::string name;      // "add", "add_"
  std::string overload;  // "Tensor"; may be empty
  std::vector<Argument> arguments;
  std::vector<Return> returns;

  const Argument* find(const std::string& argument) const;
  // "add.Tensor"
  std::string full_name() const;
  friend bool operator==(const Schema&, const Schema&) = default;
};

// The schema as text; parse(to_string(x)) == x.
std::string to_string(const Schema& schema);
std::string to_string(const Type& type);

}  // namespace lazuli::codegen::schema
