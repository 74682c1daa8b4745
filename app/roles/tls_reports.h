// TlsReports: what this process tells domains of TLS with them (RFC 8460): counts the sessions of
// all lanes, and reports each day that has ended (UTC) to the domains that ask for it.
//
// Where a report goes is asked of DNS when it is due: at some moment of the four hours behind
// midnight (RFC 8460 5, so that not all of the world reports at one time). What could not be
// brought is tried again for a day (RFC 8460 5.5). What was counted stands in a file,
// kWriteReportsEvery behind at most; after a crash a report may go twice, under one id.
//
// count() on any thread; the rest on the thread that made it. Deliveries have a thread of their
// own.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/roles/tls_report_courier.h"
#include "relay/tlsrpt/day_book.h"
#include "relay/tlsrpt/record.h"
#include "runtime/dns/unbound_resolver.h"
#include "runtime/failure.h"
#include "runtime/io_thread.h"
#include "runtime/metrics.h"
#include "runtime/mutex.h"
#include "runtime/network.h"

namespace waybill::app {

// RFC 8460 5
inline constexpr std::chrono::hours kReportWithin{4};
// RFC 8460 5.5
inline constexpr std::chrono::hours kReportTriedFor{24};
// The pause doubles with each time.
inline constexpr std::chrono::minutes kReportAgain{15};
inline constexpr std::chrono::hours kReportAgainAtLast{4};
// A relay that was away for longer has nothing to say that anybody could still mend.
inline constexpr std::chrono::hours kOldestReport{24 * 7};
// For all that one delivery does: some servers greet late, on purpose.
inline constexpr std::chrono::seconds kCarryTimeout{60};
// The end of the process waits for it, as for what is being dialled.
inline constexpr std::chrono::seconds kLookUpTimeout{10};
// Domains at one time.
inline constexpr std::size_t kMostReportsAtOnce = 4;
inline constexpr std::chrono::seconds kWriteReportsEvery{60};
// After a report was sent.
inline constexpr std::chrono::seconds kWriteReported{5};

struct TlsReportSettings {
  std::optional<relay::tlsrpt::Reporter>
      reporter;  // nullopt: sessions are counted by metrics alone
  std::string file;
  std::string ca_file;  // whom to trust of web servers; empty: whom the system trusts
  std::vector<runtime::Network> besides;  // networks that reports may go to, though not public
  std::vector<std::string> dns_servers;
  std::string host_name;
  std::uint16_t next_hop_port = 25;
  relay::forward::Sources sources;
};

class TlsReports {
 public:
  // Errc::invalid: DNS or the file of authorities. A file that cannot be read is a line of the log.
  // What is referred to outlives it.
  static runtime::Explained<std::unique_ptr<TlsReports>> start(
      TlsReportSettings settings, const relay::trust::dkim::CurrentSigningKeys& signing,
      runtime::Clock& clock, runtime::Metrics& metrics);
  // Breaks off what is being delivered, which takes kLookUpTimeout at most.
  ~TlsReports();
  TlsReports(const TlsReports&) = delete;
  TlsReports& operator=(const TlsReports&) = delete;

  void count(const relay::tlsrpt::Session& session);

  // Now and then: begins what is due, and writes the file where something has changed.
  void tick();

 private:
  using Key = std::pair<relay::tlsrpt::Date, std::string>;  // the day, the domain
  // A report that is to go.
  struct Due {
    runtime::WallTime from{};
    std::optional<runtime::Instant> first;  // when it was tried
    runtime::Instant again{};
    int tries = 0;
    bool under_way = false;
    // Where it has not been yet; nullopt: nobody has asked DNS.
    std::optional<std::vector<relay::tlsrpt::Destination>> left;
  };
  // On the delivering thread.
  struct Office;
  struct Counters;

  TlsReports(TlsReportSettings settings, runtime::Clock& clock, runtime::Metrics& metrics);
  runtime::Explained<void> open(const relay::trust::dkim::CurrentSigningKeys& signing);
  void read_file();
  void write_file();
  void look_for_due();
  void consider(relay::tlsrpt::Date date, const relay::tlsrpt::Day& day) WAYBILL_REQUIRES(mutex_);
  bool is_over(const Key& key, const Due& due) const;
  void begin(const Key& key, Due& due, const relay::tlsrpt::Day& day) WAYBILL_REQUIRES(mutex_);
  runtime::Task<void> deliver(Key key, relay::tlsrpt::Report report,
                              std::optional<std::vector<relay::tlsrpt::Destination>> left);
  void note_sent(const relay::tlsrpt::Destination& to);
  void settle(const Key& key, std::optional<std::vector<relay::tlsrpt::Destination>> left);
  void forget(const Key& key) WAYBILL_REQUIRES(mutex_);

  const TlsReportSettings settings_;
  runtime::Clock& clock_;
  const std::unique_ptr<Counters> counters_;
  const std::unique_ptr<runtime::Chance> chance_;

  runtime::Mutex mutex_;
  relay::tlsrpt::DayBook book_ WAYBILL_GUARDED_BY(mutex_);
  std::map<Key, Due> due_ WAYBILL_GUARDED_BY(mutex_);
  std::size_t under_way_ WAYBILL_GUARDED_BY(mutex_) = 0;
  bool changed_ WAYBILL_GUARDED_BY(mutex_) = false;
  std::atomic<bool> stopping_{false};
  bool reported_ WAYBILL_GUARDED_BY(mutex_) = false;  // since the file was written

  runtime::Instant written_{};
  runtime::Instant write_again_{};
  std::optional<runtime::IoThread> thread_;
  std::unique_ptr<Office> office_;
};

}  // namespace waybill::app
