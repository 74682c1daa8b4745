#include "runtime/dns/caching_resolver.h"

#include <algorithm>

#include "runtime/clock.h"

namespace waybill::runtime::dns {

using runtime::Instant;
using runtime::IpAddress;
using runtime::Result;
using runtime::Task;

template <class Record>
const Answer<Record>* CachingResolver::find(const Answers<Record>& answers,
                                            const std::string& key) const {
  const auto kept = answers.find(key);
  if (kept == answers.end() || kept->second.until <= clock_.now()) return nullptr;
  return &kept->second.answer;
}

template <class Record>
void CachingResolver::keep(Answers<Record>& answers, std::string key,
                           const Result<Answer<Record>>& answer) {
  if (!answer || answer->ttl == 0) return;
  if (answers.size() >= kMaxAnswers) answers.clear();
  const runtime::Duration age =
      std::min<runtime::Duration>(kMaxAge, std::chrono::seconds(answer->ttl));
  answers.insert_or_assign(std::move(key), Kept<Record>{*answer, clock_.now() + age});
}

Task<Result<Answer<Mx>>> CachingResolver::mx(std::string name, Instant deadline) {
  if (const auto* known = find(mx_, name)) co_return *known;
  auto answer = co_await inner_->mx(name, deadline);
  keep(mx_, std::move(name), answer);
  co_return answer;
}

Task<Result<Answer<IpAddress>>> CachingResolver::a(std::string name, Instant deadline) {
  if (const auto* known = find(a_, name)) co_return *known;
  auto answer = co_await inner_->a(name, deadline);
  keep(a_, std::move(name), answer);
  co_return answer;
}

Task<Result<Answer<IpAddress>>> CachingResolver::aaaa(std::string name, Instant deadline) {
  if (const auto* known = find(aaaa_, name)) co_return *known;
  auto answer = co_await inner_->aaaa(name, deadline);
  keep(aaaa_, std::move(name), answer);
  co_return answer;
}

Task<Result<Answer<std::string>>> CachingResolver::txt(std::string name, Instant deadline) {
  if (const auto* known = find(txt_, name)) co_return *known;
  auto answer = co_await inner_->txt(name, deadline);
  keep(txt_, std::move(name), answer);
  co_return answer;
}

Task<Result<Answer<Tlsa>>> CachingResolver::tlsa(std::string name, Instant deadline) {
  if (const auto* known = find(tlsa_, name)) co_return *known;
  auto answer = co_await inner_->tlsa(name, deadline);
  keep(tlsa_, std::move(name), answer);
  co_return answer;
}

Task<Result<Answer<std::string>>> CachingResolver::ptr(IpAddress address, Instant deadline) {
  std::string key = runtime::ip_text(address);
  if (const auto* known = find(ptr_, key)) co_return *known;
  auto answer = co_await inner_->ptr(address, deadline);
  keep(ptr_, std::move(key), answer);
  co_return answer;
}

}  // namespace waybill::runtime::dns
