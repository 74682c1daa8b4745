#include "tests/support/transcript_routes.h"

#include "runtime/check.h"

namespace waybill::tests {

using schemas::DomainRoutes;
using schemas::DropSilently;
using schemas::ForwardTo;
using schemas::RejectWith;
using schemas::ReportsTo;
using schemas::Target;

namespace {

Target target(const char* text) {
  auto parsed = Target::parse(text);
  runtime::check(parsed.has_value(), "the target of a transcript is one");
  return *parsed;
}

}  // namespace

const char* const kTranscriptZone = R"(
hop.test. MX 10 mx.hop.test.
mx.hop.test. A 192.0.2.10
other.test. MX 10 mx.other.test.
mx.other.test. A 192.0.2.11
origin.test. MX 10 mx.origin.test.
mx.origin.test. A 192.0.2.20
origin.test. TXT "v=spf1 ip4:192.0.2.77 -all"
null.test. MX 0 .
loop.test. MX 10 mx.test.
bank.test. TXT "v=spf1 -all"
_dmarc.bank.test. TXT "v=DMARC1; p=reject"
)";

std::shared_ptr<const relay::routes::RouteTable> transcript_routes() {
  using Whom = ReportsTo::Whom;
  DomainRoutes ours;
  ours.name = "alias.test";
  ours.aliases["shop"] = ForwardTo{{target("bob@hop.test")}};
  ours.aliases["news"] = ForwardTo{{target("eve@other.test")}};
  ours.aliases["pair"] = ForwardTo{{target("bob@hop.test"), target("eve@other.test")}};
  ours.aliases["null"] = ForwardTo{{target("x@null.test")}};
  ours.aliases["loop"] = ForwardTo{{target("x@loop.test")}};
  ours.aliases["void"] = DropSilently{};
  ours.aliases["spam"] = RejectWith{{550, "5.7.1", "No spam"}};
  ours.aliases["away"] = RejectWith{{450, "4.2.1", "Come again tomorrow"}};
  ours.aliases["mute"] = ForwardTo{{target("bob@hop.test")}, ReportsTo{Whom::nobody}};
  ours.aliases["owned"] =
      ForwardTo{{target("bob@hop.test")}, ReportsTo{Whom::owner, target("owner@origin.test")}};
  DomainRoutes lax;
  lax.name = "lax.test";
  lax.dmarc = schemas::DmarcMode::tag;
  lax.aliases["shop"] = ForwardTo{{target("bob@hop.test")}};
  std::vector<DomainRoutes> domains;
  domains.push_back(std::move(ours));
  domains.push_back(std::move(lax));
  return std::make_shared<relay::routes::RouteTable>(std::move(domains));
}

relay::returnpath::KeyRing transcript_keys() {
  auto parsed = relay::returnpath::KeyRing::parse("3 " + std::string(64, 'a'));
  runtime::check(parsed.has_value(), "the key of the transcripts is one");
  return *parsed;
}

schemas::ReturnPath transcript_path() {
  schemas::ReturnPath path;
  path.alias = "shop@alias.test";
  path.domain = "alias.test";
  path.sender = "ann@origin.test";
  path.target = "bob@hop.test";
  path.route = "shop@alias.test";
  path.verified = true;
  path.reason = "SPF passed for origin.test";
  path.rfc5322_message_id = "<1@origin.test>";
  path.header_from = "ann@origin.test";
  return path;
}

}  // namespace waybill::tests
