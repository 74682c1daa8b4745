#include "app/config/toml_reader.h"

#include <algorithm>
#include <array>

#include "app/config/nearest_key.h"

namespace waybill::app {
namespace {

// Octets of a wrong value that a complaint repeats: one line of a terminal.
constexpr std::size_t kMaxQuoted = 80;

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// True for octets 0x80 to 0xBF, which never begin a character.
bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

void append_visible(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto octet = static_cast<unsigned char>(c);
  if (octet < 0x20 || octet == 0x7F) {
    out.append({'\\', 'x', kHex[octet >> 4], kHex[octet & 15]});
  } else {
    out.push_back(c);
  }
}

}  // namespace

std::string in_quotes(std::string_view text) {
  std::size_t end = std::min(text.size(), kMaxQuoted);
  while (end > 0 && end < text.size() && continues_character(text[end])) --end;
  std::string out = "\"";
  for (const char c : text.substr(0, end)) {
    if (c == '"' || c == '\\') out.push_back('\\');
    append_visible(out, c);
  }
  if (end < text.size()) out += "...";
  return out + '"';
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) append_visible(out, c);
  return out;
}

std::string key_name(std::string_view path, std::string_view key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), is_bare);
  std::string out(path);
  if (!out.empty()) out.push_back('.');
  return out + (bare ? std::string(key) : in_quotes(key));
}

std::string describe(const toml::node& node) {
  if (const auto* text = node.as_string()) return in_quotes(text->get());
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (node.is_table()) return "a table";
  if (const auto* array = node.as_array()) return array->empty() ? "an empty array" : "an array";
  return node.is_floating_point() ? "a number with a fraction" : "a date or time";
}

std::string TomlReader::name(std::string_view key) const { return key_name(path_, key); }

void TomlReader::complain(const toml::source_position& at, std::string_view name,
                          std::string_view what) {
  complaints_.push_back({at.line, at.column, std::string(name).append(": ").append(what)});
}

void TomlReader::expected(const toml::node& at, std::string_view name, std::string_view what) {
  complain(at.source().begin, name, "expected " + std::string(what) + ", found " + describe(at));
}

void TomlReader::lacks(std::string_view key, std::string_view what) {
  complain(table_.source().begin, name(key), "expected " + std::string(what) + ", found nothing");
}

const toml::node* TomlReader::find(std::string_view key) {
  known_.emplace(key);
  return table_.get(key);
}

void TomlReader::each_table(const std::function<void(const toml::key&, TomlReader&)>& read) {
  for (const auto& [key, node] : table_) {
    known_.emplace(key.str());
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
      expected(node, name(key.str()), "a table");
      continue;
    }
    TomlReader one(*table, name(key.str()), complaints_);
    read(key, one);
  }
}

std::optional<WrittenText> TomlReader::text(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* text = node->as_string();
  if (text != nullptr && !text->get().empty()) return WrittenText{name(key), node, text->get()};
  expected(*node, name(key), "a string that is not empty");
  return std::nullopt;
}

std::vector<WrittenText> TomlReader::texts(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return {};
  if (const auto* text = node->as_string()) return {{name(key), node, text->get()}};
  const auto* array = node->as_array();
  if (array == nullptr || array->empty()) {
    expected(*node, name(key), "a string or an array of strings");
    return {};
  }
  std::vector<WrittenText> out;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const toml::node& element = *array->get(i);
    std::string element_name = name(key) + "[" + std::to_string(i) + "]";
    if (const auto* text = element.as_string()) {
      out.push_back({std::move(element_name), &element, text->get()});
    } else {
      expected(element, element_name, "a string");
    }
  }
  return out;
}

std::optional<bool> TomlReader::boolean(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* flag = node->as_boolean()) return flag->get();
  expected(*node, name(key), "true or false");
  return std::nullopt;
}

std::optional<std::size_t> TomlReader::choice(std::string_view key,
                                              std::span<const std::string_view> choices) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  std::string all;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (const auto* text = node->as_string(); text != nullptr && text->get() == choices[i]) {
      return i;
    }
    if (i > 0) all += i + 1 == choices.size() ? " or " : ", ";
    all += in_quotes(choices[i]);
  }
  expected(*node, name(key), all);
  return std::nullopt;
}

const toml::table* TomlReader::table(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return nullptr;
  if (!node->is_table()) expected(*node, name(key), "a table");
  return node->as_table();
}

void TomlReader::no_others() {
  for (const auto& [key, node] : table_) {
    if (known_.contains(key.str())) continue;
    std::string what = "unknown key";
    const std::string_view nearest = nearest_key(key.str(), known_);
    if (!nearest.empty()) what += "; the nearest known one is " + in_quotes(nearest);
    complain(key.source().begin, name(key.str()), what);
  }
}

}  // namespace waybill::app
