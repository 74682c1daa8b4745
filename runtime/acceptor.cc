#include "runtime/acceptor.h"

#include <boost/asio/post.hpp>

#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::runtime {
namespace {

// Out of descriptors: some connection will end soon.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

Task<void> accept_all(Listener& listener, Clock& clock, std::vector<Seat> seats,
                      std::string_view part) {
  const Executor here = co_await boost::asio::this_coro::executor;
  for (std::size_t turn = 0;; ++turn) {
    const Seat& seat = seats[turn % seats.size()];
    auto accepted = co_await listener.accept(seat.executor);
    if (accepted && seat.executor == here) {
      seat.take(std::move(*accepted));
    } else if (accepted) {
      boost::asio::post(seat.executor, [take = seat.take, one = std::move(*accepted)]() mutable {
        take(std::move(one));
      });
    } else if (accepted.error() == Errc::closed) {
      co_return;
    } else if (accepted.error() == Errc::limit_exceeded) {
      log(Level::warn, part, "out of file descriptors; accepting pauses");
      co_await clock.sleep_until(clock.now() + kAcceptPause);
    }
  }
}

}  // namespace waybill::runtime
