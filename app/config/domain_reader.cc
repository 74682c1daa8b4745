#include "app/config/domain_reader.h"

#include <array>
#include <map>

#include "app/config/action_reader.h"
#include "app/config/alias_reader.h"
#include "app/config/nearest_key.h"
#include "app/config/quantity.h"
#include "app/config/same_keys.h"
#include "app/config/toml_reader.h"
#include "schemas/limits.h"

namespace waybill::app {

using schemas::DmarcMode;
using schemas::DomainRoutes;
using schemas::LocalPartCase;

namespace {

constexpr std::string_view kDomains = "domains";

constexpr std::array<std::string_view, 14> kDomainKeys = {
    "aliases",       "bounce_window",  "bounces", "catch_all",  "dmarc",
    "dkim_verifies", "door",           "redact",  "local_part", "log_subject",
    "rescue",        "sign_forwarded", "spam",    "subaddress"};

// A key this near to a known one is a slip of the pen, not part of a name.
constexpr std::size_t kSlip = 2;

// [domains.their.domain] nests tables where a name was meant.
bool is_part_of_name(std::string_view key, const toml::node& node) {
  return node.is_table() && edits(key, nearest_key(key, kDomainKeys)) > kSlip;
}

void read_subaddress(TomlReader& reader, DomainRoutes& domain) {
  domain.subaddress_separator = '+';
  const toml::node* node = reader.find("subaddress");
  if (node == nullptr) return;
  const auto* text = node->as_string();
  if (text != nullptr && text->get().empty()) {
    domain.subaddress_separator.reset();
  } else if (text != nullptr && text->get().size() == 1 &&
             schemas::kSeparators.find(text->get().front()) != std::string_view::npos) {
    domain.subaddress_separator = text->get().front();
  } else {
    reader.expected(*node, reader.name("subaddress"),
                    "one of " + std::string(schemas::kSeparators) + " or \"\" for none");
  }
}

class DomainsReader {
 public:
  DomainsReader(const toml::table& table, std::vector<Complaint>& complaints)
      : table_(table), complaints_(complaints), names_(complaints) {}

  std::vector<DomainRoutes> read() {
    // Names first: a target may be in a domain that stands further down.
    for (const auto& [key, node] : table_) {
      if (const auto name = schemas::normalise_domain(key.str())) own_.insert(*name);
    }
    std::vector<DomainRoutes> out;
    for (const auto& [key, node] : table_) {
      auto domain = read_one(key, node);
      if (domain && names_.add(domain->name, key, key_name(kDomains, key.str()))) {
        out.push_back(std::move(*domain));
      }
    }
    names_.complain("domain", "");
    return out;
  }

 private:
  std::optional<DomainRoutes> read_one(const toml::key& key, const toml::node& node) {
    const std::string path = key_name(kDomains, key.str());
    TomlReader outer(table_, std::string(kDomains), complaints_);
    const auto* table = node.as_table();
    if (table == nullptr) {
      outer.expected(node, path, "a table");
      return std::nullopt;
    }
    TomlReader reader(*table, path, complaints_);
    if (complain_of_bare_dots(key, *table, reader)) return std::nullopt;
    const auto name = schemas::normalise_domain(key.str());
    if (!name) {
      outer.complain(key.source().begin, path, "expected a domain name such as \"example.org\"");
      return std::nullopt;
    }
    DomainRoutes domain;
    domain.name = *name;
    read_settings(reader, domain);
    ActionReader actions(own_, complaints_);
    if (auto whom = actions.reports_to(reader)) domain.reports_to = std::move(*whom);
    if (const toml::node* catch_all = reader.find("catch_all")) {
      domain.catch_all = actions.read(*catch_all, reader.name("catch_all"));
    }
    if (const toml::table* aliases = reader.table("aliases")) {
      read_aliases(*aliases, reader.name("aliases"), actions, domain, complaints_);
    }
    reader.no_others();
    return domain;
  }

  static void read_settings(TomlReader& reader, DomainRoutes& domain) {
    if (const auto local_part = reader.choice("local_part", schemas::kLocalPartCases)) {
      domain.local_case = static_cast<LocalPartCase>(*local_part);
    }
    read_subaddress(reader, domain);
    if (const auto log_subject = reader.boolean("log_subject")) domain.log_subject = *log_subject;
    if (const auto redact = reader.boolean("redact")) domain.redact = *redact;
    if (const auto mode = reader.choice("dmarc", schemas::kDmarcModes)) {
      domain.dmarc = static_cast<DmarcMode>(*mode);
    }
    if (const auto verifies = reader.choice("dkim_verifies", schemas::kDkimVerifies)) {
      domain.dkim_verifies = static_cast<schemas::DkimVerifies>(*verifies);
    }
    if (const auto door = reader.choice("door", schemas::kDoorModes)) {
      domain.door = static_cast<schemas::DoorMode>(*door);
    }
    if (const auto spam = reader.choice("spam", schemas::kSpamModes)) {
      domain.spam = static_cast<schemas::SpamMode>(*spam);
    }
    if (const auto signs = reader.boolean("sign_forwarded")) domain.sign_forwarded = *signs;
    if (const auto rescue = reader.choice("rescue", schemas::kRescues)) {
      domain.rescue = static_cast<schemas::Rescue>(*rescue);
    }
    read_bounce_window(reader, domain);
  }

  static void read_bounce_window(TomlReader& reader, DomainRoutes& domain) {
    const auto text = reader.text("bounce_window");
    if (!text) return;
    const auto window = parse_duration(text->value);
    if (window && *window >= schemas::kMinBounceWindow && *window <= schemas::kMaxBounceWindow) {
      domain.bounce_window = *window;
    } else {
      const auto least = std::to_string(schemas::kMinBounceWindow.count());
      const auto most = std::to_string(schemas::kMaxBounceWindow / std::chrono::hours(24));
      reader.expected(*text, "a time from \"" + least + " h\" to \"" + most + " d\"");
    }
  }

  // True if the table is nothing but the first label of names that were not quoted. Keys complained
  // of here become known ones.
  bool complain_of_bare_dots(const toml::key& key, const toml::table& table, TomlReader& reader) {
    if (key.str().find('.') != std::string_view::npos) return false;
    bool other_keys = table.empty();
    for (const auto& [inner, node] : table) {
      if (is_part_of_name(inner.str(), node)) {
        reader.find(inner.str());
        complain_of_bare_dots(std::string(key.str()).append(".").append(inner.str()), inner,
                              *node.as_table());
      } else {
        other_keys = true;
      }
    }
    return !other_keys;
  }

  void complain_of_bare_dots(const std::string& name, const toml::key& key,
                             const toml::table& table) {
    bool whole = table.empty();
    for (const auto& [inner, node] : table) {
      if (is_part_of_name(inner.str(), node)) {
        complain_of_bare_dots(std::string(name).append(".").append(inner.str()), inner,
                              *node.as_table());
      } else {
        whole = true;
      }
    }
    if (!whole) return;
    const auto& place = key.source().begin;
    complaints_.push_back(
        {place.line, place.column,
         "domains: a name with dots has to be quoted, expected [domains." + in_quotes(name) + "]"});
  }

  const toml::table& table_;
  std::vector<Complaint>& complaints_;
  SameKeys names_;
  OwnDomains own_;
};

}  // namespace

std::vector<DomainRoutes> read_domains(const toml::table& domains,
                                       std::vector<Complaint>& complaints) {
  return DomainsReader(domains, complaints).read();
}

}  // namespace waybill::app
