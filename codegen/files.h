// Files as the generator reads and writes them.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lazuli::codegen {

// A file to write, its path below the output folder.
struct OutputFile {
  std::string path;
  std::string text;
};

// The whole content, or nothing where it cannot be read.
std::optional<std::string> read_file(const std::string& path);
// Writes them below `folder`; a file whose content is the same keeps its time stamp. Gives how many
// were written; throws std::runtime_error where one cannot be.
int write_files(const std::vector<OutputFile>& files, const std::string& folder);

}  // namespace lazuli::codegen
