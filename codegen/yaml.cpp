#include "codegen/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <new>
#include <numeric>

#include "codegen/text.h"

namespace lazuli::codegen {
namespace {

int line_of(const yaml_mark_t& mark) { return static_cast<int>(mark.line) + 1; }

// The line of a byte.
int line_of(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  return static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
}

// Empty for none.
std::string text_of(const yaml_char_t* text) {
  return text ? reinterpret_cast<const char*>(text) : "";
}

// What the library gives for each piece of a text, and takes back.
class Event {
 public:
  explicit Event(yaml_parser_t& parser) : is_read_(yaml_parser_parse(&parser, &data_) != 0) {}
  ~Event() { yaml_event_delete(&data_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  bool is_read() const { return is_read_; }
  const yaml_event_t* operator->() const { return &data_; }

 private:
  yaml_event_t data_ = {};
  bool is_read_;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    if (!yaml_parser_initialize(&parser_)) throw std::bad_alloc();
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~Reader() { yaml_parser_delete(&parser_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  std::vector<Yaml> documents() {
    for (;;) {
      const Event event(parser_);
      if (!event.is_read()) fail();
      const int line = line_of(event->start_mark);
      switch (event->type) {
        case YAML_STREAM_END_EVENT:
          return std::move(documents_);
        case YAML_DOCUMENT_START_EVENT:
          anchors_.clear();
          break;
        case YAML_ALIAS_EVENT:
          take_alias(line, text_of(event->data.alias.anchor));
          break;
        case YAML_SCALAR_EVENT:
          check_tag(line, event->data.scalar.tag);
          take_scalar(line, event->data.scalar);
          break;
        case YAML_SEQUENCE_START_EVENT:
          check_tag(line, event->data.sequence_start.tag);
          open(line, Yaml::Form::list, text_of(event->data.sequence_start.anchor));
          break;
        case YAML_MAPPING_START_EVENT:
          check_tag(line, event->data.mapping_start.tag);
          open(line, Yaml::Form::map, text_of(event->data.mapping_start.anchor));
          break;
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
          close();
          break;
        default:
          break;
      }
    }
  }

 private:
  struct Open {
    Yaml* node;
    std::string anchor;  // may be empty
  };
  // What a node takes with all below it.
  struct Extent {
    size_t nodes = 0;
    size_t bytes = 0;
    size_t depth = 0;
  };

  static void check_tag(int line, const yaml_char_t* tag) {
    if (tag) throw YamlError(line, "need plain YAML; got the tag " + quoted(text_of(tag)));
  }

  bool needs_key() const {
    return !open_.empty() && open_.back().node->form == Yaml::Form::map &&
           open_.back().node->keys.size() == open_.back().node->items.size();
  }

  void check_is_no_key(int line, const std::string& what) const {
    if (needs_key()) throw YamlError(line, "need a word as key; got " + what);
  }

  void take_scalar(int line, const decltype(yaml_event_t::data.scalar)& scalar) {
    Yaml node;
    node.line = line;
    node.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
    node.is_quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE;
    constexpr std::string_view kNothing[] = {"", "~", "null", "Null", "NULL"};
    const bool is_nothing =
        !node.is_quoted && std::count(std::begin(kNothing), std::end(kNothing), node.text) > 0;
    if (is_nothing || scalar.anchor) check_is_no_key(line, is_nothing ? "nothing" : "an anchor");
    if (needs_key()) {
      count(line, {1, 0, 0});
      open_.back().node->keys.push_back(std::move(node.text));
      open_.back().node->key_lines.push_back(line);
      return;
    }
    if (is_nothing && open_.empty()) return;
    if (is_nothing) {
      node.text.clear();
    } else {
      node.form = Yaml::Form::text;
    }
    name(add(line, std::move(node), {1, 0, 0}), text_of(scalar.anchor));
  }

  // A copy of what the anchor names, with the lines where that is written.
  void take_alias(int line, const std::string& anchor) {
    check_is_no_key(line, "an alias");
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      throw YamlError(line,
                      "no anchor " + quoted("&" + anchor) + " before " + quoted("*" + anchor));
    }
    add(line, found->second, extent_of(found->second));
  }

  void open(int line, Yaml::Form form, std::string anchor) {
    check_is_no_key(line, form == Yaml::Form::list ? "a list" : "a map");
    Yaml node;
    node.line = line;
    node.form = form;
    Yaml& added = add(line, std::move(node), {1, 0, 1});
    open_.push_back({&added, std::move(anchor)});
  }

  void close() {
    const Open closed = open_.back();
    open_.pop_back();
    check_keys(*closed.node);
    name(*closed.node, closed.anchor);
  }

  // Stays where it is while it is open: nothing is added beside it until it is closed.
  Yaml& add(int line, Yaml node, const Extent& extent) {
    count(line, extent);
    std::vector<Yaml>& home = open_.empty() ? documents_ : open_.back().node->items;
    return home.emplace_back(std::move(node));
  }

  void name(const Yaml& node, const std::string& anchor) {
    if (anchor.empty()) return;
    Extent extent = extent_of(node);
    extent.depth = 0;  // the copy lies in nothing yet
    count(node.line, extent);
    anchors_[anchor] = node;
  }

  static Extent extent_of(const Yaml& node) {
    Extent extent{1 + node.keys.size(), node.text.size(), 0};
    for (const std::string& key : node.keys) extent.bytes += key.size();
    for (const Yaml& item : node.items) {
      const Extent inner = extent_of(item);
      extent.nodes += inner.nodes;
      extent.bytes += inner.bytes;
      extent.depth = std::max(extent.depth, inner.depth);
    }
    if (node.form == Yaml::Form::list || node.form == Yaml::Form::map) ++extent.depth;
    return extent;
  }

  // Counts what is about to be added to what is open, copies by anchors and aliases included.
  void count(int line, const Extent& extent) {
    const auto check = [line](size_t value, size_t most, const char* what) {
      if (value <= most) return;
      throw YamlError(line, "need at most " + std::to_string(most) + " " + what + "; got more");
    };
    check(nodes_ += extent.nodes, kMaxYamlNodes, "items and keys");
    check(copied_bytes_ += extent.bytes, kMaxYamlBytes, "bytes of copies");
    check(open_.size() + extent.depth, kMaxYamlDepth, "lists and maps within each other");
  }

  // By sorting: a map of any size and any keys takes little longer than reading it.
  static void check_keys(const Yaml& map) {
    std::vector<size_t> order(map.keys.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return map.keys[a] < map.keys[b]; });
    size_t again = map.keys.size();
    size_t first = 0;
    for (size_t i = 1; i < order.size(); ++i) {
      if (map.keys[order[i]] != map.keys[order[i - 1]] || order[i] > again) continue;
      again = order[i];
      first = order[i - 1];
    }
    if (again == map.keys.size()) return;
    throw YamlError(map.key_lines[again], "key " + quoted(map.keys[again]) +
                                              " twice; the first is on line " +
                                              std::to_string(map.key_lines[first]));
  }

  // What the library says of the text.
  [[noreturn]] void fail() const {
    if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
    if (parser_.error == YAML_READER_ERROR) {
      throw YamlError(line_of(text_, parser_.problem_offset), parser_.problem);
    }
    std::string message = parser_.problem;
    if (parser_.context) message += std::string(" ") + parser_.context;
    if (parser_.context && parser_.context_mark.line != parser_.problem_mark.line) {
      message += " from line " + std::to_string(line_of(parser_.context_mark));
    }
    throw YamlError(line_of(parser_.problem_mark), message);
  }

  std::string_view text_;
  yaml_parser_t parser_;
  std::vector<Yaml> documents_;
  std::vector<Open> open_;
  std::map<std::string, Yaml> anchors_;
  size_t nodes_ = 0;
  size_t copied_bytes_ = 0;
};

// The library compares each directive with all before it, and none has a use here.
void check_directives(std::string_view text) {
  constexpr std::string_view kBreaks[] = {"\n", "\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};
  for (size_t at = text.find('%'); at != text.npos; at = text.find('%', at + 1)) {
    const std::string_view before = text.substr(0, at);
    if (before.empty() ||
        std::any_of(std::begin(kBreaks), std::end(kBreaks),
                    [&](std::string_view end) { return before.ends_with(end); })) {
      throw YamlError(line_of(text, at), "need plain YAML; got a line that begins with '%'");
    }
  }
}

}  // namespace

const Yaml* Yaml::find(std::string_view key) const {
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] == key) return &items[i];
  }
  return nullptr;
}

std::vector<Yaml> parse_yaml(std::string_view text) {
  if (text.size() > kMaxYamlBytes) {
    throw YamlError(0, "need at most " + std::to_string(kMaxYamlBytes) + " bytes; got more");
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  check_directives(text);
  return Reader(text).documents();
}

std::vector<Yaml> read_yaml(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  char piece[1 << 16];
  while (file && text.size() <= kMaxYamlBytes) {
    file.read(piece, sizeof piece);
    text.append(piece, static_cast<size_t>(file.gcount()));
  }
  if (!file.eof() && text.size() <= kMaxYamlBytes) {
    throw YamlError(0, std::string("cannot be read: ") + std::strerror(errno));
  }
  return parse_yaml(text);
}

}  // namespace lazuli::codegen
