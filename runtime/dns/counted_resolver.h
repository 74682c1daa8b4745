// CountedResolver: counts what another resolver is asked, how that ended and how long it took. It
// stands below the cache, so that it counts what name servers are asked.
#pragma once

#include <array>
#include <memory>

#include "runtime/clock.h"
#include "runtime/dns/resolver.h"
#include "runtime/metrics.h"

namespace waybill::runtime::dns {

class CountedResolver final : public Resolver {
 public:
  // `clock` and `metrics` outlive it. Several may count into the same metrics.
  CountedResolver(std::unique_ptr<Resolver> inner, Clock& clock, Metrics& metrics);

  Task<Result<Answer<Mx>>> mx(std::string name, Instant deadline) override;
  Task<Result<Answer<IpAddress>>> a(std::string name, Instant deadline) override;
  Task<Result<Answer<IpAddress>>> aaaa(std::string name, Instant deadline) override;
  Task<Result<Answer<std::string>>> txt(std::string name, Instant deadline) override;
  Task<Result<Answer<Tlsa>>> tlsa(std::string name, Instant deadline) override;
  Task<Result<Answer<std::string>>> ptr(IpAddress address, Instant deadline) override;

 private:
  enum class End { found, none, failed, timed_out };
  static constexpr std::size_t kEnds = 4;
  using Ends = std::array<Counter*, kEnds>;

  static Ends ends_of(Metrics& metrics, const char* type);
  template <class Record>
  Task<Result<Answer<Record>>> counted(const Ends& ends, Task<Result<Answer<Record>>> question);

  std::unique_ptr<Resolver> inner_;
  Clock& clock_;
  Ends mx_;
  Ends a_;
  Ends aaaa_;
  Ends txt_;
  Ends tlsa_;
  Ends ptr_;
  Histogram& seconds_;
};

}  // namespace waybill::runtime::dns
