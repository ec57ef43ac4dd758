// Schemas of PyTorch's native_functions.yaml, read and printed.
#include <gtest/gtest.h>

#include <cstdlib>

#include "codegen/schema/parser.h"
#include "codegen/yaml.h"

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
        "wide(Tensor(a|b) self, Tensor(c! -> c|d) other) -> Tensor(a|b)",
        // Symbolic numbers and every kind of list.
        "empty.memory_format(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, "
        "Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor",
        "narrow(Tensor(a) self, int dim, SymInt start, SymInt length) -> Tensor(a)",
        "slice.Tensor(Tensor(a) self, int dim=0, SymInt? start=None, SymInt? end=None, "
        "SymInt step=1) -> Tensor(a)",
        "avg_pool(Tensor self, SymInt[2] kernel, SymInt[2]? stride=None, SymInt[1] dilation=1, "
        "SymInt[]? sizes=None, int[1]? dim=None) -> Tensor",
        "is_same(Tensor self, Tensor other) -> SymBool",
        "_foreach_add.ScalarList(Tensor[] self, Scalar[] scalars) -> Tensor[]",
        "align(Tensor(a) self, Dimname[1]? names) -> Tensor(a)",
        "index_of(Tensor?[] values, int?[] places, Generator?[] generators) -> int[]",
        "backward(Tensor grad, bool[3] mask=[True, False, True]) -> (Tensor, Tensor, Tensor)",
        "flip(Tensor self, int[1] dim=[-2,-1], int[] order=[], float[]? scales=[1, -2.5e-3]) -> "
        "Tensor",
        "names(str[] words=[\"a]\", 'b,'], str?[] others=[None, \"\"]) -> str?[]",
        // Views, lists of them, and what is written.
        "t(Tensor(a) self) -> Tensor(a)", "t_(Tensor(a!) self) -> Tensor(a!)",
        "unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]",
        "broadcast(Tensor(a)[] tensors) -> Tensor(a)[]",
        "_fused_adam_(Tensor(a!)[] self, Tensor(b!)[] grads, *, float lr, Tensor? scale=None) -> "
        "()",
        "optional(Tensor(a!)? self=None, *, Tensor(b!)? out=None) -> ()",
        "any_memory(Tensor(*) self) -> Tensor(*)",
        // Results with names and without.
        "sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)",
        "grid(Tensor theta, int N, int C) -> Tensor grid", "warn() -> ()",
        "get(Tensor self) -> (int, float, bool, str, Scalar, ScalarType, Device)",
        "sort.values(Tensor self, *, Tensor(a!) values, Tensor(b!) indices) -> "
        "(Tensor(a!) values, Tensor(b!) indices)",
        // Defaults: words, signs, fractions, quotes and what they guard.
        "argsort(Tensor self, ScalarType? dtype=long, ScalarType other=float) -> Tensor",
        "empty_like(Tensor self, *, Layout layout=strided, MemoryFormat? memory=contiguous_format) "
        "-> Tensor",
        "norm(Tensor self, Scalar p=2, Scalar? q=-0.5, Scalar r=True, float s=0.3333333333333333) "
        "-> Tensor",
        "text(str a=\"\\\"'\\\\\", str b='\"\\'\\\\') -> ()",
        "where(*, Device device=\"cpu\", DeviceIndex index=0, Stream s, Storage? storage=None) -> "
        "Storage",
        "aten::__ilshift__.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)",
        "_resize(Tensor self, QScheme qscheme, DimVector sizes, GraphModule graph, complex z, "
        "Any value) -> Any"));

std::string printed(const char* text) { return to_string(parse(text)); }

TEST(Schema, IsPrintedInOneWay) {
  EXPECT_EQ(printed(" f ( Tensor( a ! )self ,*, int [ 2 ] ?a = [ 1,2 ] )->( Tensor(a!) ) "),
            "f(Tensor(a!) self, *, int[2]? a=[ 1,2 ]) -> Tensor(a!)");
  EXPECT_EQ(printed("f() -> (Tensor x)"), "f() -> Tensor x");
}

// Every schema of an installed PyTorch: LAZULI_TORCH_SITE is its folder of packages.
TEST(Schema, ThoseOfAnInstalledPyTorchAreReadAndPrinted) {
  const char* const wheel = std::getenv("LAZULI_TORCH_SITE");
  if (!wheel) GTEST_SKIP() << "needs LAZULI_TORCH_SITE, the site-packages that hold torchgen";
  const std::vector<Yaml> documents =
      read_yaml(std::string(wheel) + "/torchgen/packaged/ATen/native/native_functions.yaml");
  ASSERT_EQ(documents.size(), 1u);
  EXPECT_GT(documents[0].items.size(), 2000u);
  for (const Yaml& item : documents[0].items) {
    const Yaml* func = item.find("func");
    ASSERT_TRUE(func) << item.line;
    try {
      EXPECT_EQ(to_string(parse(func->text)), func->text) << func->line;
    } catch (const SyntaxError& error) {
      ADD_FAILURE() << func->line << ": " << error.what() << "\n" << func->text;
    }
  }
}

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
  EXPECT_EQ(mistake("add(Tensor self, Tensor self) -> Tensor"),
            "argument 'self' twice at column 25 ('self) -> Ten')");
  EXPECT_EQ(mistake("add(int a=1, int b) -> Tensor"),
            "need a default of 'b', as one before it has at column 19 (') -> Tensor')");
  EXPECT_EQ(mistake("add(*, int a, *, int b) -> Tensor"),
            "need one '*' at column 15 ('*, int b) ->')");
  EXPECT_EQ(mistake("add(int a, *) -> Tensor"), "need ',' at column 13 (') -> Tensor')");
  EXPECT_EQ(mistake("add(int a,) -> Tensor"), "need a type at column 11 (') -> Tensor')");
  EXPECT_EQ(mistake("add(int[ a) -> Tensor"), "need a size from 1 at column 10 ('a) -> Tensor')");
  EXPECT_EQ(mistake("add(int[0] a) -> Tensor"), "need a size from 1 at column 9 ('0] a) -> Ten')");
  EXPECT_EQ(mistake("add() -> Tensor x y"), "need the end at column 19 ('y')");
  EXPECT_EQ(mistake("add() -> (Tensor x, int x)"), "result 'x' twice at column 21 ('int x)')");
  EXPECT_EQ(mistake("2d() -> ()"), "need a name at column 1 ('2d() -> ()')");
  EXPECT_EQ(mistake("add(int 2) -> ()"), "need an argument's name at column 9 ('2) -> ()')");
  EXPECT_EQ(mistake("add(Tensor a"), "need ')' at column 13");
  EXPECT_EQ(mistake(""), "need a name at column 1");
}

TEST(Schema, AnAliasIsOfATensorThatIsThere) {
  EXPECT_EQ(mistake("f(int(a) x) -> ()"),
            "need a Tensor for an alias at column 6 ('(a) x) -> ()')");
  EXPECT_EQ(mistake("f(Tensor[](a) x) -> ()"),
            "need an argument's name at column 11 ('(a) x) -> ()')");
  EXPECT_EQ(mistake("f(Tensor(a!) self) -> Tensor(b!)"),
            "need an argument with the result's alias 'b' at column 23 ('Tensor(b!)')");
  EXPECT_EQ(mistake("f(Tensor(a) self) -> Tensor(a!)"),
            "need 'a' for a result, as for its argument at column 22 ('Tensor(a!)')");
  EXPECT_EQ(mistake("f_(Tensor(a!) self) -> Tensor(a)"),
            "need 'a!' for a result, as for its argument at column 24 ('Tensor(a)')");
  EXPECT_EQ(mistake("f(Tensor(a) self) -> Tensor(a -> b)"),
            "need no '->' in a result's alias at column 22 ('Tensor(a -> ')");
  EXPECT_EQ(mistake("f(Tensor(a|a) self) -> ()"), "alias 'a' twice at column 12 ('a) self) -> ')");
  EXPECT_EQ(mistake("f(Tensor(a|b!) self) -> ()"),
            "need one alias to write at column 10 ('a|b!) self) ')");
  EXPECT_EQ(mistake("f(Tensor() self) -> ()"), "need an alias at column 10 (') self) -> (')");
  EXPECT_EQ(mistake("f(Tensor(a -> b) self) -> Tensor(b)"), "no mistake");
}

TEST(Schema, ADefaultIsOfItsArgumentsType) {
  const auto mistake_of = [](const std::string& argument) {
    return mistake(("f(" + argument + ") -> ()").c_str()).substr(0, 30);
  };
  for (const char* argument : {"bool x=1",
                               "bool x=true",
                               "bool x=None",
                               "int x=1.0",
                               "int x=True",
                               "int x=mean",
                               "int x=99999999999999999999",
                               "int x=+1",
                               "SymInt x=Mean",
                               "float x=1e999",
                               "float x=inf",
                               "float x=0x1",
                               "float x=False",
                               "Scalar x=\"1\"",
                               "str x=a",
                               "str? x=1",
                               "ScalarType x=None",
                               "ScalarType x=1",
                               "MemoryFormat x='a'",
                               "int[] x=1",
                               "int[2] x=1.5",
                               "int[2] x=[1,a]",
                               "int[] x=[[1]]",
                               "bool[2] x=[True,None]",
                               "int[2] x=None",
                               "Tensor x=None",
                               "Tensor x=0",
                               "Tensor? x=[]",
                               "Tensor(a!) x=1",
                               "Generator x=0",
                               "int x=",
                               "int[] x=[1",
                               "int[] x=[1,]",
                               "str x=\"a",
                               "str x=\"a\\\"",
                               "Any x=1"}) {
    EXPECT_EQ(mistake_of(argument).substr(0, 18), "need a default of ") << argument;
  }
  EXPECT_EQ(mistake("f(bool? x=1) -> ()"),
            "need a default of bool? for 'x' at column 11 ('1) -> ()')");
  EXPECT_EQ(mistake("f(int[1] x=[-2, -1], bool?[] y=[None], Tensor?[] z=[None], Tensor[] t=[], "
                    "int[]? a=None, float b=.5, SymInt[2] c=-1) -> ()"),
            "no mistake");
}

TEST(Schema, ASchemaHasABound) {
  std::string text = "f(";
  for (int i = 0; i < 255; ++i) text += (i == 0 ? "int a" : ", int a") + std::to_string(i);
  EXPECT_EQ(mistake((text + ") -> ()").c_str()), "no mistake");
  EXPECT_EQ(mistake((text + ", int b) -> ()").c_str()).substr(0, 27),
            "need at most 255 arguments ");
}

TEST(Schema, AnAliasMayBeWritten) {
  EXPECT_TRUE(parse("f(Tensor(a!) self) -> ()").arguments[0].type.is_write());
}

}  // namespace
}  // namespace lazuli::codegen::schema
