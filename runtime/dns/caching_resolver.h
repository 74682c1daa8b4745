// CachingResolver: answers kept for as long as their TTL says, in front of another Resolver. A
// question that was asked lately costs a look-up in memory, and no way to another thread.
//
// Keeps answers, empty ones too (RFC 2308), and no failures. For kMaxAge at most, so that a change
// is seen within it; kMaxAnswers of each type, beyond which it begins anew. Belongs to one thread.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "runtime/dns/resolver.h"
#include "runtime/time.h"

namespace waybill::runtime::dns {

inline constexpr std::chrono::minutes kMaxAge{5};
// Some 3 MiB of short answers for each type.
inline constexpr std::size_t kMaxAnswers = 20'000;

class CachingResolver final : public Resolver {
 public:
  // `clock` outlives it.
  CachingResolver(std::unique_ptr<Resolver> inner, runtime::Clock& clock)
      : inner_(std::move(inner)), clock_(clock) {}

  runtime::Task<runtime::Result<Answer<Mx>>> mx(std::string name,
                                                runtime::Instant deadline) override;
  runtime::Task<runtime::Result<Answer<runtime::IpAddress>>> a(std::string name,
                                                               runtime::Instant deadline) override;
  runtime::Task<runtime::Result<Answer<runtime::IpAddress>>> aaaa(
      std::string name, runtime::Instant deadline) override;
  runtime::Task<runtime::Result<Answer<std::string>>> txt(std::string name,
                                                          runtime::Instant deadline) override;
  runtime::Task<runtime::Result<Answer<runtime::Tlsa>>> tlsa(std::string name,
                                                             runtime::Instant deadline) override;
  runtime::Task<runtime::Result<Answer<std::string>>> ptr(runtime::IpAddress address,
                                                          runtime::Instant deadline) override;

 private:
  template <class Record>
  struct Kept {
    Answer<Record> answer;
    runtime::Instant until;
  };
  template <class Record>
  using Answers = std::unordered_map<std::string, Kept<Record>>;

  // nullptr: not kept, or no longer true.
  template <class Record>
  const Answer<Record>* find(const Answers<Record>& answers, const std::string& key) const;
  template <class Record>
  void keep(Answers<Record>& answers, std::string key,
            const runtime::Result<Answer<Record>>& answer);

  std::unique_ptr<Resolver> inner_;
  runtime::Clock& clock_;
  Answers<Mx> mx_;
  Answers<runtime::IpAddress> a_;
  Answers<runtime::IpAddress> aaaa_;
  Answers<std::string> txt_;
  Answers<runtime::Tlsa> tlsa_;
  Answers<std::string> ptr_;
};

}  // namespace waybill::runtime::dns
