// How many records of 400 octets a transport over HTTP gives to a receiver that does nothing but
// answer, on loopback, in the same process on a thread of its own.
//   sink_http_bench bulk|hec|otlp [SECONDS] [gzip]
#include <iostream>
#include <memory>
#include <thread>

#include "runtime/asio_clock.h"
#include "runtime/asio_net.h"
#include "runtime/chance.h"
#include "runtime/io_thread.h"
#include "runtime/scope.h"
#include "stream/transport/bulk.h"
#include "stream/transport/hec.h"
#include "stream/transport/otlp.h"

namespace {

using namespace waybill;

constexpr std::size_t kRecords = 1'000;  // of a batch
constexpr std::size_t kOctets = 400;     // of a record

// Reads requests, and answers each with the same.
class NullReceiver {
 public:
  explicit NullReceiver(std::string body) {
    answer_ =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    io_.call([&] {
      runtime::Endpoint at{boost::asio::ip::make_address("127.0.0.1"), 0};
      listener_ = std::move(runtime::listen_tcp(io_.context(), at).value());
      scope_.spawn("accept", accept());
    });
  }
  ~NullReceiver() {
    io_.call([&] { listener_->close(); });
    for (std::size_t running = 1; running > 0;) io_.call([&] { running = scope_.running(); });
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_->local().port); }

 private:
  runtime::Task<void> accept() {
    for (;;) {
      auto accepted = co_await listener_->accept(io_.executor());
      if (!accepted) co_return;
      scope_.spawn("serve", serve(std::move(*accepted)));
    }
  }

  runtime::Task<void> serve(std::unique_ptr<runtime::Connection> connection) {
    std::string buffer(256 << 10, '\0');
    const std::span<char> into(buffer);
    std::string head;
    std::size_t left = 0;  // of a body
    for (;;) {
      const auto count = co_await connection->read_some(into, runtime::Instant::max());
      if (!count) co_return;
      std::string_view octets(buffer.data(), *count);
      while (!octets.empty()) {
        if (left == 0) {
          head += octets.front();
          octets.remove_prefix(1);
          if (!head.ends_with("\r\n\r\n")) continue;
          const std::size_t length = head.find("Content-Length: ");
          left = length == head.npos ? 0 : std::stoul(head.substr(length + 16));
          head.clear();
        }
        const std::size_t taken = std::min(left, octets.size());
        octets.remove_prefix(taken);
        left -= taken;
        if (left > 0) break;
        const auto written = co_await connection->write(answer_, runtime::Instant::max());
        if (!written) co_return;
      }
    }
  }

  std::string answer_;
  runtime::IoThread io_{"wb-null"};
  runtime::Scope scope_{io_.executor()};
  std::unique_ptr<runtime::Listener> listener_;
};

std::string answer_of(const std::string& name) {
  if (name == "hec") return R"({"text":"Success","code":0})";
  if (name == "otlp") return R"({"partialSuccess":{}})";
  std::string out = R"({"errors":false,"items":[)";
  for (std::size_t i = 0; i < kRecords; ++i) {
    out += i == 0 ? R"({"create":{"status":201}})" : R"(,{"create":{"status":201}})";
  }
  return out + "]}";
}

std::vector<stream::Record> batch() {
  std::vector<stream::Record> out(kRecords);
  for (std::size_t i = 0; i < kRecords; ++i) {
    out[i].id = "01234567-89ab-7def-8123-" + std::to_string(100'000'000'000 + i);
    out[i].kind = "accepted";
    out[i].body = R"({"event":{"id":")" + out[i].id + R"("},"text":")";
    out[i].body.resize(kOctets - 2, 'x');
    out[i].body += "\"}";
  }
  return out;
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.empty()) return 2;
  const auto length = std::chrono::seconds(words.size() > 1 ? std::stol(words[1]) : 5);
  const NullReceiver receiver(answer_of(words[0]));
  const runtime::AsioClock clock;
  const auto chance = runtime::system_chance();
  const stream::HttpWaySettings way{.url = receiver.url(), .gzip = words.size() > 2};
  auto transport = words[0] == "hec" ? stream::make_hec({.way = way, .token = "t"}, clock, *chance)
                   : words[0] == "otlp" ? stream::make_otlp({.way = way}, clock)
                                        : stream::make_bulk({.way = way}, clock);
  if (!transport) return 1;
  const auto records = batch();
  const auto begin = clock.now();
  std::size_t sent = 0;
  while (clock.now() - begin < length) {
    const auto outcome = (*transport)->send(records, clock.now() + std::chrono::seconds(10));
    if (outcome.trouble != stream::Trouble::none) {
      std::cerr << outcome.why.why << "\n";
      return 1;
    }
    sent += records.size();
  }
  const double seconds = std::chrono::duration<double>(clock.now() - begin).count();
  std::cout << words[0] << ": " << static_cast<std::size_t>(static_cast<double>(sent) / seconds)
            << " records/s of " << kOctets << " octets\n";
  return 0;
}
