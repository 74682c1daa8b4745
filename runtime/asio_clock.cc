#include "runtime/asio_clock.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

#include "runtime/clock.h"

namespace waybill::runtime {

Task<void> AsioClock::sleep_until(Instant when) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor, when);
  constexpr auto token = boost::asio::as_tuple(kUseAwaitable);
  const auto done = co_await timer.async_wait(token);
  (void)done;
}

}  // namespace waybill::runtime
