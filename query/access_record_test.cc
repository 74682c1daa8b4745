#include "query/access_record.h"

#include <gtest/gtest.h>

#include "tests/support/query_world.h"
#include "tests/support/remembering_log.h"

namespace waybill::query {
namespace {

using schemas::Principal;
using schemas::Scope;
using schemas::Sight;
using tests::text;

constexpr char kHistory[] = "/v1/addresses/Sales%40example.org/history";

class AccessRecordTest : public testing::Test {
 protected:
  AccessRecordTest() {
    world_.fold(tests::QueryWorld::accepted(9));
    world_.fold(tests::QueryWorld::forwarded(8));
    world_.set_access(record_.get());
  }
  void as(Principal::Kind kind, schemas::Scopes scopes, Sight sight) {
    Principal out;
    out.kind = kind;
    out.id = "4f2a";
    out.name = "desk";
    out.scopes = scopes;
    out.sight = std::move(sight);
    world_.set_asker(std::move(out));
  }
  const schemas::Event& last() { return log_.events.back(); }

  tests::QueryWorld world_;
  tests::RememberingLog log_;
  std::unique_ptr<runtime::Chance> chance_ = runtime::system_chance();
  runtime::Metrics metrics_;
  std::unique_ptr<http::AccessLog> record_ =
      record_accesses({&log_, &world_.clock(), chance_.get(), &metrics_, "mx1"});
};

TEST_F(AccessRecordTest, SaysWhoAskedForWhatAndWhy) {
  as(Principal::Kind::token, {Scope::history}, Sight::all());
  http::Head head;
  head.method = "GET";
  head.target = std::string(kHistory) + "?limit=1&reason=ticket%207";
  const auto response = world_.ask(head);
  ASSERT_EQ(response.status, 200U) << response.body;
  ASSERT_EQ(log_.events.size(), 1U);
  const auto& access = last().access();
  EXPECT_EQ(access.principal(), "token 4f2a");
  EXPECT_EQ(access.principal_name(), "desk");
  EXPECT_EQ(access.method(), "GET");
  EXPECT_EQ(access.route(), "/v1/addresses/{address}/history");
  EXPECT_EQ(access.query(), head.target);
  EXPECT_EQ(access.subject(), "sales@example.org");
  EXPECT_EQ(access.reason(), "ticket 7");
  EXPECT_EQ(access.status(), 200U);
  EXPECT_EQ(access.rows(), 1U);
  EXPECT_EQ(access.as_of_index(), 2U);
  EXPECT_GT(access.as_of(), 0U);
  EXPECT_EQ(last().domain(), "example.org");
  EXPECT_EQ(last().node(), "mx1");
}

TEST_F(AccessRecordTest, AnAnswerThatTheClientHasIsOnRecordToo) {
  as(Principal::Kind::token, {Scope::history}, Sight::all());
  http::Head head;
  head.method = "GET";
  head.target = kHistory;
  // Whole up to a moment, which the next answer would not name again.
  EXPECT_EQ(http::find_field(world_.ask(head).fields, "ETag"), "");
  world_.health().lag = 1;
  const std::string etag(http::find_field(world_.ask(head).fields, "ETag"));
  head.fields = {{"If-None-Match", etag}};
  EXPECT_EQ(world_.ask(head).status, 304U);
  ASSERT_EQ(log_.events.size(), 3U);
  EXPECT_EQ(last().access().status(), 304U);
  EXPECT_EQ(last().access().subject(), "sales@example.org");
  EXPECT_EQ(last().access().rows(), 2U);
  world_.fold(tests::QueryWorld::forwarded(7));
  EXPECT_EQ(world_.ask(head).status, 200U);
}

TEST_F(AccessRecordTest, WhoMaySeeLessHasAnotherAnswer) {
  world_.health().lag = 1;
  as(Principal::Kind::token, {Scope::history}, Sight::all());
  http::Head head;
  head.method = "GET";
  head.target = kHistory;
  const std::string etag(http::find_field(world_.ask(head).fields, "ETag"));
  head.fields = {{"If-None-Match", etag}};
  EXPECT_EQ(world_.ask(head).status, 304U);
  as(Principal::Kind::token, {Scope::history}, Sight::of({"other.test"}));
  const auto other = world_.ask(head);
  EXPECT_EQ(other.status, 200U);
  EXPECT_NE(http::find_field(other.fields, "ETag"), etag);
  EXPECT_EQ(last().access().rows(), 0U);
}

// Every route of history, and what somebody looked at there.
TEST_F(AccessRecordTest, EveryQuestionHasASubject) {
  const std::string message = tests::message_id(1).text();
  const std::string delivery = tests::delivery_id(1).text();
  const std::pair<std::string, std::string> kCases[] = {
      {"/v1/addresses/Ann%40EXAMPLE.com/history?role=sender", "ann@example.com"},
      {"/v1/clients/192.0.2.1/history", "192.0.2.1"},
      {"/v1/clients/::ffff:192.0.2.1/history", "192.0.2.1"},
      {"/v1/addresses/Dan%2Bq%40s.example/history?role=sender", "dan@s.example"},
      {"/v1/addresses/b%40%5B127.0.0.1%5D%3A25/history?role=target", "b@[127.0.0.1]"},
      {"/v1/messages/" + message, message},
      {"/v1/deliveries/" + delivery, delivery},
      {"/v1/messages?message_id=%3Cone%40example.com%3E", "one@example.com"},
      {"/v1/domains/EXAMPLE.org/counters", "example.org"},
      {"/v1/deliveries/nothing", "nothing"},
  };
  for (const auto& [target, subject] : kCases) {
    const std::size_t before = log_.events.size();
    const auto response = world_.get(target);
    ASSERT_EQ(log_.events.size(), before + 1) << target;
    EXPECT_EQ(last().access().subject(), subject) << target;
    EXPECT_EQ(last().access().status(), response.status) << target;
  }
}

TEST_F(AccessRecordTest, ARefusalIsOnRecordToo) {
  as(Principal::Kind::token, {Scope::feed}, Sight::all());
  EXPECT_EQ(world_.get(kHistory).status, 403U);
  ASSERT_EQ(log_.events.size(), 1U);
  EXPECT_EQ(last().access().status(), 403U);
  EXPECT_EQ(last().access().rows(), 0U);
}

TEST_F(AccessRecordTest, HealthIsNoQuestion) {
  for (const char* const target :
       {"/livez", "/readyz", "/metrics", "/openapi.json", "/v1/sign-in", "/signed-in"}) {
    EXPECT_EQ(world_.get(target).status, 200U) << target;
  }
  EXPECT_TRUE(log_.events.empty());
}

TEST_F(AccessRecordTest, AnAnswerThatCannotBePutOnRecordDoesNotLeave) {
  log_.refusal = make_error_code(runtime::Errc::no_space);
  as(Principal::Kind::token, {Scope::history}, Sight::all());
  const auto response = world_.get(kHistory);
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(response.body.find("bob@example.net"), std::string::npos);
  EXPECT_EQ(text(boost::json::parse(response.body).at("code")), "not_on_record");
}

TEST_F(AccessRecordTest, ThisMachineIsAnsweredAllTheSameAndThatIsCounted) {
  log_.refusal = make_error_code(runtime::Errc::no_space);
  EXPECT_EQ(world_.get(kHistory).status, 200U);
  EXPECT_NE(metrics_.render().find("waybill_access_unrecorded_total{of=\"local\"} 1"),
            std::string::npos);
}

// Who shows nothing can be anybody, as often as they like.
TEST_F(AccessRecordTest, StrangersFillNoLog) {
  class Nobody final : public http::Principals {
    std::variant<http::Asker, http::Problem> who(const http::Request&) override {
      return http::problem_of(401, "credentials_missing", "Say who you are.");
    }
  };
  world_.set_principals(std::make_unique<Nobody>());
  for (int i = 0; i < 300; ++i) EXPECT_EQ(world_.get(kHistory).status, 401U);
  EXPECT_EQ(log_.events.size(), 100U);
  EXPECT_EQ(last().access().principal(), "nobody");
  world_.clock().move(std::chrono::seconds(2));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(world_.get(kHistory).status, 401U);
  EXPECT_EQ(log_.events.size(), 102U);
}

TEST_F(AccessRecordTest, AReasonIsBoundedAndClean) {
  EXPECT_EQ(world_.get(std::string(kHistory) + "?reason=" + std::string(501, 'r')).status, 400U);
  http::Head head;
  head.method = "GET";
  head.target = kHistory;
  for (const char* const other : {"caf\xe9", "caf\u00e9", "a\tb"}) {
    head.fields = {{"Waybill-Reason", other}};
    EXPECT_EQ(world_.ask(head).status, 400U) << other;
  }
  head.fields = {{"Waybill-Reason", "ticket 7"}};
  EXPECT_EQ(world_.ask(head).status, 200U);
  EXPECT_EQ(last().access().reason(), "ticket 7");
  EXPECT_EQ(world_.get(std::string(kHistory) + "?reason=caf%C3%A9").status, 200U);
  EXPECT_EQ(last().access().reason(), "caf\u00e9");
}

// Nobody keeps a refusal off the record by what they write beside it.
TEST_F(AccessRecordTest, ARefusalIsOnRecordWhateverItsReason) {
  as(Principal::Kind::token, {Scope::feed}, Sight::all());
  http::Head head;
  head.method = "GET";
  head.target = kHistory;
  for (const std::string& reason : {std::string("\xff"), std::string(5000, 'r')}) {
    head.fields = {{"Waybill-Reason", reason}};
    const std::size_t before = log_.events.size();
    EXPECT_EQ(world_.ask(head).status, 403U);
    ASSERT_EQ(log_.events.size(), before + 1);
    EXPECT_EQ(last().access().reason(), "");
  }
}

TEST_F(AccessRecordTest, ASearchIsFoundByWhatWasLookedAt) {
  EXPECT_EQ(world_.get("/v1/search?q=from:ann%40example.com%20is:bounced").status, 200U);
  EXPECT_EQ(last().access().subject(), "ann@example.com");
  const std::size_t before = log_.events.size();
  EXPECT_EQ(world_.get("/v1/search?q=from:ann%40example.com,Dan%2Bq%40s.example").status, 200U);
  ASSERT_EQ(log_.events.size(), before + 2);
  EXPECT_EQ(last().access().subject(), "dan@s.example");
  EXPECT_EQ(world_.get("/v1/search?q=sales*").status, 200U);
  EXPECT_EQ(last().access().subject(), "sales*");
  EXPECT_EQ(world_.get("/v1/search?q=from:bob*").status, 409U);
  EXPECT_EQ(last().access().subject(), "from:bob*");
}

TEST_F(AccessRecordTest, ALongQueryIsCut) {
  EXPECT_EQ(world_.get("/v1/messages?message_id=" + std::string(5000, 'a')).status, 200U);
  EXPECT_EQ(last().access().query().size(), kMostQuery);
  EXPECT_LE(last().access().subject().size(), 320U);
}

}  // namespace
}  // namespace waybill::query
