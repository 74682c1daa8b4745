#include "tests/sim/domain.h"

#include "tests/support/routes.h"

namespace waybill::tests {

// The hop is reached by its address or its name; home by the senders' own domains.
const char* const kSimZone = R"(
hop.test. MX 10 mx.hop.test.
mx.hop.test. A 192.0.2.10
origin.test. MX 10 mx.home.test.
origin.test. TXT "v=spf1 ip4:192.0.2.77 -all"
stranger.test. MX 10 mx.home.test.
stranger.test. TXT "v=spf1 -all"
keeper.test. MX 10 mx.home.test.
mx.home.test. A 192.0.2.20
)";

namespace {

constexpr const char* kDomain = "alias.test";

std::string at_hop(const std::string& local) { return local + "@[192.0.2.10]"; }

// Mixes of verdicts, one of them of more targets than are asked at one time.
void add_fans(std::map<std::string, schemas::RouteAction, std::less<>>& out) {
  out["fan-open"] = forward_to({at_hop("ok-d"), at_hop("defer-body-d"), at_hop("refuse-body-d")});
  out["fan-grey"] = forward_to({at_hop("grey-d"), at_hop("ok-e"), at_hop("refuse-rcpt-d")});
  out["fan-greys"] = forward_to({at_hop("grey-e"), "grey451-d@hop.test", at_hop("moody-d")});
  out["fan-habits"] = forward_to({at_hop("calls-back-d"), at_hop("slow-d"), at_hop("lies-d")});
  out["fan-moody"] = forward_to({at_hop("moody-e"), "moody-f@hop.test", at_hop("moody-g")});
  schemas::ForwardTo wide = forward_to({at_hop("bounce-fan-hidden")});
  for (int i = 0; i < 11; ++i) {
    const auto more = forward_to({at_hop("moody-wide" + std::to_string(i))});
    wide.targets.push_back(more.targets.front());
  }
  out["fan-wide"] = std::move(wide);
}

schemas::DomainRoutes sim_domain() {
  schemas::DomainRoutes domain;
  domain.name = kDomain;
  auto& out = domain.aliases;
  for (const char* name : {"ok", "ok2", "refuse-rcpt", "defer-rcpt", "refuse-body", "defer-body",
                           "drop-before", "drop-after", "silent", "421", "grey", "grey451",
                           "calls-back", "slow", "lies", "hang-rcpt", "hang-data", "moody"}) {
    out[name] = forward_to({at_hop(name)});
  }
  out["by-mx"] = forward_to({"ok-mx@hop.test"});
  out["nowhere"] = forward_to({"x@[192.0.2.99]"});
  out["two"] = forward_to({at_hop("ok-a"), at_hop("ok-b")});
  out["mixed"] = forward_to({at_hop("ok-c"), at_hop("refuse-body2")});
  add_fans(out);
  out["bounce"] = forward_to({at_hop("bounce-hidden")});
  out["bounce2"] = forward_to({"bounce2-hidden@hop.test"});
  out["bounce-owned"] = forward_to({at_hop("bounce-owned-hidden")}, reports_to_owner(kKeeper));
  out["bounce-absorbed"] = forward_to({at_hop("bounce-absorbed-hidden")}, reports_to_nobody());
  out["void"] = schemas::DropSilently{};
  out["spam"] = schemas::RejectWith{{550, "5.7.1", "No spam"}};
  return domain;
}

// A target as text, without its port.
std::string mailbox_text(const schemas::Target& target) { return target.address().text(); }

}  // namespace

std::shared_ptr<const relay::routes::RouteTable> sim_table() {
  schemas::DomainRoutes other;
  other.name = kOtherDomain;
  return table_of({sim_domain(), std::move(other)});
}

std::vector<std::string> sim_aliases() {
  std::vector<std::string> out;
  for (const auto& [local, action] : sim_domain().aliases) out.push_back(local + "@" + kDomain);
  out.push_back(std::string("nobody@") + kDomain);
  // What goes well is the common case.
  for (int i = 0; i < 9; ++i) out.push_back(std::string("ok@") + kDomain);
  for (int i = 0; i < 6; ++i) out.push_back(std::string("bounce@") + kDomain);
  return out;
}

const std::map<std::string, std::vector<std::string>>& sim_targets() {
  static const auto all = [] {
    std::map<std::string, std::vector<std::string>> out;
    for (const auto& [local, action] : sim_domain().aliases) {
      const auto* forward = std::get_if<schemas::ForwardTo>(&action);
      if (forward == nullptr) continue;
      for (const schemas::Target& target : forward->targets) {
        out[local + "@" + kDomain].push_back(mailbox_text(target));
      }
    }
    return out;
  }();
  return all;
}

const relay::returnpath::KeyRing& sim_keys() {
  static const auto keys = key_ring();
  return keys;
}

runtime::Endpoint sim_hop() { return {boost::asio::ip::make_address("192.0.2.10"), 25}; }

}  // namespace waybill::tests
