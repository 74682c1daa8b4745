#include "tests/support/routes.h"

#include "runtime/check.h"

namespace waybill::tests {

using schemas::ForwardTo;
using schemas::ReportsTo;
using schemas::Target;

Target target(std::string_view text) {
  auto parsed = Target::parse(text);
  runtime::check(parsed.has_value(), "a test's target is one");
  return *parsed;
}

ForwardTo forward_to(std::initializer_list<std::string_view> targets) {
  ForwardTo out;
  for (const std::string_view text : targets) out.targets.push_back(target(text));
  return out;
}

ForwardTo forward_to(std::initializer_list<std::string_view> targets, ReportsTo reports) {
  ForwardTo out = forward_to(targets);
  out.reports_to = std::move(reports);
  return out;
}

ReportsTo reports_to_nobody() { return {ReportsTo::Whom::nobody}; }

ReportsTo reports_to_owner(std::string_view owner) {
  return {ReportsTo::Whom::owner, target(owner)};
}

std::shared_ptr<const relay::routes::RouteTable> table_of(
    std::vector<schemas::DomainRoutes> domains) {
  return std::make_shared<relay::routes::RouteTable>(std::move(domains));
}

relay::returnpath::KeyRing key_ring() {
  auto parsed = relay::returnpath::KeyRing::parse("3 " + std::string(64, 'a'));
  runtime::check(parsed.has_value(), "a test's key is one");
  return *parsed;
}

}  // namespace waybill::tests
