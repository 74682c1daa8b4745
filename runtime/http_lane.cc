#include "runtime/http_lane.h"

#include <algorithm>
#include <array>

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

Instant now() { return std::chrono::steady_clock::now(); }

}  // namespace

HttpLane::HttpLane(TlsContext trust, std::size_t max_body)
    : trust_(std::move(trust)), max_body_(max_body) {}

std::unique_ptr<Dialer> HttpLane::tcp() { return tcp_dialer(); }

std::vector<Result<HttpAnswer>> HttpLane::ask_all(const std::vector<HttpRequest>& requests,
                                                  Instant deadline) {
  std::vector<Result<HttpAnswer>> out(requests.size(), make_error_code(Errc::closed));
  Scope scope(context_.get_executor());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    scope.spawn("ask", ask_into(requests[i], deadline, out[i]));
  }
  context_.restart();
  // Not run(): timers of connections that stay open would hold it up.
  while (scope.running() > 0) context_.run_one();
  return out;
}

void HttpLane::follow_all(const std::vector<HttpChain*>& chains, Instant deadline) {
  Scope scope(context_.get_executor());
  for (HttpChain* const chain : chains) scope.spawn("follow", follow(*chain, deadline));
  context_.restart();
  while (scope.running() > 0) context_.run_one();
}

Task<void> HttpLane::follow(HttpChain& chain, Instant deadline) {
  for (auto step = chain.next(deadline); step; step = chain.next(deadline)) {
    const Instant until = sooner(step->until, deadline);
    auto answer = co_await ask(step->request, until);
    chain.take(std::move(answer));
  }
}

Task<void> HttpLane::ask_into(const HttpRequest& request, Instant deadline,
                              Result<HttpAnswer>& out) {
  out = co_await ask(request, deadline);
}

Task<Result<HttpAnswer>> HttpLane::ask(const HttpRequest& request, Instant deadline) {
  const auto base = HttpBase::parse(request.base);
  if (!base || !well_formed(request)) co_return make_error_code(Errc::invalid);
  bool heard = false;
  if (auto pooled = take_idle(*base)) {
    auto answer = co_await talk(std::move(pooled), *base, request, deadline, heard);
    // The server closed it before it saw the request, or while: only what may safely happen twice
    // is asked again (RFC 9112 9.3.1).
    const bool stale = !answer && errc_of(answer.error()) == Errc::closed && !heard;
    const bool repeatable = request.repeatable || request.method == "GET";
    if (!stale || !repeatable) co_return answer;
  }
  auto fresh = co_await connect(*base, deadline);
  if (!fresh) co_return fresh.error();
  co_return co_await talk(std::move(*fresh), *base, request, deadline, heard);
}

Task<Result<HttpAnswer>> HttpLane::talk(std::unique_ptr<Connection> connection,
                                        const HttpBase& base, const HttpRequest& request,
                                        Instant deadline, bool& heard) {
  const std::string octets = octets_of(request, base);
  const auto written = co_await connection->write(octets, deadline);
  if (!written) co_return written.error();
  const bool head = request.method == "HEAD";
  const std::size_t most = request.taken ? kWithoutEnd : max_body_;
  HttpAnswerReader reader(most,
                          head ? HttpAnswerReader::Body::none : HttpAnswerReader::Body::as_said);
  std::array<char, kReadOctets> buffer;
  const std::span<char> into(buffer);
  for (;;) {
    // A read that finds octets waiting ends well, even past its deadline: a server that never
    // pauses must not go on for ever.
    if (now() >= deadline) co_return make_error_code(Errc::timeout);
    const Instant until = request.taken ? sooner(deadline, now() + request.most_silence) : deadline;
    const auto count = co_await connection->read_some(into, until);
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
  if (reader.reusable()) keep_idle(base, std::move(connection));
  co_return reader.take();
}

Task<Result<std::unique_ptr<Connection>>> HttpLane::connect(const HttpBase& base,
                                                            Instant deadline) {
  const auto addresses = co_await look_up(base.host, deadline);
  if (!addresses) co_return addresses.error();
  Error last = make_error_code(Errc::unreachable);
  auto left = static_cast<int>(addresses->size());
  for (const IpAddress& address : *addresses) {
    // An address where nobody answers must leave time for the next.
    const Instant share = now() + (deadline - now()) / left--;
    Endpoint to;
    to.address = address;
    to.port = base.port;
    auto dialled = co_await dialer_->dial(to, sooner(share, deadline));
    if (dialled && base.tls) co_return tls_client(std::move(*dialled), trust_, base.host);
    if (dialled) co_return std::move(*dialled);
    last = dialled.error();
  }
  co_return last;
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
