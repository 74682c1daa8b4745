#include "http/pulled_source.h"

#include <exception>

#include "runtime/log.h"

namespace waybill::http {
namespace {

using runtime::Errc;

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

}  // namespace

std::unique_ptr<Source> pulled_source(Pull pull, runtime::Workers& workers) {
  return std::make_unique<PulledSource>(std::move(pull), workers);
}

}  // namespace waybill::http
