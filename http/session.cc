#include "http/session.h"

#include <array>

#include "http/codec.h"
#include "http/stream_writer.h"
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

// Reads what comes and throws it away, so that the answer before it arrives (SessionLimits).
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

class Session {
 public:
  Session(runtime::Connection& connection, Service& service, runtime::Clock& clock,
          IdleConnections& idle, const SessionLimits& limits)
      : connection_(connection),
        service_(service),
        clock_(clock),
        idle_(idle),
        limits_(limits),
        reader_(limits.hosts) {}

  runtime::Task<void> run() {
    for (std::uint32_t served = 1;; ++served) {
      const auto idle_time = served == 1 ? limits_.unused : limits_.idle;
      const auto incoming = co_await next_request(idle_time);
      if (!incoming) co_return;
      const auto* const head = std::get_if<Head>(&*incoming);
      const bool unread = head == nullptr || head->has_body;
      const bool last = unread || !head->keep_alive || served >= limits_.max_requests;
      const bool bare = head != nullptr && head->method == "HEAD";
      const auto content = bare ? Content::leave_out : Content::send;
      const auto after = last ? After::close : After::keep_alive;

      const Answered answered = co_await answer_to(*incoming);
      bool whole = false;
      if (const auto* const stream = std::get_if<std::unique_ptr<OpenStream>>(&answered)) {
        whole = co_await send(**stream, head->version, content, after);
      } else {
        whole = co_await send(std::get<Response>(answered), content, after);
      }
      if (!whole) co_return;
      // A client that did not ask for the end may have sent more already.
      const bool ours = head == nullptr || head->keep_alive;
      if (last && (unread || ours)) co_await linger(connection_, clock_, limits_);
      if (last) co_return;
    }
  }

 private:
  // nullopt: the client is gone, or was silent for too long with nothing asked.
  runtime::Task<std::optional<Incoming>> next_request(std::chrono::milliseconds idle_time) {
    std::array<char, kReadOctets> octets;
    const std::span<char> into(octets);
    auto deadline = clock_.now() + (reader_.idle() ? idle_time : limits_.head);
    for (;;) {
      auto incoming = reader_.next();
      if (incoming) co_return incoming;
      const bool was_idle = reader_.idle();
      std::optional<IdleConnections::Waiting> waiting;
      if (was_idle) waiting.emplace(idle_, connection_);
      const auto count = co_await connection_.read_some(into, deadline);
      waiting.reset();
      if (!count) {
        const bool cut = !was_idle && runtime::errc_of(count.error()) == runtime::Errc::timeout;
        if (cut) incoming.emplace(slow_head());
        co_return incoming;
      }
      // The head's time runs from its first octet, however its octets drip.
      if (was_idle) deadline = clock_.now() + limits_.head;
      reader_.feed(std::string_view(octets.data(), *count));
    }
  }

  runtime::Task<Answered> answer_to(const Incoming& incoming) {
    if (const auto* const problem = std::get_if<Problem>(&incoming)) {
      co_return service_.refuse(*problem);
    }
    const Head& head = std::get<Head>(incoming);
    Client client;
    client.from = connection_.remote();
    co_return co_await service_.answer(head, std::move(client));
  }

  // True: the answer is out, and the client knows where it ends.
  runtime::Task<bool> send(const Response& response, Content content, After after) {
    const auto held = service_.hold(response);
    const Response instead = held ? Response() : Service::too_many_answers();
    const Response& said = held ? response : instead;
    const std::string octets = write_response(said, content, after, clock_.wall());
    const auto written = co_await connection_.write(octets, clock_.now() + limits_.write);
    co_return written.has_value();
  }

  runtime::Task<bool> send(OpenStream& stream, Version version, Content content, After after) {
    auto framing = version == Version::http_1_1 ? Framing::chunked : Framing::until_close;
    if (stream.stream().length) framing = Framing::by_length;
    const bool marked = framing != Framing::until_close;
    if (!marked) after = After::close;
    const std::string head = write_stream_head(stream.stream(), framing, after, clock_.wall());
    const auto written = co_await connection_.write(head, clock_.now() + limits_.write);
    if (!written) co_return false;
    if (content == Content::leave_out) {
      stream.end(StreamEnd::head_only);
      co_return marked;
    }
    const StreamEnd end = co_await write_body(connection_, stream, framing, reader_, clock_);
    stream.end(end);
    if (!marked) co_return false;
    co_return end == StreamEnd::whole;
  }

  runtime::Connection& connection_;
  Service& service_;
  runtime::Clock& clock_;
  IdleConnections& idle_;
  const SessionLimits& limits_;
  HeadReader reader_;
};

}  // namespace

runtime::Task<void> serve_session(runtime::Connection& connection, Service& service,
                                  runtime::Clock& clock, IdleConnections& idle,
                                  SessionLimits limits) {
  Session session(connection, service, clock, idle, limits);
  co_await session.run();
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
