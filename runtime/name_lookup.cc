#include "runtime/name_lookup.h"

#include <netdb.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <memory>

namespace waybill::runtime {
namespace {

namespace asio = boost::asio;

// One question to the resolver. Its end is told through a descriptor and not to the event loop,
// which may be gone by then: the coroutine that asked and the thread that answers each hold it.
struct Question {
  explicit Question(std::string name) : host(std::move(name)), answered(::eventfd(0, EFD_CLOEXEC)) {
    hints.ai_socktype = SOCK_STREAM;
    request.ar_name = host.c_str();
    request.ar_request = &hints;
  }
  ~Question() {
    if (request.ar_result != nullptr) ::freeaddrinfo(request.ar_result);
    if (answered >= 0) ::close(answered);
  }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  std::string host;
  int answered;
  addrinfo hints{};
  gaicb request{};
};

// On a thread of glibc's.
void tell(sigval held) {
  const std::unique_ptr<std::shared_ptr<Question>> question(
      static_cast<std::shared_ptr<Question>*>(held.sival_ptr));
  ::eventfd_write((*question)->answered, 1);
}

bool ask(const std::shared_ptr<Question>& question) {
  if (question->answered < 0) return false;
  auto held = std::make_unique<std::shared_ptr<Question>>(question);
  sigevent when_done{};
  when_done.sigev_notify = SIGEV_THREAD;
  when_done.sigev_notify_function = tell;
  when_done.sigev_value.sival_ptr = held.get();
  gaicb* list[] = {&question->request};
  if (::getaddrinfo_a(GAI_NOWAIT, list, 1, &when_done) != 0) return false;
  held.release();
  return true;
}

std::vector<IpAddress> addresses(const addrinfo* found) {
  std::vector<IpAddress> out;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    IpAddress address;
    if (one->ai_family == AF_INET) {
      sockaddr_in at{};
      std::memcpy(&at, one->ai_addr, sizeof at);
      address = asio::ip::address_v4(ntohl(at.sin_addr.s_addr));
    } else if (one->ai_family == AF_INET6) {
      sockaddr_in6 at{};
      std::memcpy(&at, one->ai_addr, sizeof at);
      asio::ip::address_v6::bytes_type octets;
      std::memcpy(octets.data(), at.sin6_addr.s6_addr, octets.size());
      address = asio::ip::address_v6(octets, at.sin6_scope_id);
    } else {
      continue;
    }
    out.push_back(address);
  }
  return out;
}

}  // namespace

Task<Result<void>> readable(int descriptor, Instant deadline) {
  const Executor executor = co_await asio::this_coro::executor;
  // Shared with the timer's handler, which may run after this has ended.
  const auto watched =
      std::make_shared<asio::posix::stream_descriptor>(executor, ::dup(descriptor));
  asio::steady_timer timer(executor, deadline);
  timer.async_wait([watched](const Error& cancelled) {
    Error ignored;
    if (!cancelled) watched->cancel(ignored);
  });
  const auto [error] = co_await watched->async_wait(watched->wait_read, kWithError);
  timer.cancel();
  if (error) co_return make_error_code(Errc::timeout);
  co_return Result<void>();
}

Task<Result<std::vector<IpAddress>>> look_up(std::string host, Instant deadline) {
  Error not_an_address;
  const auto literal = asio::ip::make_address(host, not_an_address);
  if (!not_an_address) co_return std::vector<IpAddress>(1, literal);
  const auto question = std::make_shared<Question>(std::move(host));
  if (!ask(question)) co_return make_error_code(Errc::unreachable);
  const auto answered = co_await readable(question->answered, deadline);
  if (!answered) co_return answered.error();
  if (::gai_error(&question->request) != 0) co_return make_error_code(Errc::unreachable);
  auto found = addresses(question->request.ar_result);
  if (found.empty()) co_return make_error_code(Errc::unreachable);
  co_return found;
}

}  // namespace waybill::runtime
