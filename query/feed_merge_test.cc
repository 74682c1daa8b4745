// The feed of two nodes, each with one partition: what the one that is asked tells, and what it
// asks the other one.

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "http/target.h"
#include "query/feed/peer_ends.h"
#include "query/feed/place.h"
#include "query/feed/share.h"
#include "query/handlers.h"
#include "query/node_asker.h"
#include "tests/support/feed_lines.h"
#include "tests/support/ordinals.h"
#include "tests/support/query_world.h"

namespace waybill::query {

using namespace schemas::ordinal_literals;

namespace {

using tests::QueryWorld;
using FedLines = std::vector<tests::FeedLine>;

// One node's world, with what reads along.
struct FeedNode {
  explicit FeedNode(std::uint32_t partition) : world(partition) {}

  void fold(schemas::Event event) {
    world.fold(std::move(event));
    end.reached(schemas::EventIndex(++folded));
  }
  Sources sources() {
    Sources out = world.sources();
    out.partitions[0].archive = std::make_shared<projector::Archive>(world.store());
    out.partitions[0].archive_end = &end;
    if (as_partition_0_too) {
      out.partitions.insert(out.partitions.begin(), out.partitions[0]);
      out.partitions[0].partition = 0;
    }
    return out;
  }

  QueryWorld world;
  projector::ArchiveEnd end;
  std::uint64_t folded = 0;
  bool as_partition_0_too = false;
};

// The other node over HTTP, without a socket.
class OneOtherNode final : public Peers {
 public:
  explicit OneOtherNode(FeedNode& node) : node_(node) {}

  void ask(const PeerQuestion& question, const TakeAnswer& take) override {
    if (away) return;
    targets.push_back(question.target);
    PeerAnswer answer;
    answer.partitions = question.partitions;
    answer.node = "p2";
    const auto response =
        this->ask(question.target, write_partitions(question.partitions), question.sight);
    answer.status = response.status;
    answer.body = response.body;
    bodies.push_back(response.body);
    take(answer);
  }
  http::Response ask(const std::string& target, const std::string& partitions,
                     const std::optional<std::string>& sight = {}) {
    http::Service service(node_.world.router(node_.sources()), node_.world.server_parts());
    http::Head head;
    head.method = "GET";
    head.target = target;
    head.fields = {{"Authorization", node_.world.secret().authorization()},
                   {kPartitionsField, partitions}};
    if (sight) head.fields.emplace_back(kSightField, *sight);
    return tests::answer_of(service, std::move(head));
  }

  bool away = false;
  std::vector<std::string> targets;
  std::vector<std::string> bodies;

 private:
  FeedNode& node_;
};

class FeedMergeTest : public testing::Test {
 protected:
  FeedMergeTest() {
    here_.world.join(2, &other_);
    there_.world.join(2, nullptr);
    there_.world.guard();
    there_.world.set_principals(node_principals());
    for (FeedNode* const node : {&here_, &there_}) {
      node->fold(QueryWorld::accepted(9, node->world.sources().partitions[0].partition + 1));
      node->fold(QueryWorld::forwarded(8, node->world.sources().partitions[0].partition + 1));
    }
    learn();
  }

  Sources sources() {
    Sources out = here_.sources();
    out.peer_ends = &ends_;
    return out;
  }
  // As the node that asks how far the other one is.
  void learn() { ends_.learned(1, there_.end.index(), 0, "p2"); }

  void see(schemas::Sight sight) {
    schemas::Principal out = http::local_reader();
    out.kind = schemas::Principal::Kind::token;
    out.sight = std::move(sight);
    here_.world.set_asker(std::move(out));
  }

  // All lines until there is nothing more to tell; of a response its status and code.
  FedLines read(const std::string& query) {
    http::Service service(here_.world.router(sources()), here_.world.server_parts());
    http::Head head;
    head.method = "GET";
    head.target = "/v1/feed" + query;
    boost::asio::io_context io;
    http::Answered answered = tests::run_task(io, service.answer(std::move(head)));
    if (const auto* const response = std::get_if<http::Response>(&answered)) {
      const auto body = boost::json::parse(response->body).as_object();
      refused_ = std::to_string(response->status) + ' ' + tests::text(body.at("code"));
      return {};
    }
    auto& stream = std::get<std::unique_ptr<http::OpenStream>>(answered);
    FedLines out;
    // One that is looked for in vain may have looked at some that were not wanted.
    for (int in_vain = 0; in_vain < 3;) {
      const auto piece = tests::run_task(io, stream->source().next(here_.world.clock().now()));
      if (piece && !*piece) break;
      if (!piece) ++in_vain;
      if (!piece) continue;
      const auto lines = tests::lines_of(**piece);
      out.insert(out.end(), lines.begin(), lines.end());
    }
    stream.reset();
    return out;
  }
  static std::string kinds(const FedLines& lines) {
    std::string out;
    for (const auto& line : lines) {
      if (line.member != "event") continue;
      out += boost::json::serialize(line.body.at("partition")) + " " +
             tests::text(line.body.at("kind")) + "; ";
    }
    return out;
  }

  FeedNode here_{0};
  FeedNode there_{1};
  OneOtherNode other_{there_};
  feed::PeerEnds ends_{{1}, here_.world.clock()};
  std::string refused_;
};

TEST_F(FeedMergeTest, TellsWhatBothNodesHave) {
  const auto lines = read("?after=start");
  EXPECT_EQ(kinds(lines), "0 accepted; 0 forwarded; 1 accepted; 1 forwarded; ");
  EXPECT_EQ(lines.back().cursor, feed::to_cursor({2_index, 2_index}));
  ASSERT_EQ(other_.targets.size(), 1U);
  EXPECT_EQ(other_.targets[0], "/v1/feed/share?from=1.0&octets=65536");
  // An event is told as the node that has it would tell it.
  const auto share =
      feed::read_shares(other_.ask("/v1/feed/share?from=1.0", "1").body, {{1, 0_index}});
  ASSERT_TRUE(share);
  EXPECT_EQ(boost::json::serialize(lines.back().body), share->front().lines.back().json);
}

TEST_F(FeedMergeTest, WhatIsWantedIsChosenWhereItIs) {
  EXPECT_EQ(kinds(read("?after=start&kind=forwarded&address=ann%40example.com&limit=2&wait=0")),
            "0 forwarded; 1 forwarded; ");
  ASSERT_EQ(other_.targets.size(), 1U);
  EXPECT_EQ(
      other_.targets[0],
      "/v1/feed/share?kind=forwarded&address=ann%40example.com&from=1.0&octets=65536&limit=1");
  EXPECT_EQ(other_.bodies[0].find("accepted"), std::string::npos);
}

TEST_F(FeedMergeTest, NothingLeavesTheOtherNodeThatTheAskerMayNotSee) {
  see(schemas::Sight::of({"third.example"}));
  const auto lines = read("?after=start");
  EXPECT_EQ(kinds(lines), "");
  ASSERT_EQ(other_.bodies.size(), 1U);
  EXPECT_EQ(other_.bodies[0].find("example.org"), std::string::npos);
  EXPECT_NE(other_.bodies[0].find("\"next\":2"), std::string::npos) << "the cursor goes on";
  see(schemas::Sight::of({"example.org"}));
  EXPECT_EQ(kinds(read("?after=start")), "0 accepted; 0 forwarded; 1 accepted; 1 forwarded; ");
}

TEST_F(FeedMergeTest, ACursorGoesOnAfterEitherNodeWasAway) {
  other_.away = true;
  const auto first = read("?after=start&wait=0");
  EXPECT_EQ(kinds(first), "0 accepted; 0 forwarded; ");
  EXPECT_EQ(boost::json::serialize(first.back().body.at("missing")), "[1]");
  other_.away = false;
  there_.fold(QueryWorld::rejected(1, 7));
  learn();
  EXPECT_EQ(kinds(read("?after=" + first.back().cursor)), "1 accepted; 1 forwarded; 1 rejected; ");
}

TEST_F(FeedMergeTest, TheEndIsThatOfAllPartitions) {
  const auto lines = read("");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].cursor, feed::to_cursor({2_index, 2_index}));
  ends_.lost(1);
  const auto away = read("");
  EXPECT_EQ(away[0].cursor, feed::to_cursor({2_index, feed::kAtEnd}));
  learn();
  EXPECT_EQ(read("?after=" + away[0].cursor)[0].cursor, feed::to_cursor({2_index, 2_index}));
}

TEST_F(FeedMergeTest, ACursorAheadOfWhatIsElsewhereIsTold) {
  read("?after=" + feed::to_cursor({2_index, 3_index}));
  EXPECT_EQ(refused_, "410 cursor_ahead");
  ends_.lost(1);
  refused_.clear();
  EXPECT_EQ(read("?after=" + feed::to_cursor({2_index, 3_index})).size(), 1U)
      << "of what is away nobody knows";
  EXPECT_EQ(refused_, "");
}

TEST_F(FeedMergeTest, WhereNobodyCanBeAskedThereIsNoFeedOfAll) {
  here_.world.join(2, nullptr);
  read("?after=start");
  EXPECT_EQ(refused_, "501 partitions_elsewhere");
}

TEST_F(FeedMergeTest, ANodeTellsOthersHowFarItsOwnPartitionsAre) {
  const auto told = [this](const std::string& query, const std::string& partitions) {
    const auto response = other_.ask("/v1/feed/ends" + query, partitions);
    return std::to_string(response.status) + " " + response.body;
  };
  const std::string one = R"(200 {"partitions":[{"partition":1,"end":2,"lag":0}]})";
  EXPECT_EQ(told("", "1"), one);
  EXPECT_EQ(told("", "0,1"), one) << "one hop";
  EXPECT_EQ(told("?known=1.2&wait=0", "1"), one);
  EXPECT_EQ(told("", "0"), R"(200 {"partitions":[]})");
  there_.world.lose_the_log();
  EXPECT_EQ(told("", "1"), R"(200 {"partitions":[{"partition":1,"end":2}]})");
  for (const char* const query : {"?known=1", "?wait=5001", "?other=1"}) {
    EXPECT_EQ(other_.ask(std::string("/v1/feed/ends") + query, "1").status, 400U) << query;
  }
  for (const char* const route : {"/v1/feed/ends", "/v1/feed/share"}) {
    EXPECT_EQ(other_.ask(route, "x").status, 400U) << route;
  }
}

TEST_F(FeedMergeTest, ANodeThatKnowsAllIsAnsweredWhenThereIsNewsAndNotTooOften) {
  const Sources sources = there_.sources();
  const auto plan_with = [&](const std::string& query) {
    auto request = *http::parse_target("/v1/feed/ends" + query);
    request.fields = {{kPartitionsField, "1"}};
    return std::get<http::DelayedRead>(plan_feed_ends(sources, request));
  };
  const auto delayed = plan_with("?wait=1000&known=1.2");
  EXPECT_EQ(delayed.at_most, std::chrono::seconds(1));
  there_.world.clock().move(std::chrono::milliseconds(900));
  EXPECT_FALSE(delayed.ready());
  there_.fold(QueryWorld::rejected(1, 7));
  EXPECT_TRUE(delayed.ready());
  const auto busy = plan_with("?wait=1000&known=1.2");
  EXPECT_FALSE(busy.ready()) << "it was told a moment ago";
  there_.world.clock().move(std::chrono::milliseconds(50));
  EXPECT_TRUE(busy.ready());
}

TEST_F(FeedMergeTest, AShareIsBoundedAndGoesOn) {
  for (int i = 0; i < 98; ++i) there_.fold(QueryWorld::rejected(1, 7));
  std::vector<feed::SharePlace> at = {{1, 0_index}};
  std::size_t told = 0;
  std::size_t answers = 0;
  for (; at[0].index < 100_index && answers < 100; ++answers) {
    const auto said =
        other_.ask("/v1/feed/share?octets=4000&from=" + feed::write_places(at), "0,1");
    EXPECT_LT(said.body.size(), 8'000U);
    const auto shares = feed::read_shares(said.body, at);
    ASSERT_TRUE(shares && shares->size() == 1U);
    told += shares->front().lines.size();
    at[0].index = shares->front().next;
  }
  EXPECT_EQ(told, 100U);
  EXPECT_GT(answers, 5U);
  const auto few =
      feed::read_shares(other_.ask("/v1/feed/share?limit=3&from=1.0", "1").body, {{1, 0_index}});
  ASSERT_TRUE(few);
  EXPECT_EQ(few->front().lines.size(), 3U);
  EXPECT_EQ(few->front().next, 3_index);
}

// A filter that finds nothing in a long partition leaves the next one its part of the look.
TEST_F(FeedMergeTest, EachPlaceOfAShareHasItsPart) {
  for (int i = 0; i < 6'000; ++i) there_.fold(QueryWorld::rejected(1, 7));
  there_.as_partition_0_too = true;
  const std::vector<feed::SharePlace> at = {{0, 0_index}, {1, 0_index}};
  const auto said = other_.ask("/v1/feed/share?kind=bounced&from=" + feed::write_places(at), "0,1");
  const auto shares = feed::read_shares(said.body, at);
  ASSERT_TRUE(shares && shares->size() == 2U) << said.body;
  EXPECT_GT(shares->front().next, 0_index);
  EXPECT_GT(shares->back().next, 0_index);
}

TEST_F(FeedMergeTest, WhatNodesAskEachOtherIsForThemAlone) {
  for (const char* const route : {"/v1/feed/ends", "/v1/feed/share"}) {
    EXPECT_EQ(here_.world.get(route).status, 404U) << route;
    http::Head head;
    head.method = "GET";
    head.target = route;
    head.fields = {{kPartitionsField, "1"}};
    EXPECT_EQ(there_.world.ask(std::move(head)).status, 401U) << route;
  }
}

}  // namespace
}  // namespace waybill::query
