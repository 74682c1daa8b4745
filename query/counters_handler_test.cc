#include <gtest/gtest.h>

#include "tests/support/query_world.h"

namespace waybill::query {
namespace {

using tests::QueryWorld;

constexpr char kCounters[] = "/v1/domains/example.org/counters";

TEST(CountersHandlerTest, CountsTheLastDayByHourAndInAll) {
  QueryWorld world;
  world.fold(world.rejected(25 * 60, 3));  // yesterday at 11:30: the hour before the span
  world.fold(world.accepted(70));          // 11:20
  world.fold(world.forwarded(20));         // 12:10
  world.fold(world.rejected(10, 2));       // 12:20
  const auto answer = world.json(kCounters);
  EXPECT_EQ(answer.at("domain"), "example.org");
  EXPECT_EQ(answer.at("from"), "2026-02-28T13:00:00.000000000Z");
  EXPECT_EQ(answer.at("to"), "2026-03-01T13:00:00.000000000Z");
  const auto& hours = answer.at("hours").as_array();
  ASSERT_EQ(hours.size(), 2U);
  EXPECT_EQ(hours[0].at("hour"), "2026-03-01T11:00:00.000000000Z");
  EXPECT_EQ(hours[0].at("accepted"), 1);
  EXPECT_EQ(hours[0].at("octets"), 2048);
  EXPECT_EQ(hours[1].at("forwarded"), 1);
  EXPECT_EQ(hours[1].at("rejected_by_policy"), 1);
  EXPECT_EQ(answer.at("total").at("accepted"), 1);
  EXPECT_EQ(answer.at("total").at("forwarded"), 1);
  EXPECT_EQ(answer.at("total").at("rejected_by_policy"), 1);
  EXPECT_EQ(answer.at("total").at("bounced"), 0);
  EXPECT_EQ(answer.at("as_of").at("index"), 4);
}

TEST(CountersHandlerTest, CountsTheSpanAskedFor) {
  QueryWorld world;
  world.fold(world.rejected(25 * 60, 3));
  world.fold(world.rejected(10, 2));
  const auto answer =
      world.json(std::string(kCounters) + "?from=2026-02-28T11:00:00Z&to=2026-02-28T12:00:00Z");
  EXPECT_EQ(answer.at("hours").as_array().size(), 1U);
  EXPECT_EQ(answer.at("total").at("rejected_by_policy"), 1);
}

// An answer of zeros for a quarter of an hour would look right and be wrong.
TEST(CountersHandlerTest, NamesTheWholeHoursThatItCounted) {
  QueryWorld world;
  world.fold(world.rejected(10, 2));  // 12:20
  const auto answer =
      world.json(std::string(kCounters) + "?from=2026-03-01T12:15:00Z&to=2026-03-01T12:45:00Z");
  EXPECT_EQ(answer.at("from"), "2026-03-01T12:00:00.000000000Z");
  EXPECT_EQ(answer.at("to"), "2026-03-01T13:00:00.000000000Z");
  EXPECT_EQ(answer.at("total").at("rejected_by_policy"), 1);
  const auto late =
      world.json(std::string(kCounters) + "?from=2262-04-11T23:10:00Z&to=2262-04-11T23:46:00Z");
  EXPECT_EQ(late.at("from"), "2262-04-11T23:00:00.000000000Z");
}

TEST(CountersHandlerTest, FindsADomainHoweverItIsWritten) {
  QueryWorld world;
  world.fold(world.rejected(10));
  const auto answer = world.json("/v1/domains/EXAMPLE.org./counters");
  EXPECT_EQ(answer.at("domain"), "example.org");
  EXPECT_EQ(answer.at("hours").as_array().size(), 1U);
}

TEST(CountersHandlerTest, RefusesSpansThatAreEmptyOrTooLong) {
  QueryWorld world;
  const struct {
    const char* query;
    const char* parameter;
    unsigned status;
  } wrong[] = {{"?from=2026-03-01T00:00:00Z&to=2026-03-01T00:00:00Z", "from", 409},
               {"?from=2027-01-01T00:00:00Z", "from", 409},
               {"?from=2024-01-01T00:00:00Z", "from", 409},
               {"?from=0001-01-01T00:00:00Z", "from", 409},
               {"?to=1969-12-31T00:00:00Z", "to", 409},
               {"?from=monday", "from", 400},
               {"?hours=5", "hours", 400}};
  for (const auto& c : wrong) {
    const auto problem = world.json(std::string(kCounters) + c.query, c.status);
    EXPECT_EQ(tests::text(problem.at("parameter")), c.parameter) << c.query;
  }
  EXPECT_EQ(world.json("/v1/domains/-x-/counters", 404).at("parameter"), "domain");
}

}  // namespace
}  // namespace waybill::query
