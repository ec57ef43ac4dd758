// Files as a whole: mapped to be read, replaced to be written. Knows nothing of tensors. Mistakes
// are told with the name of the function that the user called, and his line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "lazuli/functions/arguments.h"

namespace lazuli::io {

// What the user asked for: begins every message.
struct Request {
  const char* function;
  std::filesystem::path path;
  At at;

  std::string text() const;  // "load_npy: weights.npy"
};

// The bytes of a file in this process's memory. Writing them changes neither the file nor another
// mapping of it; the system reads a page when it is first touched, so the file must keep its length
// meanwhile.
class MappedFile {
 public:
  // Throws ValueError for a file that is not there or can't be read.
  static std::shared_ptr<MappedFile> open(const Request& request);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<std::byte> bytes() const { return {data_, size_}; }

 private:
  MappedFile() = default;
  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

// A new file that takes the place of the one at the path in a single moment, when it is whole and
// on the disk. Until then, and if anything fails, the old one stays as it is.
class FileReplacement {
 public:
  // Chooses a name in the same folder that no file has.
  explicit FileReplacement(const Request& request);
  // Removes the new file unless it was committed.
  ~FileReplacement();
  FileReplacement(const FileReplacement&) = delete;
  FileReplacement& operator=(const FileReplacement&) = delete;

  const std::string& temporary() const { return temporary_; }
  // The file at temporary() is whole: writes it and its folder to the disk. Throws DeviceError
  // where that fails.
  void commit();

 protected:
  [[noreturn]] void fail(const char* action) const;  // with errno

 private:
  const Request& request_;
  std::string temporary_;
  bool is_committed_ = false;
};

// A replacement written from beginning to end.
class FileWriter : public FileReplacement {
 public:
  // Throws ValueError for a folder in which no file can be made.
  explicit FileWriter(const Request& request);
  ~FileWriter();

  // Throws DeviceError where the disk is full or fails, as commit does.
  void write(std::span<const std::byte> bytes);
  void commit();

 private:
  int file_ = -1;
};

}  // namespace lazuli::io
