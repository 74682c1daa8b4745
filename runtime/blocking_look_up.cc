#include "runtime/blocking_look_up.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

#include "runtime/clock.h"
#include "runtime/name_lookup.h"

namespace waybill::runtime {
namespace {

// How late a look-up sees that it was cancelled.
constexpr auto kLookAtSignalEach = std::chrono::milliseconds(20);

}  // namespace

Explained<std::vector<IpAddress>> look_up_blocking(const std::string& host, Instant deadline,
                                                   const CancelSignal& cancel) {
  std::optional<Result<std::vector<IpAddress>>> found;
  // Should it go away first, it takes the coroutine with it, and glibc's answer is nobody's.
  boost::asio::io_context context{1};
  boost::asio::co_spawn(context, look_up(host, deadline),
                        [&found](std::exception_ptr, Result<std::vector<IpAddress>> answer) {
                          found.emplace(std::move(answer));
                        });
  while (!found && !cancel.cancelled()) context.run_one_for(kLookAtSignalEach);
  if (!found) return Failure{Errc::closed, "it was told to give up"};
  if (!*found) return explain(found->error(), "no address of " + host);
  return std::move(**found);
}

}  // namespace waybill::runtime
