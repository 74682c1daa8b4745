#include "app/config/alias_reader.h"

#include <algorithm>
#include <optional>

#include "app/config/same_keys.h"
#include "app/config/toml_reader.h"

namespace waybill::app {

using schemas::DomainRoutes;
using schemas::LocalPartCase;

namespace {

bool is_rule_key(std::string_view key) {
  return key == "reject" || key == "drop" || key == "forward" || key == "bounces" ||
         key == "redact";
}

// A table that TOML made of a bare key with a dot (`first.last = ...`), not one written { ... }.
bool came_of_dots(const toml::table& table) {
  if (table.is_inline() || table.empty()) return false;
  return std::any_of(table.begin(), table.end(),
                     [](const auto& entry) { return !is_rule_key(entry.first.str()); });
}

void complain_of_bare_dots(const std::string& alias, const toml::table& table,
                           const std::string& path, std::vector<Complaint>& complaints) {
  for (const auto& [key, node] : table) {
    const std::string whole = std::string(alias).append(".").append(key.str());
    const auto* inner = node.as_table();
    if (inner != nullptr && came_of_dots(*inner)) {
      complain_of_bare_dots(whole, *inner, path, complaints);
      continue;
    }
    const auto& place = key.source().begin;
    complaints.push_back(
        {place.line, place.column,
         path + ": an alias with a dot has to be quoted, expected " + in_quotes(whole) + " = ..."});
  }
}

// The local part that a key stands for, as mail for it will be looked up.
std::optional<std::string> local_part(std::string_view key, const DomainRoutes& domain) {
  const auto address = schemas::Address::parse(std::string(key).append("@").append(domain.name));
  if (!address) return std::nullopt;
  return named_by(domain, *address).local();
}

std::string what_is_wrong(std::string_view key, const DomainRoutes& domain) {
  if (key == "*") return "expected the key catch_all of the domain for \"all others\"";
  const std::size_t at = key.rfind('@');
  if (at != std::string_view::npos && at > 0 && local_part(key.substr(0, at), domain)) {
    return "expected the part before the \"@\" alone: " + in_quotes(key.substr(0, at));
  }
  return "expected the part of an address before the \"@\" (RFC 5321 4.1.2)";
}

}  // namespace

void read_aliases(const toml::table& table, const std::string& path, ActionReader& actions,
                  DomainRoutes& domain, std::vector<Complaint>& complaints) {
  SameKeys same(complaints);
  for (const auto& [key, node] : table) {
    const std::string name = key_name(path, key.str());
    const auto* inner = node.as_table();
    if (inner != nullptr && came_of_dots(*inner)) {
      complain_of_bare_dots(std::string(key.str()), *inner, path, complaints);
      continue;
    }
    const auto local = key.str() == "*" ? std::nullopt : local_part(key.str(), domain);
    if (!local) {
      const auto& place = key.source().begin;
      complaints.push_back(
          {place.line, place.column, name + ": " + what_is_wrong(key.str(), domain)});
      continue;
    }
    auto action = actions.read(node, name);
    if (same.add(*local, key, name) && action) domain.aliases.emplace(*local, std::move(*action));
  }
  same.complain("alias",
                domain.local_case == LocalPartCase::fold ? " (local_part is \"fold\")" : "");
}

}  // namespace waybill::app
