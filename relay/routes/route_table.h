// RouteTable: what happens to mail for an address. Immutable once built; a reload builds a new one.
//
// Order of search in a known domain: the alias itself; the alias without its subaddress tag (RFC
// 5233) where the domain has a separator; the catch-all; else unknown. A postmaster without an
// alias goes to the catch-all if that forwards, else where the server's postmaster does. The
// postmaster of the server itself, whose name may be no domain of ours, is that of one which is:
// the return path of such mail needs a domain that takes reports.
#pragma once

#include <map>
#include <optional>
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

// Where mail for postmaster goes that has no route of its own: RFC 5321 4.5.1 asks that it can be
// reached in every domain, and without one.
struct Postmaster {
  std::string host_name;  // of this server
  // server.postmaster; nullopt: what has no route of its own is refused.
  std::optional<schemas::RouteAction> action{};
};

using Lookup = std::variant<Found, UnknownDomain, UnknownAlias>;

class RouteTable {
 public:
  RouteTable() = default;
  // `domains` have distinct names.
  explicit RouteTable(std::vector<schemas::DomainRoutes> domains, Postmaster postmaster = {});

  // `postmaster` without domain (RFC 5321 4.1.1.3) comes as that of the host name: the core gives
  // full addresses.
  Lookup find(const schemas::Address& recipient) const;

  // Whether mail for the postmaster of that domain of ours is taken.
  bool reaches_postmaster(const schemas::DomainRoutes& domain) const;

  const std::map<std::string, schemas::DomainRoutes, std::less<>>& domains() const {
    return domains_;
  }

 private:
  const schemas::RouteAction* postmaster_of(const schemas::DomainRoutes& domain) const;
  std::string domain_of_bare_postmaster() const;

  std::map<std::string, schemas::DomainRoutes, std::less<>> domains_;
  Postmaster postmaster_;
  std::string bare_postmaster_in_;  // a domain of ours; empty: there is none
};

}  // namespace waybill::relay::routes
