#include "tests/support/transcript_routes.h"

#include "tests/support/routes.h"

namespace waybill::tests {

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
strict.test. TXT "v=spf1 ip4:192.0.2.77 -all"
_dmarc.strict.test. TXT "v=DMARC1; p=reject"
bank.test. TXT "v=spf1 -all"
_dmarc.bank.test. TXT "v=DMARC1; p=reject"
77.2.0.192.in-addr.arpa. PTR out.origin.test.
out.origin.test. A 192.0.2.77
78.2.0.192.in-addr.arpa. PTR liar.test.
liar.test. A 192.0.2.1
77.2.0.192.bl.test. A 127.0.0.2
77.2.0.192.more.test. A 127.0.0.4
77.2.0.192.known.test. A 127.0.0.2
77.2.0.192.mute.test. A 127.255.255.254
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test. A 127.0.0.2
)";

std::shared_ptr<const relay::routes::RouteTable> transcript_routes() {
  schemas::DomainRoutes ours;
  ours.name = "alias.test";
  ours.aliases["shop"] = forward_to({"bob@hop.test"});
  ours.aliases["news"] = forward_to({"eve@other.test"});
  ours.aliases["pair"] = forward_to({"bob@hop.test", "eve@other.test"});
  schemas::ForwardTo eleven;
  for (int i = 1; i <= 11; ++i) {
    eleven.targets.push_back(*schemas::Target::parse("bob" + std::to_string(i) + "@hop.test"));
  }
  ours.aliases["eleven"] = std::move(eleven);
  ours.aliases["null"] = forward_to({"x@null.test"});
  ours.aliases["loop"] = forward_to({"x@loop.test"});
  ours.aliases["void"] = schemas::DropSilently{};
  ours.aliases["spam"] = schemas::RejectWith{{550, "5.7.1", "No spam"}};
  ours.aliases["away"] = schemas::RejectWith{{450, "4.2.1", "Come again tomorrow"}};
  ours.aliases["mute"] = forward_to({"bob@hop.test"}, reports_to_nobody());
  ours.aliases["owned"] = forward_to({"bob@hop.test"}, reports_to_owner("owner@origin.test"));
  schemas::DomainRoutes lax;
  lax.name = "lax.test";
  lax.dmarc = schemas::DmarcMode::tag;
  lax.spam = schemas::SpamMode::tag;
  lax.aliases["shop"] = forward_to({"bob@hop.test"});
  schemas::DomainRoutes open;
  open.name = "open.test";
  open.door = schemas::DoorMode::ignore;
  open.aliases["shop"] = forward_to({"bob@hop.test"});
  ours.aliases["postmaster"] = forward_to({"bob@hop.test"});
  schemas::DomainRoutes rescues;
  rescues.name = "rescue.test";
  rescues.rescue = schemas::Rescue::rewrite_from;
  rescues.aliases["shop"] = forward_to({"bob@hop.test"});
  return table_of({std::move(ours), std::move(lax), std::move(open), std::move(rescues)});
}

}  // namespace waybill::tests
