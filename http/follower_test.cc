// Followers on the network in memory and on virtual time: when they are pulled, and what ends them.

#include <gtest/gtest.h>

#include <deque>
#include <stdexcept>

#include "http/pulled_source.h"
#include "http/stream.h"
#include "tests/support/virtual_http.h"
#include "tests/support/wakeable.h"

namespace waybill::http {
namespace {

using namespace std::chrono_literals;
using runtime::Errc;
using runtime::Instant;
using tests::VirtualHttp;

constexpr char kLast[] = "0\r\n\r\n";

// A follower as a test sees it: it gives what is pushed, when it is.
struct Followed {
  explicit Followed(tests::VirtualClock& c) : clock(c), reader(c) {}

  void push(Piece piece) {
    pieces.push_back(std::move(piece));
    wake();
  }
  void wake() { reader.wake(); }

  tests::VirtualClock& clock;
  std::deque<Piece> pieces;
  tests::Wakeable reader;
  int pulled = 0;
  int waits = 0;
  bool asks_others = false;
  bool gives_up = false;  // a wait ends at once, with nothing
  int cancelled = 0;
  bool throws = false;
  bool released = false;
};

class FollowedFollower final : public Follower {
 public:
  explicit FollowedFollower(Followed& followed) : followed_(followed) {}
  ~FollowedFollower() override { followed_.released = true; }

  Piece pull() override {
    EXPECT_EQ(followed_.cancelled, 0) << "pulled after it was told that nobody reads";
    ++followed_.pulled;
    if (followed_.throws) throw std::runtime_error("no");
    Piece piece = std::move(followed_.pieces.front());
    followed_.pieces.pop_front();
    return piece;
  }
  bool ready() override { return !followed_.pieces.empty(); }
  bool asks_others() override { return followed_.asks_others; }
  runtime::Task<void> wait(Instant until) override {
    ++followed_.waits;
    if (followed_.gives_up) co_return;
    co_await followed_.reader.wait(until);
  }
  void cancel() noexcept override {
    ++followed_.cancelled;
    followed_.wake();
  }

 private:
  Followed& followed_;
};

class CountedWorkers final : public runtime::Workers {
 public:
  bool submit(std::function<void()> job) override {
    ++jobs;
    return workers_->submit(std::move(job));
  }

  int jobs = 0;

 private:
  const std::unique_ptr<runtime::Workers> workers_ = runtime::inline_workers();
};

class FollowerTest : public testing::Test {
 protected:
  FollowerTest() {
    house.world.add("/follow", [this](const Request&) -> Plan {
      Stream out;
      out.limits = limits;
      out.body = std::make_unique<FollowedFollower>(followed);
      return out;
    });
  }
  ~FollowerTest() override { house.stop(); }

  // One that has asked, and has the head.
  VirtualHttp::Client begin() {
    house.start();
    auto client = house.connect();
    client.ask("GET /follow");
    client.hear_up_to("\r\n\r\n");
    return client;
  }

  void expect_cut(const std::string& end) {
    EXPECT_EQ(followed.cancelled, 1);
    EXPECT_TRUE(followed.released);
    expect_counted(end);
  }
  void expect_counted(const std::string& end) {
    const std::string metrics = house.world.metrics().render();
    const std::string line =
        "waybill_http_streams_total{end=\"" + end + "\",route=\"/follow\"} 1\n";
    EXPECT_NE(metrics.find(line), std::string::npos) << metrics;
    EXPECT_NE(metrics.find("waybill_http_streams 0\n"), std::string::npos) << metrics;
  }

  VirtualHttp house;
  Followed followed{house.clock()};
  StreamLimits limits;
};

TEST_F(FollowerTest, IsPulledWhenItIsReadyAndNotBefore) {
  auto client = begin();
  house.pass(10s);
  EXPECT_EQ(followed.pulled, 0);
  followed.push("one");
  EXPECT_EQ(client.hear_up_to("one\r\n"), "3\r\none\r\n");
  const Instant begun = house.clock().now();
  followed.push("two");
  followed.push("three");
  EXPECT_EQ(client.hear_up_to("three\r\n"), "3\r\ntwo\r\n5\r\nthree\r\n");
  EXPECT_LT(house.clock().now() - begun, 1s);
  EXPECT_EQ(followed.pulled, 3);
  followed.push(std::optional<std::string>());
  EXPECT_EQ(client.hear_up_to(kLast), kLast);
  EXPECT_EQ(followed.cancelled, 0);
  EXPECT_TRUE(followed.released);
  expect_counted("whole");
}

// Other streams go on beside it, however long the others take.
TEST_F(FollowerTest, AsksOthersOnWorkersOfItsOwn) {
  CountedWorkers own;
  CountedWorkers remote;
  auto source =
      followed_source(std::make_unique<FollowedFollower>(followed), own, remote, house.clock());
  const auto next = [&](bool asks) {
    followed.asks_others = asks;
    followed.push("one");
    return house.run(source->next(house.clock().now()));
  };
  EXPECT_TRUE(next(false));
  EXPECT_TRUE(next(true));
  EXPECT_TRUE(next(true));
  EXPECT_EQ(own.jobs, 1);
  EXPECT_EQ(remote.jobs, 2);
}

// A filter that wants little gives many of these.
TEST_F(FollowerTest, AnEmptyPieceIsNoEndAndNoSignOfLife) {
  limits.idle = 20s;
  auto client = begin();
  for (int i = 0; i < 18; ++i) {
    followed.push("");
    house.pass(1s);
  }
  EXPECT_EQ(followed.pulled, 18);
  EXPECT_FALSE(followed.released);
  house.pass(3s);
  EXPECT_EQ(client.hear_all(), "");
  expect_cut("expired");
}

// As where the ends that it waits at are closed, before the server stops.
TEST_F(FollowerTest, OneThatWaitsForNothingKeepsNobodysProcessorBusy) {
  followed.gives_up = true;
  auto client = begin();
  house.pass(1s);
  EXPECT_GT(followed.waits, 1);
  EXPECT_LT(followed.waits, 200);
  followed.push("one");
  EXPECT_EQ(client.hear_up_to("one\r\n"), "3\r\none\r\n");
}

TEST_F(FollowerTest, IsPulledAgainAtOnceBehindAnEmptyPiece) {
  for (int i = 0; i < 50; ++i) followed.push("");
  followed.push("found");
  house.start();
  auto client = house.connect();
  const Instant begun = house.clock().now();
  client.ask("GET /follow");
  client.hear_up_to("found\r\n");
  EXPECT_EQ(followed.pulled, 51);
  EXPECT_LT(house.clock().now() - begun, 1s);
}

TEST_F(FollowerTest, AnErrorCutsIt) {
  auto client = begin();
  followed.push("half");
  client.hear_up_to("half\r\n");
  followed.push(make_error_code(Errc::corrupt));
  EXPECT_EQ(client.hear_all(), "");
  expect_cut("failed");
}

TEST_F(FollowerTest, AReaderWhoMayNotReadAnyMoreIsNoFailure) {
  auto client = begin();
  followed.push(make_error_code(Errc::refused));
  EXPECT_EQ(client.hear_all(), "");
  expect_cut("refused");
}

// Of a pull() that does not wait it is a failure, and no sign that there is nothing yet.
TEST_F(FollowerTest, ATimeoutOfItsOwnCutsIt) {
  auto client = begin();
  followed.push(make_error_code(Errc::timeout));
  EXPECT_EQ(client.hear_all(), "");
  expect_cut("failed");
}

TEST_F(FollowerTest, WhatItThrowsCutsIt) {
  auto client = begin();
  followed.throws = true;
  followed.push("never told");
  EXPECT_EQ(client.hear_all(), "");
  EXPECT_EQ(followed.pulled, 1);
  expect_cut("failed");
}

TEST_F(FollowerTest, IsToldSoonThatTheClientIsGoneWhileItWaits) {
  auto client = begin();
  house.pass(10s);
  EXPECT_FALSE(followed.released);
  client.close();
  house.pass(2s);
  EXPECT_EQ(followed.pulled, 0);
  expect_cut("gone");
}

TEST_F(FollowerTest, ItsWaitEndsAtOnceWhenTheServerStops) {
  auto client = begin();
  house.pass(5500ms);
  const Instant begun = house.clock().now();
  house.stop();
  EXPECT_EQ(house.clock().now(), begun);
  EXPECT_EQ(client.hear_all(), "");
  expect_cut("stopped");
}

TEST_F(FollowerTest, IsPulledForNoMoreThanTheClientTakes) {
  house.net().set_window(64 << 10);
  for (int i = 0; i < 100; ++i) followed.push(std::string(16 << 10, '#'));
  auto client = begin();
  house.pass(29s);
  EXPECT_LE(followed.pulled, 6);
  EXPECT_FALSE(followed.released);
  house.pass(2s);
  EXPECT_LE(followed.pulled, 6);
  expect_cut("slow");
}

TEST_F(FollowerTest, IsNotAskedForHead) {
  followed.push("never told");
  house.start();
  auto client = house.connect();
  client.ask("HEAD /follow");
  client.hear_up_to("\r\n\r\n");
  client.ask("GET /livez");
  client.hear_up_to("ok\n");
  EXPECT_EQ(followed.pulled, 0);
  expect_cut("head_only");
}

}  // namespace
}  // namespace waybill::http
