// HttpSinkWorld: records, and a receiver of HTTP that answers from a list, for the tests of the
// transports over HTTP.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "runtime/asio_clock.h"
#include "runtime/mutex.h"
#include "stream/transport/transport.h"
#include "tests/support/http_receiver.h"

namespace waybill::tests {

inline stream::Record record_of(const std::string& id) {
  // 2026-09-21T14:13:20.123456789Z
  constexpr runtime::WallTime kTime{std::chrono::nanoseconds(1'790'000'000'123'456'789)};
  return {
      .id = id, .kind = "accepted", .time = kTime, .body = R"({"event":{"id":")" + id + R"("}})"};
}

inline std::vector<stream::Record> records_of(const std::vector<std::string>& ids) {
  std::vector<stream::Record> out;
  for (const std::string& id : ids) out.push_back(record_of(id));
  return out;
}

// One letter for each record: c confirmed, r repeat, o open, a again, x refused.
inline std::string fates(const stream::Outcome& outcome) {
  std::string out;
  for (const auto& record : outcome.records) {
    out += "croax"[static_cast<std::size_t>(record.fate)];
  }
  return out;
}

// Answers are given in the order in which they were added; the last one again and again.
class HttpSinkWorld {
 public:
  HttpSinkWorld() = default;

  void answer(GivenAnswer answer) {
    const runtime::MutexLock lock(mutex_);
    answers_.push_back(std::move(answer));
  }
  void answer(unsigned status, std::string body = {}, std::string fields = {}) {
    answer({.status = status, .body = std::move(body), .fields = std::move(fields)});
  }
  void forget_answers() {
    const runtime::MutexLock lock(mutex_);
    answers_.clear();
  }

  std::string url() const { return receiver_.base(); }
  const HttpReceiver& receiver() const { return receiver_; }
  HeardRequest last() const { return receiver_.heard().back(); }

  const runtime::Clock& clock() const { return clock_; }
  runtime::Instant in(runtime::Duration wait) const { return clock_.now() + wait; }
  runtime::Instant soon() const { return in(std::chrono::seconds(10)); }

 private:
  GivenAnswer next() {
    const runtime::MutexLock lock(mutex_);
    if (answers_.empty()) return {.status = 599, .body = "no answer was foreseen"};
    GivenAnswer out = answers_.front();
    if (answers_.size() > 1) answers_.pop_front();
    return out;
  }

  runtime::Mutex mutex_;
  std::deque<GivenAnswer> answers_ WAYBILL_GUARDED_BY(mutex_);
  runtime::AsioClock clock_;
  HttpReceiver receiver_{[this](const HeardRequest&) { return next(); }};
};

}  // namespace waybill::tests
