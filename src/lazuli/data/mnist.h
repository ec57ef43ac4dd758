// The MNIST digits from a folder of IDX files, in their published names, each gzipped (.gz) or not:
//   train-images-idx3-ubyte   train-labels-idx1-ubyte   60,000 of both
//   t10k-images-idx3-ubyte    t10k-labels-idx1-ubyte    10,000 of both
#pragma once

#include <cstdint>
#include <filesystem>

#include "lazuli/data/images.h"

namespace lazuli::data {

// Images kept for the test where a folder has only the t10k files.
inline constexpr int64_t kMnistHeldOut = 2000;

struct Mnist {
  LabelledImages train;
  LabelledImages test;
  bool is_split = false;  // only the t10k files were there: their last kMnistHeldOut are the test
};

// Both sets, all four files if they are there. Throws ValueError, before anything is returned: a
// folder or a file that is missing or bad (see idx.h), images other than 28 x 28, numbers of images
// and labels that differ, a label over 9, too few images to hold some out.
Mnist load_mnist(const std::filesystem::path& folder);

}  // namespace lazuli::data
