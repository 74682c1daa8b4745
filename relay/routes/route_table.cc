#include "relay/routes/route_table.h"

#include <utility>

#include "runtime/ascii.h"
#include "runtime/check.h"

namespace waybill::relay::routes {

using schemas::Address;
using schemas::DomainRoutes;
using schemas::RouteAction;

namespace {

constexpr std::string_view kPostmaster = "postmaster";

bool is_postmaster(const Address& address) {
  return runtime::ascii::equal(address.local(), kPostmaster);
}

bool forwards(const std::optional<RouteAction>& action) {
  return action && std::holds_alternative<schemas::ForwardTo>(*action);
}

}  // namespace

RouteTable::RouteTable(std::vector<DomainRoutes> domains, Postmaster postmaster)
    : postmaster_(std::move(postmaster)) {
  for (DomainRoutes& domain : domains) {
    std::string name = domain.name;
    const bool added = domains_.emplace(std::move(name), std::move(domain)).second;
    runtime::check(added, "a domain is configured once");
  }
  bare_postmaster_in_ = domain_of_bare_postmaster();
}

// An alias says what the operator wants of it; a catch-all that refuses or drops was not meant for
// postmaster.
const RouteAction* RouteTable::postmaster_of(const DomainRoutes& domain) const {
  const auto alias = domain.aliases.find(kPostmaster);
  if (alias != domain.aliases.end()) return &alias->second;
  if (!forwards(domain.catch_all) && postmaster_.action) return &*postmaster_.action;
  return domain.catch_all ? &*domain.catch_all : nullptr;
}

bool RouteTable::reaches_postmaster(const DomainRoutes& domain) const {
  const RouteAction* const action = postmaster_of(domain);
  return action != nullptr && !std::holds_alternative<schemas::RejectWith>(*action);
}

// The nearest domain of ours that the host name is in; else the first, by name, that has somebody.
std::string RouteTable::domain_of_bare_postmaster() const {
  std::string_view name = postmaster_.host_name;
  for (;;) {
    const auto own = domains_.find(name);
    if (own != domains_.end() && reaches_postmaster(own->second)) return own->first;
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) break;
    name.remove_prefix(dot + 1);
  }
  for (const auto& [own, domain] : domains_) {
    if (reaches_postmaster(domain)) return own;
  }
  return domains_.empty() ? std::string() : domains_.begin()->first;
}

Lookup RouteTable::find(const Address& recipient) const {
  const auto known = domains_.find(recipient.domain());
  if (known == domains_.end()) {
    const bool bare = is_postmaster(recipient) && recipient.domain() == postmaster_.host_name;
    if (!bare || bare_postmaster_in_.empty()) return UnknownDomain{};
    return find(Address::parse(std::string(kPostmaster) + "@" + bare_postmaster_in_).value());
  }
  const DomainRoutes& domain = known->second;
  const Address alias = named_by(domain, recipient);

  const auto found = [&](const std::string& route, const RouteAction& action) {
    return Found{&domain, alias, route + "@" + domain.name, &action};
  };
  auto entry = domain.aliases.find(alias.local());
  if (entry != domain.aliases.end()) return found(entry->first, entry->second);
  if (domain.subaddress_separator) {
    const std::size_t tag = alias.local().find(*domain.subaddress_separator);
    if (tag != std::string::npos && tag > 0) {
      entry = domain.aliases.find(std::string_view(alias.local()).substr(0, tag));
      if (entry != domain.aliases.end()) return found(entry->first, entry->second);
    }
  }
  if (is_postmaster(alias) && !forwards(domain.catch_all) && postmaster_.action) {
    return found(alias.local(), *postmaster_.action);
  }
  if (domain.catch_all) return found("*", *domain.catch_all);
  return UnknownAlias{&domain, alias};
}

}  // namespace waybill::relay::routes
