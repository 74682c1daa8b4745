#include "app/process/process.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdlib>

#include "app/command/command_line.h"
#include "ingest/node_board.h"
#include "runtime/descriptors.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Explained;
using runtime::Level;
using runtime::log;

namespace {

// What signals have asked for. The handlers run on any thread, at any moment.
std::atomic<int> asked_to_end{0};
std::atomic<bool> asked_to_reload{false};
std::atomic<int> wakes{-1};  // an eventfd: the loop that hears of them
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

void handle(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

void wake() {
  const std::uint64_t one = 1;
  // It fails only where the loop has been woken already.
  [[maybe_unused]] const auto written = ::write(wakes, &one, sizeof one);
}

// The first is heard by the loop, or by the start; the second one ends the process.
void on_end(int signal) {
  if (asked_to_end.fetch_add(1) == 0) return wake();
  handle(signal, SIG_DFL);
  std::raise(signal);
}

void on_reload(int) {
  asked_to_reload = true;
  wake();
}

}  // namespace

// The event loop that run() waits on: signals, ticks, and end_after() from other threads.
class Process::Waiting {
 public:
  explicit Waiting(Process& process)
      : process_(process), signals_(context_, ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    asked_to_end = 0;
    asked_to_reload = false;
    wakes = signals_.native_handle();
    handle(SIGINT, on_end);
    handle(SIGTERM, on_end);
    handle(SIGHUP, on_reload);
    // A reader of our output that goes away is an error of that write, and ends nothing.
    handle(SIGPIPE, SIG_IGN);
  }

  ~Waiting() {
    // A reload at the last moment must not end us otherwise.
    handle(SIGHUP, SIG_IGN);
    handle(SIGINT, SIG_DFL);
    handle(SIGTERM, SIG_DFL);
    wakes = -1;
  }

  void run() {
    watch_signals();
    watch_ticks();
    context_.run();
  }

  void end_after(std::chrono::milliseconds grace) {
    boost::asio::post(context_, [this, grace] {
      if (ending_) return;
      ending_ = true;
      grace_.expires_after(grace);
      grace_.async_wait([this](const auto&) { context_.stop(); });
    });
  }

 private:
  void watch_signals() {
    signals_.async_wait(
        boost::asio::posix::stream_descriptor::wait_read, [this](const auto& error) {
          if (error) return;
          std::uint64_t count = 0;
          [[maybe_unused]] const auto read = ::read(signals_.native_handle(), &count, sizeof count);
          if (asked_to_end > 0) {
            log(Level::info, "app", "stopping; a second signal ends at once");
            return context_.stop();
          }
          if (asked_to_reload.exchange(false)) process_.reload_all();
          watch_signals();
        });
  }

  void watch_ticks() {
    tick_.expires_after(ingest::kNodeSpeaksEvery);
    tick_.async_wait([this](const auto& error) {
      if (error) return;
      process_.tick_all();
      watch_ticks();
    });
  }

  Process& process_;
  boost::asio::io_context context_{1};
  boost::asio::posix::stream_descriptor signals_;
  boost::asio::steady_timer grace_{context_};
  boost::asio::steady_timer tick_{context_};
  bool ending_ = false;
};

Process::Process(ConfigFile file, Config config)
    : file_(std::move(file)), config_(std::move(config)) {}

Process::~Process() = default;

int Process::run() {
  const Explained<void> prepared = prepare_all();
  runtime::start_log(config_.log_level, config_.log_format);
  runtime::raise_descriptor_limit();
  waiting_ = std::make_unique<Waiting>(*this);
  if (!prepared) log(Level::error, "app", "cannot start", {{"why", prepared.error().why}});
  const Started started = prepared ? start_all() : Started{0, true};
  if (asked_to_end > 0) {
    log(Level::info, "app", "stopping while it starts; a second signal ends at once");
  } else if (!started.failed) {
    serving_ = true;
    for (const auto& part : parts_) part->ready();
    waiting_->run();
  }
  stopping_ = true;
  const Ending ending = end(started.parts);
  const int code = started.failed ? kExitEnvironment : ending.code;
  // What still runs then may log until the last moment.
  if (ending.at_once || ending.unclosed) {
    runtime::drain_log();
    std::_Exit(code);
  }
  if (!runtime::stop_log()) std::_Exit(code);
  return code;
}

void Process::end_after(std::chrono::milliseconds grace) { waiting_->end_after(grace); }

Explained<void> Process::prepare_all() {
  for (const auto& part : parts_) {
    const auto prepared = part->prepare();
    if (!prepared) return prepared;
  }
  return {};
}

Process::Started Process::start_all() {
  for (std::size_t at = 0; at < parts_.size(); ++at) {
    if (asked_to_end > 0) return {at};
    const auto started = parts_[at]->start();
    if (started) continue;
    log(Level::error, "app", "cannot start",
        {{"part", parts_[at]->name()}, {"why", started.error().why}});
    return {at, true};
  }
  return {parts_.size()};
}

void Process::reload_all() {
  const auto fresh = read_again(file_);
  if (!fresh) return;
  std::vector<Change> changes;
  for (const auto& part : parts_) {
    auto change = part->reload(*fresh);
    if (!change) {
      log(Level::error, "app", "reload refused; nothing changed",
          {{"complaint", change.error().why}});
      return;
    }
    if (*change) changes.push_back(std::move(*change));
  }
  for (const Change& change : changes) change();
  log(Level::info, "app", "reloaded",
      {{"domains", static_cast<std::uint64_t>(fresh->routes->domains().size())},
       {"needs_restart", describe_difference(config_, *fresh)}});
}

void Process::tick_all() {
  own_metrics_.update();
  for (const auto& part : parts_) part->tick();
}

Ending Process::end(std::size_t started) {
  Ending ending;
  for (std::size_t at = started; at-- > 0;) {
    parts_[at]->stop(ending);
    if (ending.at_once) return ending;
  }
  if (ending.unclosed) return ending;
  for (std::size_t at = started; at-- > 0;) parts_[at]->stopped();
  return ending;
}

}  // namespace waybill::app
