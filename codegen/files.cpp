#include "codegen/files.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace lazuli::codegen {

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

int write_files(const std::vector<OutputFile>& files, const std::string& folder) {
  namespace fs = std::filesystem;
  int written = 0;
  for (const OutputFile& output : files) {
    const fs::path path = fs::path(folder) / output.path;
    if (read_file(path.string()) == output.text) continue;
    fs::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file << output.text;
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path.string());
    ++written;
  }
  return written;
}

}  // namespace lazuli::codegen
