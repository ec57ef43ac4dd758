// Against bytes written by hand from the format's description.
#include "lazuli/io/safetensors.h"

#include <string>
#include <vector>

#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/io/test_files.h"

namespace lazuli::io {
namespace {

std::string file_of(const std::string& header, const std::string& data) {
  return little(header.size(), 8) + header + data;
}

constexpr const char* kOnes = "\x00\x00\x80\x3f\x00\x00\x80\x3f";  // 1.0f twice
const std::string kTwoOnes(kOnes, 8);

class SafeTensorsFile : public TestFiles {
 protected:
  void expect_refused(const std::string& header, const std::string& data, const std::string& text) {
    const auto file = write("x.safetensors", file_of(header, data));
    expect_error("x.safetensors", text, [&] { load_safetensors(file); });
  }
};

TEST_F(SafeTensorsFile, IsReadAsDescribed) {
  const std::string header =
      R"({"__metadata__":{"made":"by hand"},"w":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},)"
      R"("n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
      R"("none":{"dtype":"F32","shape":[0,3],"data_offsets":[16,16]},)"
      R"("flags":{"dtype":"BOOL","shape":[1,2],"data_offsets":[16,18]}} )";
  const auto file =
      write("x.safetensors", file_of(header, little(7, 8) + kTwoOnes + std::string("\x00\x01", 2)));
  const SafeTensors loaded = load_safetensors(file);
  ASSERT_EQ(loaded.tensors.size(), 4u);
  EXPECT_EQ(loaded.tensors[0].first, "w");
  EXPECT_EQ(loaded.tensors[0].second.to_vector<float>(), (std::vector<float>{1, 1}));
  EXPECT_EQ(find(loaded.tensors, "n").item<int64_t>(), 7);
  EXPECT_EQ(find(loaded.tensors, "n").sizes(), Shape());
  EXPECT_EQ(find(loaded.tensors, "none").sizes(), (Shape{0, 3}));
  EXPECT_EQ(find(loaded.tensors, "flags").to_vector<bool>(), (std::vector<bool>{false, true}));
  EXPECT_EQ(loaded.metadata.at("made"), "by hand");
}

TEST_F(SafeTensorsFile, IsWrittenAsDescribed) {
  save_safetensors(path("x"), {{"b", full({1}, true)}, {"w", ones({2})}}, {{"k", "v"}});
  const std::string header =
      R"({"__metadata__":{"k":"v"},"b":{"dtype":"BOOL","shape":[1],"data_offsets":[8,9]},)"
      R"("w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  EXPECT_EQ(read("x"), file_of(padded, kTwoOnes + "\x01"));
  EXPECT_EQ(count_files(), 1u);
}

TEST_F(SafeTensorsFile, GivesBackWhatWasSaved) {
  const Tensor matrix = randn({3, 5});
  const NamedTensors tensors = {{"bools", matrix > 0},
                                {"turned", matrix.t()},
                                {"part", matrix.narrow(1, 1, 3)},
                                {"ä \" \\", arange(5)},
                                {"none", zeros({0})}};
  save_safetensors(path("x"), tensors);
  const NamedTensors loaded = load_safetensors(path("x")).tensors;
  ASSERT_EQ(loaded.size(), tensors.size());
  for (size_t i = 0; i < loaded.size(); ++i) {
    EXPECT_EQ(loaded[i].first, tensors[i].first);
    EXPECT_EQ(loaded[i].second.to_string(), tensors[i].second.to_string());
  }
  save_safetensors(path("empty"), {});
  EXPECT_TRUE(load_safetensors(path("empty")).tensors.empty());
}

TEST_F(SafeTensorsFile, IsMappedAndNotChangedByWrites) {
  save_safetensors(path("x"), {{"w", ones({4096})}});
  const std::string before = read("x");
  Tensor weight = load_safetensors(path("x")).tensors[0].second;
  const Tensor view = weight.narrow(0, 0, 2);
  EXPECT_FALSE(view.is_same(weight));
  weight.add_(1);
  EXPECT_EQ(view.to_vector<float>(), (std::vector<float>{2, 2}));
  EXPECT_EQ(weight.sum().item<float>(), 8192);
  EXPECT_EQ(read("x"), before);
  // The file may be replaced while a tensor of it lives.
  const Tensor old = load_safetensors(path("x")).tensors[0].second;
  save_safetensors(path("x"), {{"w", weight}});
  EXPECT_EQ(old.sum().item<float>(), 4096);
  EXPECT_EQ(load_safetensors(path("x")).tensors[0].second.sum().item<float>(), 8192);
}

TEST_F(SafeTensorsFile, MayHaveElementsThatAreNotAligned) {
  const std::string header = R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  ASSERT_NE((header.size() + 8) % 4, 0u);
  const auto file = write("x", file_of(header, kTwoOnes));
  EXPECT_EQ(load_safetensors(file).tensors[0].second.to_vector<float>(),
            (std::vector<float>{1, 1}));
}

TEST_F(SafeTensorsFile, IsRefusedWithoutAWholeHeader) {
  expect_error("gone", "need a file that can be read; got No such file",
               [&] { load_safetensors(path("gone")); });
  expect_error(path("").string(), "need a file that can be read",
               [&] { load_safetensors(path("")); });
  expect_error("empty", "need the 8 bytes of a header's length; got a file of 0",
               [&] { load_safetensors(write("empty", "")); });
  expect_error("short", "need a header of at most 100000000 bytes within the file of 10; got 3",
               [&] { load_safetensors(write("short", little(3, 8) + "{}")); });
  expect_error("huge", "got 18446744073709551615",
               [&] { load_safetensors(write("huge", little(~uint64_t{0}, 8) + "{}")); });
  expect_refused("{", "", "header: need JSON; got");
  expect_refused("[]", "", "header: need a JSON object");
  expect_refused("{\"a\":\"\xff\"}", "", "header: need JSON; got");
  expect_refused(R"({"__metadata__":{"k":1}})", "", "__metadata__: need an object of strings");
}

TEST_F(SafeTensorsFile, IsRefusedWithANameTwice) {
  expect_refused(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                 R"("w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                 kTwoOnes, "header: the name 'w' is there twice");
  expect_refused(R"({"w":{"dtype":"F32","dtype":"I64","shape":[1],"data_offsets":[0,8]}})",
                 kTwoOnes, "header: the name 'dtype' is there twice");
}

TEST_F(SafeTensorsFile, TellsEveryTensorsMistake) {
  const std::string header =
      R"({"odd":{"dtype":"F7","shape":[1],"data_offsets":[0,4]},)"
      R"("long":{"dtype":"F32","shape":[3],"data_offsets":[0,8]},)"
      R"("out":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},)"
      R"("back":{"dtype":"F32","shape":[1],"data_offsets":[8,4]},)"
      R"("big":{"dtype":"I64","shape":[4294967296,4294967296],"data_offsets":[0,8]},)"
      R"("less":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]},)"
      R"("half":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]},)"
      R"("deep":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]},)"
      R"("bare":{"dtype":"F32","shape":[1]},"none":3,)"
      R"("more":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}})";
  const auto file = write("x", file_of(header, kTwoOnes));
  for (const char* text :
       {"tensor 'odd': need a dtype of BOOL, U8, I8, I16, I32, I64, F16, BF16, F32, F64; got F7",
        "tensor 'long': need 12 bytes for F32[3]; got 8",
        "tensor 'out': need bytes within the 8 of the file; got 8 to 12",
        "tensor 'back': need bytes within the 8 of the file; got 8 to 4",
        "tensor 'big': need at most 8 extents and 2^63 bytes",
        "tensor 'less': need a shape of whole numbers",
        "tensor 'half': need a shape of whole numbers",
        "tensor 'deep': need at most 8 extents and 2^63 bytes",
        "tensor 'bare': need two data_offsets, whole numbers", "tensor 'none': need an object",
        "tensor 'more': need dtype, shape and data_offsets and nothing else"}) {
    expect_error("x", text, [&] { load_safetensors(file); });
  }
}

TEST_F(SafeTensorsFile, IsRefusedWhereBytesHaveTwoOwnersOrNone) {
  expect_refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                 R"("b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                 kTwoOnes, "tensor 'b': overlaps with 'a' at byte 4");
  expect_refused(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", kTwoOnes,
                 "tensor 'a': bytes 0 to 4 before it belong to no tensor");
  expect_refused(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", kTwoOnes,
                 "header: bytes 4 to 8 belong to no tensor");
  expect_refused("{}", "x", "header: bytes 0 to 1 belong to no tensor");
  expect_refused(R"({"f":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})",
                 std::string("\x01\x02", 2),
                 "tensor 'f': need bools of 0 and 1; got 2 as element 1");
}

TEST_F(SafeTensorsFile, IsNotWrittenFromBadArguments) {
  const Tensor w = ones({1});
  expect_error("x", "need different names, none '__metadata__'; got 'w'", [&] {
    save_safetensors(path("x"), {{"w", w}, {"w", w}});
  });
  expect_error("x", "got '__metadata__'", [&] {
    save_safetensors(path("x"), {{"__metadata__", w}});
  });
  expect_error("x", "tensor 'w' is undefined", [&] {
    save_safetensors(path("x"), {{"w", Tensor()}});
  });
  expect_error("none/x", "need a folder in which a file can be made; got No such file", [&] {
    save_safetensors(path("none/x"), {{"w", w}});
  });
  EXPECT_EQ(count_files(), 0u);
}

}  // namespace
}  // namespace lazuli::io
