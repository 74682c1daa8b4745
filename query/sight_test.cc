// Each sees their own (I9): every read of history for people, asked by somebody who may see another
// domain, answers as if nothing were there.
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "tests/support/query_world.h"

namespace waybill::query {
namespace {

using schemas::Sight;
using tests::QueryWorld;
using tests::text;

class SightTest : public testing::Test {
 protected:
  SightTest() {
    world_.fold(QueryWorld::accepted(9));
    world_.fold(QueryWorld::forwarded(8));
    world_.fold(QueryWorld::rejected(7, 2));
    // The same message for an alias of another domain.
    schemas::Event other = QueryWorld::accepted(9, 1, 2);
    other.set_alias("desk@other.example");
    other.set_domain("other.example");
    world_.fold(std::move(other));
  }
  void see(Sight sight) {
    schemas::Principal out = http::local_reader();
    out.kind = schemas::Principal::Kind::token;
    out.sight = std::move(sight);
    world_.set_asker(std::move(out));
  }
  // Without what says how fresh the answer is, and the traces.
  std::string answer(const std::string& target) {
    const auto response = world_.get(target);
    auto body = boost::json::parse(response.body).as_object();
    body.erase("as_of");
    return std::to_string(response.status) + " " + boost::json::serialize(body);
  }

  QueryWorld world_;
};

const std::vector<std::string> kTargets = {
    "/v1/addresses/sales%40example.org/history",
    "/v1/addresses/ann%40example.com/history?role=sender",
    "/v1/addresses/bob%40example.net/history?role=target",
    "/v1/clients/192.0.2.1/history",
    "/v1/messages/" + tests::message_id(1).text(),
    "/v1/messages/" + tests::message_id(2).text(),
    "/v1/messages/" + tests::message_id(1).text() + "/tree",
    "/v1/messages/" + tests::message_id(2).text() + "/tree",
    "/v1/deliveries/" + tests::delivery_id(1).text(),
    "/v1/messages?message_id=one%40example.com",
    "/v1/domains/example.org/counters",
    "/v1/events?kind=accepted,forwarded,rejected",
    "/v1/events?sender=*%40example.com&limit=1",
    "/v1/events?domain=example.org",
    "/v1/events?other_domain=example.net",
    "/v1/aliases",
    "/v1/aliases?begins=sales&domain=example.org",
    "/v1/figures?by=domain",
    "/v1/figures?by=domain&domain=example.org",
    "/v1/figures?by=alias&step=hour",
    "/v1/figures?by=sender",
    "/v1/figures?by=rule",
};

TEST_F(SightTest, OfAnotherDomainNothingIsThere) {
  QueryWorld empty;
  for (const std::string& target : kTargets) {
    see(Sight::all());
    const std::string whole = answer(target);
    see(Sight::of({"third.example"}));
    const std::string unseen = answer(target);
    const auto nothing = empty.get(target);
    auto body = boost::json::parse(nothing.body).as_object();
    body.erase("as_of");
    EXPECT_EQ(unseen, std::to_string(nothing.status) + " " + boost::json::serialize(body))
        << target;
    EXPECT_EQ(unseen.find("sales@example.org\",\"sender"), std::string::npos) << target;
    // The client of these events is not named.
    EXPECT_EQ(unseen == whole, target.find("clients") != std::string::npos) << target;
  }
}

TEST_F(SightTest, OfOnesOwnDomainItIsAsForAll) {
  for (const std::string& target : kTargets) {
    if (target.find("messages") != std::string::npos || target.find("ann") != std::string::npos ||
        target.find("bob") != std::string::npos || target == "/v1/aliases" ||
        (target.find("events") != std::string::npos && !target.ends_with("=example.org")) ||
        (target.find("figures") != std::string::npos && !target.ends_with("=example.org"))) {
      continue;  // they have a part of the other domain
    }
    see(Sight::all());
    const std::string whole = answer(target);
    see(Sight::of({"example.org"}));
    EXPECT_EQ(answer(target), whole) << target;
  }
}

TEST_F(SightTest, AMessageToTwoDomainsShowsEachItsOwnRecipients) {
  for (const std::string& target : {"/v1/messages/" + tests::message_id(1).text(),
                                    std::string("/v1/messages?message_id=one%40example.com")}) {
    see(Sight::of({"other.example"}));
    const std::string body = world_.get(target).body;
    EXPECT_NE(body.find("desk@other.example"), std::string::npos) << target;
    EXPECT_EQ(body.find("sales@example.org"), std::string::npos) << target;
    see(Sight::of({"example.org"}));
    EXPECT_EQ(world_.get(target).body.find("desk@other.example"), std::string::npos) << target;
  }
}

TEST_F(SightTest, ASendersHistoryHasTheRowsOfOnesDomainsAndGoesOnBehindOthers) {
  see(Sight::of({"other.example"}));
  const auto page = world_.json("/v1/addresses/ann%40example.com/history?role=sender&limit=1");
  ASSERT_EQ(page.at("entries").as_array().size(), 1U);
  EXPECT_EQ(text(page.at("entries").at(0).at("alias")), "desk@other.example");
}

// That there is more is no news of others' mail.
TEST_F(SightTest, NoNextPageLeadsToWhatIsOutOfSight) {
  see(Sight::of({"other.example"}));
  const auto page = world_.json("/v1/addresses/ann%40example.com/history?role=sender&limit=1");
  EXPECT_EQ(page.at("entries").as_array().size(), 1U);
  EXPECT_FALSE(page.contains("next_cursor"));
  for (unsigned number = 3; number < 8; ++number) {
    world_.fold(QueryWorld::accepted(static_cast<int>(9 - number), number, number + 10));
  }
  see(Sight::of({"other.example"}));
  const auto messages = world_.json("/v1/messages?message_id=one%40example.com&limit=1");
  EXPECT_EQ(messages.at("messages").as_array().size(), 1U);
  EXPECT_FALSE(messages.contains("next_cursor"));
  see(Sight::all());
  EXPECT_TRUE(
      world_.json("/v1/messages?message_id=one%40example.com&limit=1").contains("next_cursor"));
}

// Neither by how many stretches of others' events lie between, nor by how many of them fit.
TEST_F(SightTest, ASearchEndsByOnesOwnEventsAlone) {
  for (unsigned number = 100; number < 100 + 3 * 1024; ++number) {
    schemas::Event event = QueryWorld::rejected(60, number);
    event.mutable_rejected()->set_rule("client-listed");
    event.mutable_rejected()->mutable_next_hop()->set_mx_host("mx" + std::to_string(number) +
                                                              ".other.test");
    world_.fold(std::move(event));
  }
  for (const char* const question :
       {"rule=client-listed", "next_hop=other.test", "kind=rejected", "sender=*%40example.com",
        "kind=rejected&from=2026-03-01T00:00:00Z&to=2026-03-01T11:31:00Z"}) {
    see(Sight::of({"third.example"}));
    const auto page = world_.json("/v1/events?limit=1&" + std::string(question));
    EXPECT_TRUE(page.at("entries").as_array().empty()) << question;
    EXPECT_FALSE(page.contains("next_cursor")) << question;
    see(Sight::of({"other.example"}));
    const auto own = world_.json("/v1/events?limit=1&" + std::string(question));
    EXPECT_FALSE(own.contains("next_cursor")) << question;
    see(Sight::all());
    EXPECT_TRUE(world_.json("/v1/events?limit=1&" + std::string(question)).contains("next_cursor"))
        << question;
  }
}

TEST_F(SightTest, WhoIsNobodySeesNothing) {
  http::Request request;
  EXPECT_FALSE(request.sight().is_all());
  EXPECT_TRUE(request.sight().domains().empty());
}

}  // namespace
}  // namespace waybill::query
