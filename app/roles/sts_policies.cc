#include "app/roles/sts_policies.h"

#include <boost/asio/post.hpp>
#include <thread>

#include "app/roles/sts_fetch.h"
#include "runtime/asio_net.h"
#include "runtime/durable_file.h"
#include "runtime/log.h"

namespace waybill::app {

using relay::sts::Entry;
using relay::sts::Policy;
using relay::sts::PolicyBook;
using runtime::Errc;
using runtime::Explained;
using runtime::Instant;
using runtime::Level;
using runtime::MutexLock;
using runtime::Task;

namespace {

constexpr std::chrono::milliseconds kLookForStop{20};
constexpr std::chrono::seconds kRefreshEvery{60};
// Domains whose fetch failed lately; beyond that all are forgotten.
constexpr std::size_t kMostFailures = 10'000;

relay::sts::Lack lack_of(const runtime::Failure& failure) {
  using relay::sts::Lack;
  if (failure == Errc::refused) return Lack::untrusted;
  return failure == Errc::invalid ? Lack::invalid : Lack::fetch_error;
}

}  // namespace

Explained<std::unique_ptr<StsPolicies>> StsPolicies::start(StsSettings settings,
                                                           runtime::TlsContext trust,
                                                           runtime::Clock& clock,
                                                           runtime::Metrics& metrics) {
  std::unique_ptr<StsPolicies> out(
      new StsPolicies(std::move(settings), std::move(trust), clock, metrics));
  runtime::Error wrong;
  out->thread_.call([&] {
    auto resolver = unbound_resolver(out->thread_.executor(), out->settings_.dns);
    if (!resolver) {
      wrong = resolver.error();
      return;
    }
    out->resolver_ = std::move(*resolver);
    out->dialer_ = runtime::tcp_dialer();
    out->scope_ = std::make_unique<runtime::Scope>(out->thread_.executor());
  });
  if (wrong) return runtime::explain(wrong, "cannot set up DNS for policies (MTA-STS)");
  out->read_file();
  return out;
}

StsPolicies::StsPolicies(StsSettings settings, runtime::TlsContext trust, runtime::Clock& clock,
                         runtime::Metrics& metrics)
    : settings_(std::move(settings)),
      trust_(std::move(trust)),
      clock_(clock),
      fetches_(metrics.counter("waybill_mta_sts_fetches_total", "Policies (MTA-STS) asked for",
                               {{"result", "fetched"}})),
      failures_(metrics.counter("waybill_mta_sts_fetches_total", "Policies (MTA-STS) asked for",
                                {{"result", "failed"}})),
      missed_(metrics.counter("waybill_mta_sts_missed_total",
                              "Next hops asked that a policy (MTA-STS) in testing forbids")) {}

StsPolicies::~StsPolicies() {
  if (!scope_) return;
  std::atomic<bool> ended = false;
  // Questions end at once, fetches within kFetchTimeout.
  thread_.call([&] { ended = scope_->running() == 0; });
  while (!ended) {
    std::this_thread::sleep_for(kLookForStop);
    thread_.call([&] { ended = scope_->running() == 0; });
  }
  thread_.call([&] {
    scope_.reset();
    resolver_.reset();
  });
  write_file();
}

void StsPolicies::read_file() {
  const auto text = runtime::read_file(settings_.file);
  const MutexLock lock(mutex_);
  if (text) {
    book_ = PolicyBook::read(*text, clock_.wall());
  } else if (text.error().code != make_error_code(Errc::not_found)) {
    log(Level::error, "app", "the policies of domains (MTA-STS) cannot be read: they are forgotten",
        {{"file", settings_.file}, {"cause", text.error().why}});
  }
}

void StsPolicies::write_file() {
  std::string text;
  {
    const MutexLock lock(mutex_);
    if (!changed_) return;
    changed_ = false;
    text = book_.text();
  }
  const auto wrote = runtime::replace_file(settings_.file, text);
  if (wrote) return;
  log(Level::error, "app", "the policies of domains (MTA-STS) cannot be written",
      {{"file", settings_.file}, {"cause", wrote.error().why}});
}

StsPolicies::Known StsPolicies::look(const std::string& domain,
                                     const std::optional<std::string>& id) {
  const MutexLock lock(mutex_);
  Known out;
  if (const Entry* entry = book_.find(domain, clock_.wall())) {
    out.there = true;
    out.policy = entry->policy;
    out.id = entry->id;
  }
  const bool current = out.there && id && out.id == *id;
  if (id && !current) out.coming = begin(domain, *id);
  const auto failed = failed_.find(domain);
  if (id && !out.there && !out.coming && failed != failed_.end()) {
    out.policy.lack = failed->second.lack;
  }
  return out;
}

// Whether it is being fetched.
bool StsPolicies::begin(const std::string& domain, const std::string& id) {
  if (coming_.contains(domain)) return true;
  const auto failed = failed_.find(domain);
  if (failed != failed_.end() && clock_.now() < failed->second.again) return false;
  if (coming_.size() >= kMostFetches) return false;
  coming_.insert(domain);
  boost::asio::post(thread_.executor(),
                    [this, domain, id] { scope_->spawn("policy", fetch(domain, id)); });
  return true;
}

Task<void> StsPolicies::fetch(std::string domain, std::string id) {
  const HttpsWorld world{clock_, *resolver_, *dialer_, trust_};
  const Instant deadline = clock_.now() + kFetchTimeout;
  const auto policy = co_await fetch_policy(world, domain, deadline);
  settle(domain, id, policy);
}

void StsPolicies::settle(const std::string& domain, const std::string& id,
                         const Explained<Policy>& fetched) {
  const MutexLock lock(mutex_);
  coming_.erase(domain);
  if (fetched) {
    fetches_.add();
    failed_.erase(domain);
    book_.put(domain, {id, *fetched, clock_.wall()}, clock_.wall());
    changed_ = true;
    return;
  }
  failures_.add();
  if (failed_.size() >= kMostFailures) failed_.clear();
  // Where one is in force there is no hurry, and the log need not tell of it all the time.
  const bool held = book_.find(domain, clock_.wall()) != nullptr;
  const runtime::Duration pause = held ? kFetchAgainWhereHeld : kFetchAgain;
  failed_[domain] = {clock_.now() + pause, lack_of(fetched.error())};
  log(Level::warn, "app", "the policy of a domain (MTA-STS) could not be fetched",
      {{"domain", domain}, {"cause", fetched.error().why}});
}

// RFC 8461 5.1: a policy that is in force stays so, whatever becomes of the record.
Task<Policy> StsPolicies::policy_of(std::string domain, runtime::dns::Resolver& resolver,
                                    runtime::Clock& clock, Instant deadline) {
  const Instant until = runtime::sooner(deadline, clock.now() + kWaitForPolicy);
  const auto texts = co_await resolver.txt("_mta-sts." + domain, until);
  std::optional<std::string> id;
  if (texts) id = relay::sts::find_id(texts->records);
  Known known = look(domain, id);
  while (known.coming && clock.now() < until) {
    co_await clock.sleep_until(clock.now() + kLookForStop);
    known = look(domain, id);
  }
  known.policy.unsure = !known.there && (!texts || id.has_value());
  co_return std::move(known.policy);
}

void StsPolicies::tick() {
  write_file();
  if (clock_.now() < look_again_) return;
  look_again_ = clock_.now() + kRefreshEvery;
  const MutexLock lock(mutex_);
  for (const std::string& domain : book_.due(clock_.wall())) {
    begin(domain, book_.find(domain, clock_.wall())->id);
  }
}

}  // namespace waybill::app
