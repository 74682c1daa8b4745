// Search as its asker sees it: each word of a query is used or refused, and each group is the
// answer of its own address.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "runtime/hex.h"
#include "tests/support/query_world.h"

namespace waybill::query {
namespace {

using tests::QueryWorld;
using tests::text;

class SearchHandlerTest : public testing::Test {
 protected:
  SearchHandlerTest() {
    world_.fold(QueryWorld::accepted(9));
    world_.fold(QueryWorld::forwarded(8));
  }
  boost::json::object search(const std::string& q, const std::string& rest = "",
                             unsigned status = 200) {
    std::string target = "/v1/search?q=" + runtime::percent_encode(q) + rest;
    return world_.json(target, status);
  }
  // "title rows" of each group.
  std::vector<std::string> groups(const std::string& q) {
    std::vector<std::string> out;
    const auto found = search(q);
    for (const auto& group : found.at("groups").as_array()) {
      out.push_back(text(group.at("title")) + " " +
                    std::to_string(group.at("rows").to_number<int>()));
    }
    return out;
  }
  std::string reason(const std::string& q) {
    const auto problem = search(q, "", 409);
    EXPECT_EQ(text(problem.at("parameter")), "q");
    return problem.contains("reason") ? text(problem.at("reason")) : text(problem.at("code"));
  }
  QueryWorld world_;
};

using Groups = std::vector<std::string>;

TEST_F(SearchHandlerTest, AnAddressIsLookedForInEveryRole) {
  EXPECT_EQ(groups("sales@example.org"),
            (Groups{"as alias 2", "as sender 0", "as target 0", "as Message-ID 0"}));
  EXPECT_EQ(groups("from:ann@example.com"), (Groups{"as sender 2"}));
  EXPECT_EQ(groups("to:bob@example.net"), (Groups{"as alias 0", "as target 2"}));
  EXPECT_EQ(groups("<>"), (Groups{"as sender 0"}));
}

TEST_F(SearchHandlerTest, WhatIsOneThingIsLookedUp) {
  EXPECT_EQ(groups("<one@example.com>").front(), "as Message-ID 2");
  EXPECT_EQ(groups(tests::delivery_id(1).text()), (Groups{"as delivery 1", "as message 0"}));
  EXPECT_EQ(groups(tests::message_id(1).text()), (Groups{"as delivery 0", "as message 2"}));
  EXPECT_EQ(groups("192.0.2.1"), (Groups{"as client 0", "as next hop 0"}));
  EXPECT_EQ(groups("example.org"), (Groups{"domain of ours 1", "events 2"}));
}

TEST_F(SearchHandlerTest, TimesAndKindsNarrow) {
  EXPECT_EQ(groups("alias:sales@example.org is:forwarded"), (Groups{"as alias 1"}));
  EXPECT_EQ(groups("alias:sales@example.org -is:forwarded"), (Groups{"as alias 1"}));
  EXPECT_EQ(groups("alias:sales@example.org is:accepted,forwarded"), (Groups{"as alias 2"}));
  EXPECT_EQ(groups("alias:sales@example.org older_than:1h"), (Groups{"as alias 0"}));
  EXPECT_EQ(groups("alias:sales@example.org before:2026-03-01T12:22"), (Groups{"as alias 1"}));
}

// A date is the reader's own.
TEST_F(SearchHandlerTest, ADateIsOfTheReadersZone) {
  const std::string q = "alias:sales@example.org after:2026-03-01T13:00";
  EXPECT_EQ(search(q).at("groups").at(0).at("rows"), 0);
  EXPECT_EQ(search(q, "&utc_offset=60").at("groups").at(0).at("rows"), 2);
  EXPECT_EQ(search(q, "&utc_offset=-60").at("groups").at(0).at("rows"), 0);
  for (const char* const offset : {"841", "-841", "1h", "", "--1", "99999999999"}) {
    EXPECT_EQ(world_.get("/v1/search?q=a%40b&utc_offset=" + std::string(offset)).status, 400U)
        << offset;
  }
}

TEST_F(SearchHandlerTest, AGroupIsTheAnswerOfItsAddress) {
  for (const char* const q : {"sales@example.org", "<one@example.com>", "192.0.2.1"}) {
    const auto found = search(q);
    for (const auto& group : found.at("groups").as_array()) {
      const auto direct = world_.get(text(group.at("target")));
      EXPECT_EQ(group.at("status").to_number<unsigned>(), direct.status);
      EXPECT_EQ(boost::json::serialize(group.at("answer")),
                boost::json::serialize(boost::json::parse(direct.body)))
          << group.at("target");
    }
  }
}

TEST_F(SearchHandlerTest, WhatNoIndexAnswersIsRefusedByName) {
  for (const char* const q :
       {"from:bob*", "target:bob*", "from:bob* since:1h", "status:250 since:24h",
        "rule:spam \"two-words\"", "<one@example.com> is:bounced", "192.0.2.0/24",
        "client:192.0.2.0/24 since:2h", "msgid:a@x.test msgid:b@x.test rule:spam",
        "<one@example.com> example.org", "to:@x.test to:sales*", "sales* since:1h",
        "hello since:2h", "is:delivered", "'"}) {
    const auto response = world_.get("/v1/search?q=" + runtime::percent_encode(q));
    EXPECT_EQ(response.status, 409U) << q << response.body;
  }
  // A text to try that is refused too is none.
  EXPECT_FALSE(search("frm:ann", "", 409).contains("try_instead"));
  EXPECT_TRUE(search("frm:ann@x.test", "", 409).contains("try_instead"));
  const auto two = search("msgid:one@example.com rule:spam", "", 409);
  EXPECT_EQ(text(two.at("code")), "no_index");
  EXPECT_EQ(text(two.at("try_instead")), "msgid:one@example.com");
}

TEST_F(SearchHandlerTest, EventsAreFoundByWhatTheySay) {
  EXPECT_EQ(groups("sales*"), (Groups{"aliases that begin so 1"}));
  EXPECT_EQ(groups("hop:192.0.2.9"), (Groups{"as next hop 0"}));
  EXPECT_EQ(groups("sales* is:forwarded since:7d"), (Groups{"events 1"}));
  EXPECT_EQ(groups("sal*@example.org is:accepted"), (Groups{"events 1"}));
  EXPECT_EQ(groups("subject:a subject:\"b c\""), (Groups{"events 0"}));
  EXPECT_EQ(text(search("subject:a subject:\"b, c\"").at("groups").at(0).at("target")),
            "/v1/events?from=2026-02-28T12%3A30%3A00.000000000Z&limit=10"
            "&subject=a%2C%22b%2C%20c%22");
  EXPECT_EQ(groups("sales*@example.org"), (Groups{"aliases that begin so 1", "events 2"}));
  EXPECT_EQ(groups("from:ann*@example.com"), (Groups{"events 2"}));
  EXPECT_EQ(groups("sales"), (Groups{"aliases that begin so 1", "in the subject 0"}));
  EXPECT_EQ(groups("\"two words\""), (Groups{"in the subject 0"}));
  for (const char* const q :
       {"@example.com", "is:forwarded,accepted", "example.org -is:bounced",
        "from:ann@example.com alias:sales@example.org", "ann@example.com, bob@example.net;",
        "from:@example.com to:@example.net", "example.org -rule:spam -status:5xx,4xx"}) {
    EXPECT_EQ(groups(q).back(), "events 2") << q;
  }
  for (const char* const q :
       {"hop:mx.example.net", "rule:unknown-alias", "class:hard", "subject:invoice", "is:bounced",
        "status:550 since:24h", "from:ann@example.com rule:spam", "example.org is:bounced",
        "from:ann@example.com alias:other@example.org", "is:forwarded older_than:1h",
        "ann@example.com, bob@example.com"}) {
    EXPECT_EQ(groups(q).back(), "events 0") << q;
  }
}

TEST_F(SearchHandlerTest, ARefusalNamesWhatWouldWork) {
  const struct {
    const char* q;
    const char* try_instead;
  } cases[] = {
      {"from:bob*", "from:bob* is:accepted,rejected"},
      {"client:192.0.2.0/24", "client:192.0.2.0/24 is:accepted,rejected"},
      {"hello since:2h", "subject:\"hello\" since:2h"},
      {"\"two words\" since:2h", "subject:\"two words\" since:2h"},
      {"<one@example.com> is:bounced", "<one@example.com>"},
      {"status:250 since:24h", "is:forwarded since:24h"},
      {"is:delivered since:2h", "class:delivered since:2h"},
      {"example.org -is:hard", "example.org -class:hard"},
  };
  for (const auto& c : cases) {
    const auto refused = search(c.q, "", 409);
    ASSERT_TRUE(refused.contains("try_instead")) << c.q;
    EXPECT_EQ(text(refused.at("try_instead")), c.try_instead) << c.q;
    groups(c.try_instead);
  }
}

TEST_F(SearchHandlerTest, WhatNoEventHasIsRefusedAsWhatItIs) {
  const auto words = [&](const std::string& q) { return text(search(q, "", 409).at("detail")); };
  EXPECT_NE(words("subject:)").find("no word"), std::string::npos);
  EXPECT_NE(words("example.org subject:%").find("no word"), std::string::npos);
  EXPECT_NE(words("is:bounced -is:bounced").find("left out"), std::string::npos);
  EXPECT_EQ(groups("client:10.0.0.0/8 is:accepted,forwarded,rejected,deferred,dropped,bounced,"
                   "in_doubt"),
            (Groups{"events 0"}));
}

// Events that something else leads to are looked at for it.
TEST_F(SearchHandlerTest, WhatLeadsNowhereNarrows) {
  EXPECT_EQ(groups("example.org sales"), (Groups{"events 2"}));
  EXPECT_EQ(groups("is:accepted,forwarded sal"), (Groups{"events 2"}));
  EXPECT_EQ(groups("example.org other"), (Groups{"events 0"}));
  EXPECT_EQ(groups("example.org 192.0.2.0/24"), (Groups{"events 0"}));
  EXPECT_EQ(groups("example.com example.net"), (Groups{"events 2"}));
  EXPECT_EQ(groups("550 5.1.1 since:2h"), (Groups{"events 0"}));
  EXPECT_EQ(text(search("example.org exact.example").at("groups").at(0).at("target")),
            "/v1/events?address=%2A%40example.org%3B%2A%40exact.example&limit=10");
  EXPECT_EQ(
      text(search("550 -status:5.1.1 5xx since:2h").at("groups").at(0).at("target")),
      "/v1/events?from=2026-03-01T10%3A30%3A00.000000000Z&limit=10&status=550%2C-5.1.1%3B5xx");
}

// One word or two, the same mailbox is meant.
TEST_F(SearchHandlerTest, AnAddressIsItsMailboxBesideOthersToo) {
  schemas::Event tagged = QueryWorld::accepted(8);
  tagged.set_sender("Ann+news@example.com");
  world_.fold(tagged);
  EXPECT_EQ(groups("from:ann@example.com"), (Groups{"as sender 3"}));
  EXPECT_EQ(groups("from:ann@example.com example.org"), (Groups{"events 3"}));
  EXPECT_EQ(groups("from:ann+other@example.com example.org"), (Groups{"events 3"}));
  EXPECT_EQ(groups("from:an@example.com example.org"), (Groups{"events 0"}));
}

// What is no exact look-up is of the last 24 hours.
TEST_F(SearchHandlerTest, WithoutATimeTheLastDayIsMeant) {
  world_.fold(QueryWorld::forwarded(25 * 60, 7, 7));
  EXPECT_EQ(groups("is:forwarded"), (Groups{"events 1"}));
  EXPECT_EQ(groups("is:forwarded since:7d"), (Groups{"events 2"}));
  EXPECT_EQ(groups("example.org is:forwarded"), (Groups{"events 2"}));
  EXPECT_EQ(groups("since:24h"), (Groups{"events 2"}));
  EXPECT_EQ(groups("before:2026-02-28T12:30Z"), (Groups{"events 1"}));
  EXPECT_EQ(groups("around:12:30"), (Groups{"events 2"}));
  // A network is no exact look-up.
  const auto network = search("192.0.2.0/24 is:bounced");
  EXPECT_NE(text(network.at("groups").at(0).at("target")).find("from="), std::string::npos);
}

TEST_F(SearchHandlerTest, WhatIsNoQueryIsRefusedWithItsPlace) {
  EXPECT_EQ(reason("*ales@example.org"), "wildcard");
  EXPECT_EQ(reason("frm:ann@example.com"), "unknown_field");
  EXPECT_EQ(reason(" "), "empty");
  const auto problem = search("sales@example.org frm:ann@example.com", "", 409);
  EXPECT_EQ(text(problem.at("code")), "search_refused");
  EXPECT_EQ(problem.at("at"), 18);
  EXPECT_EQ(world_.get("/v1/search").status, 400U);
}

TEST_F(SearchHandlerTest, ThePlanCanBeAskedFor) {
  const auto plan = search("sales@example.org", "&explain=true");
  for (const auto& group : plan.at("groups").as_array()) {
    EXPECT_FALSE(group.as_object().contains("answer"));
    EXPECT_FALSE(text(group.at("cost")).empty());
  }
  EXPECT_EQ(plan.at("query").at("canonical"), "sales@example.org");
}

TEST_F(SearchHandlerTest, ItSaysWhereNewEventsComeFrom) {
  const std::string address = "/v1/feed?address=sales%40example.org&role=";
  const struct {
    const char* q;
    std::string target;  // empty: it is not followed
  } cases[] = {
      {"sales@example.org", address + "alias,sender,target"},
      {"to:sales@example.org is:bounced", address + "alias,target&kind=bounced"},
      {"from:sales@example.org since:24h", address + "sender"},
      {"target:sales@example.org class:hard,soft", address + "target&class=hard%2Csoft"},
      {"example.org", "/v1/feed?domain=example.org"},
      {"alias:@example.com", "/v1/feed?domain=example.com"},
      {"is:bounced,rejected", "/v1/feed?kind=bounced,rejected"},
      {"class:hard", "/v1/feed?class=hard"},
      {"alias:sales@example.org -is:accepted,forwarded,rejected,deferred,in_doubt",
       address + "alias&kind=bounced,dropped"},
      {"192.0.2.1", "/v1/feed?ip=192.0.2.1"},
      {"client:192.0.2.0/24", "/v1/feed?client=192.0.2.0%2F24"},
      {"from:ann@x.test from:bob@x.test",
       "/v1/feed?sender=ann%40x.test%2Cann%2B%2A%40x.test%2C"
       "bob%40x.test%2Cbob%2B%2A%40x.test"},
      {"from:ann@x.test to:bob@x.test",
       "/v1/feed?address=ann%40x.test&role=sender&recipient=bob%40x.test%2Cbob%2B%2A%40x.test"},
      {"example.org rule:spam -status:5xx", "/v1/feed?domain=example.org&rule=spam&status=-5xx"},
      {"alias:sales* hop:mx.test", "/v1/feed?alias=sales%2A&next_hop=mx.test"},
      {"ann@x.test before:2026-03-01", ""},
      {"ann@x.test after:2027-03-01", ""},
      {"sales*", "/v1/feed?address=sales%2A"},
      {"from:@example.com", "/v1/feed?sender=%2A%40example.com"},
      {"ann@x.test bob@x.test",
       "/v1/feed?address=ann%40x.test%2Cann%2B%2A%40x.test%3B"
       "bob%40x.test%2Cbob%2B%2A%40x.test"},
      {"msgid:a@x msgid:b@y", ""},
      {"-class:hard is:bounced", "/v1/feed?kind=bounced&class=-hard"},
      {"class:hard -class:soft", "/v1/feed?class=hard%2C-soft"},
      {"sales*@example.org hop:mx.test",
       "/v1/feed?address=sales%2A%40example.org&next_hop=mx.test"},
      {"ann@x.test sales*@example.org",
       "/v1/feed?address=ann%40x.test%2Cann%2B%2A%40x.test%3Bsales%2A%40example.org"},
      {"sales*@example.org ann@x.test",
       "/v1/feed?address=sales%2A%40example.org%3Bann%40x.test%2Cann%2B%2A%40x.test"},
  };
  for (const auto& c : cases) {
    const auto answer = world_.get("/v1/search?explain=true&q=" + runtime::percent_encode(c.q));
    const auto body = boost::json::parse(answer.body).as_object();
    const auto& told = answer.status == 200 ? body.at("query").as_object() : body;
    ASSERT_TRUE(told.contains("follow")) << c.q << answer.body;
    const auto& said = told.at("follow");
    if (c.target.empty()) {
      EXPECT_FALSE(said.as_object().contains("target")) << c.q << answer.body;
      EXPECT_TRUE(text(said.at("refused")).ends_with('.')) << c.q;
    } else {
      ASSERT_TRUE(said.as_object().contains("target")) << c.q << answer.body;
      EXPECT_EQ(text(said.at("target")), c.target) << c.q;
    }
  }
}

TEST_F(SearchHandlerTest, ItSaysWhatExportHasTheSame) {
  const struct {
    const char* q;
    std::string target;  // empty: it is not exported
  } cases[] = {
      {"sales@example.org is:bounced",
       "/v1/exports?address=sales%40example.org&role=alias,sender,target&kind=bounced"},
      {"example.org -status:5xx after:2026-03-01T00:00Z before:2026-03-02T00:00Z",
       "/v1/exports?domain=example.org&from=2026-03-01T00%3A00%3A00.000000000Z&"
       "to=2026-03-02T00%3A00%3A00.000000000Z&status=-5xx"},
      // No index leads there, and none is needed.
      {"before:2026-03-02T00:00Z", "/v1/exports?to=2026-03-02T00%3A00%3A00.000000000Z"},
      {"client:192.0.2.1", "/v1/exports?client=192.0.2.1"},
      {"192.0.2.1", "/v1/exports?ip=192.0.2.1"},
      {"msgid:a@x", ""},
  };
  for (const auto& c : cases) {
    const auto answer = world_.get("/v1/search?explain=true&q=" + runtime::percent_encode(c.q));
    const auto body = boost::json::parse(answer.body).as_object();
    const auto& told = answer.status == 200 ? body.at("query").as_object() : body;
    ASSERT_TRUE(told.contains("export")) << c.q << answer.body;
    const auto& said = told.at("export").as_object();
    EXPECT_EQ(said.contains("target") ? text(said.at("target")) : "", c.target) << c.q;
    EXPECT_EQ(said.contains("refused"), c.target.empty()) << c.q;
  }
}

TEST_F(SearchHandlerTest, ASearchSeesWhatItsAskerSees) {
  schemas::Principal other = http::local_reader();
  other.sight = schemas::Sight::of({"other.example"});
  world_.set_asker(other);
  EXPECT_EQ(groups("sales@example.org"),
            (Groups{"as alias 0", "as sender 0", "as target 0", "as Message-ID 0"}));
  EXPECT_EQ(groups(tests::delivery_id(1).text()), (Groups{"as delivery 0", "as message 0"}));
  // A domain that is ours is none for those who may not see it.
  EXPECT_EQ(groups("example.org"), (Groups{"events 0"}));
  EXPECT_EQ(groups("sales*"), (Groups{"aliases that begin so 0"}));
}

}  // namespace
}  // namespace waybill::query
