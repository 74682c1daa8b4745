#include "tools/doctor/rounds.h"

#include <memory>
#include <optional>

#include "runtime/mutex.h"
#include "tools/doctor/wording.h"

namespace waybill::tools::doctor {

namespace {

// Owned by each check too: one that hangs ends later than its rounds.
struct Shared {
  explicit Shared(std::size_t checks) : running(checks), found(checks) {}

  runtime::Mutex mutex;
  runtime::ConditionVariable ended;
  std::size_t running WAYBILL_GUARDED_BY(mutex);
  std::vector<std::optional<std::vector<Group>>> found WAYBILL_GUARDED_BY(mutex);
};

}  // namespace

Rounds make_rounds(std::vector<Check> checks, std::chrono::milliseconds patience) {
  const auto shared = std::make_shared<Shared>(checks.size());
  Rounds out;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    out.threads.emplace_back([shared, i, look = std::move(checks[i].look)] {
      auto groups = look();
      const runtime::MutexLock lock(shared->mutex);
      shared->found[i] = std::move(groups);
      --shared->running;
      shared->ended.notify_one();
    });
  }
  const runtime::Instant until = runtime::wait_end(patience);
  const runtime::MutexLock lock(shared->mutex);
  while (shared->running > 0) {
    if (!shared->ended.wait_until(shared->mutex, until)) break;
  }
  out.all_ended = shared->running == 0;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    if (!shared->found[i]) {
      const std::string sentence = "has not ended within " + about_time(patience);
      out.groups.push_back({checks[i].name, {{Severity::unseen, "this check", sentence, ""}}});
      continue;
    }
    for (Group& group : *shared->found[i]) out.groups.push_back(std::move(group));
  }
  return out;
}

}  // namespace waybill::tools::doctor
