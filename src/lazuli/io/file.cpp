#include "lazuli/io/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "lazuli/functions/check.h"

namespace lazuli::io {
namespace {

// A descriptor that is closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int file) : file_(file) {}
  ~Descriptor() {
    if (file_ >= 0) ::close(file_);
  }
  Descriptor(const Descriptor&) = delete;
  int get() const { return file_; }

 private:
  int file_;
};

bool sync(const std::string& path, int flags) {
  const Descriptor file(::open(path.c_str(), flags | O_CLOEXEC));
  return file.get() >= 0 && fsync(file.get()) == 0;
}

}  // namespace

std::string Request::text() const { return format("{}: {}", function, path.string()); }

std::shared_ptr<MappedFile> MappedFile::open(const Request& request) {
  const Descriptor file(::open(request.path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  const bool is_there = file.get() >= 0 && fstat(file.get(), &status) == 0;
  LZ_CHECK_AT(is_there, ValueError, request.at, "{}: need a file that can be read; got {}",
              request.text(), std::strerror(errno));
  LZ_CHECK_AT(S_ISREG(status.st_mode), ValueError, request.at,
              "{}: need a file that can be read; got none that has a length", request.text());
  std::shared_ptr<MappedFile> mapped(new MappedFile());
  mapped->size_ = static_cast<size_t>(status.st_size);
  if (mapped->size_ == 0) return mapped;
  void* const data =
      mmap(nullptr, mapped->size_, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.get(), 0);
  LZ_CHECK_AT(data != MAP_FAILED, ValueError, request.at,
              "{}: need a file that can be mapped; got {}", request.text(), std::strerror(errno));
  mapped->data_ = static_cast<std::byte*>(data);
  return mapped;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(data_, size_);
}

FileReplacement::FileReplacement(const Request& request) : request_(request) {
  static std::atomic<uint64_t> made{0};
  do {
    temporary_ = format("{}.{}-{}.tmp", request.path.string(), getpid(), made++);
  } while (access(temporary_.c_str(), F_OK) == 0);
}

FileReplacement::~FileReplacement() {
  if (!is_committed_) unlink(temporary_.c_str());
}

void FileReplacement::commit() {
  if (!sync(temporary_, O_RDONLY)) fail("write to the disk");
  if (rename(temporary_.c_str(), request_.path.c_str()) != 0) fail("take the old file's place");
  is_committed_ = true;
  const std::filesystem::path folder = request_.path.parent_path();
  if (!sync(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY)) {
    fail("write the folder to the disk");
  }
}

void FileReplacement::fail(const char* action) const {
  const int code = errno;
  LZ_CHECK_AT(false, DeviceError, request_.at, "{}: could not {}: {}", request_.text(), action,
              std::strerror(code));
  __builtin_unreachable();
}

FileWriter::FileWriter(const Request& request) : FileReplacement(request) {
  file_ = open(temporary().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  LZ_CHECK_AT(file_ >= 0, ValueError, request.at,
              "{}: need a folder in which a file can be made; got {}", request.text(),
              std::strerror(errno));
}

FileWriter::~FileWriter() {
  if (file_ >= 0) ::close(file_);
}

void FileWriter::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write the file");
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
}

void FileWriter::commit() {
  const int file = file_;
  file_ = -1;
  if (::close(file) != 0) fail("write the file");
  FileReplacement::commit();
}

}  // namespace lazuli::io
