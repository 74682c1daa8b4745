#include "runtime/http_lane.h"

#include <algorithm>
#include <array>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <deque>

#include "runtime/asio_net.h"
#include "runtime/asio_tls.h"
#include "runtime/clock.h"
#include "runtime/name_lookup.h"
#include "runtime/scope.h"

namespace waybill::runtime {
namespace {

// Less than the minute and more after which servers close idle connections, so that few are found
// stale.
constexpr auto kIdleTime = std::chrono::seconds(45);
// One each to the nodes of a large cluster.
constexpr std::size_t kMaxIdle = 16;
constexpr std::size_t kReadOctets = 16 << 10;
// Of a stream's body, of which nothing is kept.
constexpr std::size_t kWithoutEnd = std::size_t{1} << 62;
// How soon what began to wait in the very moment of stop() is told again.
constexpr auto kStopsWithin = std::chrono::milliseconds(10);

Instant now() { return std::chrono::steady_clock::now(); }

}  // namespace

HttpLane::HttpLane(std::shared_ptr<const HttpTerms> terms) : terms_(std::move(terms)) {}

std::unique_ptr<Dialer> HttpLane::tcp() { return tcp_dialer(); }

void HttpLane::stop() noexcept {
  stopped_ = true;
  boost::asio::post(context_, [] {});
}

void HttpLane::run(std::vector<Task<void>> tasks) {
  begun_ = 0;
  Scope scope(context_.get_executor());
  std::deque<boost::asio::cancellation_signal> signals(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    scope.spawn("ask", std::move(tasks[i]), signals[i].slot());
  }
  context_.restart();
  // Not run(): timers of connections that stay open would hold it up.
  while (scope.running() > 0) {
    if (!stopped_ || begun_ < tasks.size()) {
      context_.run_one();
      continue;
    }
    for (auto& signal : signals) signal.emit(boost::asio::cancellation_type::terminal);
    context_.run_for(kStopsWithin);
  }
}

std::vector<Result<HttpAnswer>> HttpLane::ask_all(const std::vector<HttpRequest>& requests,
                                                  Instant deadline) {
  std::vector<HttpAttempt> attempts(requests.size());
  std::vector<Task<void>> tasks;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    tasks.push_back(ask_into(requests[i], deadline, attempts[i]));
  }
  run(std::move(tasks));
  std::vector<Result<HttpAnswer>> out;
  for (HttpAttempt& attempt : attempts) out.push_back(std::move(attempt.answer));
  return out;
}

HttpAttempt HttpLane::attempt(const HttpRequest& request, Instant deadline) {
  HttpAttempt out;
  std::vector<Task<void>> tasks;
  tasks.push_back(ask_into(request, deadline, out));
  run(std::move(tasks));
  return out;
}

void HttpLane::follow_all(const std::vector<HttpChain*>& chains, Instant deadline) {
  std::vector<Task<void>> tasks;
  for (HttpChain* const chain : chains) tasks.push_back(follow(*chain, deadline));
  run(std::move(tasks));
}

Task<void> HttpLane::follow(HttpChain& chain, Instant deadline) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  ++begun_;
  for (auto step = chain.next(deadline); step; step = chain.next(deadline)) {
    const Instant until = sooner(step->until, deadline);
    auto attempt = co_await ask(step->request, until);
    chain.take(std::move(attempt.answer));
  }
}

Task<void> HttpLane::ask_into(const HttpRequest& request, Instant deadline, HttpAttempt& out) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  ++begun_;
  out = co_await ask(request, deadline);
}

HttpLane::Way HttpLane::no_way(const Error& error, HttpFault fault, std::string why) {
  Way out;
  out.attempt.answer = error;
  out.attempt.fault = fault;
  out.attempt.why = std::move(why);
  return out;
}

Task<HttpAttempt> HttpLane::ask(const HttpRequest& request, Instant deadline) {
  const auto base = HttpBase::parse(request.base);
  if (!base || !well_formed(request)) {
    co_return no_way(make_error_code(Errc::invalid), HttpFault::invalid).attempt;
  }
  if (stopped_) co_return no_way(make_error_code(Errc::closed)).attempt;
  bool heard = false;
  if (auto pooled = take_idle(*base)) {
    auto attempt = co_await talk(std::move(pooled), *base, request, deadline, heard);
    // The server closed it before it saw the request, or while: only what may safely happen twice
    // is asked again (RFC 9112 9.3.1).
    const bool stale = !attempt.answer && errc_of(attempt.answer.error()) == Errc::closed && !heard;
    const bool repeatable = request.repeatable || request.method == "GET";
    if (!stale || !repeatable || stopped_) co_return attempt;
  }
  auto fresh = co_await connect(*base, deadline);
  if (!fresh.connection) co_return std::move(fresh.attempt);
  co_return co_await talk(std::move(fresh.connection), *base, request, deadline, heard);
}

Task<HttpAttempt> HttpLane::talk(std::unique_ptr<Connection> connection, const HttpBase& base,
                                 const HttpRequest& request, Instant deadline, bool& heard) {
  const HttpProxy* const proxy = base.tls ? nullptr : terms_->proxies.to(base);
  std::string octets =
      proxy == nullptr ? octets_of(request, base) : octets_of(request, base, *proxy);
  bool reusable = false;
  HttpAttempt out;
  out.answer =
      co_await exchange(*connection, std::move(octets), request, deadline, heard, reusable);
  if (out.answer) {
    if (reusable) keep_idle(base, std::move(connection));
    co_return out;
  }
  // In TLS 1.3 a certificate of ours that is not taken is told when the handshake has ended for us
  // (RFC 8446 4.6.2).
  const bool alert = base.tls && errc_of(out.answer.error()) == Errc::refused;
  out.fault = alert ? HttpFault::unwelcome : HttpFault::weather;
  co_return out;
}

Task<Result<HttpAnswer>> HttpLane::exchange(Connection& connection, std::string octets,
                                            const HttpRequest& request, Instant deadline,
                                            bool& heard, bool& reusable) {
  const auto written = co_await connection.write(octets, deadline);
  if (!written) co_return written.error();
  const bool bare = request.method == "HEAD" || request.method == "CONNECT";
  const std::size_t most = request.taken ? kWithoutEnd : terms_->max_body;
  HttpAnswerReader reader(most,
                          bare ? HttpAnswerReader::Body::none : HttpAnswerReader::Body::as_said);
  std::array<char, kReadOctets> buffer;
  const std::span<char> into(buffer);
  for (;;) {
    if (stopped_) co_return make_error_code(Errc::closed);
    // A read that finds octets waiting ends well, even past its deadline: a server that never
    // pauses must not go on for ever.
    if (now() >= deadline) co_return make_error_code(Errc::timeout);
    const Instant until = request.taken ? sooner(deadline, now() + request.most_silence) : deadline;
    const auto count = co_await connection.read_some(into, until);
    if (!count) co_return count.error();
    heard = true;
    const auto state = reader.feed(std::string_view(buffer.data(), *count));
    if (!state) co_return state.error();
    if (request.taken) {
      const std::string body = reader.take_body();
      if (!body.empty()) request.taken(body);
    }
    if (*state == HttpAnswerReader::State::whole) break;
  }
  reusable = reader.reusable();
  co_return reader.take();
}

Task<HttpLane::Way> HttpLane::connect(const HttpBase& base, Instant deadline) {
  const HttpProxy* const proxy = terms_->proxies.to(base);
  if (proxy == nullptr) {
    auto way = co_await dial(base, true, deadline);
    if (!way.connection || !base.tls) co_return way;
    co_return co_await secure(std::move(way.connection), base, deadline);
  }
  const auto address = ip_of(base.host);
  if (address && terms_->may_dial && !terms_->may_dial(*address)) {
    co_return no_way(make_error_code(Errc::refused), HttpFault::forbidden,
                     "the address may not be dialled");
  }
  auto way = co_await dial(proxy->base, false, deadline);
  if (!way.connection || !base.tls) co_return way;
  way = co_await way_through(std::move(way.connection), base, *proxy, deadline);
  if (!way.connection) co_return way;
  co_return co_await secure(std::move(way.connection), base, deadline);
}

Task<HttpLane::Way> HttpLane::dial(const HttpBase& to, bool guarded, Instant deadline) {
  const auto addresses = co_await look_up(to.host, deadline);
  if (!addresses) co_return no_way(addresses.error());
  Way out = no_way(make_error_code(Errc::unreachable));
  auto left = static_cast<int>(addresses->size());
  for (const IpAddress& address : *addresses) {
    if (stopped_) co_return no_way(make_error_code(Errc::closed));
    // An address where nobody answers must leave time for the next.
    const Instant share = now() + (deadline - now()) / left--;
    if (guarded && terms_->may_dial && !terms_->may_dial(address)) {
      out = no_way(make_error_code(Errc::refused), HttpFault::forbidden,
                   to.host + " is at " + ip_text(address) + ", which may not be dialled");
      continue;
    }
    Endpoint at;
    at.address = address;
    at.port = to.port;
    auto dialled = co_await dialer_->dial(at, sooner(share, deadline));
    if (!dialled) {
      out = no_way(dialled.error());
      continue;
    }
    out.connection = std::move(*dialled);
    break;
  }
  co_return out;
}

Task<HttpLane::Way> HttpLane::way_through(std::unique_ptr<Connection> connection,
                                          const HttpBase& base, const HttpProxy& proxy,
                                          Instant deadline) {
  HttpRequest connect;
  connect.method = "CONNECT";
  bool heard = false;
  bool reusable = false;
  std::string octets = way_asked_for(base, proxy);
  const auto answer =
      co_await exchange(*connection, std::move(octets), connect, deadline, heard, reusable);
  if (!answer) co_return no_way(answer.error(), HttpFault::weather, "no answer of the proxy");
  Way out;
  if (answer->status / 100 == 2) {
    out.connection = std::move(connection);
    co_return out;
  }
  // RFC 9110 15.6: of the server behind it, or of the moment.
  const bool passes = answer->status / 100 == 5 || answer->status == 429;
  co_return no_way(make_error_code(Errc::refused), passes ? HttpFault::weather : HttpFault::proxy,
                   "the proxy answered CONNECT with " + std::to_string(answer->status));
}

// The handshake is made here and not by the first write: its failure says something else than one
// of the request.
Task<HttpLane::Way> HttpLane::secure(std::unique_ptr<Connection> connection, const HttpBase& base,
                                     Instant deadline) {
  auto over = tls_client(std::move(connection), terms_->trust, base.host);
  const auto shaken = co_await over->shake_hands(deadline);
  if (!shaken) {
    const bool no = shaken.error().code == Errc::refused;
    const HttpFault told =
        over->fault() == TlsFault::none ? HttpFault::unwelcome : HttpFault::untrusted;
    co_return no_way(make_error_code(shaken.error().code), no ? told : HttpFault::weather,
                     shaken.error().why);
  }
  Way out;
  out.connection = std::move(over);
  co_return out;
}

std::unique_ptr<Connection> HttpLane::take_idle(const HttpBase& base) {
  const Instant oldest = now() - kIdleTime;
  std::erase_if(idle_,
                [&](const Idle& idle) { return idle.since < oldest || !idle.connection->quiet(); });
  const auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                  [&](const Idle& idle) { return idle.base == base; });
  if (found == idle_.rend()) return nullptr;
  auto connection = std::move(found->connection);
  idle_.erase(std::next(found).base());
  return connection;
}

void HttpLane::keep_idle(const HttpBase& base, std::unique_ptr<Connection> connection) {
  if (idle_.size() == kMaxIdle) idle_.erase(idle_.begin());
  idle_.push_back(Idle{base, std::move(connection), now()});
}

}  // namespace waybill::runtime
