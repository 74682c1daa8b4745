// What every Resolver is tested in: a world in which the contract's zone is served.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <ostream>
#include <string>

#include "runtime/dns/resolver.h"
#include "runtime/time.h"

namespace waybill::tests {

// Zone file text of contract.test, with kManyNames names "n<i>.contract.test".
std::string resolver_contract_zone();
inline constexpr int kManyNames = 1000;
// The zones of the addresses in it.
inline const char* const kReverseZone = "2.0.192.in-addr.arpa";
inline const char* const kReverseZone6 = "8.b.d.0.1.0.0.2.ip6.arpa";
std::string resolver_contract_reverse_zone();
std::string resolver_contract_reverse_zone6();

class ResolverWorld {
 public:
  virtual ~ResolverWorld() = default;
  // Knows contract.test and the reverse zones; nobody answers for elsewhere.test.
  virtual runtime::dns::Resolver& resolver() = 0;
  // Its server takes questions and never answers.
  virtual runtime::dns::Resolver& silent() = 0;
};

struct ResolverAdapter {
  const char* name;
  bool (*available)();
  const char* why_not;
  std::unique_ptr<ResolverWorld> (*make)(boost::asio::io_context& io, runtime::Clock& clock);
};

inline void PrintTo(const ResolverAdapter& adapter, std::ostream* out) { *out << adapter.name; }

ResolverAdapter zone_resolver_adapter();
ResolverAdapter unbound_resolver_adapter();
// The same behind a CachingResolver.
ResolverAdapter caching_resolver_adapter();

}  // namespace waybill::tests
