#include "app/signals.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "ingest/node_board.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Level;
using runtime::log;

namespace {

class Waiting {
 public:
  explicit Waiting(const Watch& watch) : watch_(watch) {}

  void run() {
    ends_.async_wait([this](const auto& error, int) {
      if (error) return;
      log(Level::info, "app", "stopping; a second signal ends at once");
      context_.stop();
    });
    watch_reloads();
    if (watch_.tick) watch_ticks();
    if (watch_.journal != nullptr) {
      watch_.journal->when_fenced([this] {
        boost::asio::post(context_, [this] {
          grace_.expires_after(kFenceGrace);
          grace_.async_wait([this](const auto&) { context_.stop(); });
        });
      });
    }
    context_.run();
    if (watch_.journal != nullptr) watch_.journal->when_fenced({});
  }

 private:
  void watch_reloads() {
    reloads_.async_wait([this](const auto& error, int) {
      if (error) return;
      if (watch_.reload) watch_.reload();
      watch_reloads();
    });
  }

  void watch_ticks() {
    tick_.expires_after(ingest::kNodeSpeaksEvery);
    tick_.async_wait([this](const auto& error) {
      if (error) return;
      watch_.tick();
      watch_ticks();
    });
  }

  const Watch& watch_;
  boost::asio::io_context context_{1};
  boost::asio::signal_set ends_{context_, SIGINT, SIGTERM};
  boost::asio::signal_set reloads_{context_, SIGHUP};
  boost::asio::steady_timer grace_{context_};
  boost::asio::steady_timer tick_{context_};
};

}  // namespace

void wait_for_the_end(const Watch& watch) { Waiting(watch).run(); }

}  // namespace waybill::app
