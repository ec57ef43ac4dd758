// Schemas of PyTorch's native_functions.yaml, read and printed.
#include <gtest/gtest.h>

#include "codegen/schema/parser.h"

namespace lazuli::codegen::schema {
namespace {

class RoundTrip : public testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, GivesTheSameText) {
  const Schema schema = parse(GetParam());
  EXPECT_EQ(to_string(schema), GetParam());
  EXPECT_EQ(parse(to_string(schema)), schema);
}

INSTANTIATE_TEST_SUITE_P(
    Schemas, RoundTrip,
    testing::Values(
        "add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
        "add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)",
        "sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) "
        "-> Tensor",
        "_cast_Byte(Tensor self, bool non_blocking=False) -> Tensor",
        "_backward(Tensor self, Tensor[] inputs, Tensor? gradient=None, bool? retain_graph=None, "
        "bool create_graph=False) -> ()",
        "rename_(Tensor(a!) self, Dimname[]? names) -> Tensor(a!)",
        "_cudnn_rnn_flatten_weight(Tensor[] weight_arr, int weight_stride0, SymInt input_size, "
        "int mode, SymInt hidden_size, bool bidirectional) -> Tensor",
        "native_dropout(Tensor input, float p, bool? train) -> (Tensor, Tensor)",
        "split.Tensor(Tensor(a -> *) self, SymInt split_size, int dim=0) -> Tensor(a)[]",
        "max.dim_max(Tensor self, int dim, bool keepdim=False, *, Tensor(a!) max, "
        "Tensor(b!) max_values) -> (Tensor(a!) values, Tensor(b!) indices)",
        "index.Tensor(Tensor self, Tensor?[] indices) -> Tensor",
        "index_put_(Tensor(a!) self, Tensor?[] indices, Tensor values, bool accumulate=False) "
        "-> Tensor(a!)",
        "conv2d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=1, "
        "str padding=\"valid\", SymInt[2] dilation=[1,1], SymInt groups=1) -> Tensor",
        "std.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, "
        "bool keepdim=False) -> Tensor",
        "_foreach_add_.Scalar(Tensor(a!)[] self, Scalar scalar) -> ()",
        "contiguous(Tensor(a) self, *, MemoryFormat memory_format=contiguous_format) -> Tensor(a)",
        "nll_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=Mean, "
        "SymInt ignore_index=-100) -> Tensor",
        "batch_norm_stats(Tensor input, float eps=1e-05) -> (Tensor, Tensor)",
        "set_.source_Storage(Tensor(a!) self, Storage source) -> Tensor(a!)",
        "_fused_dropout(Tensor self, float p, Generator? generator=None) -> (Tensor, Tensor)",
        "is_pinned(Tensor self, Device? device=None) -> bool",
        "_use_cudnn_ctc_loss(Tensor log_probs, Tensor targets, bool[3] mask) -> bool",
        "q_scheme(Tensor self) -> QScheme", "_assert_async.msg(Tensor self, str assert_msg) -> ()",
        "sym_size.int(Tensor self, int dim) -> SymInt",
        "to.dtype_layout(Tensor(a) self, *, ScalarType? dtype=None, Layout? layout=None, "
        "Device? device=None, bool? pin_memory=None) -> Tensor(a)",
        "aten::pow.Scalar_out(Scalar self, Tensor exponent, *, Tensor(a!) out) -> Tensor(a!)",
        "record_stream(Tensor(a!) self, Stream s) -> ()",
        "wide(Tensor(a|b) self, Tensor(c! -> c|d) other) -> Tensor(a|b)"));

std::string mistake(const char* text) {
  try {
    parse(text);
    return "no mistake";
  } catch (const SyntaxError& error) {
    return error.what();
  }
}

TEST(Schema, MistakesNameTheColumn) {
  EXPECT_EQ(mistake("add(Tensr self) -> Tensor"),
            "unknown type 'Tensr' at column 5 ('Tensr self) ')");
  EXPECT_EQ(mistake("add(Tensor self) Tensor"), "need '->' at column 18 ('Tensor')");
  EXPECT_EQ(mistake("add(Tensor self, Tensor self) -> Tensor"), "argument 'self' twice");
  EXPECT_EQ(mistake("add(int a=1, int b) -> Tensor"),
            "argument 'b' needs a default, as one before it has");
  EXPECT_EQ(mistake("add(*, int a, *, int b) -> Tensor"),
            "a second '*' at column 16 (', int b) -> ')");
  EXPECT_EQ(mistake("add(int[ a) -> Tensor"), "need a number at column 10 ('a) -> Tensor')");
  EXPECT_EQ(mistake("add() -> Tensor x y"), "need the end at column 17 ('x y')");
}

TEST(Schema, AnAliasMayBeWritten) {
  EXPECT_TRUE(parse("f(Tensor(a!) self) -> ()").arguments[0].type.is_write());
}

}  // namespace
}  // namespace lazuli::codegen::schema
