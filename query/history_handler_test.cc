#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/query_world.h"

namespace waybill::query {
namespace {

using tests::field;
using tests::QueryWorld;
using tests::text;

constexpr char kSales[] = "/v1/addresses/sales%40example.org/history";

std::vector<std::string> kinds_of(const boost::json::object& answer) {
  std::vector<std::string> out;
  for (const auto& entry : answer.at("entries").as_array()) out.push_back(text(entry.at("kind")));
  return out;
}

class HistoryHandlerTest : public testing::Test {
 protected:
  void fold_three() {
    world_.fold(world_.rejected(30, 2));
    world_.fold(world_.accepted(20));
    world_.fold(world_.forwarded(10));
  }
  QueryWorld world_;
};

TEST_F(HistoryHandlerTest, TellsWhatBecameOfAnAliasNewestFirst) {
  fold_three();
  const auto answer = world_.json(kSales);
  EXPECT_EQ(answer.at("address"), "sales@example.org");
  EXPECT_EQ(answer.at("role"), "alias");
  EXPECT_EQ(kinds_of(answer), (std::vector<std::string>{"forwarded", "accepted", "rejected"}));
  EXPECT_FALSE(answer.contains("next_cursor"));

  const auto& forwarded = answer.at("entries").at(0).as_object();
  EXPECT_EQ(forwarded.at("time"), "2026-03-01T12:20:00.000000000Z");
  EXPECT_EQ(forwarded.at("alias"), "sales@example.org");
  EXPECT_EQ(forwarded.at("sender"), "ann@example.com");
  EXPECT_EQ(forwarded.at("target"), "bob@example.net");
  EXPECT_EQ(forwarded.at("delivery_id"), "019ca945-0a01-7000-8002-000000000001");
  EXPECT_EQ(forwarded.at("message_id"), "019ca945-0a01-7000-8001-000000000001");
  EXPECT_EQ(forwarded.at("reply").at("code"), 250);
  EXPECT_EQ(forwarded.at("reply").at("enhanced"), "2.0.0");
  EXPECT_EQ(forwarded.at("reply").at("text"), "Ok: queued");
  EXPECT_FALSE(forwarded.contains("rule"));
  EXPECT_FALSE(forwarded.contains("bounce_class"));

  const auto& rejected = answer.at("entries").at(2).as_object();
  EXPECT_EQ(rejected.at("by"), "policy");
  EXPECT_EQ(rejected.at("rule"), "unknown-alias");
  EXPECT_EQ(rejected.at("stage"), "rcpt");
  EXPECT_FALSE(rejected.contains("delivery_id"));
}

TEST_F(HistoryHandlerTest, SaysHowFreshItIs) {
  auto empty = world_.json(kSales);
  EXPECT_TRUE(empty.at("as_of").at("time").is_null());
  EXPECT_EQ(empty.at("as_of").at("index"), 0);
  EXPECT_TRUE(empty.at("entries").as_array().empty());

  fold_three();
  world_.health().lag = 7;
  const auto answer = world_.json(kSales);
  EXPECT_EQ(answer.at("as_of").at("time"), "2026-03-01T12:20:00.000000000Z");
  EXPECT_EQ(answer.at("as_of").at("index"), 3);
  EXPECT_EQ(answer.at("as_of").at("lag"), 7);
}

TEST_F(HistoryHandlerTest, GoesOnFromItsCursorAndLinksToTheNextPage) {
  fold_three();
  const auto first = world_.get(std::string(kSales) + "?limit=2&kind=forwarded,accepted,rejected");
  const auto page = boost::json::parse(first.body).as_object();
  const auto cursor = text(page.at("next_cursor"));
  const auto link = field(first, "Link");
  EXPECT_EQ(link, "<" + std::string(kSales) +
                      "?limit=2&kind=forwarded%2Caccepted%2Crejected&cursor=" + cursor +
                      ">; rel=\"next\"");

  const auto second = world_.json(link.substr(1, link.find('>') - 1));
  EXPECT_EQ(kinds_of(second), std::vector<std::string>{"rejected"});
  EXPECT_FALSE(second.contains("next_cursor"));
}

TEST_F(HistoryHandlerTest, GivesEveryEntryOnceWhateverThePageSize) {
  for (unsigned i = 1; i <= 7; ++i) world_.fold(world_.rejected(10, i));
  for (int limit = 1; limit <= 8; ++limit) {
    std::vector<std::string> seen;
    std::string target = std::string(kSales) + "?limit=" + std::to_string(limit);
    for (int pages = 0; !target.empty() && pages < 10; ++pages) {
      const auto page = world_.json(target);
      for (const auto& e : page.at("entries").as_array()) seen.push_back(text(e.at("message_id")));
      const auto* next = page.if_contains("next_cursor");
      target = next == nullptr ? ""
                               : std::string(kSales) + "?limit=" + std::to_string(limit) +
                                     "&cursor=" + text(*next);
    }
    EXPECT_EQ(seen.size(), 7U) << limit;
    EXPECT_TRUE(std::is_sorted(seen.rbegin(), seen.rend())) << limit;
  }
}

TEST_F(HistoryHandlerTest, FiltersByKindAndTime) {
  fold_three();
  const std::string base(kSales);
  EXPECT_EQ(kinds_of(world_.json(base + "?kind=rejected,accepted")),
            (std::vector<std::string>{"accepted", "rejected"}));
  // Many clients write a list so.
  EXPECT_EQ(kinds_of(world_.json(base + "?kind=rejected&limit=5&kind=accepted")),
            (std::vector<std::string>{"accepted", "rejected"}));
  EXPECT_EQ(kinds_of(world_.json(base + "?from=2026-03-01T12:10:00Z&to=2026-03-01T12:20:00Z")),
            std::vector<std::string>{"accepted"});
  // "+" in a query is a plus (RFC 3986), so an offset needs no encoding.
  EXPECT_EQ(kinds_of(world_.json(base + "?from=2026-03-01T14:20:00+02:00")),
            std::vector<std::string>{"forwarded"});
}

TEST_F(HistoryHandlerTest, FindsAnAddressHoweverItIsWritten) {
  fold_three();
  for (const char* const written :
       {"Sales%40EXAMPLE.org", "sales@example.ORG", "%22sales%22%40example.org"}) {
    const auto answer = world_.json("/v1/addresses/" + std::string(written) + "/history");
    EXPECT_EQ(answer.at("address"), "sales@example.org") << written;
    EXPECT_EQ(answer.at("entries").as_array().size(), 3U) << written;
  }
}

TEST_F(HistoryHandlerTest, FindsSendersTargetsAndTheNullSender) {
  fold_three();
  auto report = world_.rejected(5, 9);
  report.set_sender("");
  world_.fold(report);
  const auto count = [this](const std::string& target) {
    return world_.json("/v1/addresses/" + target).at("entries").as_array().size();
  };
  EXPECT_EQ(count("ann%40example.com/history?role=sender"), 3U);
  EXPECT_EQ(count("Ann+x%40example.com/history?role=sender"), 3U);
  EXPECT_EQ(count("Ann%40example.com/history?role=sender&match=exact"), 0U);
  EXPECT_EQ(count("%3C%3E/history?role=sender&match=exact"), 1U);
  EXPECT_EQ(count("BOB+x%40example.net%3A2525/history?role=target"), 2U);
  EXPECT_EQ(count("bob+x%40example.net%3A2525/history?role=target&match=exact"), 0U);
  EXPECT_EQ(count("bob%40example.net/history?role=target"), 2U);
  EXPECT_EQ(count("bob%40example.net%3A2525/history?role=target"), 2U);
  EXPECT_EQ(count("bob%40example.net/history"), 0U);
}

TEST_F(HistoryHandlerTest, FindsASenderInEverySpellingThatItsDomainTakesForTheSame) {
  const struct {
    const char* wrote;
    const char* asked;
    bool mailbox;
  } cases[] = {
      {"Ann+news@origin.test", "ann@origin.test", true},
      {"ann@origin.test", "ANN+news@Origin.Test", true},
      {"Ann+news@example.org", "ann+other@example.org", true},
      {"ann@exact.example", "ann@exact.example", true},
      {"Ann@exact.example", "ann@exact.example", false},
      {"ann+news@exact.example", "ann@exact.example", false},
  };
  for (const auto& c : cases) {
    QueryWorld world;
    auto event = world.rejected(5);
    event.set_sender(c.wrote);
    world.fold(event);
    const auto count = [&](const std::string& rest) {
      return world.json("/v1/addresses/" + rest).at("entries").as_array().size();
    };
    EXPECT_EQ(count(std::string(c.asked) + "/history?role=sender"), c.mailbox) << c.asked;
    EXPECT_EQ(count(std::string(c.wrote) + "/history?role=sender&match=exact"), 1U) << c.wrote;
    const bool same = std::string_view(c.wrote) == c.asked;
    EXPECT_EQ(count(std::string(c.asked) + "/history?role=sender&match=exact"), same) << c.asked;
  }
}

TEST_F(HistoryHandlerTest, GoesOnFromACursorInAnotherSpellingOfOneMailboxAndNotInAnotherMatch) {
  for (unsigned i = 1; i <= 3; ++i) world_.fold(world_.rejected(10, i));
  const std::string ann = "/v1/addresses/ann@example.com/history?role=sender&limit=1";
  const auto first = world_.get(ann + "&match=exact");
  EXPECT_NE(field(first, "Link").find("match=exact"), std::string::npos);
  const auto cursor = text(world_.json(ann).at("next_cursor"));
  const auto second =
      world_.json("/v1/addresses/ANN+x@example.com/history?role=sender&limit=1&cursor=" + cursor);
  EXPECT_EQ(second.at("address"), "ann@example.com");
  EXPECT_EQ(second.at("entries").as_array().size(), 1U);
  EXPECT_EQ(world_.json(ann + "&match=exact&cursor=" + cursor, 409).at("parameter"), "cursor");
}

TEST_F(HistoryHandlerTest, AnAliasIsFoundExactlyAsTheLogHasIt) {
  fold_three();
  const std::string base = "/v1/addresses/";
  EXPECT_EQ(kinds_of(world_.json(base + "sales@EXAMPLE.org/history?match=exact")).size(), 3U);
  EXPECT_TRUE(kinds_of(world_.json(base + "Sales@example.org/history?match=exact")).empty());
}

TEST_F(HistoryHandlerTest, TakesPlusesAndUnicodeInAddresses) {
  auto event = world_.rejected(5);
  event.set_alias("gr\u00fc\u00dfe+news@example.org");
  world_.fold(event);
  const auto encoded = world_.json("/v1/addresses/gr%C3%BC%C3%9Fe%2Bnews%40example.org/history");
  EXPECT_EQ(encoded.at("entries").as_array().size(), 1U);
  const auto plain_plus = world_.json("/v1/addresses/gr%C3%BC%C3%9Fe+news@example.org/history");
  EXPECT_EQ(plain_plus.at("entries").as_array().size(), 1U);
}

struct Refusal {
  std::string query;
  std::string parameter;
};

class HistoryRefusalTest : public testing::TestWithParam<Refusal> {};

TEST_P(HistoryRefusalTest, NamesTheParameter) {
  QueryWorld world;
  const auto problem = world.json(std::string(kSales) + "?" + GetParam().query, 400);
  EXPECT_EQ(problem.at("code"), "invalid_parameter");
  EXPECT_EQ(problem.at("status"), 400);
  EXPECT_EQ(text(problem.at("parameter")), GetParam().parameter);
  EXPECT_FALSE(text(problem.at("detail")).empty());
}

INSTANTIATE_TEST_SUITE_P(
    Queries, HistoryRefusalTest,
    testing::Values(Refusal{"role=both", "role"}, Refusal{"match=prefix", "match"},
                    Refusal{"role=alias&role=sender", "role"}, Refusal{"limit=0", "limit"},
                    Refusal{"limit=501", "limit"}, Refusal{"limit=-1", "limit"},
                    Refusal{"limit=1x", "limit"}, Refusal{"limit=", "limit"},
                    Refusal{"limit=99999999999999999999", "limit"}, Refusal{"kind=forward", "kind"},
                    Refusal{"kind=forwarded,", "kind"}, Refusal{"kind=forwarded&kind=", "kind"},
                    Refusal{"kind=forwarded&kind=x", "kind"}, Refusal{"from=yesterday", "from"},
                    Refusal{"to=1969-12-31", "to"}, Refusal{"cursor=AA%20AA", "cursor"},
                    Refusal{"page=2", "page"}, Refusal{"Limit=5", "Limit"}));

// Each is well by itself.
TEST_F(HistoryHandlerTest, RefusesWhatDoesNotGoTogether) {
  const std::pair<const char*, const char*> cases[] = {
      {"from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "conflicting_parameters to"},
      {"from=1900-01-01T00:00:00Z&to=1969-12-31T23:59:59Z", "conflicting_parameters to"},
      {"cursor=AAAA", "unknown_cursor cursor"}};
  for (const auto& [query, said] : cases) {
    const auto problem = world_.json(std::string(kSales) + "?" + query, 409);
    EXPECT_EQ(text(problem.at("code")) + " " + text(problem.at("parameter")), said);
  }
}

// Nothing happened before 1970, and nothing has happened behind the end of what a time can say.
TEST_F(HistoryHandlerTest, TakesEveryTimeThatRfc3339Has) {
  fold_three();
  for (const char* const span :
       {"from=0000-01-01T00:00:00Z", "from=1969-12-31T23:59:59Z&to=9999-12-31T23:59:59Z",
        "to=2026-12-31T23:59:60.0000000000Z"}) {
    EXPECT_EQ(kinds_of(world_.json(std::string(kSales) + "?" + span)).size(), 3U) << span;
  }
  EXPECT_TRUE(kinds_of(world_.json(std::string(kSales) + "?to=1969-12-31T23:59:59Z")).empty());
}

TEST_F(HistoryHandlerTest, RefusesACursorOfAnotherQuestion) {
  fold_three();
  const auto page = world_.json(std::string(kSales) + "?limit=1");
  const auto cursor = text(page.at("next_cursor"));
  const auto problem =
      world_.json(std::string(kSales) + "?limit=1&kind=accepted&cursor=" + cursor, 409);
  EXPECT_EQ(problem.at("parameter"), "cursor");
  EXPECT_NE(text(problem.at("detail")).find("another question"), std::string::npos);
}

TEST_F(HistoryHandlerTest, RefusesWhatIsNoAddress) {
  for (const char* const address : {"sales", "%40example.org", "a%40b%40c", "%3C%3E"}) {
    const auto problem = world_.json("/v1/addresses/" + std::string(address) + "/history", 404);
    EXPECT_EQ(problem.at("parameter"), "address") << address;
  }
}

TEST_F(HistoryHandlerTest, AClientsHistoryIsWhatItWasTold) {
  auto refused = world_.rejected(30, 2);
  refused.set_client_ip("2001:db8::25");
  world_.fold(refused);
  auto taken = world_.accepted(20);
  taken.set_client_ip("2001:db8::25");
  world_.fold(taken);
  auto told = world_.forwarded(10);
  told.set_client_ip("2001:db8::25");
  world_.fold(told);

  const auto answer = world_.json("/v1/clients/2001:DB8:0::25/history");
  EXPECT_EQ(answer.at("address"), "2001:db8::25");
  EXPECT_EQ(answer.at("role"), "client");
  EXPECT_EQ(kinds_of(answer), (std::vector<std::string>{"forwarded", "rejected"}));
  const auto newest = world_.json("/v1/clients/2001%3Adb8%3A%3A25/history?limit=1");
  EXPECT_EQ(kinds_of(newest), std::vector<std::string>{"forwarded"});
  const auto older = world_.json("/v1/clients/2001:db8::25/history?limit=1&cursor=" +
                                 text(newest.at("next_cursor")));
  EXPECT_EQ(kinds_of(older), std::vector<std::string>{"rejected"});
  // A cursor belongs to its question.
  EXPECT_EQ(
      world_
          .json("/v1/clients/2001:db8::26/history?limit=1&cursor=" + text(newest.at("next_cursor")),
                409)
          .at("parameter"),
      "cursor");
  EXPECT_TRUE(kinds_of(world_.json("/v1/clients/192.0.2.1/history")).empty());
}

TEST_F(HistoryHandlerTest, AClientIsAnIpAddressAndHasNoRole) {
  auto told = world_.forwarded(10);
  told.set_client_ip("192.0.2.25");
  world_.fold(told);
  // A listener of both families names clients so.
  EXPECT_EQ(kinds_of(world_.json("/v1/clients/::ffff:192.0.2.25/history")).size(), 1U);
  for (const char* const ip :
       {"sales%40example.org", "192.0.2", "%5B2001:db8::1%5D", "%20", "192.0.2.0%2F24"}) {
    const auto problem = world_.json("/v1/clients/" + std::string(ip) + "/history", 404);
    EXPECT_EQ(problem.at("parameter"), "ip") << ip;
  }
  for (const char* const more : {"role=sender", "match=exact", "address=x"}) {
    world_.json("/v1/clients/192.0.2.25/history?" + std::string(more), 400);
  }
}

}  // namespace
}  // namespace waybill::query
