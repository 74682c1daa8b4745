// TomlReader: takes values out of one TOML table and remembers every complaint with its place. What
// nobody asked for is a complaint too. A value that is absent or wrong gives nothing, so that
// reading goes on to the next fault.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.h"

namespace waybill::app {

// A string and where it stands: "server.listen[1]".
struct WrittenText {
  std::string name;
  const toml::node* node;
  std::string_view value;  // lives as long as the node
};

class TomlReader {
 public:
  // `path` names the table in complaints, empty for the file itself. The table and the list of
  // complaints outlive the reader.
  TomlReader(const toml::table& table, std::string path, std::vector<Complaint>& complaints)
      : table_(table), path_(std::move(path)), complaints_(complaints) {}

  // The node of a key; nullptr if it is absent. Asking makes the key a known one.
  const toml::node* find(std::string_view key);

  // A string that is not empty.
  std::optional<WrittenText> text(std::string_view key);
  // A string, or an array of at least one string.
  std::vector<WrittenText> texts(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  // The index of one of `choices`.
  std::optional<std::size_t> choice(std::string_view key,
                                    std::span<const std::string_view> choices);
  // A table; nullptr otherwise.
  const toml::table* table(std::string_view key);

  // Each key, with a reader of its table. What is no table is a complaint.
  void each_table(const std::function<void(const toml::key& key, TomlReader& one)>& read);

  // Complains of keys nobody asked for, naming the nearest that was.
  void no_others();

  // "name: expected ..., found ...", at the node.
  void expected(const toml::node& at, std::string_view name, std::string_view what);
  void expected(const WrittenText& at, std::string_view what) { expected(*at.node, at.name, what); }
  // "name: expected ..., found nothing", at the table that lacks the key.
  void lacks(std::string_view key, std::string_view what);
  // "name: what", at that place.
  void complain(const toml::source_position& at, std::string_view name, std::string_view what);

  // Where complaints go, for the reader of a table inside this one.
  std::vector<Complaint>& complaints() { return complaints_; }

  // The whole name of a key of this table.
  std::string name(std::string_view key) const;

 private:
  const toml::table& table_;
  std::string path_;
  std::vector<Complaint>& complaints_;
  std::set<std::string, std::less<>> known_;
};

// A key below `path` as a file writes it: quoted where TOML asks for it.
std::string key_name(std::string_view path, std::string_view key);

// In double quotes, control octets and quotes escaped, cut after 80 octets: fit for a terminal.
std::string in_quotes(std::string_view text);

// The text with control octets escaped.
std::string one_line(std::string_view text);

// A node for complaints: "5", "\"x\"", "true", "a table".
std::string describe(const toml::node& node);

}  // namespace waybill::app
