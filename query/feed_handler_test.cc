// What a question to the feed is answered with before the first line.

#include <gtest/gtest.h>

#include "query/feed/place.h"
#include "tests/support/ordinals.h"
#include "tests/support/query_world.h"

namespace waybill::query {

using namespace schemas::ordinal_literals;

namespace {

using tests::QueryWorld;

class FeedHandlerTest : public testing::Test {
 protected:
  // With two events, of which readers find both.
  FeedHandlerTest() {
    world_.fold(world_.accepted(5));
    world_.fold(world_.forwarded(4));
  }

  Sources sources() {
    Sources out = world_.sources();
    out.partitions[0].archive = std::make_shared<projector::Archive>(world_.store());
    out.partitions[0].archive_end = &end_;
    return out;
  }
  http::Answered ask(Sources sources, const std::string& query, http::Fields fields = {}) {
    http::Service service(world_.router(std::move(sources)), world_.server_parts());
    http::Head head;
    head.method = "GET";
    head.target = "/v1/feed" + query;
    head.fields = std::move(fields);
    boost::asio::io_context io;
    http::Answered answered = tests::run_task(io, service.answer(std::move(head)));
    // A stream knows the service that it is of.
    if (auto* const stream = std::get_if<std::unique_ptr<http::OpenStream>>(&answered)) {
      type_ = (*stream)->stream().content_type;
      stream->reset();
    }
    return answered;
  }
  // Empty: the feed is told.
  std::string problem(Sources sources, const std::string& query, http::Fields fields = {}) {
    type_.clear();
    const http::Answered answered = ask(std::move(sources), query, std::move(fields));
    const auto* const response = std::get_if<http::Response>(&answered);
    if (response == nullptr) return {};
    const auto body = boost::json::parse(response->body).as_object();
    const auto* const parameter = body.if_contains("parameter");
    return std::to_string(response->status) + ' ' + tests::text(body.at("code")) +
           (parameter == nullptr ? "" : ' ' + tests::text(*parameter));
  }
  std::string problem(const std::string& query, http::Fields fields = {}) {
    return problem(sources(), query, std::move(fields));
  }

  QueryWorld world_;
  projector::ArchiveEnd end_{2_index};
  std::string type_;  // of what is told
};

TEST_F(FeedHandlerTest, IsToldWhereAllPartitionsAre) {
  EXPECT_EQ(problem(""), "");
  EXPECT_EQ(problem(world_.sources(), ""), "501 no_feed") << "nobody reads along";
  Sources some = sources();
  some.partition_count = 2;
  EXPECT_EQ(problem(std::move(some), ""), "501 partitions_elsewhere");
}

TEST_F(FeedHandlerTest, HasTheFormThatIsAskedFor) {
  const http::Fields browser = {{"Accept", "text/html, text/event-stream"}};
  EXPECT_EQ(problem(""), "");
  EXPECT_EQ(type_, "application/x-ndjson");
  EXPECT_EQ(problem("", browser), "");
  EXPECT_EQ(type_, "text/event-stream");
  EXPECT_EQ(problem("?format=ndjson", browser), "");
  EXPECT_EQ(type_, "application/x-ndjson");
  EXPECT_EQ(problem("?format=sse"), "");
  EXPECT_EQ(type_, "text/event-stream");
}

TEST_F(FeedHandlerTest, ACursorAheadOfTheLogIsTold) {
  EXPECT_EQ(problem("?after=" + feed::to_cursor({2_index})), "");
  const std::string ahead = feed::to_cursor({3_index});
  EXPECT_EQ(problem("?after=" + ahead), "410 cursor_ahead");
  EXPECT_EQ(problem("?after=start", {{"Last-Event-ID", ahead}}), "410 cursor_ahead");
  // While views are behind the log, or nobody knows by how much, it may be one of this log.
  world_.health().lag = 1;
  EXPECT_EQ(problem("?after=" + ahead), "");
  EXPECT_EQ(problem("?after=" + feed::to_cursor({4_index})), "410 cursor_ahead");
  world_.lose_the_log();
  EXPECT_EQ(problem("?after=" + ahead), "");
}

TEST_F(FeedHandlerTest, ACursorOfAnotherNumberOfPartitionsIsRefused) {
  const std::string two = feed::to_cursor({0_index, 0_index});
  EXPECT_EQ(problem("?after=" + two), "409 unknown_cursor after");
  EXPECT_EQ(problem("", {{"Last-Event-ID", two}}), "409 unknown_cursor Last-Event-ID");
}

TEST_F(FeedHandlerTest, WhereAClientWasGoesBeforeItsQuestion) {
  EXPECT_EQ(problem("?after=start", {{"Last-Event-ID", "x"}}), "409 unknown_cursor Last-Event-ID");
  EXPECT_EQ(problem("?after=start", {{"Last-Event-ID", "x y"}}),
            "400 invalid_parameter Last-Event-ID");
  EXPECT_EQ(problem("?after=start", {{"Last-Event-ID", feed::to_cursor({1_index})}}), "");
  EXPECT_EQ(problem("?after=start", {{"Last-Event-ID", ""}}), "");
}

TEST_F(FeedHandlerTest, RefusesEachParameterThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"?after=n%20w", "after"}, {"?kind=lost", "kind"},      {"?class=mild", "class"},
      {"?limit=0", "limit"},     {"?limit=1000001", "limit"}, {"?wait=3301", "wait"},
      {"?format=xml", "format"}, {"?cursor=x", "cursor"},     {"?after=start&after=end", "after"}};
  for (const auto& [query, name] : cases) {
    EXPECT_EQ(problem(query), std::string("400 invalid_parameter ") + name) << query;
  }
  EXPECT_EQ(problem("?after=now"), "409 unknown_cursor after");
  EXPECT_EQ(problem("?domain=a%20b"), "404 not_found domain");
  EXPECT_EQ(problem("?address=x.test"), "404 not_found address");
  EXPECT_EQ(problem("?address=x.test&role=alias"), "404 not_found address");
  EXPECT_EQ(problem("?address=a%40x.test&role=client"), "400 invalid_parameter role");
  EXPECT_EQ(problem("?role=alias"), "409 conflicting_parameters role");
  EXPECT_EQ(problem("?address=a%40x.test&match=exact"), "409 conflicting_parameters match");
  EXPECT_EQ(problem("?address=a%40x.test&role=alias,sender&match=exact"), "");
}

}  // namespace
}  // namespace waybill::query
