#include "lazuli/data/idx.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>

#include "lazuli/base/check.h"

namespace lazuli::data {
namespace {

constexpr uint32_t kLabelsMagic = 2049;
constexpr uint32_t kImagesMagic = 2051;
constexpr uint32_t kMaxExtent = 1 << 14;  // of one image

// One file being read; zlib takes plain files as they are.
class IdxFile {
 public:
  IdxFile(const char* reader, const std::filesystem::path& path)
      : reader_(reader), path_(path.string()) {
    errno = 0;
    file_ = gzopen(path_.c_str(), "rb");
    check(file_ != nullptr, "need a file that can be read",
          errno != 0 ? std::strerror(errno) : "no memory");
    gzbuffer(file_, 1 << 17);
  }
  ~IdxFile() {
    if (file_ != nullptr) gzclose_r(file_);
  }
  IdxFile(const IdxFile&) = delete;

  void check(bool condition, const std::string& expected, const std::string& came) const {
    LZ_CHECK(condition, ValueError, "{}: {}: {}; got {}", reader_, path_, expected, came);
  }

  // The next big-endian words of the header.
  void read_header(std::span<uint32_t> words, const char* what) {
    for (size_t i = 0; i < words.size(); ++i) {
      std::array<uint8_t, 4> bytes;
      const size_t got = read(bytes);
      check(got == bytes.size(), format("need {}", what),
            format("a file that ends after {} bytes", read_));
      words[i] = static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 |
                 static_cast<uint32_t>(bytes[2]) << 8 | bytes[3];
    }
  }

  // All that follows the header, which must be `size` bytes. Memory grows with what is there, not
  // with what the header claims.
  std::vector<uint8_t> read_rest(uint64_t size, const std::string& what) {
    std::vector<uint8_t> bytes;
    uint64_t have = 0;
    while (have < size) {
      constexpr uint64_t kPiece = 1 << 22;
      bytes.resize(have + std::min(size - have, std::max(kPiece, have)));
      const size_t got = read(std::span(bytes).subspan(have));
      have += got;
      if (have < bytes.size()) break;
    }
    check(have == size, format("need {} bytes for {}", size, what), format("{} bytes", have));
    // Looks for the end: this is also where zlib compares the checksum.
    std::array<uint8_t, 1> more;
    check(read(more) == 0, format("need {} bytes for {}", size, what), "a longer file");
    return bytes;
  }

 private:
  // As many bytes as there are, up to the span's size.
  size_t read(std::span<uint8_t> bytes) {
    size_t have = 0;
    while (have < bytes.size()) {
      const auto want = static_cast<unsigned>(std::min<size_t>(bytes.size() - have, 1 << 30));
      errno = 0;
      const int got = gzread(file_, bytes.data() + have, want);
      int code = Z_OK;
      const char* text = gzerror(file_, &code);
      // A gzip stream that ends in its middle gives its bytes first, then this code.
      check(got >= 0 && code != Z_BUF_ERROR, "need a whole file",
            code == Z_ERRNO ? std::strerror(errno) : text);
      if (got == 0) break;
      have += static_cast<size_t>(got);
    }
    read_ += have;
    return have;
  }

  const char* reader_;
  std::string path_;
  gzFile file_ = nullptr;
  uint64_t read_ = 0;
};

void check_magic(const IdxFile& file, uint32_t magic, uint32_t expected, const char* what) {
  const char* kind = magic == kImagesMagic ? " (images)" : magic == kLabelsMagic ? " (labels)" : "";
  file.check(magic == expected, format("need magic number {} ({})", expected, what),
             format("{}{}", magic, kind));
}

}  // namespace

Images read_idx_images(const std::filesystem::path& path) {
  IdxFile file("read_idx_images", path);
  std::array<uint32_t, 4> header;
  file.read_header(std::span(header).first(1), "a header of 16 bytes");
  check_magic(file, header[0], kImagesMagic, "images");
  file.read_header(std::span(header).subspan(1), "a header of 16 bytes");
  const auto [magic, count, rows, columns] = header;
  file.check(rows >= 1 && columns >= 1 && rows <= kMaxExtent && columns <= kMaxExtent,
             format("need images of 1 to {} rows and columns", kMaxExtent),
             format("{} x {}", rows, columns));
  const uint64_t size = uint64_t{count} * rows * columns;
  return {count, rows, columns,
          file.read_rest(size, format("{} images of {} x {}", count, rows, columns))};
}

std::vector<uint8_t> read_idx_labels(const std::filesystem::path& path) {
  IdxFile file("read_idx_labels", path);
  std::array<uint32_t, 2> header;
  file.read_header(std::span(header).first(1), "a header of 8 bytes");
  check_magic(file, header[0], kLabelsMagic, "labels");
  file.read_header(std::span(header).subspan(1), "a header of 8 bytes");
  return file.read_rest(header[1], format("{} labels", header[1]));
}

}  // namespace lazuli::data
