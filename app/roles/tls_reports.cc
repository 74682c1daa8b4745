#include "app/roles/tls_reports.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <thread>

#include "app/roles/endable_resolver.h"
#include "app/roles/public_dialer.h"
#include "runtime/asio_net.h"
#include "runtime/chance.h"
#include "runtime/durable_file.h"
#include "runtime/gzip.h"
#include "runtime/log.h"

namespace waybill::app {

using relay::tlsrpt::Date;
using relay::tlsrpt::Day;
using relay::tlsrpt::DayBook;
using relay::tlsrpt::Destination;
using relay::tlsrpt::PolicyType;
using relay::tlsrpt::Report;
using relay::tlsrpt::Session;
using runtime::Counter;
using runtime::Errc;
using runtime::Explained;
using runtime::Instant;
using runtime::Level;
using runtime::Metrics;
using runtime::MutexLock;
using runtime::Task;
using runtime::TlsContext;
using std::chrono::days;
using Carried = TlsReportCourier::Result;

namespace {

constexpr std::chrono::milliseconds kLookAgain{20};

Counter& sessions(Metrics& metrics, PolicyType policy, const char* result) {
  return metrics.counter(
      "waybill_tls_sessions_total",
      "Sessions with next hops by the policy that they were held against, and whether TLS kept it",
      {{"policy", std::string(word_of(policy))}, {"result", result}});
}

Counter& reports(Metrics& metrics, const char* by, const char* result) {
  return metrics.counter("waybill_tls_reports_total",
                         "Reports about TLS (RFC 8460) that were sent, or given up",
                         {{"by", by}, {"result", result}});
}

}  // namespace

struct TlsReports::Counters {
  struct OfPolicy {
    OfPolicy(Metrics& metrics, PolicyType policy)
        : successful(sessions(metrics, policy, "successful")),
          failed(sessions(metrics, policy, "failed")) {}
    Counter& successful;
    Counter& failed;
  };
  struct OfWay {
    OfWay(Metrics& metrics, const char* by)
        : sent(reports(metrics, by, "sent")), failed(reports(metrics, by, "failed")) {}
    Counter& sent;
    Counter& failed;
  };

  explicit Counters(Metrics& metrics)
      : tlsa(metrics, PolicyType::tlsa),
        sts(metrics, PolicyType::sts),
        none(metrics, PolicyType::none),
        mail(metrics, "mail"),
        https(metrics, "https"),
        left_out(metrics.counter("waybill_tls_report_left_out_total",
                                 "Sessions that no report (RFC 8460) has room for, or no details "
                                 "of their failure")) {}

  OfPolicy& of(PolicyType policy) {
    switch (policy) {
      case PolicyType::tlsa: return tlsa;
      case PolicyType::sts: return sts;
      case PolicyType::none: break;
    }
    return none;
  }
  OfWay& of(const Destination& to) { return to.mailbox ? mail : https; }

  OfPolicy tlsa, sts, none;
  OfWay mail, https;
  Counter& left_out;
};

struct TlsReports::Office {
  Office(runtime::Clock& clock, std::vector<runtime::Network> besides, runtime::Executor executor)
      : dialer(*tcp, clock, std::move(besides)), scope(std::move(executor)) {}

  std::unique_ptr<runtime::Dialer> tcp = runtime::tcp_dialer();
  PublicDialer dialer;
  runtime::Scope scope;
  std::optional<EndableResolver> resolver;
  std::optional<TlsReportCourier> courier;
};

Explained<std::unique_ptr<TlsReports>> TlsReports::start(
    TlsReportSettings settings, const relay::trust::dkim::CurrentSigningKeys& signing,
    runtime::Clock& clock, Metrics& metrics) {
  std::unique_ptr<TlsReports> out(new TlsReports(std::move(settings), clock, metrics));
  if (!out->settings_.reporter) return out;
  if (const auto opened = out->open(signing); !opened) return opened.error();
  out->read_file();
  return out;
}

TlsReports::TlsReports(TlsReportSettings settings, runtime::Clock& clock, Metrics& metrics)
    : settings_(std::move(settings)),
      clock_(clock),
      counters_(std::make_unique<Counters>(metrics)),
      chance_(runtime::system_chance()) {}

Explained<void> TlsReports::open(const relay::trust::dkim::CurrentSigningKeys& signing) {
  auto trust = TlsContext::client(settings_.ca_file);
  if (!trust) return trust.error();
  auto anybody = TlsContext::client_of_anybody(settings_.ca_file);
  if (!anybody) return anybody.error();
  thread_.emplace("wb-tls-report");
  Explained<void> opened;
  thread_->call([&] {
    office_ = std::make_unique<Office>(clock_, settings_.besides, thread_->executor());
    runtime::dns::UnboundSettings dns;
    dns.forward_to = settings_.dns_servers;
    auto resolver = unbound_resolver(thread_->executor(), dns);
    if (!resolver) {
      opened = runtime::explain(resolver.error(), "cannot set up DNS for reports about TLS");
      return;
    }
    office_->resolver.emplace(std::move(*resolver), clock_, kLookUpTimeout);
    office_->courier.emplace(CourierWorld{.clock = clock_,
                                          .dialer = office_->dialer,
                                          .resolver = *office_->resolver,
                                          .scope = office_->scope,
                                          .signing = signing,
                                          .trust = *trust,
                                          .anybody = *anybody,
                                          .host_name = settings_.host_name,
                                          .next_hop_port = settings_.next_hop_port,
                                          .sources = settings_.sources});
  });
  return opened;
}

TlsReports::~TlsReports() {
  if (!office_) return;
  // What is counted is kept, however the rest of the stop goes.
  write_file();
  stopping_ = true;
  std::atomic<bool> ended = false;
  thread_->call([&] {
    office_->dialer.end();
    office_->resolver->end();
    ended = office_->scope.running() == 0;
  });
  while (!ended) {
    std::this_thread::sleep_for(kLookAgain);
    thread_->call([&] { ended = office_->scope.running() == 0; });
  }
  thread_->call([&] { office_.reset(); });
  write_file();
}

void TlsReports::read_file() {
  const auto text = runtime::read_file(settings_.file);
  const MutexLock lock(mutex_);
  if (text) {
    book_ = DayBook::read(*text);
  } else if (text.error().code != make_error_code(Errc::not_found)) {
    log(Level::error, "app", "the sessions counted for reports about TLS cannot be read",
        {{"file", settings_.file}, {"cause", text.error().why}});
  }
}

void TlsReports::write_file() {
  std::string text;
  {
    const MutexLock lock(mutex_);
    if (!changed_) return;
    changed_ = false;
    reported_ = false;
    text = book_.text();
  }
  const auto wrote = runtime::replace_file(settings_.file, text);
  if (wrote) return;
  log(Level::error, "app", "the sessions counted for reports about TLS cannot be written",
      {{"file", settings_.file}, {"cause", wrote.error().why}});
}

void TlsReports::count(const Session& session) {
  auto& counters = counters_->of(session.policy.type);
  (session.failure ? counters.failed : counters.successful).add();
  if (!settings_.reporter) return;
  const MutexLock lock(mutex_);
  changed_ = true;
  if (!book_.count(session, clock_.wall())) counters_->left_out.add();
}

void TlsReports::tick() {
  if (!settings_.reporter) return;
  const Instant now = clock_.now();
  {
    const MutexLock lock(mutex_);
    if (reported_) write_again_ = std::min(write_again_, written_ + kWriteReported);
  }
  if (now >= write_again_) {
    written_ = now;
    write_again_ = now + kWriteReportsEvery;
    write_file();
  }
  look_for_due();
}

void TlsReports::look_for_due() {
  const MutexLock lock(mutex_);
  for (const Date date : book_.ended(clock_.wall())) {
    if (const Day* const day = book_.find(date)) consider(date, *day);
  }
}

void TlsReports::consider(Date date, const Day& day) {
  std::vector<Key> over;
  for (const auto& [domain, policies] : day.domains) {
    const Key key(date, domain);
    const auto [at, fresh] = due_.try_emplace(key);
    Due& due = at->second;
    if (fresh) {
      const auto within = std::chrono::nanoseconds(kReportWithin).count();
      const auto delay = chance_->below(static_cast<std::uint64_t>(within));
      due.from = date + days(1) + std::chrono::nanoseconds(delay);
    }
    if (due.under_way) continue;
    if (is_over(key, due)) {
      over.push_back(key);
    } else if (under_way_ < kMostReportsAtOnce && clock_.wall() >= due.from &&
               clock_.now() >= due.again) {
      begin(key, due, day);
    }
  }
  for (const Key& key : over) {
    log(Level::warn, "app", "a report about TLS could not be brought and is given up",
        {{"domain", key.second}});
    const Due& due = due_[key];
    if (due.left) {
      for (const Destination& to : *due.left) counters_->of(to).failed.add();
    }
    forget(key);
  }
}

bool TlsReports::is_over(const Key& key, const Due& due) const {
  if (clock_.wall() > key.first + days(1) + kOldestReport) return true;
  return due.first && clock_.now() > *due.first + kReportTriedFor;
}

void TlsReports::begin(const Key& key, Due& due, const Day& day) {
  if (!due.first) due.first = clock_.now();
  due.under_way = true;
  ++due.tries;
  ++under_way_;
  Report report = write_report(*settings_.reporter, key.second, key.first, day.begun,
                               day.domains.find(key.second)->second);
  boost::asio::post(
      thread_->executor(), [this, key, report = std::move(report), left = due.left]() mutable {
        office_->scope.spawn("report about TLS", deliver(key, std::move(report), std::move(left)));
      });
}

Task<void> TlsReports::deliver(Key key, Report report,
                               std::optional<std::vector<Destination>> left) {
  if (!left) {
    const Instant deadline = clock_.now() + kLookUpTimeout;
    const auto texts = co_await office_->resolver->txt("_smtp._tls." + key.second, deadline);
    if (texts) {
      left = relay::tlsrpt::find_destinations(texts->records);
    } else if (!runtime::dns::may_pass(texts.error())) {
      left.emplace();
    } else {
      log(Level::warn, "app", "DNS does not say whether a domain wants reports about TLS",
          {{"domain", key.second}, {"cause", texts.error().message()}});
    }
  }
  std::optional<std::vector<Destination>> later;
  if (left) {
    later.emplace();
    const std::string packed = runtime::gzip(report.json);
    for (const Destination& to : *left) {
      if (stopping_) {
        later->push_back(to);
        continue;
      }
      const Instant deadline = clock_.now() + kCarryTimeout;
      const auto carried =
          co_await office_->courier->carry(*settings_.reporter, report, packed, to, deadline);
      const std::string where = to.text();
      if (carried.result == Carried::sent) note_sent(to);
      if (carried.result == Carried::refused) counters_->of(to).failed.add();
      if (carried.result == Carried::later) later->push_back(to);
      const bool sent = carried.result == Carried::sent;
      log(sent ? Level::info : Level::warn, "app",
          sent ? "a report about TLS was sent" : "a report about TLS was not taken",
          {{"domain", key.second}, {"to", where}, {"id", report.id}, {"answer", carried.why}});
    }
  }
  settle(key, std::move(later));
}

// What went must not go again.
void TlsReports::note_sent(const Destination& to) {
  counters_->of(to).sent.add();
  const MutexLock lock(mutex_);
  reported_ = true;
}

void TlsReports::settle(const Key& key, std::optional<std::vector<Destination>> left) {
  const MutexLock lock(mutex_);
  --under_way_;
  const auto found = due_.find(key);
  if (left && left->empty()) {
    forget(key);
    return;
  }
  Due& due = found->second;
  due.under_way = false;
  due.left = std::move(left);
  const runtime::Duration pause = kReportAgain * (1 << std::min(due.tries - 1, 10));
  due.again = clock_.now() + std::min<runtime::Duration>(pause, kReportAgainAtLast);
}

void TlsReports::forget(const Key& key) {
  due_.erase(key);
  book_.done(key.first, key.second);
  changed_ = true;
}

}  // namespace waybill::app
