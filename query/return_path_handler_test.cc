#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "tests/support/query_world.h"

namespace waybill::query {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using tests::field;
using tests::kNow;
using tests::QueryWorld;

constexpr char kPath[] = "/v1/return-paths/019ca945-0a01-7000-8002-000000000001";
constexpr char kUnknown[] = "/v1/return-paths/019ca945-0a09-7000-8002-000000000009";

class ReturnPathHandlerTest : public testing::Test {
 protected:
  ReturnPathHandlerTest() { world_.guard(); }

  // With every member of a return path.
  schemas::Event accepted() {
    auto event = world_.accepted(20);
    auto& body = *event.mutable_accepted();
    body.set_route("sales");
    body.set_originator_verified(true);
    body.set_originator_reason("spf");
    body.set_smtputf8(true);
    body.set_header_from("ann@example.com");
    body.mutable_dsn()->set_ret("HDRS");
    body.mutable_dsn()->set_envid("e1");
    body.mutable_dsn()->set_notify("NEVER");
    body.mutable_dsn()->set_orcpt("rfc822;sales@example.org");
    return event;
  }
  // A report on the delivery, taken as a message of its own.
  schemas::Event report(unsigned message, char digest) {
    auto event = world_.accepted(10, message, 7);
    event.set_reported_delivery_id(tests::delivery_id(1).bytes());
    event.mutable_accepted()->set_content_digest(std::string(32, digest));
    return event;
  }

  http::Response ask(const std::string& target, const std::string& method = "GET") {
    http::Head head;
    head.method = method;
    head.target = target;
    head.fields = {{"Authorization", world_.secret().authorization()}};
    return world_.ask(std::move(head));
  }
  json::object json(const std::string& target, unsigned status = 200) {
    const auto response = ask(target);
    EXPECT_EQ(response.status, status) << target << ": " << response.body;
    return json::parse(response.body).as_object();
  }

  QueryWorld world_;
};

TEST_F(ReturnPathHandlerTest, ThereIsNoneWhereNoOtherNodesAsk) {
  QueryWorld alone;
  alone.fold(accepted());
  EXPECT_EQ(alone.get(std::string(kPath) + "?partition=0").status, 404U);
}

TEST_F(ReturnPathHandlerTest, TellsNoSenderToWhoDoesNotShowTheSecret) {
  world_.fold(accepted());
  for (const std::string shown :
       {"", "00112233445566778899aabbccddeeff", "Bearer 00112233445566778899aabbccddeef",
        "Bearer 00112233445566778899aabbccddeefe"}) {
    http::Head head;
    head.method = "GET";
    head.target = std::string(kPath) + "?partition=0";
    head.fields = {{"Authorization", shown}};
    const auto response = world_.ask(std::move(head));
    EXPECT_EQ(response.status, 401U) << shown;
    EXPECT_EQ(field(response, "WWW-Authenticate"), "Bearer");
    EXPECT_EQ(response.body.find("ann@"), std::string::npos);
  }
}

// Every member that schemas/return_path.cc reads, and no other.
TEST_F(ReturnPathHandlerTest, TellsWhomAReportIsForAndWhatCameBefore) {
  world_.fold(accepted());
  world_.fold(report(3, 'a'));
  world_.fold(report(4, 'b'));
  auto handed_on = world_.forwarded(5, 3, 7);
  handed_on.set_reported_delivery_id(tests::delivery_id(1).bytes());
  world_.fold(handed_on);
  const auto told = json(std::string(kPath) + "?partition=0");
  auto expected = json::parse(R"({
      "message_id": "019ca945-0a01-7000-8001-000000000001", "alias": "sales@example.org",
      "domain": "example.org", "sender": "ann@example.com", "target": "bob@example.net",
      "route": "sales", "verified": true, "reason": "spf", "smtputf8": true, "ret": "HDRS",
      "envid": "e1", "notify": "NEVER", "orcpt": "rfc822;sales@example.org",
      "rfc5322_message_id": "<one@example.com>", "header_from": "ann@example.com",
      "accepted_at": 1772367000000000000, "reports": [{"done": true}, {"done": false}]})")
                      .as_object();
  auto& reports = expected.at("reports").as_array();
  reports[0].as_object()["digest"] =
      "6161616161616161616161616161616161616161616161616161616161616161";
  reports[1].as_object()["digest"] =
      "6262626262626262626262626262626262626262626262626262626262626262";
  EXPECT_EQ(told, expected) << json::serialize(told);
}

TEST_F(ReturnPathHandlerTest, SaysThatThereIsNone) {
  world_.fold(accepted());
  EXPECT_EQ(json(std::string(kUnknown) + "?partition=0", 404).at("code"), "not_found");
}

TEST_F(ReturnPathHandlerTest, SaysNothingWhileTheViewsAreBehindTheLog) {
  world_.fold(accepted());
  world_.health().lag = 1;
  for (const char* const path : {kPath, kUnknown}) {
    const auto response = ask(std::string(path) + "?partition=0");
    EXPECT_EQ(response.status, 503U);
    EXPECT_EQ(field(response, "Retry-After"), "1");
    EXPECT_EQ(json::parse(response.body).at("code"), "not_caught_up");
  }
}

// Views that are behind by a moment until they are looked at for the time `looks`.
struct Freshening {
  QueryWorld& world;
  int looks;
  milliseconds step;  // that a look takes
  int asked = 0;

  Freshness operator()() {
    ++asked;
    world.clock().move(step);
    Freshness out;
    out.complete_at = asked < looks ? kNow - milliseconds(1) : kNow;
    return out;
  }
};

TEST_F(ReturnPathHandlerTest, WaitsUntilAllIsThereThatWasInTheLogWhenItWasAsked) {
  const struct {
    int looks;
    unsigned status;
    int asked;  // once more before the views are read
  } cases[] = {{1, 200, 2}, {2, 200, 3}, {3, 200, 4}, {4, 200, 4}, {5, 503, 4}};
  for (const auto& one : cases) {
    QueryWorld world;
    world.guard();
    world.fold(accepted());
    Freshening freshening{world, one.looks, milliseconds(10)};
    auto sources = world.sources();
    sources.partitions[0].freshness = [&freshening] { return freshening(); };
    http::Service service(world.router(std::move(sources)), world.server_parts());
    http::Head head;
    head.method = "GET";
    head.target = std::string(kPath) + "?partition=0&within=30";
    head.fields = {{"Authorization", world.secret().authorization()}};
    EXPECT_EQ(tests::answer_of(service, std::move(head)).status, one.status) << one.looks;
    EXPECT_EQ(freshening.asked, one.asked) << one.looks;
  }
}

TEST_F(ReturnPathHandlerTest, SaysThatAnotherHasThatPartition) {
  world_.fold(accepted());
  world_.join(3, nullptr);
  const auto problem = json(std::string(kPath) + "?partition=1", 503);
  EXPECT_EQ(problem.at("code"), "not_the_owner");
}

TEST_F(ReturnPathHandlerTest, AnswersOnlyGetAndHead) {
  for (const char* const method : {"POST", "DELETE", "PUT"}) {
    const auto response = ask(std::string(kPath) + "?partition=0", method);
    EXPECT_EQ(response.status, 405U) << method;
    EXPECT_EQ(field(response, "Allow"), "GET, HEAD");
  }
}

TEST_F(ReturnPathHandlerTest, NamesTheParameterThatIsWrong) {
  const std::string path(kPath);
  const std::pair<std::string, const char*> cases[] = {
      {path, "partition"},
      {path + "?partition=", "partition"},
      {path + "?partition=65536", "partition"},
      {path + "?partition=-1", "partition"},
      {path + "?partition=0&within=10001", "within"},
      {path + "?partition=0&within=soon", "within"},
      {path + "?partition=0&holder=mx1", "holder"},
      {"/v1/return-paths/201?partition=0", "id"},
  };
  for (const auto& [target, parameter] : cases) {
    EXPECT_EQ(json(target, 400).at("parameter"), parameter) << target;
  }
}

}  // namespace
}  // namespace waybill::query
