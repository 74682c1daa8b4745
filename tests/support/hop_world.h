// HopWorld: what a test of relay/forward stands on: scripted next hops, a pool, bodies, virtual
// time; and outcomes as one line of words.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "relay/forward/hop_pool.h"
#include "relay/message/spool.h"
#include "runtime/clock.h"
#include "tests/support/fake_tls.h"
#include "tests/support/run_virtual.h"
#include "tests/support/scripted_hops.h"

namespace waybill::tests {

// Answers as the test says, when it says.
class ScriptedClearance final : public relay::forward::Clearance {
 public:
  explicit ScriptedClearance(VirtualClock& clock) : clock_(clock) {}

  runtime::Task<runtime::Result<void>> clear() override {
    ++asked;
    if (when_asked) when_asked();
    co_await clock_.sleep_until(clock_.now() + takes);
    if (refusal) co_return make_error_code(*refusal);
    co_return runtime::Result<void>();
  }

  std::optional<runtime::Errc> refusal;
  runtime::Duration takes{0};
  std::function<void()> when_asked;
  int asked = 0;

 private:
  VirtualClock& clock_;
};

inline schemas::Address address(std::string_view text) {
  return schemas::Address::parse(text).value();
}

inline runtime::Endpoint endpoint(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  return {boost::asio::ip::make_address(text.substr(0, colon)),
          static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1)))};
}

inline relay::smtp::MailParameters mail_from(std::string_view sender) {
  relay::smtp::MailParameters out;
  if (!sender.empty()) out.sender = address(sender);
  return out;
}

inline relay::smtp::RcptParameters rcpt_to(std::string_view recipient) {
  return {address(recipient), {}, {}};
}

// "RCPT 250", or the error.
inline std::string words(const runtime::Result<relay::forward::Answered>& answered) {
  if (!answered) return answered.error().message();
  return answered->command + " " + std::to_string(answered->reply.code);
}

// "accepted body 250", "deferred DATA 451 connection-lost".
inline std::string words(const relay::forward::HopAnswer& answer) {
  using Kind = relay::forward::HopAnswer::Kind;
  std::string out = answer.kind == Kind::accepted   ? "accepted "
                    : answer.kind == Kind::refused  ? "refused "
                    : answer.kind == Kind::deferred ? "deferred "
                                                    : "in_doubt ";
  out += answer.command + " " + std::to_string(answer.reply.code);
  if (answer.rule) out.append(" ").append(relay::policy::word_of(*answer.rule));
  return out;
}

class HopWorld {
 public:
  static inline const std::string kHop = "192.0.2.1:25";

  HopWorld() = default;
  HopWorld(const HopWorld&) = delete;
  HopWorld& operator=(const HopWorld&) = delete;
  ~HopWorld() {
    pool_.clear();
    run(scope_.join());
  }

  template <class T>
  T run(runtime::Task<T> task) {
    return run_virtual(io_, clock_, std::move(task));
  }
  void run(runtime::Task<void> task) { run_virtual(io_, clock_, std::move(task)); }

  // What was spawned runs out.
  void settle() { run(scope_.join()); }

  runtime::Instant in(runtime::Duration wait) const { return clock_.now() + wait; }
  void pass(runtime::Duration time) { run(clock_.sleep_until(in(time))); }

  std::unique_ptr<relay::message::Spool> body(std::string_view text) {
    relay::message::SpoolSettings settings;
    settings.directory = testing::TempDir();
    settings.workers = workers_.get();
    settings.file_octets = &file_octets_;
    auto out = std::make_unique<relay::message::Spool>(settings);
    EXPECT_TRUE(run(out->append(text)));
    return out;
  }

  boost::asio::io_context io_;
  VirtualClock clock_;
  ScriptedHops hops_{clock_};
  std::unique_ptr<runtime::Workers> workers_ = runtime::inline_workers();
  runtime::Permits file_octets_{64 << 20};
  runtime::Scope scope_{io_.get_executor()};
  relay::forward::HopBudget budget_{1000, 50};
  relay::forward::ClientBudget clients_{1000, 100};
  relay::forward::HopPool pool_{clock_, scope_};
  FakeTls tls_;
};

}  // namespace waybill::tests
