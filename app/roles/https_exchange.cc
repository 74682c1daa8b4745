#include "app/roles/https_exchange.h"

#include <array>

#include "runtime/asio_tls.h"

namespace waybill::app {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::HttpAnswer;
using runtime::HttpAnswerReader;
using runtime::Instant;
using runtime::IpAddress;
using runtime::Result;
using runtime::Task;

namespace {

// Of one host; somebody who names hundreds is not waited for at each.
constexpr std::size_t kMostAddresses = 4;

Task<std::vector<IpAddress>> addresses_of(HttpsWorld world, std::string host, Instant deadline) {
  std::vector<IpAddress> out;
  const auto fours = co_await world.resolver.a(host, deadline);
  if (fours) out = fours->records;
  const auto sixes = co_await world.resolver.aaaa(host, deadline);
  if (sixes) out.insert(out.end(), sixes->records.begin(), sixes->records.end());
  if (out.size() > kMostAddresses) out.resize(kMostAddresses);
  co_return out;
}

// The first of its addresses where somebody answers, with TLS on it.
Task<Explained<std::unique_ptr<runtime::Connection>>> connect(HttpsWorld world, std::string host,
                                                              std::uint16_t port,
                                                              Instant deadline) {
  const auto addresses = co_await addresses_of(world, host, deadline);
  Failure last{Errc::unreachable, host + " has no address"};
  auto left = static_cast<int>(addresses.size());
  for (const IpAddress& address : addresses) {
    const Instant now = world.clock.now();
    const Instant share = now + (deadline - now) / left--;
    runtime::Endpoint to;
    to.address = address;
    to.port = port;
    auto dialled = co_await world.dialer.dial(to, share);
    if (!dialled) {
      last = {Errc::unreachable, to_string(to) + ": " + dialled.error().message()};
      continue;
    }
    auto secured = runtime::tls_client(std::move(*dialled), world.trust, host);
    const auto shaken = co_await secured->shake_hands(deadline);
    if (!shaken) {
      const bool untrusted = secured->fault() != runtime::TlsFault::none;
      co_return Failure{untrusted ? Errc::refused : Errc::closed, shaken.error().why};
    }
    std::unique_ptr<runtime::Connection> out = std::move(secured);
    co_return out;
  }
  co_return last;
}

Task<Result<HttpAnswer>> ask(HttpsWorld world, runtime::Connection& connection,
                             HttpsQuestion question, Instant deadline) {
  const auto written = co_await connection.write(question.octets, deadline);
  if (!written) co_return written.error();
  HttpAnswerReader reader(question.most_octets);
  std::array<char, 4096> buffer;
  const std::span<char> into(buffer);
  for (;;) {
    // A server that never pauses must not go on for ever.
    if (world.clock.now() >= deadline) co_return make_error_code(Errc::timeout);
    const auto count = co_await connection.read_some(into, deadline);
    if (!count) co_return count.error();
    const auto state = reader.feed(std::string_view(buffer.data(), *count));
    if (!state) co_return state.error();
    if (*state == HttpAnswerReader::State::whole) co_return reader.take();
  }
}

}  // namespace

Task<Explained<HttpAnswer>> https_exchange(HttpsWorld world, HttpsQuestion question,
                                           Instant deadline) {
  const std::string host = question.host;
  auto connection = co_await connect(world, host, question.port, deadline);
  if (!connection) co_return connection.error();
  auto answer = co_await ask(world, **connection, std::move(question), deadline);
  if (answer) co_return std::move(*answer);
  Failure why = runtime::explain(answer.error(), host + " gave no whole answer");
  if (why.code == Errc::refused) why.code = Errc::closed;
  co_return why;
}

}  // namespace waybill::app
