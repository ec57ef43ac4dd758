#include "lazuli/io/safetensors_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "lazuli/base/format.h"
#include "lazuli/io/bytes.h"

namespace lazuli::io {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMetadata = "__metadata__";

// Parses, refusing what a JSON reader lets through: a key twice in one object.
Json parse_strictly(std::string_view text, std::vector<std::string>& mistakes) {
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key &&
        !keys.back().insert(parsed.get<std::string>()).second) {
      mistakes.push_back(format("header: the name '{}' is there twice", parsed.get<std::string>()));
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), watch);
  } catch (const Json::exception& error) {
    mistakes.push_back(format("header: need JSON; got {}", error.what()));
    return Json::object();
  }
}

// A list of whole numbers from 0 to 2^63 - 1.
std::optional<std::vector<int64_t>> numbers_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return std::nullopt;
  std::vector<int64_t> numbers;
  for (const Json& number : *found) {
    if (!number.is_number_unsigned() || number.get<uint64_t>() > INT64_MAX) return std::nullopt;
    numbers.push_back(number.get<int64_t>());
  }
  return numbers;
}

// Reads one entry; gives the mistake, or nothing.
std::string read_tensor(const Json& entry, int64_t data_size, StoredTensor& tensor) {
  if (!entry.is_object()) return "need an object";
  const auto dtype = entry.find("dtype");
  if (dtype == entry.end() || !dtype->is_string()) return "need a dtype";
  const std::string name = dtype->get<std::string>();
  const std::span<const StoredType> types = stored_types();
  const auto type = std::find_if(types.begin(), types.end(),
                                 [&](const StoredType& t) { return t.safetensors == name; });
  if (type == types.end()) {
    return format("need a dtype of {}; got {}", known_names(&StoredType::safetensors), name);
  }
  const auto shape = numbers_of(entry, "shape");
  if (!shape) return "need a shape of whole numbers";
  const auto offsets = numbers_of(entry, "data_offsets");
  if (!offsets || offsets->size() != 2) return "need two data_offsets, whole numbers";
  if (entry.size() != 3) return "need dtype, shape and data_offsets and nothing else";
  const auto bytes = bytes_of(*shape, type->dtype);
  if (!bytes) return format("need at most {} extents and 2^63 bytes", kMaxRank);
  tensor.dtype = type->dtype;
  tensor.shape = Shape(std::span<const int64_t>(*shape));
  tensor.begin = (*offsets)[0];
  tensor.end = (*offsets)[1];
  if (tensor.begin > tensor.end || tensor.end > data_size) {
    return format("need bytes within the {} of the file; got {} to {}", data_size, tensor.begin,
                  tensor.end);
  }
  if (tensor.end - tensor.begin != *bytes) {
    return format("need {} bytes for {}{}; got {}", *bytes, name, to_string(tensor.shape),
                  tensor.end - tensor.begin);
  }
  return "";
}

// Every byte belongs to one tensor.
void check_places(const SafeTensorsHeader& header, int64_t data_size,
                  std::vector<std::string>& mistakes) {
  std::vector<const StoredTensor*> sorted;
  for (const StoredTensor& tensor : header.tensors) sorted.push_back(&tensor);
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  int64_t at = 0;
  const StoredTensor* before = nullptr;
  for (const StoredTensor* tensor : sorted) {
    if (tensor->begin < at) {
      mistakes.push_back(format("tensor '{}': overlaps with '{}' at byte {}", tensor->name,
                                before->name, tensor->begin));
    } else if (tensor->begin > at) {
      mistakes.push_back(format("tensor '{}': bytes {} to {} before it belong to no tensor",
                                tensor->name, at, tensor->begin));
    }
    if (tensor->end > at || before == nullptr) before = tensor;
    at = std::max(at, tensor->end);
  }
  if (at < data_size) {
    mistakes.push_back(format("header: bytes {} to {} belong to no tensor", at, data_size));
  }
}

}  // namespace

SafeTensorsHeader parse_safetensors_header(std::string_view text, int64_t data_size,
                                           std::vector<std::string>& mistakes) {
  SafeTensorsHeader header;
  const Json json = parse_strictly(text, mistakes);
  if (!mistakes.empty()) return header;
  if (!json.is_object()) {
    mistakes.push_back("header: need a JSON object");
    return header;
  }
  for (const auto& [name, entry] : json.items()) {
    if (name == kMetadata) {
      bool are_strings = entry.is_object();
      if (are_strings) {
        for (const auto& [key, value] : entry.items()) {
          are_strings &= value.is_string();
          if (are_strings) header.metadata[key] = value.get<std::string>();
        }
      }
      if (!are_strings) mistakes.push_back("__metadata__: need an object of strings");
      continue;
    }
    StoredTensor tensor{name, kFloat32, {}, 0, 0};
    const std::string mistake = read_tensor(entry, data_size, tensor);
    if (!mistake.empty()) mistakes.push_back(format("tensor '{}': {}", name, mistake));
    header.tensors.push_back(std::move(tensor));
  }
  if (mistakes.empty()) check_places(header, data_size, mistakes);
  return header;
}

std::string to_string(const SafeTensorsHeader& header) {
  Json json = Json::object();
  if (!header.metadata.empty()) json[kMetadata] = header.metadata;
  for (const StoredTensor& tensor : header.tensors) {
    Json entry = Json::object();
    entry["dtype"] = stored_type(tensor.dtype).safetensors;
    entry["shape"] = std::vector<int64_t>(tensor.shape.begin(), tensor.shape.end());
    entry["data_offsets"] = {tensor.begin, tensor.end};
    json[tensor.name] = std::move(entry);
  }
  std::string text = json.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

}  // namespace lazuli::io
