// Streams on the network in memory and on virtual time: what a client hears, octet by octet, and
// what the source hears of the client.

#include "http/stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "tests/support/virtual_http.h"
#include "tests/support/wakeable.h"

namespace waybill::http {
namespace {

using namespace std::chrono_literals;
using runtime::Errc;
using runtime::Instant;
using tests::VirtualHttp;

// A source as a test sees it: it gives what is pushed, when it is.
struct Feed {
  explicit Feed(tests::VirtualClock& c) : clock(c), reader(c) {}

  void push(std::string piece) {
    pieces.emplace_back(std::move(piece));
    wake();
  }
  void end() {
    pieces.emplace_back(std::nullopt);
    wake();
  }
  void fail() {
    failed = true;
    wake();
  }
  void wake() { reader.wake(); }

  tests::VirtualClock& clock;
  std::deque<std::optional<std::string>> pieces;
  bool failed = false;
  tests::Wakeable reader;
  int given = 0;
  int cancelled = 0;
  bool released = false;
};

class FeedSource final : public Source {
 public:
  explicit FeedSource(Feed& feed) : feed_(feed) {}
  ~FeedSource() override { feed_.released = true; }

  runtime::Task<Piece> next(Instant until) override {
    EXPECT_EQ(feed_.cancelled, 0) << "asked after it was told that nobody reads";
    for (;;) {
      if (feed_.cancelled > 0) co_return make_error_code(Errc::closed);
      if (!feed_.pieces.empty()) {
        auto piece = std::move(feed_.pieces.front());
        feed_.pieces.pop_front();
        ++feed_.given;
        co_return piece;
      }
      if (feed_.failed) co_return make_error_code(Errc::corrupt);
      if (feed_.clock.now() >= until) co_return make_error_code(Errc::timeout);
      co_await feed_.reader.wait(until);
    }
  }

  void cancel() noexcept override {
    ++feed_.cancelled;
    feed_.wake();
  }

 private:
  Feed& feed_;
};

class StreamTest : public testing::Test {
 protected:
  StreamTest() {
    house.world.add("/feed", [this](const Request&) -> Plan { return stream(); });
    house.world.add("/later", [this](const Request&) -> Plan {
      return Read([this]() -> Answer { return stream(); });
    });
  }
  ~StreamTest() override { house.stop(); }

  Stream stream() {
    Stream out;
    out.content_type = "text/plain";
    out.fields = {{"X-Feed", "1"}};
    out.limits = limits;
    out.body = std::make_unique<FeedSource>(feed);
    return out;
  }

  // Cut, with its source told once, and released; `end` counted.
  void expect_cut(const std::string& end) {
    EXPECT_EQ(feed.cancelled, 1);
    EXPECT_TRUE(feed.released);
    expect_counted(end);
  }
  void expect_counted(const std::string& end) {
    const std::string metrics = house.world.metrics().render();
    const std::string line = "waybill_http_streams_total{end=\"" + end + "\",route=\"/feed\"} 1\n";
    EXPECT_NE(metrics.find(line), std::string::npos) << metrics;
    EXPECT_NE(metrics.find("waybill_http_streams 0\n"), std::string::npos) << metrics;
  }

  VirtualHttp house;
  Feed feed{house.clock()};
  StreamLimits limits;
};

constexpr char kLast[] = "0\r\n\r\n";

std::string field_of(const std::string& head, const std::string& name) {
  const auto at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "none";
  const auto begin = at + 4 + name.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

TEST_F(StreamTest, IsToldChunkByChunkAsItsPiecesCome) {
  house.start();
  auto client = house.connect();
  client.ask("GET /feed");
  const std::string head = client.hear_up_to("\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n")) << head;
  EXPECT_EQ(field_of(head, "Transfer-Encoding"), "chunked");
  EXPECT_EQ(field_of(head, "Content-Length"), "none");
  EXPECT_EQ(field_of(head, "Content-Type"), "text/plain");
  EXPECT_EQ(field_of(head, "Cache-Control"), "private, no-store");
  EXPECT_EQ(field_of(head, "X-Feed"), "1");
  EXPECT_EQ(field_of(head, "Connection"), "keep-alive");
  feed.push("first\n");
  EXPECT_EQ(client.hear_up_to("\n\r\n"), "6\r\nfirst\n\r\n");
  house.pass(30s);
  feed.push("and a piece of 26 octets..");
  EXPECT_EQ(client.hear_up_to("..\r\n"), "1a\r\nand a piece of 26 octets..\r\n");
  feed.push("");  // as a chunk it would be the last one
  feed.push("more");
  EXPECT_EQ(client.hear_up_to("more\r\n"), "4\r\nmore\r\n");
  feed.end();
  EXPECT_EQ(client.hear_up_to(kLast), kLast);
  EXPECT_EQ(feed.cancelled, 0);
  EXPECT_TRUE(feed.released);
  expect_counted("whole");
}

TEST_F(StreamTest, LeavesTheConnectionOpenForTheNextRequest) {
  feed.push("all");
  feed.end();
  house.start();
  auto client = house.connect();
  for (const char octet : std::string("GET /feed HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
    client.say(std::string(1, octet));
  }
  client.hear_up_to(kLast);
  client.ask("GET /livez");
  client.hear_up_to("ok\n");
}

TEST_F(StreamTest, IsFollowedByTheAnswerToWhatWasAskedMeanwhile) {
  house.start();
  auto client = house.connect();
  client.ask("GET /feed");
  client.hear_up_to("\r\n\r\n");
  client.ask("GET /livez");
  house.pass(5s);
  feed.push("one");
  EXPECT_EQ(client.hear_up_to("one\r\n"), "3\r\none\r\n");
  feed.end();
  EXPECT_TRUE(client.hear_up_to("ok\n").starts_with("0\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_F(StreamTest, EndsWithItsConnectionForAClientOfHttp10) {
  feed.push("one ");
  feed.push("two");
  feed.end();
  house.start();
  auto client = house.connect();
  client.say("GET /feed HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const std::string head = client.hear_up_to("\r\n\r\n");
  EXPECT_EQ(field_of(head, "Transfer-Encoding"), "none");
  EXPECT_EQ(field_of(head, "Content-Length"), "none");
  EXPECT_EQ(field_of(head, "Connection"), "close");
  EXPECT_EQ(client.hear_all(), "one two");
  expect_counted("whole");
}

TEST_F(StreamTest, HasNoBodyForHead) {
  feed.push("never told");
  house.start();
  auto client = house.connect();
  client.ask("HEAD /feed");
  EXPECT_EQ(field_of(client.hear_up_to("\r\n\r\n"), "Transfer-Encoding"), "chunked");
  client.ask("GET /livez");
  EXPECT_TRUE(client.hear_up_to("ok\n").starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(feed.given, 0);
  expect_cut("head_only");
}

TEST_F(StreamTest, MayComeOfARead) {
  feed.push("read");
  feed.end();
  house.start();
  auto client = house.connect();
  client.ask("GET /later");
  client.hear_up_to("4\r\nread\r\n0\r\n\r\n");
}

TEST_F(StreamTest, IsCutWithoutALastChunkWhenItsSourceFails) {
  house.start();
  auto client = house.connect();
  client.ask("GET /feed");
  feed.push("half");
  client.hear_up_to("4\r\nhalf\r\n");
  feed.fail();
  EXPECT_EQ(client.hear_all(), "");
  expect_cut("failed");
}

// What is told is with the client's system before more is asked for.
TEST_F(StreamTest, AsksItsSourceForNoMoreThanTheClientTakes) {
  house.net().set_window(64 << 10);
  for (int i = 0; i < 100; ++i) feed.push(std::string(16 << 10, '#'));
  feed.end();
  house.start();
  auto client = house.connect();
  client.ask("GET /feed");
  house.pass(20s);
  EXPECT_LE(feed.given, 5);
  EXPECT_GE(feed.given, 4);
  const std::string body = client.hear_up_to(kLast);
  EXPECT_EQ(std::count(body.begin(), body.end(), '#'), 100 * (16 << 10));
  EXPECT_EQ(feed.given, 101);
  expect_counted("whole");
}

TEST_F(StreamTest, IsCutWhenTheClientStopsReading) {
  house.net().set_window(64 << 10);
  for (int i = 0; i < 100; ++i) feed.push(std::string(16 << 10, '#'));
  limits.write = 30s;
  house.start();
  auto client = house.connect();
  client.ask("GET /feed");
  house.pass(29s);
  EXPECT_FALSE(feed.released);
  house.pass(2s);
  EXPECT_LE(feed.given, 5);
  expect_cut("slow");
  EXPECT_FALSE(client.hear_all().ends_with(kLast));
}

// A piece larger than kMaxChunk has the write deadline for each chunk of it, not for the whole.
TEST_F(StreamTest, GivesASlowReaderItsTimeForEachChunk) {
  house.net().set_window(64 << 10);
  limits.write = 10s;
  feed.push(std::string(320 << 10, '#'));
  feed.end();
  house.start();
  auto client = house.connect();
  client.ask("GET /feed");
  std::string heard;
  for (int i = 0; i < 5; ++i) {
    house.pass(8s);
    heard += client.hear(64 << 10);
  }
  heard += client.hear_up_to(kLast);
  EXPECT_EQ(std::count(heard.begin(), heard.end(), '#'), 320 << 10);
  expect_counted("whole");
}

TEST_F(StreamTest, TellsItsSourceSoonThatTheClientIsGone) {
  house.start();
  auto client = house.connect();
  client.ask("GET /feed");
  client.hear_up_to("\r\n\r\n");
  house.pass(10s);
  EXPECT_FALSE(feed.released);
  client.close();
  house.pass(2s);
  expect_cut("gone");
}

TEST_F(StreamTest, IsCutWhenTheClientGoesWhileItIsWritten) {
  house.net().set_window(1 << 10);
  feed.push(std::string(4 << 10, '#'));
  house.start();
  auto client = house.connect();
  client.ask("GET /feed");
  house.pass(1s);
  client.close();
  house.pass(1s);
  expect_cut("gone");
}

TEST_F(StreamTest, IsCutWhenItsSourceIsSilentForTooLong) {
  limits.idle = 20s;
  house.start();
  auto client = house.connect();
  client.ask("GET /feed");
  house.pass(19s);
  feed.push("one");
  client.hear_up_to("one\r\n");
  const Instant begun = house.clock().now();
  EXPECT_EQ(client.hear_all(), "");
  EXPECT_GE(house.clock().now() - begun, 19s);
  EXPECT_LT(house.clock().now() - begun, 21s);
  expect_cut("expired");
}

TEST_F(StreamTest, IsCutWhenTheWholeTakesTooLong) {
  limits.whole = 50s;
  house.net().set_window(1 << 10);
  for (int i = 0; i < 100; ++i) feed.push(std::string(1 << 10, '#'));
  feed.end();
  house.start();
  auto client = house.connect();
  client.ask("GET /feed");
  for (int second = 0; second < 60; ++second) {
    client.hear(1 << 10);
    house.pass(1s);
  }
  EXPECT_GE(feed.given, 45);
  EXPECT_LE(feed.given, 55);
  EXPECT_FALSE(client.hear_all().ends_with(kLast));
  expect_cut("expired");
}

TEST_F(StreamTest, EndsAtOnceWhenTheServerStops) {
  house.start();
  auto client = house.connect();
  client.ask("GET /feed");
  feed.push("half");
  client.hear_up_to("half\r\n");
  house.pass(5s);
  const Instant begun = house.clock().now();
  house.stop();
  EXPECT_EQ(house.clock().now(), begun);
  EXPECT_EQ(client.hear_all(), "");
  expect_cut("stopped");
}

TEST_F(StreamTest, EndsAtOnceWhenTheServerStopsWhileAClientDoesNotRead) {
  house.net().set_window(1 << 10);
  feed.push(std::string(4 << 10, '#'));
  house.start();
  auto client = house.connect();
  client.ask("GET /feed");
  house.pass(5s);
  const Instant begun = house.clock().now();
  house.stop();
  EXPECT_LT(house.clock().now() - begun, 10ms);
  expect_cut("stopped");
}

TEST_F(StreamTest, TakesNoQuestionsPlaceAndHasABoundOfItsOwn) {
  house.settings.max_connections = 1;
  house.settings.max_streams = 1;
  house.start();
  auto reader = house.connect();
  reader.ask("GET /feed");
  reader.hear_up_to("\r\n\r\n");

  auto second = house.connect();
  second.ask("GET /feed");
  const std::string refused = second.hear_up_to("ask again later.\"}");
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 503 Service Unavailable\r\n")) << refused;
  EXPECT_NE(refused.find("\"too_many_streams\""), std::string::npos);
  EXPECT_EQ(field_of(refused, "Retry-After"), "30");
  EXPECT_EQ(feed.cancelled, 0);
  second.ask("GET /livez");
  second.hear_up_to("ok\n");

  feed.end();
  reader.hear_up_to(kLast);
  feed.released = false;
  second.ask("GET /feed");
  EXPECT_EQ(field_of(second.hear_up_to("\r\n\r\n"), "Transfer-Encoding"), "chunked");
}

}  // namespace
}  // namespace waybill::http
