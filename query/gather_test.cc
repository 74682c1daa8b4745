#include "query/gather.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "http/trace.h"
#include "schemas/partition.h"
#include "tests/support/query_world.h"

namespace waybill::query {
namespace {

namespace json = boost::json;
using tests::field;
using tests::QueryWorld;
using tests::text;

constexpr char kAnn[] = "/v1/addresses/ann%40example.com/history?role=sender";
constexpr char kGatheredDelivery[] = "/v1/deliveries/019ca945-0a01-7000-8002-000000000001";
constexpr char kGatheredMessage[] = "/v1/messages/019ca945-0a01-7000-8001-000000000001";
constexpr char kByMessageId[] = "/v1/messages?message_id=%3Cone%40example.com%3E";
constexpr char kGatheredCounters[] = "/v1/domains/example.org/counters";
constexpr char kTrace[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// A log of three partitions, the first of them here.
class GatherTest : public testing::Test {
 protected:
  GatherTest() {
    here_.join(3, &peers_);
    peers_.add(1, one_);
    peers_.add(2, two_);
    one_.join(3, nullptr);
    two_.join(3, nullptr);
  }

  void fold_one_each() {
    here_.fold(here_.accepted(10));
    one_.fold(one_.forwarded(30));
    two_.fold(two_.rejected(20));
  }

  json::object ask_for(const std::string& target, const std::string& partitions,
                       unsigned status = 200) {
    http::Head head;
    head.method = "GET";
    head.target = target;
    head.fields.emplace_back(kPartitionsField, partitions);
    const auto response = here_.ask(std::move(head));
    EXPECT_EQ(response.status, status) << response.body;
    return json::parse(response.body).as_object();
  }

  // Partition 2's node answers this instead.
  void lay(unsigned status, std::string body) {
    peers_.instead[2] = {status, http::kJsonType, body, {}};
  }

  static std::string kinds(const json::object& answer) {
    std::string out;
    for (const auto& entry : answer.at("entries").as_array()) {
      out += std::to_string(entry.at("partition").to_number<int>()) + " " + text(entry.at("kind")) +
             "; ";
    }
    return out;
  }
  static std::string missing(const json::object& answer) {
    const auto* list = answer.at("as_of").as_object().if_contains("missing");
    return list == nullptr ? "none" : json::serialize(*list);
  }
  static std::string spoken_of(const json::object& answer) {
    std::string out;
    for (const auto& one : answer.at("as_of").at("partitions").as_array()) {
      out += std::to_string(one.at("partition").to_number<int>());
    }
    return out;
  }

  QueryWorld here_{0};
  QueryWorld one_{1};
  QueryWorld two_{2};
  tests::WorldPeers peers_;
};

TEST_F(GatherTest, AsksEveryPartitionAndSaysHowFreshEachIs) {
  fold_one_each();
  one_.health().lag = 4;
  here_.clock().move(std::chrono::seconds(5));
  const auto answer = here_.json(kAnn);
  EXPECT_EQ(kinds(answer), "0 accepted; 2 rejected; 1 forwarded; ");
  EXPECT_EQ(peers_.asked, (std::vector<std::vector<std::uint32_t>>{{1, 2}}));

  const auto& as_of = answer.at("as_of").as_object();
  EXPECT_EQ(spoken_of(answer), "012");
  EXPECT_EQ(missing(answer), "none");
  EXPECT_EQ(as_of.at("time"), "2026-03-01T12:20:00.000000000Z");
  EXPECT_EQ(as_of.at("lag"), 4);
  EXPECT_FALSE(as_of.contains("index"));
  EXPECT_FALSE(as_of.contains("complete_at"));  // of partition 1 it cannot be said
  const auto& partitions = as_of.at("partitions").as_array();
  EXPECT_EQ(partitions[0].at("complete_at"), "2026-03-01T12:30:05.000000000Z");
  EXPECT_EQ(partitions[1].at("time"), "2026-03-01T12:00:00.000000000Z");
  EXPECT_EQ(partitions[1].at("index"), 1);
  EXPECT_EQ(partitions[1].at("lag"), 4);
  EXPECT_FALSE(partitions[1].as_object().contains("complete_at"));
  EXPECT_EQ(partitions[2].at("complete_at"), "2026-03-01T12:30:00.000000000Z");
}

// A question that needs nobody must not wait behind those that wait for others.
TEST_F(GatherTest, OnlyQuestionsThatOthersMustAnswerAreRemote) {
  const auto sources = here_.sources();
  const auto is_remote = [&](const std::string& list, std::optional<std::uint32_t> only) {
    http::Request request;
    request.fields.emplace_back(kPartitionsField, list);
    const auto plan = plan_read(sources, request, only, [] { return http::Response(); });
    return std::holds_alternative<http::RemoteRead>(plan);
  };
  EXPECT_TRUE(is_remote("", std::nullopt));
  EXPECT_TRUE(is_remote("", 1));
  EXPECT_FALSE(is_remote("", 0));
  EXPECT_FALSE(is_remote("0", std::nullopt));
  EXPECT_TRUE(is_remote("0,2", std::nullopt));
  EXPECT_FALSE(is_remote("x", std::nullopt));
  here_.join(3, nullptr);
  const auto alone = here_.sources();
  const auto plan =
      plan_read(alone, http::Request(), std::nullopt, [] { return http::Response(); });
  EXPECT_TRUE(std::holds_alternative<http::Read>(plan));
}

TEST_F(GatherTest, AnOwnerIsAskedNoMoreAboutWhatItHasSpokenOf) {
  fold_one_each();
  std::vector<std::vector<std::uint32_t>> told;
  class Watched final : public Peers {
   public:
    Watched(Peers& peers, std::vector<std::vector<std::uint32_t>>& told)
        : peers_(peers), told_(told) {}
    void ask(const PeerQuestion& question, const TakeAnswer& take) override {
      peers_.ask(question, [&](const PeerAnswer& answer) {
        told_.push_back(take(answer));
        return told_.back();
      });
    }

   private:
    Peers& peers_;
    std::vector<std::vector<std::uint32_t>>& told_;
  } watched(peers_, told);
  here_.join(3, &watched);
  lay(503, "{}");
  EXPECT_EQ(kinds(here_.json(kAnn)), "0 accepted; 1 forwarded; ");
  EXPECT_EQ(told, (std::vector<std::vector<std::uint32_t>>{{1}, {}}));
}

// 0 would say that nothing is missing.
TEST_F(GatherTest, SaysNoLagWhereNobodyKnowsIt) {
  one_.health().lag = 4;
  two_.lose_the_log();
  const auto as_of = here_.json(kAnn).at("as_of").as_object();
  EXPECT_FALSE(as_of.contains("lag"));
  EXPECT_FALSE(as_of.contains("complete_at"));
  EXPECT_EQ(as_of.at("partitions").at(0).at("lag"), 0);
  EXPECT_EQ(as_of.at("partitions").at(1).at("lag"), 4);
  EXPECT_FALSE(as_of.at("partitions").at(2).as_object().contains("lag"));
}

TEST_F(GatherTest, IsCompleteAsOfTheLeastFreshPartition) {
  here_.clock().move(std::chrono::seconds(5));
  two_.clock().move(std::chrono::seconds(2));
  const auto as_of = here_.json(kAnn).at("as_of").as_object();
  EXPECT_EQ(as_of.at("complete_at"), "2026-03-01T12:30:00.000000000Z");
  EXPECT_TRUE(as_of.at("time").is_null());
}

TEST_F(GatherTest, NamesThePartitionsThatDidNotAnswer) {
  fold_one_each();
  tests::WorldPeers fewer;
  fewer.add(1, one_);
  here_.join(3, &fewer);
  const auto answer = here_.json(kAnn);
  EXPECT_EQ(kinds(answer), "0 accepted; 1 forwarded; ");
  EXPECT_EQ(spoken_of(answer), "01");
  EXPECT_EQ(missing(answer), "[2]");
  EXPECT_FALSE(answer.at("as_of").as_object().contains("complete_at"));

  here_.join(3, nullptr);
  const auto alone = here_.json(kAnn);
  EXPECT_EQ(kinds(alone), "0 accepted; ");
  EXPECT_EQ(missing(alone), "[1,2]");
  EXPECT_FALSE(alone.at("as_of").as_object().contains("index"));
}

TEST_F(GatherTest, TakesNothingOfAnAnswerThatIsNone) {
  fold_one_each();
  const std::string entries =
      R"("entries":[{"time":"2026-03-01T12:00:00Z","partition":2,"index":0,"kind":"dropped"}])";
  const std::pair<unsigned, std::string> cases[] = {
      {500, R"({"as_of":{"partitions":[{"partition":2}]},)" + entries + "}"},
      {503, R"({"as_of":{"partitions":[{"partition":2}]}})"},
      {200, ""},
      {200, "<html>"},
      {200, "[]"},
      {200, "{" + entries},
      {200, "{" + entries + "}"},
      {200, R"({"as_of":[],)" + entries + "}"},
      {200, R"({"as_of":{},)" + entries + "}"},
      {200, R"({"as_of":{"partitions":{}},)" + entries + "}"},
      {200, R"({"as_of":{"partitions":[2]},)" + entries + "}"},
      // It was asked for partition 2 alone.
      {200, R"({"as_of":{"partitions":[{"partition":1}]},)" + entries + "}"},
      {200, R"({"as_of":{"partitions":[{"partition":2},{"partition":0}]},)" + entries + "}"},
      {200, R"({"as_of":{"partitions":[{"partition":2},{"partition":2}]},)" + entries + "}"},
      {200, R"({"as_of":{"partitions":[{"partition":4294967298}]},)" + entries + "}"},
      {200, R"({"as_of":{"partitions":[{"partition":"2"}]},)" + entries + "}"},
  };
  for (const auto& [status, body] : cases) {
    lay(status, body);
    const auto answer = here_.json(kAnn);
    EXPECT_EQ(kinds(answer), "0 accepted; 1 forwarded; ") << body;
    EXPECT_EQ(spoken_of(answer), "01") << body;
    EXPECT_EQ(missing(answer), "[2]") << body;
  }
}

// Partition 0 is what a number that is not there would be read as.
TEST_F(GatherTest, APartitionWithoutANumberIsNotTheFirst) {
  QueryWorld last(2);
  tests::WorldPeers others;
  last.join(3, &others);
  others.instead[0] = {200, http::kJsonType, R"({"as_of":{"partitions":[{}]},"entries":[]})", {}};
  EXPECT_EQ(missing(last.json(kAnn)), "[0,1]");
}

TEST_F(GatherTest, AnAnswerOfAnotherFormIsNoneAndItsPartitionIsMissing) {
  const std::string as_of = R"("as_of":{"partitions":[{"partition":2,"time":7,"index":"x"}]})";
  for (const std::string rest : {"", R"(,"entries":4)", R"(,"next_cursor":5)",
                                 R"(,"messages":{},"events":"","hours":[[]])"}) {
    lay(200, "{" + as_of + rest + "}");
    for (const char* const target : {kAnn, kByMessageId, kGatheredCounters}) {
      EXPECT_EQ(missing(ask_for(target, "2", 503)), "[2]") << target << rest;
      const auto answer = ask_for(target, "1,2");
      EXPECT_EQ(spoken_of(answer), "1") << target << rest;
      EXPECT_EQ(missing(answer), "[2]") << target << rest;
    }
    lay(404, "{" + as_of + rest + "}");
    for (const char* const target : {kAnn, kByMessageId, kGatheredCounters}) {
      EXPECT_EQ(spoken_of(ask_for(target, "2", 404)), "2") << target << rest;
      EXPECT_EQ(spoken_of(ask_for(target, "1,2")), "12") << target << rest;
    }
  }
}

TEST_F(GatherTest, EventsOfANodeOfTheReleaseBeforeAreTold) {
  one_.fold(one_.accepted(20));
  two_.fold(two_.forwarded(10));
  for (const char* const target : {kGatheredMessage, kByMessageId}) {
    auto older = ask_for(target, "2");
    const bool list = target == kByMessageId;
    if (list) {
      older["messages"] = json::array{
          json::parse(R"({"message_id":"019ca945-0a01-7000-8001-000000000001","events":[]})")};
    }
    json::object& message = list ? older["messages"].as_array()[0].as_object() : older;
    message["events"] =
        json::array{json::parse(R"({"kind":"forwarded","occurred_at":"2026-03-01T12:20:00Z"})")};
    lay(200, json::serialize(older));
    const auto answer = here_.json(target);
    EXPECT_EQ(missing(answer), "none");
    const auto& told = list ? answer.at("messages").at(0).as_object() : answer;
    ASSERT_EQ(told.at("events").as_array().size(), 2U) << target;
    EXPECT_EQ(told.at("events").at(0).at("kind"), "accepted");
    EXPECT_EQ(told.at("events").at(1).at("kind"), "forwarded");
    peers_.instead.clear();
  }
}

TEST_F(GatherTest, WhatNobodyKnowsIsNotThereOnlyWhereAllWereAsked) {
  for (const char* const target : {kGatheredDelivery, kGatheredMessage}) {
    const auto problem = here_.json(target, 404);
    EXPECT_EQ(problem.at("code"), "not_found");
    EXPECT_EQ(spoken_of(problem), "012");
  }
  lay(500, "");
  for (const char* const target : {kGatheredDelivery, kGatheredMessage}) {
    const auto response = here_.get(target);
    EXPECT_EQ(response.status, 503U);
    EXPECT_EQ(field(response, "Retry-After"), "5");
    const auto problem = json::parse(response.body).as_object();
    EXPECT_EQ(problem.at("code"), "partitions_missing");
    EXPECT_EQ(missing(problem), "[2]");
    EXPECT_EQ(spoken_of(problem), "01");
  }
}

TEST_F(GatherTest, WhatSomebodyKnowsIsToldWhoeverElseIsMissing) {
  two_.fold(two_.accepted(20));
  two_.fold(two_.forwarded(10));
  peers_.instead[1] = {500, http::kJsonType, "", {}};
  const auto delivery = here_.json(kGatheredDelivery);
  EXPECT_EQ(delivery.at("state"), "forwarded");
  EXPECT_EQ(missing(delivery), "[1]");
  EXPECT_EQ(here_.json(kGatheredMessage).at("events").as_array().size(), 2U);
}

TEST_F(GatherTest, MakesOneMessageAndOneCountOfSeveralPartitions) {
  fold_one_each();
  two_.fold(two_.accepted(5));
  const auto message = here_.json(kGatheredMessage);
  ASSERT_EQ(message.at("events").as_array().size(), 4U);
  EXPECT_EQ(message.at("events").at(0).at("occurred_at"), "2026-03-01T12:00:00.000000000Z");
  EXPECT_EQ(message.at("events").at(3).at("occurred_at"), "2026-03-01T12:25:00.000000000Z");
  const auto messages = here_.json(kByMessageId).at("messages").as_array();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].at("events").as_array().size(), 3U);  // of partitions 0 and 2
  EXPECT_EQ(here_.json(kGatheredCounters).at("total").at("accepted"), 2);
}

TEST_F(GatherTest, PagesThroughAllPartitionsByLinks) {
  fold_one_each();
  for (int minutes = 1; minutes < 9; ++minutes) one_.fold(one_.rejected(minutes / 3));
  std::size_t entries = 0;
  std::size_t pages = 0;
  for (std::string next = std::string(kAnn) + "&limit=2"; !next.empty() && pages < 20; ++pages) {
    const auto response = here_.get(next);
    entries += json::parse(response.body).at("entries").as_array().size();
    const auto link = field(response, "Link");
    next = link.empty() ? "" : link.substr(1, link.find('>') - 1);
  }
  EXPECT_EQ(entries, 11U);
  EXPECT_EQ(pages, 6U);
}

TEST_F(GatherTest, AsksThePartitionsAloneThatTheRequestNames) {
  fold_one_each();
  const auto local = ask_for(kAnn, "0");
  EXPECT_EQ(kinds(local), "0 accepted; ");
  EXPECT_EQ(local.at("as_of").at("index"), 1);
  EXPECT_EQ(local.at("as_of").at("complete_at"), "2026-03-01T12:30:00.000000000Z");
  EXPECT_TRUE(peers_.asked.empty());
  EXPECT_EQ(kinds(ask_for(kAnn, "1,2")), "2 rejected; 1 forwarded; ");
  EXPECT_EQ(ask_for(kAnn, "7", 503).at("code"), "partitions_missing");
  EXPECT_EQ(ask_for(kAnn, "2,1", 400).at("code"), "malformed_request");
  EXPECT_EQ(ask_for(kAnn, "all", 400).at("code"), "malformed_request");
}

TEST_F(GatherTest, ARequestsTraceGoesToThePeersAndBack) {
  http::Head head;
  head.method = "GET";
  head.target = kAnn;
  head.fields.emplace_back("traceparent", kTrace);
  EXPECT_EQ(field(here_.ask(head), "traceparent"), kTrace);
  EXPECT_EQ(peers_.traces, std::vector<std::string>{kTrace});

  // One that is none is not passed on (W3C Trace Context 4.3).
  for (const std::string given : {"", "00-0-0-0", "\r\nX: y"}) {
    head.fields = {{"traceparent", given}};
    const auto made = field(here_.ask(head), "traceparent");
    EXPECT_TRUE(http::is_traceparent(made)) << made;
    EXPECT_NE(made, kTrace);
    EXPECT_EQ(peers_.traces.back(), made);
  }
}

TEST_F(GatherTest, AnAliasIsAskedForWhereItsKeyIs) {
  for (const char* const name : {"sales", "info", "shop", "ann", "b", "bob"}) {
    const std::string alias = std::string(name) + "@example.org";
    const auto partition = schemas::partition_of_key(alias, 3);
    peers_.asked.clear();
    const auto answer = here_.json("/v1/addresses/" + alias + "/history");
    EXPECT_EQ(spoken_of(answer), std::to_string(partition)) << alias;
    EXPECT_EQ(peers_.asked.size(), partition == 0 ? 0U : 1U) << alias;
  }
}

TEST_F(GatherTest, AReturnPathIsAskedForEverywhere) {
  EXPECT_EQ(spoken_of(here_.json("/v1/addresses/b.abc%40example.org/history")), "012");
}

// What a connection's thread reads is bounded over all partitions that it asks.
TEST(QuickReadTest, MoreThanSomeLinesAreAWorkers) {
  QueryWorld world;
  Sources two = world.sources();
  two.partition_count = 2;
  two.partitions.push_back(two.partitions.front());
  two.partitions.back().partition = 1;
  const auto sources = with_at_once(std::move(two));
  const auto is_quick = [&](std::optional<std::uint32_t> partition, std::size_t lines) {
    const http::Plan plan = plan_quick_read(*sources, http::Request(), partition, lines,
                                            [](const Sources&) { return http::Response(); });
    return std::holds_alternative<http::QuickRead>(plan);
  };
  EXPECT_TRUE(is_quick(0, kMostQuickLines));
  EXPECT_FALSE(is_quick(0, kMostQuickLines + 1));
  EXPECT_TRUE(is_quick(std::nullopt, kMostQuickLines / 2));
  EXPECT_FALSE(is_quick(std::nullopt, kMostQuickLines / 2 + 1));
}

}  // namespace
}  // namespace waybill::query
