#include <boost/asio/ip/udp.hpp>
#include <stdexcept>

#include "runtime/dns/caching_resolver.h"
#include "runtime/dns/unbound_resolver.h"
#include "tests/contracts/resolver_contract.h"
#include "tests/support/nsd_server.h"
#include "tests/support/zone_resolver.h"

namespace waybill::tests {
namespace {

using boost::asio::io_context;
using boost::asio::ip::udp;
using runtime::dns::Resolver;

constexpr const char* kNoNsd = "no nsd in build/peers; ./dev test brings it there";

class ZoneWorld final : public ResolverWorld {
 public:
  explicit ZoneWorld(runtime::Clock& clock)
      : resolver_(clock, resolver_contract_zone()), silent_(clock) {
    resolver_.add(resolver_contract_reverse_zone());
    resolver_.add(resolver_contract_reverse_zone6());
    resolver_.fail("www.elsewhere.test", runtime::Errc::temporary);
    silent_.silence("www.contract.test");
  }
  Resolver& resolver() override { return resolver_; }
  Resolver& silent() override { return silent_; }

 private:
  ZoneResolver resolver_;
  ZoneResolver silent_;
};

class UnboundWorld final : public ResolverWorld {
 public:
  enum class Cache { none, in_front };
  UnboundWorld(io_context& io, runtime::Clock& clock, Cache cache)
      : nsd_({{"contract.test", resolver_contract_zone()},
              {kReverseZone, resolver_contract_reverse_zone()},
              {kReverseZone6, resolver_contract_reverse_zone6()}}),
        mute_(io, udp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
        resolver_(cache == Cache::none ? forwarding_to(io, nsd_.port())
                                       : kept(io, nsd_.port(), clock)),
        silent_(forwarding_to(io, mute_.local_endpoint().port())) {}
  Resolver& resolver() override { return *resolver_; }
  Resolver& silent() override { return *silent_; }

 private:
  static std::unique_ptr<Resolver> forwarding_to(io_context& io, std::uint16_t port) {
    runtime::dns::UnboundSettings settings;
    settings.forward_to = {"127.0.0.1@" + std::to_string(port)};
    auto made = runtime::dns::unbound_resolver(io.get_executor(), settings);
    if (!made) throw std::runtime_error("no resolver: " + made.error().message());
    return std::move(*made);
  }

  // As the relay has it.
  static std::unique_ptr<Resolver> kept(io_context& io, std::uint16_t port, runtime::Clock& clock) {
    return std::make_unique<runtime::dns::CachingResolver>(forwarding_to(io, port), clock);
  }

  NsdServer nsd_;
  udp::socket mute_;
  std::unique_ptr<Resolver> resolver_;
  std::unique_ptr<Resolver> silent_;
};

bool always() { return true; }

std::unique_ptr<ResolverWorld> make_zone_world(io_context&, runtime::Clock& clock) {
  return std::make_unique<ZoneWorld>(clock);
}

std::unique_ptr<ResolverWorld> make_unbound_world(io_context& io, runtime::Clock& clock) {
  return std::make_unique<UnboundWorld>(io, clock, UnboundWorld::Cache::none);
}

std::unique_ptr<ResolverWorld> make_caching_world(io_context& io, runtime::Clock& clock) {
  return std::make_unique<UnboundWorld>(io, clock, UnboundWorld::Cache::in_front);
}

}  // namespace

std::string resolver_contract_zone() {
  std::string zone = R"(
contract.test.            MX    10 mx1.contract.test.
contract.test.            MX    20 MX2.Contract.Test.
mx1.contract.test.        A     192.0.2.1
mx1.contract.test.        A     192.0.2.2
mx1.contract.test.        AAAA  2001:db8::1
mx2.contract.test.        A     192.0.2.3
null.contract.test.       MX    0 .
alias.contract.test.      CNAME step.contract.test.
step.contract.test.       CNAME end.contract.test.
end.contract.test.        MX    5 mx1.contract.test.
end.contract.test.        A     192.0.2.4
dangling.contract.test.   CNAME nothing.contract.test.
text.contract.test.       TXT   "v=spf1 ip4:192.0.2.0/24" " -all"
text.contract.test.       TXT   "another; text"
empty.contract.test.      TXT   ""
_dmarc.contract.test.     TXT   "v=DMARC1; p=reject"
deep.beneath.contract.test. A   192.0.2.5
ns.contract.test.         A     127.0.0.1
_25._tcp.mx1.contract.test. TLSA 3 1 1 00ff
)";
  for (int i = 0; i < kManyNames; ++i) {
    zone +=
        "n" + std::to_string(i) + ".contract.test. A 198.51.100." + std::to_string(i % 250) + "\n";
  }
  return zone;
}

std::string resolver_contract_reverse_zone() {
  return R"(
1.2.0.192.in-addr.arpa.   PTR   MX1.Contract.Test.
1.2.0.192.in-addr.arpa.   PTR   also.contract.test.
2.2.0.192.in-addr.arpa.   CNAME delegated.2.0.192.in-addr.arpa.
delegated.2.0.192.in-addr.arpa. PTR www.contract.test.
)";
}

std::string resolver_contract_reverse_zone6() {
  return "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. "
         "PTR mx1.contract.test.\n";
}

ResolverAdapter zone_resolver_adapter() { return {"ZoneResolver", always, "", make_zone_world}; }

ResolverAdapter unbound_resolver_adapter() {
  return {"UnboundResolver", NsdServer::installed, kNoNsd, make_unbound_world};
}

ResolverAdapter caching_resolver_adapter() {
  return {"CachingResolver", NsdServer::installed, kNoNsd, make_caching_world};
}

}  // namespace waybill::tests
