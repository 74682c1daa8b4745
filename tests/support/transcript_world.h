// TranscriptWorld: the relay of one session as production wires it (relay/assembly.h), between a
// client, next hops, DNS, views and a log that a transcript scripts. Every octet and event passes
// note() in the order in which it happens. On virtual time; one thread.
//
// Its routes, DNS and addresses are told in tests/transcripts/README.md.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "relay/assembly.h"
#include "tests/support/fake_tls.h"
#include "tests/support/scripted_hops.h"
#include "tests/support/sim_net.h"
#include "tests/support/zone_resolver.h"

namespace waybill::tests {

// A line of a transcript: "S: 250 2.1.5 Recipient ok".
using Note = std::function<void(std::string line)>;

// The client's end of the session.
struct ClientWire {
  std::string arrived;
  bool closed_by_us = false;
  bool closed_by_client = false;
  std::optional<runtime::OneShot<bool>> reader;

  void wake();
  // The relay waits for octets and has none, or is gone.
  bool idle() const { return closed_by_us || (reader && arrived.empty()); }
};

// Takes a millisecond for each append.
class ScriptedLog final : public ingest::EventAppender {
 public:
  ScriptedLog(VirtualClock& clock, Note note) : clock_(clock), note_(std::move(note)) {}

  ingest::Recorded begin(std::vector<schemas::Event> events) override;

  // From the n-th append from now on, 1 being the next, all fail so; nullopt: all succeed.
  void fail_from(std::size_t n, std::optional<runtime::Errc> error);
  // That append alone fails.
  void fail_once(std::size_t n, runtime::Errc error);

  bool at_work() const { return pending_ > 0; }
  // Of the last report that was accepted.
  const std::string& last_digest() const { return last_digest_; }

 private:
  std::optional<runtime::Errc> fate();
  void settle(const std::vector<schemas::Event>& events, std::optional<runtime::Errc> error);

  VirtualClock& clock_;
  Note note_;
  std::optional<runtime::Errc> error_;
  std::size_t fails_from_ = SIZE_MAX;
  std::size_t fails_until_ = SIZE_MAX;
  std::size_t appends_ = 0;
  std::size_t pending_ = 0;
  std::string last_digest_;
};

// One return path, and what the views say of it.
class ScriptedDirectory final : public relay::returnpath::ReturnPathDirectory {
 public:
  runtime::Task<runtime::Result<schemas::ReturnPath>> find(relay::returnpath::TokenFacts token,
                                                           runtime::Instant deadline) override;
  runtime::Task<runtime::Result<relay::returnpath::TurnHolder>> take_turn(
      relay::returnpath::TokenFacts token, runtime::Instant deadline) override;

  schemas::ReturnPath path;
  std::optional<runtime::Errc> error;
  runtime::Result<relay::returnpath::TurnHolder> turn = relay::returnpath::TurnHolder::us;
};

// Workers that a transcript can make refuse every job.
class ScriptedWorkers final : public runtime::Workers {
 public:
  bool submit(std::function<void()> job) override;
  bool busy = false;
};

// Of a cluster: another relay may have what was put off here, from its `refuses_from`th take on.
class FakeLoans final : public relay::plan::Loans {
 public:
  std::size_t refuses_from = 0;  // 0: none

  relay::plan::Loan of(const schemas::DeliveryId& delivery, std::uint32_t partition) override {
    return {delivery, partition, "mx1"};
  }
  runtime::Task<bool> take(relay::plan::Loan, runtime::Instant) override {
    ++taken_;
    co_return refuses_from == 0 || taken_ < refuses_from;
  }
  runtime::Task<void> give_back(relay::plan::Loan) override { co_return; }

 private:
  std::size_t taken_ = 0;
};

// Says what a transcript has it say.
class ScriptedSpamFilter final : public relay::spam::SpamFilter {
 public:
  runtime::Task<runtime::Explained<relay::spam::Judgement>> judge(
      relay::spam::Question question, relay::message::Spool& spool,
      runtime::Instant deadline) override;

  std::optional<relay::spam::Judgement> says;  // nullopt: it is away
};

class TranscriptWorld {
 public:
  explicit TranscriptWorld(Note note);
  ~TranscriptWorld();

  // A line that begins with "G:": what is given. Throws std::invalid_argument.
  void give(std::string_view what);
  // Sends the octets, as far as the session still reads, and waits for all that they cause.
  void say(std::string octets);
  void wait(runtime::Duration time);
  // The session ends, then all that it left behind.
  void end();

  // Connects and greets; all that was given before is then in force. Once.
  void begin();
  bool begun() const { return relay_ != nullptr; }

  // "{path}", "{forged path}" and "{path at lax.test}" as addresses.
  std::string with_paths(std::string line) const;

 private:
  bool give_to_hops(std::string_view what);
  bool give_to_log(std::string_view what);
  bool give_to_views(std::string_view what);
  bool give_to_settings(std::string_view what);
  bool give_to_door(std::string_view what);
  void settle();
  void turn_away();
  bool move();

  Note note_;
  bool telling_ = false;
  bool speaks_at_once_ = false;
  std::string helo_ = "client.test";
  std::map<std::string, HopScript> hop_scripts_;
  boost::asio::io_context io_;
  VirtualClock clock_;
  SeededChance chance_{1};
  ScriptedHops hops_{clock_};
  std::set<std::string> mails_heard_;  // MAIL commands, with their tokens
  ZoneResolver dns_;
  ScriptedLog log_;
  ScriptedDirectory directory_;
  ScriptedWorkers workers_;
  ScriptedSpamFilter spam_filter_;
  bool has_spam_filter_ = false;
  relay::Settings settings_;
  std::optional<runtime::Permits> spool_;
  std::uint64_t spool_octets_ = 64 << 20;
  std::optional<runtime::Permits> memory_{std::in_place, 64 << 20};
  std::optional<relay::Patience> patience_{std::in_place, 1000};
  std::optional<relay::door::Rates> rates_;
  std::optional<relay::door::Greylist> greylist_;
  FakeTlsServer tls_server_;
  relay::Session::Begins begins_ = relay::Session::Begins::in_clear;
  FakeTls tls_;
  relay::forward::CurrentLogins logins_;
  relay::routes::CurrentRoutes routes_;
  relay::returnpath::CurrentKeys keys_;
  relay::trust::dkim::CurrentSigningKeys signing_;
  relay::returnpath::Turns turns_;
  relay::plan::Tries tries_;
  FakeLoans loans_;
  std::optional<relay::forward::HopBudget> hop_budget_;
  std::optional<relay::forward::ClientBudget> client_budget_;
  std::optional<relay::forward::ProviderRates> provider_rates_;
  std::uint64_t connections_ = 1000;
  std::uint32_t connections_of_client_ = 100;
  std::size_t turned_away_ = 0;  // sessions, before this one
  std::optional<relay::returnpath::Turns::Turn> held_turn_;
  relay::Admission admission_{10, 10};
  runtime::Metrics metrics_;
  relay::RelayMetrics relay_metrics_{metrics_};
  relay::dns::Ourselves ourselves_{{"mx.test"}, {}};
  runtime::Endpoint client_;
  runtime::Duration path_age_ = std::chrono::hours(1);
  relay::returnpath::TokenFacts token_;
  std::unique_ptr<relay::AssembledLane> relay_;
  std::shared_ptr<ClientWire> wire_;
  std::optional<relay::Session> session_;
};

}  // namespace waybill::tests
