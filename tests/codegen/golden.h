// Texts compared with files of tests/codegen/golden; LAZULI_UPDATE_GOLDEN=1 writes those anew.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace lazuli::codegen::golden {

inline void compare(const std::string& name, const std::string& text) {
  const std::string path = std::string(LAZULI_GOLDEN) + "/golden/" + name + ".txt";
  if (std::getenv("LAZULI_UPDATE_GOLDEN")) std::ofstream(path) << text;
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text) << path;
}

}  // namespace lazuli::codegen::golden
