#include "lazuli/data/mnist.h"

#include <gtest/gtest.h>

#include "lazuli/base/error.h"
#include "lazuli/data/test_files.h"

namespace lazuli::data {
namespace {

constexpr size_t kPixels = 784;

class MnistFolder : public IdxFolder {
 protected:
  void write_set(const std::string& set, uint32_t count, bool gzipped, int period = 10) {
    const Bytes images = image_file(count, 28, 28, counting(count * kPixels, 251));
    const Bytes labels = label_file(count, counting(count, period));
    if (gzipped) {
      write_gzip(set + "-images-idx3-ubyte.gz", images);
      write_gzip(set + "-labels-idx1-ubyte.gz", labels);
    } else {
      write(set + "-images-idx3-ubyte", images);
      write(set + "-labels-idx1-ubyte", labels);
    }
  }
};

TEST_F(MnistFolder, LoadsBothSets) {
  write_set("train", 30, false);
  write_set("t10k", 20, true);
  const Mnist mnist = load_mnist(folder_);
  EXPECT_FALSE(mnist.is_split);
  EXPECT_EQ(mnist.train.count(), 30);
  EXPECT_EQ(mnist.test.count(), 20);
  EXPECT_EQ(mnist.test.images.pixels, counting(20 * kPixels, 251));
  EXPECT_EQ(mnist.train.labels, counting(30, 10));
}

TEST_F(MnistFolder, HoldsOutTheLastImagesOfTheTestSet) {
  write_set("t10k", 2300, true);
  const Mnist mnist = load_mnist(folder_);
  EXPECT_TRUE(mnist.is_split);
  ASSERT_EQ(mnist.train.count(), 300);
  ASSERT_EQ(mnist.test.count(), kMnistHeldOut);
  const Bytes pixels = counting(2300 * kPixels, 251);
  EXPECT_EQ(mnist.train.images.pixels, Bytes(pixels.begin(), pixels.begin() + 300 * kPixels));
  EXPECT_EQ(mnist.test.images.pixels, Bytes(pixels.begin() + 300 * kPixels, pixels.end()));
  EXPECT_EQ(mnist.train.labels.size(), 300u);
  EXPECT_EQ(mnist.test.labels.size(), 2000u);
}

TEST_F(MnistFolder, NamesWhatIsMissing) {
  expect_error<ValueError>([&] { load_mnist(folder_ / "none"); },
                           {"load_mnist: ", (folder_ / "none").string(), "need a folder"});
  expect_error<ValueError>([&] { load_mnist(folder_); }, {"t10k-images-idx3-ubyte"});
  write_set("train", 30, false);
  expect_error<ValueError>([&] { load_mnist(folder_); },
                           {folder_.string(), "t10k-images-idx3-ubyte.gz", "found neither"});
}

TEST_F(MnistFolder, NeedsBothFilesOfASet) {
  write("train-labels-idx1-ubyte", label_file(3, counting(3)));
  write_set("t10k", 20, false);
  expect_error<ValueError>([&] { load_mnist(folder_); }, {"train-images-idx3-ubyte"});
}

TEST_F(MnistFolder, RefusesOtherNumbersOfLabels) {
  write("t10k-images-idx3-ubyte", image_file(5, 28, 28, counting(5 * kPixels)));
  write("t10k-labels-idx1-ubyte", label_file(4, counting(4)));
  expect_error<ValueError>([&] { load_mnist(folder_); },
                           {"t10k-labels-idx1-ubyte", "each of the 5 images", "got 4"});
}

TEST_F(MnistFolder, RefusesOtherExtentsAndLabels) {
  write("t10k-images-idx3-ubyte", image_file(5, 14, 56, counting(5 * kPixels)));
  write("t10k-labels-idx1-ubyte", label_file(5, counting(5)));
  expect_error<ValueError>([&] { load_mnist(folder_); }, {"need images of 28 x 28", "got 14 x 56"});
  write_set("t10k", 20, false, 12);
  expect_error<ValueError>([&] { load_mnist(folder_); },
                           {"labels from 0 to 9", "got 10 as number 10"});
}

TEST_F(MnistFolder, RefusesTooFewImagesToHoldSomeOut) {
  write_set("t10k", 2000, true);
  expect_error<ValueError>([&] { load_mnist(folder_); }, {"more than 2000 images", "got 2000"});
}

}  // namespace
}  // namespace lazuli::data
