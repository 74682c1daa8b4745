// EndableResolver: another resolver, each of whose questions takes so long at most, and none any
// time once it is ended: a stranger's name servers must not hold up a stop.
#pragma once

#include <memory>

#include "runtime/clock.h"
#include "runtime/dns/resolver.h"

namespace waybill::app {

class EndableResolver final : public runtime::dns::Resolver {
 public:
  // `clock` outlives it. On one thread, end() too.
  EndableResolver(std::unique_ptr<runtime::dns::Resolver> inner, runtime::Clock& clock,
                  runtime::Duration at_most)
      : inner_(std::move(inner)), clock_(clock), at_most_(at_most) {}

  // Questions from now on are Errc::temporary; those under way end by themselves.
  void end() { ended_ = true; }

  runtime::Task<runtime::Result<runtime::dns::Answer<runtime::dns::Mx>>> mx(
      std::string name, runtime::Instant deadline) override;
  runtime::Task<runtime::Result<runtime::dns::Answer<runtime::IpAddress>>> a(
      std::string name, runtime::Instant deadline) override;
  runtime::Task<runtime::Result<runtime::dns::Answer<runtime::IpAddress>>> aaaa(
      std::string name, runtime::Instant deadline) override;
  runtime::Task<runtime::Result<runtime::dns::Answer<std::string>>> txt(
      std::string name, runtime::Instant deadline) override;
  runtime::Task<runtime::Result<runtime::dns::Answer<runtime::Tlsa>>> tlsa(
      std::string name, runtime::Instant deadline) override;
  runtime::Task<runtime::Result<runtime::dns::Answer<std::string>>> ptr(
      runtime::IpAddress address, runtime::Instant deadline) override;

 private:
  runtime::Instant by(runtime::Instant deadline) const {
    return runtime::sooner(deadline, clock_.now() + at_most_);
  }

  std::unique_ptr<runtime::dns::Resolver> inner_;
  runtime::Clock& clock_;
  const runtime::Duration at_most_;
  bool ended_ = false;
};

}  // namespace waybill::app
