#include "http/session.h"

#include <array>

#include "http/codec.h"
#include "runtime/clock.h"

namespace waybill::http {
namespace {

// A head fits in one or two reads.
constexpr std::size_t kReadOctets = 4096;

// Of a refused request's rest, at most.
constexpr std::size_t kLingerOctets = 64 << 10;

// A short answer to a client that nobody has room for.
constexpr std::chrono::seconds kTurnAwayTime{1};

Problem slow_head() {
  return problem_of(408, "request_timeout", "The request's head did not arrive in time.");
}

Problem unwanted_body() {
  return problem_of(413, "content_refused", "A question has no content: leave the body out.");
}

// nullopt: the client is gone, or was silent for too long with nothing asked.
runtime::Task<std::optional<Incoming>> next_request(runtime::Connection& connection,
                                                    HeadReader& reader, runtime::Clock& clock,
                                                    const SessionLimits& limits) {
  std::array<char, kReadOctets> octets;
  const std::span<char> into(octets);
  auto deadline = clock.now() + (reader.idle() ? limits.idle : limits.head);
  for (;;) {
    auto incoming = reader.next();
    if (incoming) co_return incoming;
    const bool was_idle = reader.idle();
    const auto count = co_await connection.read_some(into, deadline);
    if (!count) {
      const bool cut = !was_idle && runtime::errc_of(count.error()) == runtime::Errc::timeout;
      if (cut) incoming.emplace(slow_head());
      co_return incoming;
    }
    // The head's time runs from its first octet, however its octets drip.
    if (was_idle) deadline = clock.now() + limits.head;
    reader.feed(std::string_view(octets.data(), *count));
  }
}

runtime::Task<void> linger(runtime::Connection& connection, runtime::Clock& clock,
                           const SessionLimits& limits) {
  std::array<char, kReadOctets> octets;
  const std::span<char> into(octets);
  const auto deadline = clock.now() + limits.linger;
  for (std::size_t thrown_away = 0; thrown_away < kLingerOctets;) {
    const auto count = co_await connection.read_some(into, deadline);
    if (!count) co_return;
    thrown_away += *count;
  }
}

}  // namespace

runtime::Task<void> serve_session(runtime::Connection& connection, Service& service,
                                  runtime::Clock& clock, SessionLimits limits) {
  HeadReader reader(limits.hosts);
  for (std::uint32_t served = 1;; ++served) {
    const auto incoming = co_await next_request(connection, reader, clock, limits);
    if (!incoming) co_return;
    const auto* const problem = std::get_if<Problem>(&*incoming);
    const auto* const head = std::get_if<Head>(&*incoming);
    const bool asks = head != nullptr && (head->method == "GET" || head->method == "HEAD");
    const bool unread = problem != nullptr || head->has_body;

    Response response;
    if (problem != nullptr) {
      response = service.refuse(*problem);
    } else if (asks && head->has_body) {
      response = service.refuse(unwanted_body());
    } else {
      response = co_await service.answer(*head);
    }
    const bool last = unread || !head->keep_alive || served >= limits.max_requests;
    const bool bare = head != nullptr && head->method == "HEAD";
    const auto content = bare ? Content::leave_out : Content::send;
    const auto after = last ? After::close : After::keep_alive;
    const std::string octets = write_response(response, content, after, clock.wall());
    const auto deadline = clock.now() + limits.write;
    const auto written = co_await connection.write(octets, deadline);
    if (!written) co_return;
    if (unread) co_await linger(connection, clock, limits);
    if (last) co_return;
  }
}

runtime::Task<void> turn_away(runtime::Connection& connection, Service& service,
                              runtime::Clock& clock, SessionLimits limits) {
  auto problem = problem_of(503, "too_many_connections",
                            "Too many connections are open: close some, or ask again later.");
  problem.retry_after = kTurnAwayTime;
  const Response response = service.refuse(problem);
  const std::string octets = write_response(response, Content::send, After::close, clock.wall());
  const auto deadline = clock.now() + kTurnAwayTime;
  const auto written = co_await connection.write(octets, deadline);
  if (written) co_await linger(connection, clock, limits);
}

}  // namespace waybill::http
