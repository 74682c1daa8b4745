#include "app/process/process.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdlib>

#include "app/command/command_line.h"
#include "ingest/node_board.h"
#include "runtime/descriptors.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Level;
using runtime::log;

namespace {

volatile std::sig_atomic_t asked_to_end = 0;

// While the parts start there is no loop that hears of signals.
void on_early_end(int signal) {
  if (asked_to_end != 0) std::_Exit(128 + signal);
  asked_to_end = 1;
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

// The event loop that run() waits on: signals, ticks, and end_after() from other threads.
class Process::Waiting {
 public:
  explicit Waiting(Process& process) : process_(process) {
    asked_to_end = 0;
    handle(SIGINT, on_early_end);
    handle(SIGTERM, on_early_end);
    // A reader of our output that goes away is an error of that write, and ends nothing.
    handle(SIGPIPE, SIG_IGN);
  }

  void run() {
    ends_.add(SIGINT);
    ends_.add(SIGTERM);
    if (asked_to_end != 0) std::raise(SIGTERM);
    ends_.async_wait([this](const auto& error, int) {
      if (error) return;
      log(Level::info, "app", "stopping; a second signal ends at once");
      process_.stopping_ = true;
      context_.stop();
    });
    watch_reloads();
    watch_ticks();
    context_.run();
  }

  // A second signal then ends the process at once; SIGHUP still does not.
  void release_signals() {
    ends_.clear();
    handle(SIGINT, SIG_DFL);
    handle(SIGTERM, SIG_DFL);
  }

  void end_after(std::chrono::milliseconds grace) {
    boost::asio::post(context_, [this, grace] {
      if (ending_) return;
      ending_ = true;
      grace_.expires_after(grace);
      process_.stopping_ = true;
      grace_.async_wait([this](const auto&) { context_.stop(); });
    });
  }

 private:
  void watch_reloads() {
    reloads_.async_wait([this](const auto& error, int) {
      if (error) return;
      process_.reload_all();
      watch_reloads();
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
  boost::asio::signal_set ends_{context_};
  boost::asio::signal_set reloads_{context_, SIGHUP};
  boost::asio::steady_timer grace_{context_};
  boost::asio::steady_timer tick_{context_};
  bool ending_ = false;
};

Process::Process(ConfigFile file, Config config)
    : file_(std::move(file)), config_(std::move(config)) {}

Process::~Process() {
  waiting_.reset();
  // The loop that took it is gone, and a reload at the last moment must not end us otherwise.
  handle(SIGHUP, SIG_IGN);
}

int Process::run() {
  runtime::start_log(config_.log_level, config_.log_format);
  runtime::raise_descriptor_limit();
  waiting_ = std::make_unique<Waiting>(*this);
  const std::size_t started = start_all();
  const bool up = started == parts_.size();
  if (up && asked_to_end == 0) {
    for (const auto& part : parts_) part->ready();
    waiting_->run();
  }
  const bool failed = !up && asked_to_end == 0;
  stopping_ = true;
  waiting_->release_signals();
  const Ending ending = end(started);
  const int code = failed ? kExitEnvironment : ending.code;
  if (!runtime::stop_log() || ending.at_once || ending.unclosed) std::_Exit(code);
  return code;
}

void Process::end_after(std::chrono::milliseconds grace) { waiting_->end_after(grace); }

std::size_t Process::start_all() {
  for (std::size_t at = 0; at < parts_.size(); ++at) {
    if (asked_to_end != 0) {
      log(Level::info, "app", "stopping before it has started; a second signal ends at once");
      return at;
    }
    const auto started = parts_[at]->start();
    if (started) continue;
    log(Level::error, "app", "cannot start",
        {{"part", parts_[at]->name()}, {"why", started.error().why}});
    return at;
  }
  return parts_.size();
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
