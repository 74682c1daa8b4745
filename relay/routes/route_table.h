// RouteTable: what happens to mail for an address. Immutable once built; a reload builds a new one.
//
// Order of search in a known domain: the alias itself; the alias without its subaddress tag (RFC
// 5233) where the domain has a separator; the catch-all; else unknown.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "relay/routes/target.h"
#include "schemas/address.h"
#include "schemas/reply.h"

namespace waybill::relay::routes {

// The party that a bounce is sent to.
struct ReportsTo {
  enum class Whom {
    sender,  // the original sender, if verified
    owner,   // an address of the alias's owner
    nobody,  // it is only recorded
  };
  Whom whom = Whom::sender;
  std::optional<Target> owner{};  // set for owner
  friend bool operator==(const ReportsTo&, const ReportsTo&) = default;
};

// What a message is worth that fails DMARC where its author's domain asks for rejection.
enum class DmarcMode { enforce, tag, ignore };

struct ForwardTo {
  std::vector<Target> targets;  // at least one
  // The domain's, where not set.
  std::optional<ReportsTo> reports_to{};
  std::optional<bool> redact{};
};
struct RejectWith {
  schemas::Reply reply;  // default 550 5.7.1 "Mail to this address is refused"
};
struct DropSilently {};

using Action = std::variant<ForwardTo, RejectWith, DropSilently>;

struct Domain {
  std::string name;  // A-label
  schemas::LocalPartCase local_case = schemas::LocalPartCase::fold;
  std::optional<char> subaddress_separator;  // '+' by default in the file
  bool log_subject = false;
  ReportsTo reports_to{};
  bool redact = true;  // a bounce that goes home never names the target
  std::chrono::seconds bounce_window = std::chrono::hours(72);
  DmarcMode dmarc = DmarcMode::enforce;
  std::map<std::string, Action, std::less<>>
      aliases;  // by local part, folded where local_case says so
  std::optional<Action> catch_all;
};

struct Found {
  const Domain* domain;    // lives as long as the table
  schemas::Address alias;  // as the log names it: normalised, the tag kept
  std::string route;       // "buzz@their.domain", "*@their.domain": which entry decided
  const Action* action;
};
struct UnknownDomain {};  // 550 5.7.1: we do not relay
struct UnknownAlias {     // 550 5.1.1
  const Domain* domain;
  schemas::Address alias;
};

using Lookup = std::variant<Found, UnknownDomain, UnknownAlias>;

class RouteTable {
 public:
  RouteTable() = default;
  // `domains` have distinct names.
  explicit RouteTable(std::vector<Domain> domains);

  // `postmaster` without domain (RFC 5321 4.1.1.3) is not handled here: the core gives full
  // addresses.
  Lookup find(const schemas::Address& recipient) const;

  // How local parts of that domain are folded; `keep` for one that is not ours.
  schemas::LocalPartCase local_case_of(std::string_view domain) const;

  const std::map<std::string, Domain, std::less<>>& domains() const { return domains_; }

 private:
  std::map<std::string, Domain, std::less<>> domains_;
};

}  // namespace waybill::relay::routes
