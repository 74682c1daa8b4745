// ActionReader: what an alias or a catch-all does: "user@example.net", ["a@...", "b@..."],
// { forward = ..., bounces = "sender", redact = true }, { reject = "550 5.7.1 text" } or
// { drop = true }. And who is told of bounces: "sender", "absorb" or an address.
#pragma once

#include <toml++/toml.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/config/toml_reader.h"
#include "relay/routes/route_table.h"

namespace waybill::app {

// Targets of one alias. Each is a connection of its own while the sender waits, and one more chance
// that the whole message has to be tried again.
inline constexpr std::size_t kMaxTargets = 100;

// A-labels of the domains in the file.
using OwnDomains = std::set<std::string, std::less<>>;

class ActionReader {
 public:
  // Both outlive the reader.
  ActionReader(const OwnDomains& own, std::vector<Complaint>& complaints)
      : own_(own), complaints_(complaints) {}

  // Nothing, and at least one complaint, if the value is wrong.
  std::optional<relay::routes::Action> read(const toml::node& node, const std::string& name);

  // Nothing if the key is absent or wrong; then there is a complaint.
  std::optional<relay::routes::ReportsTo> reports_to(TomlReader& reader);

 private:
  std::optional<relay::routes::Action> forward(const toml::node& node, const std::string& name);
  std::optional<relay::routes::Action> forward(const std::vector<WrittenText>& targets);
  std::optional<relay::routes::Action> forward_table(TomlReader& reader, const toml::table& table,
                                                     const std::string& name);
  std::optional<relay::routes::Target> target(const WrittenText& text);
  std::optional<relay::routes::Action> rule(const toml::table& table, const std::string& name);
  void expected(const toml::node& at, std::string_view name, std::string_view what);

  const OwnDomains& own_;
  std::vector<Complaint>& complaints_;
};

// "550 5.7.1 text", "550 5.7.1": a code 5xx (RFC 5321 4.2.1), an enhanced code 5.x.x (RFC 3463 2)
// and printable ASCII. Nothing for anything else.
std::optional<schemas::Reply> parse_refusal(std::string_view text);

}  // namespace waybill::app
