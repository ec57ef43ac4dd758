// YAML as data: forms, lines, quotes, and what is refused at which line.
#include "codegen/yaml.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <fstream>

namespace lazuli::codegen {
namespace {

using Form = Yaml::Form;

TEST(YamlText, EveryNodeAndKeyHasItsLine) {
  const std::vector<Yaml> documents = parse_yaml(
      "# a comment\n"
      "kind: view\n"
      "ops:\n"
      "- op: a\n"
      "  doc: |\n"
      "    one\n"
      "    two\n"
      "- op:\n"
      "    b\n"
      "pair: [1,\n"
      "  2]\n"
      "---\n"
      "- last\n");
  ASSERT_EQ(documents.size(), 2u);
  const Yaml& root = documents[0];
  EXPECT_EQ(root.form, Form::map);
  EXPECT_EQ(root.line, 2);
  EXPECT_EQ(root.keys, (std::vector<std::string>{"kind", "ops", "pair"}));
  EXPECT_EQ(root.key_lines, (std::vector<int>{2, 3, 10}));
  const Yaml& ops = *root.find("ops");
  EXPECT_EQ(ops.form, Form::list);
  EXPECT_EQ(ops.line, 4);
  EXPECT_EQ(ops.items[0].find("doc")->text, "one\ntwo\n");
  EXPECT_EQ(ops.items[0].find("doc")->line, 5);
  EXPECT_EQ(ops.items[1].line, 8);
  EXPECT_EQ(ops.items[1].key_lines[0], 8);
  EXPECT_EQ(ops.items[1].find("op")->line, 9);
  EXPECT_EQ(root.find("pair")->items[1].line, 11);
  EXPECT_EQ(root.find("none"), nullptr);
  EXPECT_EQ(documents[1].items[0].line, 13);
}

TEST(YamlText, QuotedTextIsToldFromPlain) {
  const Yaml list = parse_yaml("[no, \"no\", 'no', ~, '~', null, '', \"a\\tb\", {k: }, [], {}]")[0];
  const auto is = [&](size_t i, Form form, bool is_quoted, const char* text) {
    const Yaml& item = list.items[i];
    return item.form == form && item.is_quoted == is_quoted && item.text == text;
  };
  EXPECT_TRUE(is(0, Form::text, false, "no"));
  EXPECT_TRUE(is(1, Form::text, true, "no"));
  EXPECT_TRUE(is(2, Form::text, true, "no"));
  EXPECT_TRUE(is(3, Form::nothing, false, ""));
  EXPECT_TRUE(is(4, Form::text, true, "~"));
  EXPECT_TRUE(is(5, Form::nothing, false, ""));
  EXPECT_TRUE(is(6, Form::text, true, ""));
  EXPECT_TRUE(is(7, Form::text, true, "a\tb"));
  EXPECT_EQ(list.items[8].items[0].form, Form::nothing);
  EXPECT_TRUE(is(9, Form::list, false, ""));
  EXPECT_TRUE(is(10, Form::map, false, ""));
  EXPECT_TRUE(parse_yaml("a: |\n  no\n")[0].items[0].is_quoted);
}

TEST(YamlText, AnAliasIsACopyOfWhatItsAnchorNames) {
  const Yaml map = parse_yaml("a: &list\n- &word x\n- {k: 1}\nb: *list\nc: *word\n")[0];
  const Yaml& copy = *map.find("b");
  EXPECT_EQ(copy.items[0].text, "x");
  EXPECT_EQ(copy.items[1].find("k")->text, "1");
  EXPECT_EQ(copy.items[1].line, 3);
  EXPECT_EQ(map.find("c")->text, "x");
}

TEST(YamlText, DocumentsThatHoldNothingAreLeftOut) {
  EXPECT_TRUE(parse_yaml("").empty());
  EXPECT_TRUE(parse_yaml("# only a comment\n--- ~\n---\n").empty());
  EXPECT_EQ(parse_yaml("---\n---\na: 1\n...\n").size(), 1u);
  EXPECT_EQ(parse_yaml("\xEF\xBB\xBF"
                       "a: 1\nb: 2\n")[0]
                .keys.size(),
            2u);
}

// "3: what is wrong"
std::string mistake(const std::string& text) {
  try {
    parse_yaml(text);
    return "no mistake";
  } catch (const YamlError& error) {
    return std::to_string(error.line()) + ": " + error.what();
  }
}

TEST(YamlText, WhatACatalogueDoesNotNeedIsRefused) {
  EXPECT_EQ(mistake("a: 1\nb: 2\na: 3\nb: 4\n"), "3: key 'a' twice; the first is on line 1");
  EXPECT_EQ(mistake("- x: 1\n  y: {k: 1, j: 2,\n k: 3}\n"),
            "3: key 'k' twice; the first is on line 2");
  EXPECT_EQ(mistake("a: !!int 1\n"), "1: need plain YAML; got the tag 'tag:yaml.org,2002:int'");
  EXPECT_EQ(mistake("a:\n  !own {b: 1}\n"), "2: need plain YAML; got the tag '!own'");
  EXPECT_EQ(mistake("%YAML 1.1\n--- a\n"), "1: need plain YAML; got a line that begins with '%'");
  EXPECT_EQ(mistake("a: 1\n...\r%TAG ! b\r--- a\n"),
            "2: need plain YAML; got a line that begins with '%'");
  EXPECT_EQ(mistake("a: 5 %\nb: é%\n"), "no mistake");
  EXPECT_EQ(mistake("- a\n\n- *here\n"), "3: no anchor '&here' before '*here'");
  EXPECT_EQ(mistake("- &here [1, *here]\n"), "1: no anchor '&here' before '*here'");
  EXPECT_EQ(mistake("- &here a\n---\n- *here\n"), "3: no anchor '&here' before '*here'");
  EXPECT_EQ(mistake("&here a: 1\n"), "1: need a word as key; got an anchor");
  EXPECT_EQ(mistake("a: &here b\n*here : 1\n"), "2: need a word as key; got an alias");
  EXPECT_EQ(mistake("a: 1\n? [b]\n: 2\n"), "2: need a word as key; got a list");
  EXPECT_EQ(mistake("{{b: 1}: 2}"), "1: need a word as key; got a map");
  EXPECT_EQ(mistake("a: 1\n? \n"), "2: need a word as key; got nothing");
  EXPECT_EQ(mistake("a: 1\n~: 2\n"), "2: need a word as key; got nothing");
}

TEST(YamlText, AMistakeShowsAWordsBegin) {
  const std::string word(58, 'k');
  EXPECT_EQ(mistake("- *" + word + "k\n"), "1: no anchor '&" + word + "k' before '*" + word + "k'");
  EXPECT_EQ(mistake("\"" + word + "kéé\": 1\n\"" + word + "kéé\": 2\n"),
            "2: key '" + word + "k...' twice; the first is on line 1");
  EXPECT_EQ(mistake("\"\\e[31m\": 1\n\"\\e[31m\": 2\n"),
            "2: key '?[31m' twice; the first is on line 1");
}

TEST(YamlText, WhatIsNoYamlNamesItsLine) {
  EXPECT_EQ(mistake("a: [1,\n  2\nb: 3\n"),
            "3: did not find expected ',' or ']' while parsing a flow sequence from line 1");
  EXPECT_EQ(mistake("a: 1\n b: 2\n"), "2: mapping values are not allowed in this context");
  EXPECT_EQ(mistake("a: 1\n- b\n"),
            "2: did not find expected key while parsing a block mapping from line 1");
  EXPECT_EQ(mistake("a: 1\nb: \xFF\xFE\n"), "2: invalid leading UTF-8 octet");
  EXPECT_EQ(mistake(std::string("a: 1\n\nb: \0\n", 11)), "3: control characters are not allowed");
  EXPECT_EQ(mistake("a: \"open\nstill\n").substr(0, 3), "3: ");
}

TEST(YamlText, MemoryAndTimeAreBounded) {
  const std::string deep = "need at most 64 lists and maps within each other; got more";
  const auto repeated = [](const std::string& text, size_t times) {
    std::string result;
    for (size_t i = 0; i < times; ++i) result += text;
    return result;
  };
  EXPECT_EQ(mistake("a:\n " + repeated("[", 4'000'000)), "2: " + deep);
  EXPECT_EQ(mistake(repeated("{a: ", 1'000'000)), "1: " + deep);
  EXPECT_EQ(mistake(repeated("- ", 1'000'000)), "1: " + deep);
  EXPECT_EQ(mistake(repeated("? ", 1'000'000)), "1: need a word as key; got a map");
  EXPECT_EQ(mistake(repeated("[", kMaxYamlDepth) + repeated("]", kMaxYamlDepth)), "no mistake");
  EXPECT_EQ(mistake(repeated("- a\n", kMaxYamlNodes)),
            "1048576: need at most 1048576 items and keys; got more");
  EXPECT_EQ(mistake(std::string(kMaxYamlBytes + 1, ' ')),
            "0: need at most 16777216 bytes; got more");
  std::string laughs = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    laughs += fmt::format("a{0}: &a{0} [{1}, {1}]\n", i, before);
  }
  EXPECT_EQ(mistake(laughs), "18: need at most 1048576 items and keys; got more");
  EXPECT_EQ(mistake("- &long " + std::string(1 << 20, 'x') + "\n" + repeated("- *long\n", 100)),
            "17: need at most 16777216 bytes of copies; got more");
  std::string steps = "a0: &a0 []\n";
  for (int i = 1; i < 100; ++i) steps += fmt::format("a{0}: &a{0} [*a{1}]\n", i, i - 1);
  EXPECT_EQ(mistake(steps), "64: " + deep);
  std::string keys;
  for (int i = 0; i < 200'000; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(mistake(keys), "no mistake");
  EXPECT_EQ(mistake(keys + "k0: 1\n"), "200001: key 'k0' twice; the first is on line 1");
}

TEST(YamlFile, IsReadOrSaysWhyNot) {
  const std::string path = testing::TempDir() + "/yaml_test.yaml";
  std::ofstream(path) << "a: [b]\n";
  EXPECT_EQ(read_yaml(path)[0].find("a")->items[0].text, "b");
  const auto unreadable = [](const std::string& path) {
    try {
      read_yaml(path);
      return std::string("no mistake");
    } catch (const YamlError& error) {
      return std::to_string(error.line()) + ": " + error.what();
    }
  };
  EXPECT_EQ(unreadable(path + ".none"), "0: cannot be read: No such file or directory");
  EXPECT_EQ(unreadable(testing::TempDir()), "0: cannot be read: Is a directory");
  EXPECT_EQ(unreadable("/dev/zero"), "0: need at most 16777216 bytes; got more");
}

}  // namespace
}  // namespace lazuli::codegen
