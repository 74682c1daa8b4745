#include "app/roles/sts_fetch.h"

#include <array>

#include "runtime/asio_tls.h"
#include "runtime/http_answer.h"

namespace waybill::app {

using relay::sts::Policy;
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

constexpr std::uint16_t kHttpsPort = 443;
// Of one host; somebody who names hundreds is not waited for at each.
constexpr std::size_t kMostAddresses = 4;

Task<std::vector<IpAddress>> addresses_of(StsFetchWorld world, std::string host, Instant deadline) {
  std::vector<IpAddress> out;
  const auto fours = co_await world.resolver.a(host, deadline);
  if (fours) out = fours->records;
  const auto sixes = co_await world.resolver.aaaa(host, deadline);
  if (sixes) out.insert(out.end(), sixes->records.begin(), sixes->records.end());
  if (out.size() > kMostAddresses) out.resize(kMostAddresses);
  co_return out;
}

// The first of its addresses where somebody answers, with TLS on it.
Task<Explained<std::unique_ptr<runtime::Connection>>> connect(StsFetchWorld world, std::string host,
                                                              Instant deadline) {
  const auto addresses = co_await addresses_of(world, host, deadline);
  Failure last{Errc::unreachable, host + " has no address"};
  auto left = static_cast<int>(addresses.size());
  for (const IpAddress& address : addresses) {
    const Instant now = world.clock.now();
    const Instant share = now + (deadline - now) / left--;
    runtime::Endpoint to;
    to.address = address;
    to.port = kHttpsPort;
    auto dialled = co_await world.dialer.dial(to, share);
    if (!dialled) {
      last = {runtime::errc_of(dialled.error()), to_string(to) + ": " + dialled.error().message()};
      continue;
    }
    auto secured = runtime::tls_client(std::move(*dialled), world.trust, host);
    const auto shaken = co_await secured->shake_hands(deadline);
    if (!shaken) co_return shaken.error();
    std::unique_ptr<runtime::Connection> out = std::move(secured);
    co_return out;
  }
  co_return last;
}

Task<Result<HttpAnswer>> get(StsFetchWorld world, runtime::Connection& connection, std::string host,
                             Instant deadline) {
  // A target's domain has no octet that means anything here.
  const std::string octets = "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: " + host +
                             "\r\nUser-Agent: waybill\r\nAccept: text/plain\r\n"
                             "Connection: close\r\n\r\n";
  const auto written = co_await connection.write(octets, deadline);
  if (!written) co_return written.error();
  HttpAnswerReader reader(kMostPolicyOctets);
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

Task<Explained<Policy>> fetch_policy(StsFetchWorld world, std::string domain, Instant deadline) {
  const std::string host = "mta-sts." + domain;
  auto connection = co_await connect(world, host, deadline);
  if (!connection) co_return connection.error();
  const auto answer = co_await get(world, **connection, host, deadline);
  if (!answer) co_return runtime::explain(answer.error(), host + " gave no whole answer");
  if (answer->status != 200) {
    co_return Failure{Errc::invalid, host + " answered " + std::to_string(answer->status)};
  }
  // RFC 8461 3.2: what strangers may put on the server is rarely plain text.
  if (!answer->field("Content-Type").starts_with("text/plain")) {
    co_return Failure{Errc::invalid, host + " has no plain text there"};
  }
  auto policy = relay::sts::parse_policy(answer->body);
  if (!policy) co_return Failure{Errc::invalid, host + " has no well-formed policy"};
  co_return std::move(*policy);
}

}  // namespace waybill::app
