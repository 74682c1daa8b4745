// StsPolicies: which policies (MTA-STS, RFC 8461) are in force, for all lanes of a process.
//
// A message to a domain whose record names a policy that is not here, or another one than is here,
// has it fetched, and waits for it kWaitForPolicy at most: then it goes by the one before, or
// without; the fetch goes on, and later mail finds what it brought. What is in force is fetched
// again before it ends, and stands in a file, so that a restart does not forget it.
//
// policy_of() on any I/O thread; the rest on the thread that made it. Fetches have a thread of
// their own.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "relay/sts/book.h"
#include "runtime/clock.h"
#include "runtime/dialer.h"
#include "runtime/dns/resolver.h"
#include "runtime/dns/unbound_resolver.h"
#include "runtime/failure.h"
#include "runtime/io_thread.h"
#include "runtime/metrics.h"
#include "runtime/mutex.h"
#include "runtime/scope.h"
#include "runtime/tls_engine.h"

namespace waybill::app {

// A fetch is a look-up, two handshakes and a question: half a second, where the server is not far.
// The sender waits at RCPT meanwhile.
inline constexpr std::chrono::seconds kWaitForPolicy{5};
// RFC 8461 3.3 suggests a minute at most; the end of the process waits for what is being fetched.
inline constexpr std::chrono::seconds kFetchTimeout{10};
// After a fetch that failed (RFC 8461 3.3 asks for no less).
inline constexpr std::chrono::minutes kFetchAgain{5};
inline constexpr std::chrono::minutes kFetchAgainWhereHeld{60};
// At one time, for each has a descriptor; more wait for the next message to their domain.
inline constexpr std::size_t kMostFetches = 20;

struct StsSettings {
  std::string file;  // of the policies
  runtime::dns::UnboundSettings dns;
};

class StsPolicies {
 public:
  // Errc::invalid: `dns` is none. A file that cannot be read is a line of the log.
  static runtime::Explained<std::unique_ptr<StsPolicies>> start(StsSettings settings,
                                                                runtime::TlsContext trust,
                                                                runtime::Clock& clock,
                                                                runtime::Metrics& metrics);
  // Ends what is being fetched. No policy_of() is under way.
  ~StsPolicies();
  StsPolicies(const StsPolicies&) = delete;
  StsPolicies& operator=(const StsPolicies&) = delete;

  // `lack` of the policy says why there is none, where the domain has a record and the last fetch
  // failed.
  runtime::Task<relay::sts::Policy> policy_of(std::string domain, runtime::dns::Resolver& resolver,
                                              runtime::Clock& clock, runtime::Instant deadline);
  void count_missed() { missed_.add(); }

  // Now and then: fetches again what is due, and writes the file where something has changed.
  void tick();

 private:
  StsPolicies(StsSettings settings, runtime::TlsContext trust, runtime::Clock& clock,
              runtime::Metrics& metrics);
  void read_file();
  void write_file();
  // What is known of a domain, and whether more may come of waiting.
  struct Known {
    relay::sts::Policy policy;
    std::string id;
    bool there = false;
    bool coming = false;
  };
  // A fetch that failed lately: when it may be tried again, and what was wrong.
  struct Failed {
    runtime::Instant again{};
    relay::sts::Lack lack = relay::sts::Lack::none;
  };
  // `id`: of its record now. A policy that is not for it is asked for.
  Known look(const std::string& domain, const std::optional<std::string>& id);
  bool begin(const std::string& domain, const std::string& id) WAYBILL_REQUIRES(mutex_);
  runtime::Task<void> fetch(std::string domain, std::string id);
  void settle(const std::string& domain, const std::string& id,
              const runtime::Explained<relay::sts::Policy>& fetched);

  const StsSettings settings_;
  const runtime::TlsContext trust_;
  runtime::Clock& clock_;
  runtime::Counter& fetches_;
  runtime::Counter& failures_;
  runtime::Counter& missed_;

  runtime::Mutex mutex_;
  relay::sts::PolicyBook book_ WAYBILL_GUARDED_BY(mutex_);
  std::set<std::string> coming_ WAYBILL_GUARDED_BY(mutex_);
  std::map<std::string, Failed> failed_ WAYBILL_GUARDED_BY(mutex_);
  bool changed_ WAYBILL_GUARDED_BY(mutex_) = false;

  runtime::Instant look_again_{};
  // On its thread alone.
  runtime::IoThread thread_{"wb-sts"};
  std::unique_ptr<runtime::dns::Resolver> resolver_;
  std::unique_ptr<runtime::Dialer> dialer_;
  std::unique_ptr<runtime::Scope> scope_;
};

}  // namespace waybill::app
