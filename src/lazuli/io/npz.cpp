#include "lazuli/io/npz.h"

#include <zip.h>

#include <algorithm>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lazuli/functions/check.h"
#include "lazuli/io/bytes.h"
#include "lazuli/io/file.h"
#include "lazuli/io/npy_header.h"

namespace lazuli::io {
namespace {

constexpr std::string_view kSuffix = ".npy";

// An archive that is closed at the end, its changes dropped.
using Archive = std::unique_ptr<zip_t, decltype(&zip_discard)>;

Archive open(const Request& request, const std::string& path, int flags) {
  int code = 0;
  Archive archive(zip_open(path.c_str(), flags, &code), zip_discard);
  if (archive != nullptr) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  LZ_CHECK_AT(false, ValueError, request.at, "{}: need a zip file; got {}", request.text(), text);
  return archive;
}

// All bytes of an entry; memory grows with what is there, not with what the archive claims.
std::shared_ptr<std::vector<std::byte>> read_entry(const std::string& what, zip_t* archive,
                                                   zip_uint64_t index, At at) {
  const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(zip_fopen_index(archive, index, 0),
                                                                zip_fclose);
  LZ_CHECK_AT(file != nullptr, ValueError, at, "{}: need an entry that can be read; got {}", what,
              zip_strerror(archive));
  constexpr size_t kPiece = 1 << 20;
  auto bytes = std::make_shared<std::vector<std::byte>>();
  for (;;) {
    const size_t have = bytes->size();
    bytes->resize(have + std::max(kPiece, have));
    const zip_int64_t got = zip_fread(file.get(), bytes->data() + have, bytes->size() - have);
    LZ_CHECK_AT(got >= 0, ValueError, at, "{}: need a whole entry; got {}", what,
                zip_file_strerror(file.get()));
    bytes->resize(have + static_cast<size_t>(got));
    if (got == 0) return bytes;
  }
}

// What an entry is written from, until the archive is closed.
struct Entry {
  std::string header;
  Elements elements;
  zip_buffer_fragment_t fragments[2];
};

}  // namespace

NamedTensors load_npz(const std::filesystem::path& path, At at) {
  const Request request{"load_npz", path, at};
  const Archive archive = open(request, path.string(), ZIP_RDONLY | ZIP_CHECKCONS);
  NamedTensors tensors;
  std::set<std::string> names;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const std::string name = zip_get_name(archive.get(), index, 0);
    LZ_CHECK_AT(name.ends_with(kSuffix), ValueError, at,
                "{}: need entries that end in .npy; got {}", request.text(), name);
    const std::string stem = name.substr(0, name.size() - kSuffix.size());
    LZ_CHECK_AT(names.insert(stem).second, ValueError, at, "{}: the name '{}' is there twice",
                request.text(), stem);
    const std::string what = format("{}: {}", request.text(), stem);
    const auto bytes = read_entry(what, archive.get(), index, at);
    tensors.emplace_back(stem, parse_npy(what, *bytes, bytes, at));
  }
  return tensors;
}

void save_npz(const std::filesystem::path& path, const NamedTensors& tensors, bool is_compressed,
              At at) {
  const Request request{"save_npz", path, at};
  std::set<std::string> names;
  for (const auto& [name, tensor] : tensors) {
    LZ_CHECK_AT(tensor.defined(), ValueError, at, "{}: tensor '{}' is undefined", request.text(),
                name);
    LZ_CHECK_AT(!name.empty() && names.insert(name).second, ValueError, at,
                "{}: need different names that are not empty; got '{}'", request.text(), name);
  }
  LZ_CHECK_AT(!tensors.empty(), ValueError, at, "{}: need at least one tensor; got none",
              request.text());
  FileReplacement file(request);
  std::list<Entry> entries;
  Archive archive = open(request, file.temporary(), ZIP_CREATE | ZIP_EXCL);
  const auto check = [&](bool is_good) {
    LZ_CHECK_AT(is_good, DeviceError, at, "{}: could not write the file: {}", request.text(),
                zip_strerror(archive.get()));
  };
  for (const auto& [name, tensor] : tensors) {
    Entry& entry = entries.emplace_back(
        Entry{npy_header(request.text() + ": " + name, tensor.dtype(), tensor.sizes(), at),
              Elements(tensor, at),
              {}});
    const std::span<const std::byte> elements = entry.elements.bytes();
    entry.fragments[0] = {reinterpret_cast<zip_uint8_t*>(entry.header.data()), entry.header.size()};
    entry.fragments[1] = {
        const_cast<zip_uint8_t*>(reinterpret_cast<const zip_uint8_t*>(elements.data())),
        elements.size()};
    zip_source_t* const source =
        zip_source_buffer_fragment(archive.get(), entry.fragments, elements.empty() ? 1 : 2, 0);
    check(source != nullptr);
    const std::string file_name = name + std::string(kSuffix);
    const zip_int64_t index =
        zip_file_add(archive.get(), file_name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) zip_source_free(source);
    check(index >= 0);
    constexpr zip_uint16_t kFirstOf1980 = 1 << 5 | 1;  // the same bytes at any time
    const auto place = static_cast<zip_uint64_t>(index);
    check(zip_file_set_dostime(archive.get(), place, 0, kFirstOf1980, 0) == 0);
    check(zip_set_file_compression(archive.get(), place,
                                   is_compressed ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0) == 0);
  }
  check(zip_close(archive.get()) == 0);
  (void)archive.release();  // closed
  file.commit();
}

}  // namespace lazuli::io
