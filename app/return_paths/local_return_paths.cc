#include "app/return_paths/local_return_paths.h"

#include "ingest/journal_offsets.h"
#include "runtime/clock.h"
#include "runtime/run_until.h"

namespace waybill::app {

using relay::returnpath::ReturnPathDirectory;
using relay::returnpath::TokenFacts;
using runtime::Errc;
using runtime::Instant;
using runtime::Result;
using runtime::Task;
using schemas::LogOffset;
using schemas::ReturnPath;

namespace {

// The projector is a few milliseconds behind at most. While its views are folded anew progress()
// is an error, and who asks hears so at once.
constexpr std::chrono::milliseconds kLookAgain{5};

class LocalReturnPaths final : public ReturnPathDirectory {
 public:
  LocalReturnPaths(const ingest::Journal& journal, const projector::History& history,
                   runtime::Workers& workers, runtime::Clock& clock)
      : journal_(journal), history_(history), workers_(workers), clock_(clock) {}

  Task<Result<ReturnPath>> find(TokenFacts token, Instant deadline) override {
    const LogOffset on_record = ingest::offset_of(journal_.end_seq());
    for (;;) {
      auto folded_job = [this] { return folded(); };
      const auto folded =
          co_await runtime::run_on_until(workers_, clock_, deadline, std::move(folded_job));
      if (!folded) co_return folded.error();
      if (*folded >= on_record) break;
      if (clock_.now() >= deadline) co_return make_error_code(Errc::timeout);
      co_await clock_.sleep_until(clock_.now() + kLookAgain);
    }
    auto find_job = [this, token] { return history_.return_path(token.delivery); };
    co_return co_await runtime::run_on_until(workers_, clock_, deadline, std::move(find_job));
  }

 private:
  Result<LogOffset> folded() const {
    const auto progress = history_.progress();
    if (!progress) return progress.error();
    return progress->next_offset;
  }

  const ingest::Journal& journal_;
  const projector::History& history_;
  runtime::Workers& workers_;
  runtime::Clock& clock_;
};

}  // namespace

std::unique_ptr<ReturnPathDirectory> local_return_paths(const ingest::Journal& journal,
                                                        const projector::History& history,
                                                        runtime::Workers& workers,
                                                        runtime::Clock& clock) {
  return std::make_unique<LocalReturnPaths>(journal, history, workers, clock);
}

}  // namespace waybill::app
