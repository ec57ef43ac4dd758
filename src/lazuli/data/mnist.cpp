#include "lazuli/data/mnist.h"

#include <algorithm>
#include <optional>
#include <string>

#include "lazuli/base/check.h"
#include "lazuli/data/idx.h"

namespace lazuli::data {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kExtent = 28;
constexpr int kClasses = 10;

// `name` or `name`.gz; the plain file where both are there.
std::optional<fs::path> find(const fs::path& folder, const std::string& name) {
  for (const char* suffix : {"", ".gz"}) {
    fs::path path = folder / (name + suffix);
    std::error_code ignored;
    if (fs::exists(path, ignored)) return path;
  }
  return std::nullopt;
}

fs::path need(const fs::path& folder, const std::string& name) {
  const std::optional<fs::path> path = find(folder, name);
  LZ_CHECK(path.has_value(), ValueError, "load_mnist: {}: need {} or {}.gz; found neither",
           folder.string(), name, name);
  return *path;
}

// The images and labels of one set: "train" or "t10k".
LabelledImages read(const fs::path& folder, const std::string& set) {
  const fs::path images_path = need(folder, set + "-images-idx3-ubyte");
  const fs::path labels_path = need(folder, set + "-labels-idx1-ubyte");
  LabelledImages read = {read_idx_images(images_path), read_idx_labels(labels_path)};
  const Images& images = read.images;
  LZ_CHECK(images.rows == kExtent && images.columns == kExtent, ValueError,
           "load_mnist: {}: need images of {} x {}; got {} x {}", images_path.string(), kExtent,
           kExtent, images.rows, images.columns);
  LZ_CHECK(images.count >= 1, ValueError, "load_mnist: {}: need at least one image; got none",
           images_path.string());
  LZ_CHECK(static_cast<int64_t>(read.labels.size()) == images.count, ValueError,
           "load_mnist: {}: need a label for each of the {} images of {}; got {}",
           labels_path.string(), images.count, images_path.string(), read.labels.size());
  const auto wrong =
      std::find_if(read.labels.begin(), read.labels.end(), [](uint8_t l) { return l >= kClasses; });
  LZ_CHECK(wrong == read.labels.end(), ValueError,
           "load_mnist: {}: need labels from 0 to {}; got {} as number {}", labels_path.string(),
           kClasses - 1, *wrong, wrong - read.labels.begin());
  return read;
}

// Takes the images from `first` on out of `set`.
LabelledImages split_off(LabelledImages& set, int64_t first) {
  Images& images = set.images;
  const int64_t first_pixel = first * images.pixels_each();
  LabelledImages rest;
  rest.images = {images.count - first,
                 images.rows,
                 images.columns,
                 {images.pixels.begin() + first_pixel, images.pixels.end()}};
  rest.labels.assign(set.labels.begin() + first, set.labels.end());
  images.count = first;
  images.pixels.resize(static_cast<size_t>(first_pixel));
  set.labels.resize(static_cast<size_t>(first));
  return rest;
}

}  // namespace

Mnist load_mnist(const fs::path& folder) {
  std::error_code ignored;
  LZ_CHECK(fs::is_directory(folder, ignored), ValueError,
           "load_mnist: {}: need a folder of IDX files; there is none", folder.string());
  if (find(folder, "train-images-idx3-ubyte") || find(folder, "train-labels-idx1-ubyte")) {
    return {read(folder, "train"), read(folder, "t10k"), false};
  }
  Mnist mnist;
  mnist.train = read(folder, "t10k");
  mnist.is_split = true;
  const int64_t count = mnist.train.count();
  LZ_CHECK(count > kMnistHeldOut, ValueError,
           "load_mnist: {}: need more than {} images, or the train files; got {} and none",
           folder.string(), kMnistHeldOut, count);
  mnist.test = split_off(mnist.train, count - kMnistHeldOut);
  return mnist;
}

}  // namespace lazuli::data
