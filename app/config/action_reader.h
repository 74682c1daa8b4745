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
#include "schemas/route.h"

namespace waybill::app {

// A-labels of the domains in the file.
using OwnDomains = std::set<std::string, std::less<>>;

class ActionReader {
 public:
  // Both outlive the reader.
  ActionReader(const OwnDomains& own, std::vector<Complaint>& complaints)
      : own_(own), complaints_(complaints) {}

  // Nothing, and at least one complaint, if the value is wrong.
  std::optional<schemas::RouteAction> read(const toml::node& node, const std::string& name);

  // Nothing if the key is absent or wrong; then there is a complaint.
  std::optional<schemas::ReportsTo> reports_to(TomlReader& reader);

 private:
  std::optional<schemas::RouteAction> forward(const toml::node& node, const std::string& name);
  std::optional<schemas::RouteAction> forward(const std::vector<WrittenText>& targets);
  std::optional<schemas::RouteAction> forward_table(TomlReader& reader, const toml::table& table,
                                                    const std::string& name);
  std::optional<schemas::Target> target(const WrittenText& text);
  std::optional<schemas::RouteAction> rule(const toml::table& table, const std::string& name);
  void expected(const toml::node& at, std::string_view name, std::string_view what);

  const OwnDomains& own_;
  std::vector<Complaint>& complaints_;
};

}  // namespace waybill::app
