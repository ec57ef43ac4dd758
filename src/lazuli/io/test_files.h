// What the tests of the formats share: a folder of their own, bytes in it, messages.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "lazuli/base/error.h"

namespace lazuli::io {

// A folder that goes away with the test.
class TestFiles : public testing::Test {
 protected:
  TestFiles() {
    std::string name = (std::filesystem::temp_directory_path() / "lazuli_io_XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~TestFiles() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  std::filesystem::path write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  size_t count_files() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  // The call throws Kind, the message names the file, holds `text` and ends with a line of a test.
  template <typename Kind = ValueError, typename Call>
  void expect_error(const std::string& file, const std::string& text, Call&& call) const {
    try {
      call();
      ADD_FAILURE() << "nothing thrown; want: " << text;
    } catch (const Kind& error) {
      const std::string what = error.what();
      EXPECT_NE(what.find(file), std::string::npos) << what;
      EXPECT_NE(what.find(text), std::string::npos) << what;
      EXPECT_NE(what.find("_test.cpp:"), std::string::npos) << what;
    }
  }

 private:
  std::filesystem::path folder_;
};

// A number's bytes, the lowest first.
inline std::string little(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i, value >>= 8) text += static_cast<char>(value);
  return text;
}

}  // namespace lazuli::io
