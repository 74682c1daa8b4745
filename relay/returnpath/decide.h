// decide: what is done with a report: handed on, held, absorbed, or nothing because it was done
// before. Pure function; the reasons are logged.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "relay/returnpath/directory.h"
#include "relay/returnpath/report/report_facts.h"
#include "relay/routes/route_table.h"
#include "runtime/time.h"

namespace waybill::relay::returnpath {

// What the operator set for the alias.
struct ReportPolicy {
  schemas::ReportsTo to{};
  bool redact = true;
  std::chrono::seconds window = std::chrono::hours(72);
};

// The domain's, and where its route for the alias says otherwise, the route's. nullptr: no route.
ReportPolicy policy_of(const schemas::DomainRoutes& domain, const schemas::RouteAction* action);

struct Decision {
  enum class Kind { hand_on, hold, absorb };
  Kind kind = Kind::hold;
  std::optional<schemas::Target> to{};  // whom it is handed on to
  std::string reason;                   // why, in one sentence
  bool late = false;                    // the window had closed when the report was whole
};

Decision decide(const schemas::ReturnPath& path, const report::ReportFacts& facts,
                const ReportPolicy& policy, runtime::WallTime now);

// A report with these octets that came before; nullptr: it is a new one.
const schemas::ReturnPath::Report* find_earlier(const schemas::ReturnPath& path,
                                                std::string_view digest);

}  // namespace waybill::relay::returnpath
