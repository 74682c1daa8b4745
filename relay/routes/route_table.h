// RouteTable: what happens to mail for an address. Immutable once built; a reload builds a new one.
//
// Order of search in a known domain: the alias itself; the alias without its subaddress tag (RFC
// 5233) where the domain has a separator; the catch-all; else unknown.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "schemas/address.h"
#include "schemas/route.h"

namespace waybill::relay::routes {

struct Found {
  const schemas::DomainRoutes* domain;  // lives as long as the table
  schemas::Address alias;               // as the log names it: normalised, the tag kept
  std::string route;  // "buzz@their.domain", "*@their.domain": which entry decided
  const schemas::RouteAction* action;
};
struct UnknownDomain {};  // 550 5.7.1: we do not relay
struct UnknownAlias {     // 550 5.1.1
  const schemas::DomainRoutes* domain;
  schemas::Address alias;
};

using Lookup = std::variant<Found, UnknownDomain, UnknownAlias>;

class RouteTable {
 public:
  RouteTable() = default;
  // `domains` have distinct names.
  explicit RouteTable(std::vector<schemas::DomainRoutes> domains);

  // `postmaster` without domain (RFC 5321 4.1.1.3) is not handled here: the core gives full
  // addresses.
  Lookup find(const schemas::Address& recipient) const;

  // How local parts of that domain are folded; `keep` for one that is not ours.
  schemas::LocalPartCase local_case_of(std::string_view domain) const;

  const std::map<std::string, schemas::DomainRoutes, std::less<>>& domains() const {
    return domains_;
  }

 private:
  std::map<std::string, schemas::DomainRoutes, std::less<>> domains_;
};

}  // namespace waybill::relay::routes
