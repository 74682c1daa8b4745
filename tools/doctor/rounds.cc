#include "tools/doctor/rounds.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "tools/doctor/wording.h"

namespace waybill::tools::doctor {

namespace {

// Owned by each check too: one that hangs ends later than its rounds.
struct Shared {
  std::mutex mutex;
  std::condition_variable ended;
  std::size_t running = 0;
  std::vector<std::optional<std::vector<Group>>> found;
};

}  // namespace

Rounds make_rounds(std::vector<Check> checks, std::chrono::milliseconds patience) {
  const auto shared = std::make_shared<Shared>();
  shared->running = checks.size();
  shared->found.resize(checks.size());
  Rounds out;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    out.threads.emplace_back([shared, i, look = std::move(checks[i].look)] {
      auto groups = look();
      const std::lock_guard lock(shared->mutex);
      shared->found[i] = std::move(groups);
      --shared->running;
      shared->ended.notify_one();
    });
  }
  std::unique_lock lock(shared->mutex);
  out.all_ended = shared->ended.wait_for(lock, patience, [&] { return shared->running == 0; });
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
