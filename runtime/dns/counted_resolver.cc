#include "runtime/dns/counted_resolver.h"

#include <chrono>
#include <utility>

namespace waybill::runtime::dns {

CountedResolver::CountedResolver(std::unique_ptr<Resolver> inner, Clock& clock, Metrics& metrics)
    : inner_(std::move(inner)),
      clock_(clock),
      mx_(ends_of(metrics, "MX")),
      a_(ends_of(metrics, "A")),
      aaaa_(ends_of(metrics, "AAAA")),
      txt_(ends_of(metrics, "TXT")),
      tlsa_(ends_of(metrics, "TLSA")),
      ptr_(ends_of(metrics, "PTR")),
      seconds_(metrics.histogram("waybill_dns_seconds",
                                 "How long name servers took for a question, failures too",
                                 latency_bounds())) {}

CountedResolver::Ends CountedResolver::ends_of(Metrics& metrics, const char* type) {
  constexpr std::array<const char*, kEnds> kWords = {"found", "none", "failed", "timeout"};
  Ends out{};
  for (std::size_t i = 0; i < kEnds; ++i) {
    out[i] = &metrics.counter("waybill_dns_questions_total",
                              "Questions to name servers, by type and how they ended",
                              {{"type", type}, {"answer", kWords[i]}});
  }
  return out;
}

template <class Record>
Task<Result<Answer<Record>>> CountedResolver::counted(const Ends& ends,
                                                      Task<Result<Answer<Record>>> question) {
  const Instant asked = clock_.now();
  auto answer = co_await std::move(question);
  seconds_.observe(std::chrono::duration<double>(clock_.now() - asked).count());
  End end = End::found;
  if (!answer) {
    end = errc_of(answer.error()) == Errc::timeout ? End::timed_out : End::failed;
  } else if (answer->records.empty()) {
    end = End::none;
  }
  ends[static_cast<std::size_t>(end)]->add();
  co_return answer;
}

Task<Result<Answer<Mx>>> CountedResolver::mx(std::string name, Instant deadline) {
  return counted(mx_, inner_->mx(std::move(name), deadline));
}

Task<Result<Answer<IpAddress>>> CountedResolver::a(std::string name, Instant deadline) {
  return counted(a_, inner_->a(std::move(name), deadline));
}

Task<Result<Answer<IpAddress>>> CountedResolver::aaaa(std::string name, Instant deadline) {
  return counted(aaaa_, inner_->aaaa(std::move(name), deadline));
}

Task<Result<Answer<std::string>>> CountedResolver::txt(std::string name, Instant deadline) {
  return counted(txt_, inner_->txt(std::move(name), deadline));
}

Task<Result<Answer<Tlsa>>> CountedResolver::tlsa(std::string name, Instant deadline) {
  return counted(tlsa_, inner_->tlsa(std::move(name), deadline));
}

Task<Result<Answer<std::string>>> CountedResolver::ptr(IpAddress address, Instant deadline) {
  return counted(ptr_, inner_->ptr(address, deadline));
}

}  // namespace waybill::runtime::dns
