// Against bytes written by hand from the format's description.
#include "lazuli/io/npy.h"

#include <string>
#include <vector>

#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/io/test_files.h"

namespace lazuli::io {
namespace {

std::string file_of(const std::string& dictionary, const std::string& data, int version = 1) {
  return std::string("\x93NUMPY") + static_cast<char>(version) + std::string(1, '\0') +
         little(dictionary.size(), version == 1 ? 2 : 4) + dictionary + data;
}

std::string header(const std::string& descr, bool is_fortran_order, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': " + (is_fortran_order ? "True" : "False") +
         ", 'shape': " + shape + ", }\n";
}

// 0, 1, 2, ... as eight bytes each, the lowest first or last.
std::string counting(int count, bool is_little) {
  std::string bytes;
  for (int i = 0; i < count; ++i) {
    bytes += is_little ? little(static_cast<uint64_t>(i), 8) : std::string(7, '\0') + char(i);
  }
  return bytes;
}

class NpyFile : public TestFiles {
 protected:
  void expect_refused(const std::string& bytes, const std::string& text) {
    const auto file = write("x.npy", bytes);
    expect_error("x.npy", text, [&] { load_npy(file); });
  }
};

TEST_F(NpyFile, IsReadInEveryVersion) {
  for (const int version : {1, 2, 3}) {
    const auto file =
        write("x.npy", file_of(header("<i8", false, "(2, 3)"), counting(6, true), version));
    const Tensor tensor = load_npy(file);
    EXPECT_EQ(tensor.sizes(), (Shape{2, 3}));
    EXPECT_EQ(tensor.to_vector<int64_t>(), (std::vector<int64_t>{0, 1, 2, 3, 4, 5}));
  }
}

TEST_F(NpyFile, IsReadInEitherByteOrder) {
  const auto file = write("x.npy", file_of(header(">i8", false, "(3,)"), counting(3, false)));
  EXPECT_EQ(load_npy(file).to_vector<int64_t>(), (std::vector<int64_t>{0, 1, 2}));
  const auto floats =
      write("f.npy", file_of(header(">f4", false, "()"), std::string("\x3f\x80\x00\x00", 4)));
  EXPECT_EQ(load_npy(floats).item<float>(), 1);
  EXPECT_EQ(load_npy(floats).sizes(), Shape());
}

TEST_F(NpyFile, IsReadInFortransOrder) {
  for (const bool is_little : {true, false}) {
    const auto file = write("x.npy", file_of(header(is_little ? "<i8" : ">i8", true, "(2, 3)"),
                                             counting(6, is_little)));
    EXPECT_EQ(load_npy(file).to_vector<int64_t>(), (std::vector<int64_t>{0, 2, 4, 1, 3, 5}));
  }
  const auto row = write("r.npy", file_of(header("<i8", true, "(3,)"), counting(3, true)));
  EXPECT_EQ(load_npy(row).to_vector<int64_t>(), (std::vector<int64_t>{0, 1, 2}));
}

TEST_F(NpyFile, MayHaveItsKeysInAnotherOrder) {
  const auto file = write("x.npy", file_of(R"({"shape":(2,),"descr":"|b1","fortran_order":False})",
                                           std::string("\1\0", 2)));
  EXPECT_EQ(load_npy(file).to_vector<bool>(), (std::vector<bool>{true, false}));
}

TEST_F(NpyFile, IsWrittenAsDescribed) {
  save_npy(path("x.npy"), arange(3));
  const std::string dictionary = "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }";
  const std::string padded = dictionary + std::string(128 - 10 - dictionary.size() - 1, ' ') + "\n";
  EXPECT_EQ(read("x.npy"), file_of(padded, counting(3, true)));
  EXPECT_EQ(count_files(), 1u);
}

TEST_F(NpyFile, GivesBackWhatWasSaved) {
  const Tensor matrix = randn({3, 5});
  for (const Tensor& tensor :
       {matrix, matrix.t(), matrix > 0, ones({}), zeros({0, 2}), zeros({1, 1, 1, 1, 1, 1, 1, 2})}) {
    save_npy(path("x.npy"), tensor);
    EXPECT_EQ(load_npy(path("x.npy")).to_string(), tensor.to_string());
  }
}

TEST_F(NpyFile, IsRefusedWhereItIsDamaged) {
  const std::string good = file_of(header("<i8", false, "(3,)"), counting(3, true));
  expect_refused("", "need a .npy file; got other bytes");
  expect_refused("PK\x03\x04 and so on", "need a .npy file; got other bytes");
  expect_refused(file_of("", "", 4), "need .npy format version 1, 2 or 3; got 4");
  for (size_t length = 10; length < good.size() - 24; length += 7) {
    expect_refused(good.substr(0, length), "need a whole header");
  }
  expect_refused(good.substr(0, good.size() - 1), "need 24 bytes for i8[3]; got 23");
  expect_refused(good + "x", "need 24 bytes for i8[3]; got 25");
  expect_refused(file_of(header("|b1", false, "(2,)"), std::string("\x01\x05", 2)),
                 "need bools of 0 and 1; got 5 as element 1");
}

TEST_F(NpyFile, IsRefusedWithAnotherHeader) {
  for (const std::string dictionary :
       {"", "{", "{'descr': '<i8'}", "{'descr': '<i8', 'fortran_order': 0, 'shape': (3,)}",
        "{'descr': '<i8', 'fortran_order': False, 'shape': 3}",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (-3,)}",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), 'x': 1}",
        "{'descr': '<i8', 'descr': '<i8', 'fortran_order': False, 'shape': (3,)}",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (3,)} x"}) {
    expect_refused(file_of(dictionary, counting(3, true)),
                   "need a header of descr, fortran_order and shape");
  }
  expect_refused(file_of("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", ""),
                 "need a dtype of b1, u1, i1, i2, i4, i8, f2, f4, f8; got a structured dtype");
  expect_refused(file_of(header("|O", false, "(1,)"), ""), "got |O");
  expect_refused(file_of(header("<c32", false, "(1,)"), ""), "got <c32");
  expect_refused(file_of(header("<i8", false, "(4294967296, 4294967296)"), ""),
                 "need at most 8 extents and 2^63 bytes");
}

TEST_F(NpyFile, IsNotWrittenFromBadArguments) {
  expect_error("x.npy", "tensor is undefined", [&] { save_npy(path("x.npy"), Tensor()); });
  expect_error("none/x.npy", "need a folder in which a file can be made",
               [&] { save_npy(path("none/x.npy"), ones({1})); });
}

TEST_F(NpyFile, KeepsEveryDTypeThatTheFormatHas) {
  for (int i = 0; i < kDTypeCount; ++i) {
    const auto dtype = static_cast<DType>(i);
    const Tensor tensor = full({3}, 1, dtype);
    if (dtype == DType::bf16) {
      expect_error("x.npy", "need a dtype of b1, u1, i1, i2, i4, i8, f2, f4, f8; got bf16",
                   [&] { save_npy(path("x.npy"), tensor); });
      continue;
    }
    save_npy(path("x.npy"), tensor);
    const Tensor read = load_npy(path("x.npy"));
    EXPECT_EQ(read.dtype(), dtype);
    EXPECT_EQ(read.to(kInt64).to_vector<int64_t>(), (std::vector<int64_t>{1, 1, 1}));
  }
}

}  // namespace
}  // namespace lazuli::io
