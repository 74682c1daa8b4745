// The bridgehead of the simulation: the part of the next hop that takes a mail, finds out later
// that it cannot be delivered, and says so to the return path, again and again until it is heard.
#pragma once

#include <deque>

#include "runtime/scope.h"
#include "tests/sim/reports.h"
#include "tests/sim/talk.h"

namespace waybill::tests {

class Bridgehead {
 public:
  Bridgehead(SimNet& net, runtime::Endpoint relay)
      : net_(net), relay_(relay), scope_(net.executor()) {}

  // A mail that the next hop took. Reports on it are sent later if its recipient's local part
  // begins with "bounce".
  void take(const TakenMail& mail);

  // When the last of the windows of all return paths closes, if there was any.
  std::optional<runtime::WallTime> last_window_end() const;
  // To each return path a report that was sent before, or a new one, about when its window closes.
  void knock_late();

  // Reports on their way.
  std::size_t running() const { return scope_.running(); }
  const std::deque<SentReport>& reports() const { return reports_; }

 private:
  enum class Heard { taken, refused, later };
  SentReport& add(SentReport report);
  void spawn(SentReport& report, runtime::Duration delay, int times);
  runtime::Task<void> send(SentReport& report, runtime::Duration delay, int times);
  runtime::Task<void> flood(SentReport& first);
  runtime::Task<Heard> attempt(SentReport& report);
  runtime::Task<Heard> send_body(SimTalk& talk, SentReport& report, std::size_t at);
  runtime::Task<void> pause(runtime::Duration time);
  runtime::Duration some_delay();
  ReportKind some_kind();

  SimNet& net_;
  const runtime::Endpoint relay_;
  runtime::Scope scope_;
  std::shared_ptr<Process> process_ = std::make_shared<Process>();
  std::deque<SentReport> reports_;  // in place: tasks refer to them
};

// The window of the simulated domains.
inline constexpr std::chrono::hours kWindow{72};

}  // namespace waybill::tests
