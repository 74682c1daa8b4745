#include "app/parts/tries_part.h"

#include "app/return_paths/heard_tries.h"
#include "schemas/limits.h"

namespace waybill::app {
namespace {

// A sender that was put off comes again after minutes, a hasty one after seconds.
constexpr std::chrono::seconds kReadEvery{1};

}  // namespace

runtime::Explained<void> TriesPart::start() {
  remote_ = node_.node().read_tries(process_.clock().wall() - schemas::kDoneLife);
  if (remote_ != nullptr) reader_ = std::thread([this] { go_on(); });
  return {};
}

void TriesPart::go_on() {
  HeardTries heard(process_.config().node, process_.clock().wall(), relay_.tries());
  bool more = true;
  while (!wait(more ? std::chrono::seconds(0) : kReadEvery)) {
    const runtime::WallTime now = process_.clock().wall();
    more = remote_->read([&](const schemas::Event& event) { heard.hear(event, now); });
  }
}

bool TriesPart::wait(runtime::Duration time) {
  const runtime::Instant end = runtime::wait_end(time);
  const runtime::MutexLock lock(mutex_);
  while (!stopping_ && told_.wait_until(mutex_, end)) {
  }
  return stopping_;
}

void TriesPart::stop(Ending&) {
  {
    const runtime::MutexLock lock(mutex_);
    stopping_ = true;
  }
  told_.notify_all();
  if (reader_.joinable()) reader_.join();
}

}  // namespace waybill::app
