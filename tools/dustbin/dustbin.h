// Dustbin: a small SMTP server that takes mail for anyone, tells of it and keeps nothing (but for
// what a Dump writes). For trying a relay out: it is real SMTP, by the relay's own ServerCore.
//
// run() takes connections from the listener until stop(), or until `once` messages were answered:
// then the client of the last one still has kGoodbye to say QUIT, and every other session is cut.
// The message and the refused recipient are told of after judging and before the reply is written.
// One thread: that of the executor run() is spawned on. Memory: kMaxSessions times kKeptHead
// (session.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "relay/smtp/server_core.h"
#include "runtime/connection.h"
#include "runtime/crowd.h"
#include "runtime/listener.h"
#include "runtime/time.h"
#include "tools/dustbin/dump.h"
#include "tools/dustbin/record.h"
#include "tools/dustbin/rules.h"

namespace waybill::tools::dustbin {

// A tool on loopback needs few; above, the client hears 421.
inline constexpr std::size_t kMaxSessions = 100;
// Clients that hear it at one time; above, they are closed without a word.
inline constexpr std::uint32_t kMaxTurnedAway = 32;
// After the last message of `once`: time for QUIT and its reply.
inline constexpr std::chrono::seconds kGoodbye{1};

struct Settings {
  std::string host_name = "dustbin.localhost";
  relay::smtp::ServerLimits limits;
  Rules rules;
  std::optional<Dump> dump;
  std::uint64_t once = 0;  // messages; 0: until stop()
};

// What a dustbin tells of, as it happens.
struct Observer {
  std::function<void(const Message&)> message;
  std::function<void(const Refusal&)> refusal;
  std::function<void(const std::string&)> trouble;  // a sentence: the dump could not be written
};

class Dustbin {
 public:
  // `clock` and `listener` outlive the dustbin.
  Dustbin(runtime::Clock& clock, runtime::Listener& listener, Settings settings, Observer observer);

  // Ends when the last session has ended.
  runtime::Task<void> run();
  // Ends run() at once: nobody is told goodbye.
  void stop();

  // For a session's use.
  runtime::Clock& clock() { return clock_; }
  Settings& settings() { return settings_; }
  const Observer& observer() const { return observer_; }
  // Told of a message; counts it, and ends the dustbin if it was the last.
  void answered(const Message& message, const runtime::Connection& on);
  // True once no further mail is taken.
  bool ending() const { return ending_; }
  // The last moment for a session to read anything.
  runtime::Instant last_moment() const { return last_moment_; }

 private:
  void take(std::unique_ptr<runtime::Connection> connection);
  runtime::Task<void> serve(std::unique_ptr<runtime::Connection> connection,
                            std::optional<schemas::Reply> refusal);

  runtime::Clock& clock_;
  runtime::Listener& listener_;
  Settings settings_;
  Observer observer_;
  std::optional<runtime::Crowd> crowd_;  // while run() runs
  std::uint64_t messages_ = 0;
  bool ending_ = false;
  runtime::Instant last_moment_ = runtime::Instant::max();
};

}  // namespace waybill::tools::dustbin
