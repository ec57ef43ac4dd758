// Readers of IDX files, the form in which MNIST and its relatives are kept; gzipped or not. A file
// is read and checked whole, then handed over: nothing is returned from a bad one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "lazuli/data/images.h"

namespace lazuli::data {

// The images of an idx3-ubyte file: magic number 2051, three extents, one byte a pixel. Throws
// ValueError with the path, what was expected and what came: a file that is missing, is no IDX file
// of images, claims an empty or enormous image, or is shorter or longer than its header says.
Images read_idx_images(const std::filesystem::path& path);

// The labels of an idx1-ubyte file: magic number 2049, one extent, one byte a label. Throws
// ValueError as above.
std::vector<uint8_t> read_idx_labels(const std::filesystem::path& path);

}  // namespace lazuli::data
