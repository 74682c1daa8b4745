#include "relay/routes/route_table.h"

#include <utility>

#include "runtime/check.h"

namespace waybill::relay::routes {

using schemas::Address;
using schemas::DomainRoutes;
using schemas::LocalPartCase;
using schemas::RouteAction;

RouteTable::RouteTable(std::vector<DomainRoutes> domains) {
  for (DomainRoutes& domain : domains) {
    std::string name = domain.name;
    const bool added = domains_.emplace(std::move(name), std::move(domain)).second;
    runtime::check(added, "a domain is configured once");
  }
}

LocalPartCase RouteTable::local_case_of(std::string_view domain) const {
  const auto found = domains_.find(domain);
  return found == domains_.end() ? LocalPartCase::keep : found->second.local_case;
}

Lookup RouteTable::find(const Address& recipient) const {
  const auto known = domains_.find(recipient.domain());
  if (known == domains_.end()) return UnknownDomain{};
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
  if (domain.catch_all) return found("*", *domain.catch_all);
  return UnknownAlias{&domain, alias};
}

}  // namespace waybill::relay::routes
