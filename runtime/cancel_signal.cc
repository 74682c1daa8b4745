#include "runtime/cancel_signal.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

#include "runtime/check.h"
#include "runtime/clock.h"

namespace waybill::runtime {
namespace {

Failure cancelled_failure() { return {Errc::closed, "it was told to give up"}; }

timespec span_until(Instant deadline) {
  const Duration left =
      std::max<Duration>(deadline - std::chrono::steady_clock::now(), Duration::zero());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  return {static_cast<std::time_t>(seconds.count()), static_cast<long>((left - seconds).count())};
}

}  // namespace

CancelSignal::CancelSignal() : told_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  check(told_ >= 0, "there is a descriptor for a signal");
}

CancelSignal::~CancelSignal() { ::close(told_); }

void CancelSignal::cancel() noexcept {
  cancelled_.store(true, std::memory_order_release);
  ::eventfd_write(told_, 1);
}

Explained<void> CancelSignal::wait(int descriptor, short events, Instant deadline) const {
  for (;;) {
    if (cancelled()) return cancelled_failure();
    std::array<pollfd, 2> watched{pollfd{told_, POLLIN, 0}, pollfd{descriptor, events, 0}};
    const timespec span = span_until(deadline);
    const int count = ::ppoll(watched.data(), watched.size(), &span, nullptr);
    if (cancelled()) return cancelled_failure();
    if (watched[1].revents != 0) return {};
    if (count < 0 && errno != EINTR) return explain(Error(errno, boost::system::system_category()));
    if (count == 0) return Failure{Errc::timeout, "its time was over"};
  }
}

}  // namespace waybill::runtime
