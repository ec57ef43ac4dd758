// Small IDX files in a folder of their own, for tests of what reads them.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <vector>

namespace lazuli::data {

using Bytes = std::vector<uint8_t>;

// The big-endian words of a header, then the contents.
inline Bytes idx_file(std::initializer_list<uint32_t> header, const Bytes& contents) {
  Bytes file;
  for (const uint32_t word : header) {
    for (const int shift : {24, 16, 8, 0}) file.push_back(static_cast<uint8_t>(word >> shift));
  }
  file.insert(file.end(), contents.begin(), contents.end());
  return file;
}

inline Bytes image_file(uint32_t count, uint32_t rows, uint32_t columns, const Bytes& pixels) {
  return idx_file({2051, count, rows, columns}, pixels);
}

inline Bytes label_file(uint32_t count, const Bytes& labels) {
  return idx_file({2049, count}, labels);
}

// Bytes that differ: 0, 1, 2, ... modulo `period`.
inline Bytes counting(size_t count, int period = 256) {
  Bytes bytes(count);
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<uint8_t>(i % period);
  return bytes;
}

// A fixture with a folder that goes with the test.
class IdxFolder : public testing::Test {
 protected:
  IdxFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lazuli-data-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~IdxFolder() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const Bytes& bytes) const {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path;
  }

  std::filesystem::path write_gzip(const std::string& name, const Bytes& bytes) const {
    const std::filesystem::path path = folder_ / name;
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    return path;
  }

  Bytes contents(const std::filesystem::path& path) const {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
  }

  std::filesystem::path folder_;
};

// Runs `call` and expects a ValueError whose text has all of `parts`.
template <typename Error, typename Call>
void expect_error(Call call, std::initializer_list<std::string> parts) {
  try {
    call();
    ADD_FAILURE() << "nothing was thrown; expected \"" << *parts.begin() << "\"";
  } catch (const Error& error) {
    for (const std::string& part : parts) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
          << "no \"" << part << "\" in \"" << error.what() << "\"";
    }
  }
}

}  // namespace lazuli::data
