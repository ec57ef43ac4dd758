#include "lazuli/data/idx.h"

#include <gtest/gtest.h>

#include "lazuli/base/error.h"
#include "lazuli/data/test_files.h"

namespace lazuli::data {
namespace {

using Idx = IdxFolder;

TEST_F(Idx, ReadsImagesPlainAndGzipped) {
  const Bytes pixels = counting(5 * 3 * 4);
  const Bytes file = image_file(5, 3, 4, pixels);
  for (const auto& path : {write("plain", file), write_gzip("gzipped", file)}) {
    const Images images = read_idx_images(path);
    EXPECT_EQ(images.count, 5);
    EXPECT_EQ(images.rows, 3);
    EXPECT_EQ(images.columns, 4);
    EXPECT_EQ(images.pixels, pixels);
  }
}

TEST_F(Idx, ReadsLabelsPlainAndGzipped) {
  const Bytes labels = counting(11, 10);
  EXPECT_EQ(read_idx_labels(write("plain", label_file(11, labels))), labels);
  EXPECT_EQ(read_idx_labels(write_gzip("gzipped", label_file(11, labels))), labels);
}

TEST_F(Idx, ReadsMoreThanOnePieceOfMemory) {
  const Bytes pixels = counting(size_t{3} * 2000 * 2000, 251);
  EXPECT_EQ(read_idx_images(write_gzip("large", image_file(3, 2000, 2000, pixels))).pixels, pixels);
}

TEST_F(Idx, ReadsAnEmptySet) {
  EXPECT_EQ(read_idx_images(write("images", image_file(0, 28, 28, {}))).count, 0);
  EXPECT_TRUE(read_idx_labels(write("labels", label_file(0, {}))).empty());
}

TEST_F(Idx, NamesAMissingFile) {
  expect_error<ValueError>([&] { read_idx_images(folder_ / "none"); },
                           {"read_idx_images: ", (folder_ / "none").string(), "No such file"});
  expect_error<ValueError>([&] { read_idx_labels(folder_); }, {folder_.string(), "directory"});
}

TEST_F(Idx, RefusesAWrongMagicNumber) {
  const auto labels = write("labels", label_file(3, counting(3)));
  expect_error<ValueError>([&] { read_idx_images(labels); },
                           {labels.string(), "magic number 2051", "got 2049 (labels)"});
  const auto other = write("other", idx_file({77, 3}, counting(3)));
  expect_error<ValueError>([&] { read_idx_labels(other); }, {"magic number 2049", "got 77"});
}

TEST_F(Idx, RefusesAShortHeader) {
  expect_error<ValueError>([&] { read_idx_images(write("empty", {})); },
                           {"header of 16 bytes", "ends after 0 bytes"});
  expect_error<ValueError>(
      [&] {
        read_idx_images(write("half", idx_file({2051, 3}, {})));
      },
      {"header of 16 bytes", "ends after 8 bytes"});
}

TEST_F(Idx, RefusesASizeOtherThanTheHeaders) {
  for (const bool gzipped : {false, true}) {
    const auto put = [&](const Bytes& bytes) {
      return gzipped ? write_gzip("file", bytes) : write("file", bytes);
    };
    expect_error<ValueError>(
        [&] { read_idx_images(put(image_file(2, 3, 3, counting(17)))); },
        {(folder_ / "file").string(), "need 18 bytes for 2 images of 3 x 3", "got 17 bytes"});
    expect_error<ValueError>([&] { read_idx_images(put(image_file(2, 3, 3, counting(19)))); },
                             {"need 18 bytes", "got a longer file"});
    expect_error<ValueError>([&] { read_idx_labels(put(label_file(4, counting(3)))); },
                             {"need 4 bytes for 4 labels", "got 3 bytes"});
  }
}

TEST_F(Idx, DoesNotTakeTheMemoryThatAHeaderClaims) {
  expect_error<ValueError>(
      [&] {
        read_idx_images(write("huge", image_file(0xffffffff, 1 << 14, 1 << 14, counting(9))));
      },
      {"got 9 bytes"});
}

TEST_F(Idx, RefusesImagesWithoutOrWithTooManyPixels) {
  expect_error<ValueError>([&] { read_idx_images(write("flat", image_file(2, 0, 28, {}))); },
                           {"rows and columns", "got 0 x 28"});
  expect_error<ValueError>([&] { read_idx_images(write("wide", image_file(2, 28, 1u << 31, {}))); },
                           {"rows and columns", "got 28 x 2147483648"});
}

TEST_F(Idx, RefusesATruncatedOrDamagedGzipStream) {
  const auto path = write_gzip("stream", image_file(20, 28, 28, counting(20 * 784, 251)));
  Bytes stream = contents(path);
  Bytes cut(stream.begin(), stream.end() - 12);
  expect_error<ValueError>([&] { read_idx_images(write("cut", cut)); },
                           {"need a whole file", "unexpected end of file"});
  stream[stream.size() - 6] ^= 0xff;  // in the checksum
  expect_error<ValueError>([&] { read_idx_images(write("damaged", stream)); },
                           {"need a whole file", "incorrect data check"});
}

}  // namespace
}  // namespace lazuli::data
