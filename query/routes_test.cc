#include "query/routes.h"

#include <gtest/gtest.h>

#include "tests/support/query_world.h"

namespace waybill::query {
namespace {

using tests::QueryWorld;

// Each names senders (return_path_handler.cc), and stands in no document for people.
TEST(RoutesTest, OtherNodesHaveRoutesOfTheirOwn) {
  QueryWorld world;
  http::Router router;
  add_node_routes(router, world.sources());
  EXPECT_TRUE(router.find({"v1", "return-paths", "1"}));
  EXPECT_TRUE(router.find({"v1", "return-paths", "1", "turn"}));
  http::Router for_people;
  add_routes(for_people, world.sources());
  EXPECT_FALSE(for_people.find({"v1", "return-paths", "1"}));
  EXPECT_FALSE(for_people.find({"v1", "return-paths", "1", "turn"}));
}

TEST(RoutesTest, ShowTheDashboardToPeopleAlone) {
  QueryWorld world;
  EXPECT_EQ(world.get("/").status, 200U);
  http::Router router;
  add_node_routes(router, world.sources());
  EXPECT_FALSE(router.find({""}));
}

TEST(RoutesTest, TakeEncodedAndPlainAddresses) {
  QueryWorld world;
  auto event = world.rejected(5);
  event.set_alias("gr\u00fc\u00dfe+news@example.org");
  world.fold(event);
  for (const char* const address :
       {"gr%C3%BC%C3%9Fe%2Bnews%40example.org", "gr%c3%bc%c3%9fe+news@example.org"}) {
    const auto answer = world.json("/v1/addresses/" + std::string(address) + "/history");
    EXPECT_EQ(answer.at("entries").as_array().size(), 1U) << address;
  }
}

}  // namespace
}  // namespace waybill::query
