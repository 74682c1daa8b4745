#include "http/pulled_source.h"

#include <exception>

#include "http/handler.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::http {
namespace {

using runtime::Errc;
using runtime::Instant;

// The Pull as run_on() wants it. Its source outlives it.
struct PullJob {
  Pull* pull;

  Piece operator()() {
    try {
      Piece piece = (*pull)();
      // Only a source that waits may say that there is nothing yet.
      if (!piece && piece.error() == Errc::timeout) return make_error_code(Errc::io_error);
      return piece;
    } catch (const std::exception& wrong) {
      runtime::log(runtime::Level::error, "http", "a stream could not go on",
                   {{"why", wrong.what()}});
      return make_error_code(Errc::io_error);
    }
  }
};

class PulledSource final : public Source {
 public:
  PulledSource(Pull pull, runtime::Workers& workers) : pull_(std::move(pull)), workers_(workers) {}

  runtime::Task<Piece> next(runtime::Instant) override {
    PullJob job{&pull_};
    co_return co_await runtime::run_on(workers_, job);
  }

 private:
  Pull pull_;
  runtime::Workers& workers_;
};

class FollowedSource final : public Source {
 public:
  FollowedSource(std::unique_ptr<Follower> follower, runtime::Workers& workers,
                 runtime::Workers& remote_workers, runtime::Clock& clock)
      : follower_(std::move(follower)),
        pull_([this] { return follower_->pull(); }),
        workers_(workers),
        remote_workers_(remote_workers),
        clock_(clock) {}

  runtime::Task<Piece> next(Instant until) override {
    while (!cancelled_) {
      if (follower_->ready()) {
        PullJob job{&pull_};
        runtime::Workers* const on = follower_->asks_others() ? &remote_workers_ : &workers_;
        Piece piece = co_await runtime::run_on(*on, job);
        if (!piece || !*piece || !(*piece)->empty()) co_return piece;
      }
      if (clock_.now() >= until) co_return make_error_code(Errc::timeout);
      if (!follower_->ready()) co_await follower_->wait(until);
      // It came back with nothing, as at a stop: not again at once.
      const Instant now = clock_.now();
      if (!cancelled_ && !follower_->ready() && now < until) {
        co_await clock_.sleep_until(runtime::sooner(until, now + kReadyAgain));
      }
    }
    co_return make_error_code(Errc::closed);
  }

  void cancel() noexcept override {
    cancelled_ = true;
    follower_->cancel();
  }

 private:
  std::unique_ptr<Follower> follower_;
  Pull pull_;
  runtime::Workers& workers_;
  runtime::Workers& remote_workers_;
  runtime::Clock& clock_;
  bool cancelled_ = false;
};

}  // namespace

std::unique_ptr<Source> followed_source(std::unique_ptr<Follower> follower,
                                        runtime::Workers& workers, runtime::Workers& remote_workers,
                                        runtime::Clock& clock) {
  return std::make_unique<FollowedSource>(std::move(follower), workers, remote_workers, clock);
}

std::unique_ptr<Source> pulled_source(Pull pull, runtime::Workers& workers) {
  return std::make_unique<PulledSource>(std::move(pull), workers);
}

}  // namespace waybill::http
