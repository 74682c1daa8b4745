#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "tests/support/query_world.h"

namespace waybill::query {
namespace {

using schemas::Event;
using tests::QueryWorld;
using tests::text;

std::string of_hops(const char* rest = "") { return std::string("/v1/figures?by=next_hop") + rest; }

Event with_host(Event event, const std::string& host, std::uint64_t time_spent = 0) {
  if (event.has_forwarded()) {
    event.mutable_forwarded()->mutable_next_hop()->set_mx_host(host);
    event.mutable_forwarded()->set_time_spent(time_spent);
  } else {
    event.mutable_rejected()->mutable_next_hop()->set_mx_host(host);
    event.mutable_rejected()->set_by(schemas::pb::VERDICT_BY_NEXT_HOP);
    event.mutable_rejected()->set_rule("next-hop");
  }
  return event;
}

void fill(QueryWorld& world) {
  for (int i = 0; i < 3; ++i) {
    world.fold(with_host(QueryWorld::forwarded(20), "mx1.test", 200'000'000));
  }
  world.fold(with_host(QueryWorld::rejected(80), "mx1.test"));
  world.fold(with_host(QueryWorld::rejected(10), "mx2.test"));
  world.fold(with_host(QueryWorld::rejected(10), "mx2.test"));
}

TEST(FiguresHandlerTest, TellsNextHopsByTheMailThatTheyCost) {
  QueryWorld world;
  fill(world);
  const auto answer = world.json(of_hops());
  EXPECT_EQ(answer.at("by"), "next_hop");
  EXPECT_EQ(answer.at("order"), "refused");
  EXPECT_EQ(answer.at("names"), 2);
  const auto& rows = answer.at("rows").as_array();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].at("name"), "mx2.test");
  EXPECT_EQ(rows[0].at("asked"), 2);
  EXPECT_EQ(rows[0].at("took"), 0);
  EXPECT_EQ(rows[0].at("says_most").at("rule"), "next-hop");
  EXPECT_EQ(rows[0].at("says_most").at("count"), 2);
  EXPECT_EQ(rows[0].at("time_to_answer").at("count"), 0);
  EXPECT_FALSE(rows[0].at("time_to_answer").as_object().contains("p50_ms"));
  EXPECT_EQ(rows[1].at("asked"), 4);
  EXPECT_EQ(rows[1].at("took"), 3);
  EXPECT_NEAR(rows[1].at("time_to_answer").at("p50_ms").to_number<double>(), 200, 22.4);
  EXPECT_NEAR(rows[1].at("time_to_answer").at("p95_ms").to_number<double>(), 200, 22.4);
  EXPECT_EQ(answer.at("total").at("counts").at("rejected_by_next_hop"), 3);
  EXPECT_EQ(answer.at("as_of").at("index"), 6);
}

TEST(FiguresHandlerTest, ShowsTheGreatestAndSumsThemAll) {
  QueryWorld world;
  fill(world);
  const auto answer = world.json(of_hops("&limit=1&order=forwarded&step=hour"));
  const auto& rows = answer.at("rows").as_array();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].at("name"), "mx1.test");
  EXPECT_EQ(answer.at("names"), 2);
  EXPECT_EQ(answer.at("total").at("asked"), 6);
  const auto& steps = rows[0].at("steps").as_array();
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].at("at"), "2026-03-01T11:00:00.000000000Z");
  EXPECT_EQ(steps[0].at("counts").at("rejected_by_next_hop"), 1);
  EXPECT_EQ(steps[1].at("counts").at("forwarded"), 3);
}

// What a figure counts is what its list has: all pages of it, reports on their way home aside.
TEST(FiguresHandlerTest, AListHasTheEventsThatItsRowCounts) {
  QueryWorld world;
  world.fold(QueryWorld::accepted(200));
  Event forwarded = QueryWorld::forwarded(199);
  forwarded.mutable_forwarded()->mutable_next_hop()->set_mx_host("mx.example.net");
  world.fold(std::move(forwarded));
  world.fold(QueryWorld::deferred(90, 2, 2));
  Event refused = QueryWorld::rejected(10, 3);
  refused.mutable_rejected()->set_rule("client-listed");
  world.fold(std::move(refused));
  Event home = QueryWorld::forwarded(9, 4, 4);
  home.set_reported_delivery_id(tests::delivery_id(1).bytes());
  world.fold(home);
  world.fold(QueryWorld::forwarded(25 * 60, 5, 5));  // before the span
  for (const char* by : {"alias", "sender", "rule", "next_hop"}) {
    const auto answer = world.json(std::string("/v1/figures?by=") + by);
    for (const auto& row : answer.at("rows").as_array()) {
      std::size_t counted = 0;
      for (const auto& [name, count] : row.at("counts").as_object()) {
        const bool is_counted = name != "octets" && name != "sent_home";
        if (is_counted) counted += count.to_number<std::size_t>();
      }
      std::size_t listed = 0;
      std::string target = text(row.at("list")) + "&limit=2";
      for (;;) {
        const auto page = world.json(target);
        for (const auto& entry : page.at("entries").as_array()) {
          listed += entry.as_object().contains("reported_delivery_id") ? 0U : 1U;
        }
        if (!page.contains("next_cursor")) break;
        target = text(row.at("list")) + "&limit=2&cursor=" + text(page.at("next_cursor"));
      }
      EXPECT_EQ(listed, counted) << by << " " << text(row.at("name"));
      EXPECT_GE(counted, 1U);
    }
  }
  const auto domain = world.json("/v1/figures?by=domain").at("rows").at(0);
  const auto counters = world.json(text(domain.at("list")));
  EXPECT_EQ(domain.at("counts").at("forwarded"), counters.at("total").at("forwarded"));
  EXPECT_EQ(domain.at("counts").at("accepted"), counters.at("total").at("accepted"));
  EXPECT_EQ(domain.at("counts").at("sent_home"), 1);
}

TEST(FiguresHandlerTest, SaysWhatStillWaitsAndWhatIsSettled) {
  QueryWorld world;
  const auto forward = [&](unsigned number) {
    Event event = QueryWorld::forwarded(30, number, number);
    event.mutable_forwarded()->set_bounce_until(schemas::nanoseconds(tests::kNow) +
                                                72ULL * 3600 * tests::kSecond);
    world.fold(std::move(event));
  };
  forward(1);
  forward(2);
  Event report = QueryWorld::forwarded(5, 2, 2);
  report.clear_forwarded();
  report.mutable_bounced()->set_class_(schemas::pb::BOUNCE_CLASS_HARD);
  world.fold(std::move(report));
  const auto now = world.json("/v1/figures?by=domain").at("rows").at(0).at("windows");
  EXPECT_EQ(now.at("opened"), 2);
  EXPECT_EQ(now.at("waiting"), 1);
  EXPECT_EQ(now.at("bounced"), 1);
  EXPECT_EQ(now.at("settled"), 0);
  // Nobody knows what has come since.
  world.lose_the_log();
  EXPECT_EQ(world.json("/v1/figures?by=domain").at("rows").at(0).at("windows").at("waiting"), 1);
}

TEST(FiguresHandlerTest, PartsOfOtherServersAddUp) {
  QueryWorld first(0);
  QueryWorld second(1);
  QueryWorld alone;
  tests::WorldPeers peers;
  peers.add(1, second);
  first.join(2, &peers);
  second.join(2, nullptr);
  fill(first);
  fill(second);
  fill(alone);
  fill(alone);
  second.fold(with_host(QueryWorld::rejected(5), "mx3.test"));
  alone.fold(with_host(QueryWorld::rejected(5), "mx3.test"));
  for (const char* question :
       {"/v1/figures?by=next_hop&limit=2&step=hour", "/v1/figures?by=domain", "/v1/figures?by=rule",
        "/v1/figures?by=sender&limit=1", "/v1/figures?by=alias&domain=example.org&step=day"}) {
    auto together = first.json(question);
    auto expected = alone.json(question);
    EXPECT_FALSE(together.at("as_of").as_object().contains("missing")) << question;
    together.erase("as_of");
    expected.erase("as_of");
    EXPECT_EQ(boost::json::serialize(together), boost::json::serialize(expected)) << question;
  }
  peers.instead[1] = {.status = 200, .body = R"({"rows":[{"counts":{}}],"rest":{},"as_of":{
      "partitions":[{"partition":1,"index":1}]}})"};
  EXPECT_TRUE(first.json(of_hops()).at("as_of").as_object().contains("missing"));
}

TEST(FiguresHandlerTest, RefusesWhatItCannotAnswer) {
  QueryWorld world;
  const struct {
    const char* query;
    const char* parameter;
    unsigned status;
  } wrong[] = {
      {"", "by", 400},
      {"?by=target", "by", 400},
      {"?by=alias&step=week", "step", 400},
      {"?by=alias&order=name", "order", 400},
      {"?by=alias&limit=501", "limit", 400},
      {"?by=alias&utc_offset=900", "utc_offset", 400},
      {"?by=alias&top=5", "top", 400},
      {"?by=alias&domain=-x-", "domain", 404},
      {"?by=alias&from=2027-01-01T00:00:00Z", "from", 409},
      {"?by=alias&from=2026-01-01T00:00:00Z&step=hour&limit=20", "limit", 409},
  };
  for (const auto& c : wrong) {
    const auto problem = world.json(std::string("/v1/figures") + c.query, c.status);
    EXPECT_EQ(text(problem.at("parameter")), c.parameter) << c.query;
  }
}

TEST(FiguresHandlerTest, SaysSoWhereThereIsTooMuchToCount) {
  QueryWorld world;
  projector::WriteBatch batch;
  projector::FigureCounts counts;
  counts.at(projector::Figure::accepted) = 1;
  std::string row;
  projector::append_figures_row(counts, row);
  // An alias in this hour: 'a', domain, a zero octet, hours since 1970, name.
  std::string key = "aexample.org";
  const auto hour = schemas::nanoseconds(tests::kNow) / (3600 * tests::kSecond);
  for (const int shift : {32, 24, 16, 8, 0}) key += static_cast<char>(hour >> shift);
  for (std::size_t i = 0; i <= projector::kMaxFigureRows; ++i) {
    batch.put(
        projector::Table::figures,
        projector::figures_key(projector::FigureOf::alias, "example.org", hour, std::to_string(i)),
        row);
  }
  ASSERT_TRUE(world.store().apply(batch));
  EXPECT_EQ(world.json("/v1/figures?by=alias", 409).at("code"), "too_much_to_count");
  EXPECT_TRUE(world.json("/v1/figures?by=domain").at("rows").as_array().empty());
}

}  // namespace
}  // namespace waybill::query
