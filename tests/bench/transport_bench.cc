// transport_bench: records a second through each transport over files and sockets, to a receiver in
// the same process that reads and throws away. Both share the machine's processors.
//
//   transport_bench [RECORDS [DIRECTORY]]    bodies of 400 octets, a barrier for each 50 batches
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "runtime/asio_clock.h"
#include "stream/transport/line_file.h"
#include "stream/transport/relp.h"
#include "stream/transport/syslog_datagrams.h"
#include "stream/transport/syslog_stream.h"
#include "tests/support/socket_receiver.h"
#include "tests/support/test_authority.h"

namespace {

using namespace waybill;  // NOLINT: a program
using tests::ReceiverSettings;

constexpr std::size_t kBody = 400;
constexpr std::size_t kBatchesBetweenBarriers = 50;

std::vector<stream::Record> records(std::size_t count) {
  std::vector<stream::Record> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    out[i].id = "0198c0de-0000-7000-8000-" + std::to_string(100'000'000'000 + i);
    out[i].kind = "accepted";
    out[i].time =
        runtime::WallTime(std::chrono::seconds(1'764'000'000) + std::chrono::microseconds(10 * i));
    out[i].body = "{\"id\":\"" + out[i].id + "\",\"x\":\"";
    out[i].body += std::string(kBody - out[i].body.size() - 2, 'x') + "\"}";
  }
  return out;
}

void measure(const char* name, stream::Transport& transport, std::size_t count) {
  const std::size_t most = transport.bounds().records;
  const auto batch = records(most);
  runtime::AsioClock clock;
  const auto begin = clock.now();
  std::size_t confirmed = 0;
  std::size_t open = 0;
  std::size_t batches = 0;
  const auto draw_barrier = [&] {
    const auto read = transport.confirm(clock.now() + std::chrono::seconds(30));
    if (!read || !*read) std::printf("%s: no barrier\n", name);
    confirmed += std::exchange(open, 0);
  };
  while (confirmed + open < count) {
    const auto out = transport.send(batch, clock.now() + std::chrono::seconds(30));
    if (out.trouble != stream::Trouble::none) {
      std::printf("%s: %s\n", name, out.why.why.c_str());
      return;
    }
    (out.records[0].fate == stream::Fate::open ? open : confirmed) += most;
    if (++batches % kBatchesBetweenBarriers == 0) draw_barrier();
  }
  draw_barrier();
  const double seconds = std::chrono::duration<double>(clock.now() - begin).count();
  std::printf("%-8s %9zu records in %6.2f s: %9.0f/s\n", name, confirmed, seconds,
              static_cast<double>(confirmed) / seconds);
}

void over_sockets(const char* name, ReceiverSettings::Speaks speaks, bool tls, std::size_t count) {
  tests::TestAuthority authority("ours");
  ReceiverSettings settings;
  settings.speaks = speaks;
  settings.counts_alone = true;
  if (tls) {
    const auto shown = authority.issue("DNS:siem.test");
    settings.chain_file = shown.chain_file;
    settings.key_file = shown.key_file;
  }
  const tests::SocketReceiver receiver(settings);
  runtime::WireTo to{.host = "127.0.0.1", .port = receiver.port(), .tls_name = "siem.test"};
  if (tls) to.tls = runtime::TlsContext::client(authority.ca_file()).value();
  if (speaks == ReceiverSettings::Speaks::relp) {
    stream::Relp transport(to, {.host_name = "relay.test"});
    measure(name, transport, count);
  } else {
    stream::SyslogStream transport(to, {.host_name = "relay.test"});
    measure(name, transport, count);
  }
}

void over_udp(std::size_t count) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof at;
  ::bind(socket, reinterpret_cast<sockaddr*>(&at), length);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &length);
  std::size_t arrived = 0;
  std::thread reader([&] {
    char octets[2048];
    while (::recv(socket, octets, sizeof octets, 0) > 1) ++arrived;
  });
  stream::SyslogDatagrams transport("127.0.0.1", ntohs(at.sin_port), {.host_name = "relay.test"});
  measure("udp", transport, count);
  ::sendto(socket, "", 1, 0, reinterpret_cast<sockaddr*>(&at), length);
  ::shutdown(socket, SHUT_RD);
  reader.join();
  ::close(socket);
  std::printf("%-8s %9zu of them read\n", "", arrived);
}

void over_file(const std::string& directory, std::size_t count) {
  const std::string path = directory + "/transport_bench.ndjson";
  runtime::AsioClock clock;
  stream::LineFile transport({.path = path, .kept = 1}, clock);
  measure("file", transport, count);
  std::filesystem::remove(path);
  std::filesystem::remove(path + ".1");
}

}  // namespace

int main(int count, char** words) {
  const std::size_t number = count > 1 ? std::stoul(words[1]) : 1'000'000;
  over_file(count > 2 ? words[2] : ".", number);
  over_sockets("tcp", ReceiverSettings::Speaks::octet_counting, false, number);
  over_sockets("tls", ReceiverSettings::Speaks::octet_counting, true, number);
  over_sockets("relp", ReceiverSettings::Speaks::relp, false, number);
  over_sockets("relps", ReceiverSettings::Speaks::relp, true, number);
  over_udp(number);
}
