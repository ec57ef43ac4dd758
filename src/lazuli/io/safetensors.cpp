#include "lazuli/io/safetensors.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "lazuli/functions/check.h"
#include "lazuli/io/bytes.h"
#include "lazuli/io/file.h"
#include "lazuli/io/safetensors_header.h"

namespace lazuli::io {
namespace {

constexpr uint64_t kMaxHeader = 100'000'000;  // as other readers have it
constexpr size_t kLengthBytes = 8;

uint64_t length_of(std::span<const std::byte> bytes) {
  uint64_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) {
    length |= std::to_integer<uint64_t>(bytes[i]) << (8 * i);
  }
  return length;
}

// Where each tensor's bytes go: those of large elements first, so that all are aligned.
SafeTensorsHeader plan(const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata,
                       std::vector<size_t>& order) {
  SafeTensorsHeader header{{}, metadata};
  for (const auto& [name, tensor] : tensors) {
    order.push_back(header.tensors.size());
    header.tensors.push_back({name, tensor.dtype(), tensor.sizes(), 0, 0});
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return size_of(header.tensors[a].dtype) > size_of(header.tensors[b].dtype);
  });
  int64_t at = 0;
  for (const size_t i : order) {
    StoredTensor& tensor = header.tensors[i];
    tensor.begin = at;
    at += tensor.shape.product() * size_of(tensor.dtype);
    tensor.end = at;
  }
  return header;
}

}  // namespace

SafeTensors load_safetensors(const std::filesystem::path& path, At at) {
  const Request request{"load_safetensors", path, at};
  const std::shared_ptr<MappedFile> file = MappedFile::open(request);
  const std::span<std::byte> bytes = file->bytes();
  LZ_CHECK_AT(bytes.size() >= kLengthBytes, ValueError, at,
              "{}: need the 8 bytes of a header's length; got a file of {}", request.text(),
              bytes.size());
  const uint64_t length = length_of(bytes);
  LZ_CHECK_AT(length <= kMaxHeader && length <= bytes.size() - kLengthBytes, ValueError, at,
              "{}: need a header of at most {} bytes within the file of {}; got {}", request.text(),
              kMaxHeader, bytes.size(), length);
  const std::span<std::byte> text = bytes.subspan(kLengthBytes, length);
  const std::span<std::byte> data = bytes.subspan(kLengthBytes + length);
  std::vector<std::string> mistakes;
  SafeTensorsHeader header =
      parse_safetensors_header({reinterpret_cast<const char*>(text.data()), text.size()},
                               static_cast<int64_t>(data.size()), mistakes);
  SafeTensors loaded;
  const bool is_whole = mistakes.empty();
  for (const StoredTensor& tensor : header.tensors) {
    if (!is_whole) break;
    const std::span<std::byte> elements = data.subspan(
        static_cast<size_t>(tensor.begin), static_cast<size_t>(tensor.end - tensor.begin));
    if (tensor.dtype == kBool) {
      if (const auto wrong = find_wrong_bool(elements)) {
        mistakes.push_back(format("tensor '{}': need bools of 0 and 1; got {} as element {}",
                                  tensor.name, std::to_integer<int>(elements[*wrong]), *wrong));
      }
    }
    loaded.tensors.emplace_back(tensor.name,
                                make_tensor(elements, tensor.dtype, tensor.shape, file, at));
  }
  std::string all;
  for (const std::string& mistake : mistakes) all += "\n  " + mistake;
  LZ_CHECK_AT(mistakes.empty(), ValueError, at, "{}: the file is damaged:{}\n", request.text(),
              all);
  loaded.metadata = std::move(header.metadata);
  return loaded;
}

void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata, At at) {
  const Request request{"save_safetensors", path, at};
  std::set<std::string> names;
  for (const auto& [name, tensor] : tensors) {
    LZ_CHECK_AT(tensor.defined(), ValueError, at, "{}: tensor '{}' is undefined", request.text(),
                name);
    LZ_CHECK_AT(name != "__metadata__" && names.insert(name).second, ValueError, at,
                "{}: need different names, none '__metadata__'; got '{}'", request.text(), name);
  }
  std::vector<size_t> order;
  const std::string header = to_string(plan(tensors, metadata, order));
  std::byte length[kLengthBytes];
  for (size_t i = 0; i < kLengthBytes; ++i) length[i] = std::byte(header.size() >> (8 * i));
  FileWriter file(request);
  file.write(length);
  file.write(std::as_bytes(std::span(header)));
  for (const size_t i : order) file.write(Elements(tensors[i].second, at).bytes());
  file.commit();
}

}  // namespace lazuli::io
