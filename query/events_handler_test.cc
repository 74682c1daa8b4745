// /v1/events and /v1/aliases: what the parameters find, page by page and over several nodes.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <set>

#include "query/events_question.h"
#include "runtime/hex.h"
#include "tests/support/query_world.h"

namespace waybill::query {
namespace {

using tests::QueryWorld;
using tests::text;

// A refusal of a next hop's.
schemas::Event refused(int minutes, unsigned message, const std::string& host, unsigned code) {
  schemas::Event event = QueryWorld::rejected(minutes, message);
  schemas::pb::Rejected& body = *event.mutable_rejected();
  body.set_by(schemas::pb::VERDICT_BY_NEXT_HOP);
  body.set_rule("next-hop");
  body.mutable_next_hop()->set_mx_host(host);
  body.mutable_next_hop()->set_ip("192.0.2.77");
  body.mutable_reply()->set_code(code);
  body.mutable_reply()->set_enhanced("5.1.1");
  return event;
}

class EventsHandlerTest : public testing::Test {
 protected:
  EventsHandlerTest() {
    schemas::Event accepted = QueryWorld::accepted(20);
    accepted.mutable_accepted()->set_subject("Your order 12");
    accepted.set_client_ip("192.0.2.1");
    world_.fold(accepted);                                // 0
    world_.fold(QueryWorld::forwarded(19));               // 1
    world_.fold(refused(18, 2, "mx1.example.net", 550));  // 2
    world_.fold(refused(17, 3, "mx2.example.net", 452));  // 3
    world_.fold(refused(16, 4, "mx.other.test", 554));    // 4
    schemas::Event bounced = tests::bounced({}, schemas::pb::BOUNCE_CLASS_HARD);
    bounced.mutable_bounced()->set_status("5.2.2");
    bounced.set_occurred_at(QueryWorld::forwarded(15).occurred_at());
    world_.fold(bounced);  // 5, of forward.test
  }

  std::vector<std::int64_t> found(const std::string& parameters) {
    std::vector<std::int64_t> out;
    const auto page = world_.json("/v1/events?" + parameters);
    for (const auto& entry : page.at("entries").as_array()) {
      out.push_back(entry.at("index").to_number<std::int64_t>());
    }
    return out;
  }
  std::string code(const std::string& parameters, unsigned status) {
    return text(world_.json("/v1/events?" + parameters, status).at("code"));
  }

  QueryWorld world_;
};

using Found = std::vector<std::int64_t>;

TEST_F(EventsHandlerTest, EachParameterIsACondition) {
  const struct {
    const char* parameters;
    Found found;
  } cases[] = {
      {"kind=rejected", {4, 3, 2}},
      {"kind=rejected,bounced", {5, 4, 3, 2}},
      {"domain=example.org", {4, 3, 2, 1, 0}},
      {"domain=example.org&kind=-rejected", {1, 0}},
      {"next_hop=example.net", {3, 2}},
      {"next_hop=MX1.example.net", {2}},
      {"next_hop=192.0.2.77&status=5xx", {4, 2}},
      {"next_hop=ample.net", {}},
      {"status=550", {2}},
      {"status=452,554", {4, 3}},
      {"status=5xx", {4, 2}},
      {"status=5.x", {5, 4, 3, 2}},
      {"status=5.2.2", {5}},
      {"domain=example.org&status=-5xx", {3, 1, 0}},
      {"rule=next-hop&status=4xx", {3}},
      {"domain=example.org&rule=-next-hop", {1, 0}},
      {"class=hard", {5}},
      {"kind=bounced&class=-hard", {}},
      {"subject=order", {0}},
      {"subject=ORDER+12", {0}},
      {"subject=12+order", {}},
      {"subject=nothing,order+12", {0}},
      {"subject=%22Your,order%22", {0}},
      {"rule=%22next-hop%22&status=550", {2}},
      {"rule=a,next-hop,a&kind=rejected,rejected", {4, 3, 2}},
      {"sender=ann%40example.com", {4, 3, 2, 1, 0}},
      {"sender=*%40example.com&kind=accepted", {0}},
      {"sender=an*%40example.com&kind=accepted", {0}},
      {"sender=ann*%40example.net", {}},
      {"kind=accepted&sender=an*", {0}},
      {"kind=bounced&sender=%3C%3E", {5}},
      {"alias=sal*%40example.org&status=554", {4}},
      {"target=bob%40example.net:2525", {1, 0}},
      {"recipient=*%40example.net", {1, 0}},
      {"address=ann%40example.com;bob%40example.net", {1, 0}},
      {"address=ann%40example.com;bob%40example.com", {}},
      {"other_domain=example.net", {3, 2, 1, 0}},
      {"kind=accepted&client=192.0.2.1", {0}},
      {"kind=rejected&from=2026-03-01T12:13:00Z", {4, 3}},
      {"kind=rejected&to=2026-03-01T12:13:00Z", {2}},
      {"kind=rejected&limit=1", {4}},
  };
  for (const auto& c : cases) EXPECT_EQ(found(c.parameters), c.found) << c.parameters;
}

// Commas are either, semicolons both; what leads nowhere narrows.
TEST_F(EventsHandlerTest, NetworksAndWordsNarrowAndBothMayBeNeeded) {
  const struct {
    const char* parameters;
    Found found;
  } cases[] = {
      {"kind=accepted&client=192.0.2.0/24", {0}},
      {"kind=accepted&client=192.0.2.0/32", {}},
      {"kind=accepted&client=198.51.100.0/24,192.0.2.1", {0}},
      {"kind=accepted&client=198.51.100.0/24;192.0.2.1", {}},
      {"kind=accepted,rejected&ip=192.0.2.0/25", {4, 3, 2, 0}},
      {"kind=accepted,rejected&ip=192.0.2.1", {0}},
      {"kind=rejected&next_hop=192.0.2.64/26", {4, 3, 2}},
      {"kind=rejected&next_hop=::ffff:192.0.2.64/122", {4, 3, 2}},
      {"kind=rejected&next_hop=192.0.2.0/26", {}},
      {"kind=rejected&next_hop=%5B192.0.2.77%5D", {4, 3, 2}},
      {"other_domain=forward.test", {5}},
      {"next_hop=192.0.2.77;mx1.example.net", {2}},
      {"status=550;5.1.1", {2}},
      {"status=5xx;-550", {4}},
      {"status=550;452", {}},
      {"rule=next-hop;-next-hop", {}},
      {"kind=rejected,accepted;-accepted", {4, 3, 2}},
      {"domain=example.org;example.net", {}},
      {"other_domain=example.com;example.net", {3, 2, 1, 0}},
      {"subject=order;your", {0}},
      {"subject=order;paid", {}},
      {"subject=your%20order;nothing,12", {0}},
      {"kind=accepted&word=order", {0}},
      {"kind=accepted,rejected&word=SAL", {4, 3, 2, 0}},
      {"kind=accepted&word=nothing,12", {0}},
      {"kind=accepted&word=order;nothing", {}},
  };
  for (const auto& c : cases) EXPECT_EQ(found(c.parameters), c.found) << c.parameters;
}

// Whatever a word is made of, in a list it is one word.
TEST_F(EventsHandlerTest, AListedWordIsOneWord) {
  for (const char* const text : {"your\" order", "order\\", "\\\"order,12", "order;12", "-order"}) {
    EXPECT_EQ(found("subject=nothing," + runtime::percent_encode(listed(text)) + ",nothing"),
              (Found{0}))
        << text;
    EXPECT_EQ(found("subject=nothing;" + runtime::percent_encode(listed(text))), (Found{})) << text;
  }
}

// Each of them is put on record.
TEST_F(EventsHandlerTest, NamesOfOneQuestionAreBounded) {
  std::string clients, words;
  for (int i = 0; i < 26; ++i) {
    clients += (i == 0 ? "192.0.2." : ",192.0.2.") + std::to_string(i);
    words += (i == 0 ? "w" : ",w") + std::to_string(i);
  }
  EXPECT_EQ(code("kind=rejected&client=" + clients + "&word=" + words, 409),
            "conflicting_parameters");
  EXPECT_EQ(found("kind=accepted&client=" + clients), (Found{0}));
}

TEST_F(EventsHandlerTest, WhatIsNoConditionIsRefused) {
  EXPECT_EQ(code("", 409), "no_index");
  EXPECT_EQ(code("sender=an*", 409), "no_index");
  EXPECT_EQ(code("client=192.0.2.1", 409), "no_index");
  EXPECT_EQ(code("client=192.0.2.0/24", 409), "no_index");
  EXPECT_EQ(code("next_hop=192.0.2.0/24", 409), "no_index");
  EXPECT_EQ(code("ip=192.0.2.77", 409), "no_index");
  EXPECT_EQ(code("word=order", 409), "no_index");
  EXPECT_EQ(code("kind=-rejected", 409), "no_index");
  EXPECT_EQ(code("kind=rejected&from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", 409),
            "conflicting_parameters");
  for (const char* const wrong : {"kind=x",
                                  "kind=",
                                  "kind=,",
                                  "domain=a_b",
                                  "sender=a",
                                  "sender=*",
                                  "sender=a*b%40x.test",
                                  "next_hop=a%20b",
                                  "client=x",
                                  "client=192.0.2.1/24",
                                  "client=192.0.2.0/33",
                                  "ip=mx.example.net",
                                  "word=two%20words",
                                  "word=a-b",
                                  "word=",
                                  "status=550;",
                                  "status=250",
                                  "status=55",
                                  "status=5.1",
                                  "class=x",
                                  "subject=--",
                                  "other_domain=.",
                                  "rule=-",
                                  "alias=%3C%3E",
                                  "sender=%3C%3E*",
                                  "sender=a%40x.test:25",
                                  "address=%3C%3E"}) {
    const unsigned status = world_.get("/v1/events?kind=rejected&" + std::string(wrong)).status;
    EXPECT_TRUE(status == 400 || status == 404) << wrong << " " << status;
  }
  std::string many = "rule=a";
  for (int i = 0; i < 50; ++i) many += ",a";
  EXPECT_EQ(code(many, 409), "conflicting_parameters");
  EXPECT_EQ(code("kind=rejected&x=1", 400), "invalid_parameter");
  std::string words = "subject=w";
  for (int i = 0; i < 16; ++i) words += "+w";
  EXPECT_EQ(code(words, 409), "conflicting_parameters");
  std::string addresses = "alias=a%40x.test";
  for (int i = 0; i < 30; ++i) addresses += ",a" + std::to_string(i) + "%40x.test";
  EXPECT_EQ(code(addresses + "&sender" + addresses.substr(5), 409), "conflicting_parameters");
}

TEST_F(EventsHandlerTest, APageGoesOnWhereItEnded) {
  Found all;
  std::string cursor;
  for (int pages = 0; pages < 9; ++pages) {
    const auto page = world_.json("/v1/events?kind=rejected&limit=1" + cursor);
    for (const auto& entry : page.at("entries").as_array()) {
      all.push_back(entry.at("index").to_number<std::int64_t>());
    }
    // What comes meanwhile is not of this search.
    world_.fold(refused(1, 90 + static_cast<unsigned>(pages), "mx9.example.net", 550));
    if (!page.contains("next_cursor")) break;
    cursor = "&cursor=" + text(page.at("next_cursor"));
    EXPECT_EQ(code("kind=bounced&limit=1" + cursor, 409), "conflicting_parameters");
  }
  EXPECT_EQ(all, (Found{4, 3, 2}));
  EXPECT_EQ(code("kind=rejected&cursor=abc", 409), "unknown_cursor");
  EXPECT_EQ(code("kind=rejected&cursor=.", 400), "invalid_parameter");
}

TEST_F(EventsHandlerTest, AliasesAreThoseThatBeginSo) {
  const auto names = [&](const std::string& parameters) {
    return boost::json::serialize(world_.json("/v1/aliases" + parameters).at("aliases"));
  };
  EXPECT_EQ(names(""), R"(["sales@example.org"])");
  EXPECT_EQ(names("?begins=SAL"), R"(["sales@example.org"])");
  EXPECT_EQ(names("?begins=x"), "[]");
  EXPECT_EQ(names("?begins=sales*"), R"(["sales@example.org"])");
  EXPECT_EQ(world_.get("/v1/aliases?begins=sales%40example.org").status, 404U);
  EXPECT_EQ(names("?domain=forward.test"), "[]");
  EXPECT_EQ(world_.get("/v1/aliases?domain=a_b").status, 404U);
}

TEST_F(EventsHandlerTest, ALimitedSightSeesItsOwn) {
  schemas::Principal other = http::local_reader();
  other.sight = schemas::Sight::of({"forward.test"});
  world_.set_asker(other);
  EXPECT_EQ(found("status=5.x"), (Found{5}));
  EXPECT_EQ(found("domain=example.org"), Found{});
  EXPECT_EQ(boost::json::serialize(world_.json("/v1/aliases").at("aliases")), "[]");
}

// A log of three partitions, each at a node of its own.
class EventsOfNodesTest : public testing::Test {
 protected:
  EventsOfNodesTest() {
    here_.join(3, &peers_);
    peers_.add(1, one_);
    peers_.add(2, two_);
    one_.join(3, nullptr);
    two_.join(3, nullptr);
    int minute = 100;
    for (unsigned i = 0; i < 30; ++i) {
      QueryWorld& world = i % 5 == 0 ? one_ : i % 3 == 0 ? two_ : here_;
      world.fold(refused(minute--, i + 1, "mx.example.net", 550));
    }
  }

  QueryWorld here_{0};
  QueryWorld one_{1};
  QueryWorld two_{2};
  tests::WorldPeers peers_;
};

TEST_F(EventsOfNodesTest, PagesOfAllPartitionsAreInTheOrderOfTheirTimes) {
  for (const char* const limit : {"1", "4", "7", "100"}) {
    std::string cursor;
    std::vector<std::string> times;
    int pages = 0;
    for (; pages < 40; ++pages) {
      const auto page = here_.json("/v1/events?rule=next-hop&limit=" + std::string(limit) + cursor);
      for (const auto& entry : page.at("entries").as_array()) {
        times.push_back(text(entry.at("time")));
      }
      if (!page.contains("next_cursor")) break;
      cursor = "&cursor=" + text(page.at("next_cursor"));
    }
    EXPECT_LT(pages, 40);
    EXPECT_EQ(times.size(), 30U) << limit;
    EXPECT_TRUE(std::is_sorted(times.rbegin(), times.rend())) << limit;
    EXPECT_EQ(std::set<std::string>(times.begin(), times.end()).size(), 30U);
  }
}

// It is asked again from where it was, once it is there.
TEST_F(EventsOfNodesTest, ANodeThatIsAwayForAPageLosesNothing) {
  std::multiset<std::string> times;
  std::string cursor;
  for (int pages = 0; pages < 40; ++pages) {
    if (pages == 1) peers_.instead[2] = {503, http::kJsonType, "{}", {}};
    if (pages == 2) peers_.instead.erase(2);
    const auto page = here_.json("/v1/events?rule=next-hop&limit=4" + cursor);
    for (const auto& entry : page.at("entries").as_array()) times.insert(text(entry.at("time")));
    if (!page.contains("next_cursor")) break;
    cursor = "&cursor=" + text(page.at("next_cursor"));
  }
  EXPECT_EQ(times.size(), 30U);
  EXPECT_EQ(std::set<std::string>(times.begin(), times.end()).size(), 30U);
}

// Nothing more is told, and nothing is taken for told.
TEST_F(EventsOfNodesTest, ANodeThatStaysAwayHasTheCursorStay) {
  peers_.instead[2] = {503, http::kJsonType, "{}", {}};
  std::size_t told = 0;
  std::string cursor, last;
  for (int pages = 0; pages < 40; ++pages) {
    const auto page = here_.json("/v1/events?rule=next-hop&limit=7" + cursor);
    told += page.at("entries").as_array().size();
    ASSERT_TRUE(page.contains("next_cursor"));
    EXPECT_TRUE(page.at("as_of").as_object().contains("missing"));
    const std::string next = text(page.at("next_cursor"));
    if (next == last) break;
    last = next;
    cursor = "&cursor=" + next;
  }
  EXPECT_EQ(told, 22U);
  EXPECT_EQ(here_.json("/v1/events?rule=next-hop&limit=7" + cursor).at("entries").as_array().size(),
            0U);
  peers_.instead.erase(2);
  EXPECT_EQ(
      here_.json("/v1/events?rule=next-hop&limit=50" + cursor).at("entries").as_array().size(), 8U);
}

// That there is too much of it is an answer, and no node that is away.
TEST_F(EventsOfNodesTest, WhatANodeRefusesIsRefused) {
  peers_.instead[2] = {409, http::kProblemType, R"({"code":"too_many_terms"})", {}};
  EXPECT_EQ(text(here_.json("/v1/events?rule=next-hop", 409).at("code")), "too_many_terms");
  EXPECT_EQ(text(here_.json("/v1/aliases", 409).at("code")), "too_many_terms");
  peers_.instead[2] = {409, http::kProblemType, R"({"code":"too_much_to_count"})", {}};
  EXPECT_EQ(text(here_.json("/v1/figures?by=rule", 409).at("code")), "too_much_to_count");
  EXPECT_EQ(here_.get("/v1/events?rule=next-hop").status, 200U);
}

TEST_F(EventsOfNodesTest, AliasesOfAllNodesAreInOneOrder) {
  const auto fold = [](QueryWorld& world, const std::string& alias) {
    world.fold(tests::accepted({.alias = alias, .domain = "example.org"}));
  };
  fold(here_, "sales-1@example.org");
  fold(here_, "sales@example.org");
  fold(one_, "sales-2@example.org");
  fold(two_, "sales-3@example.org");
  const auto aliases = [&](const std::string& limit) {
    const auto answer = here_.json("/v1/aliases?begins=sales&limit=" + limit);
    return boost::json::serialize(answer.at("aliases")) +
           (answer.at("more").as_bool() ? " and more" : "");
  };
  EXPECT_EQ(aliases("2"), R"(["sales@example.org","sales-1@example.org"] and more)");
  EXPECT_EQ(
      aliases("9"),
      R"(["sales@example.org","sales-1@example.org","sales-2@example.org","sales-3@example.org"])");
}

}  // namespace
}  // namespace waybill::query
