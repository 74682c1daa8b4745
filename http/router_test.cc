#include "http/router.h"

#include <gtest/gtest.h>

namespace waybill::http {
namespace {

Router router() {
  Router out;
  out.add("/a/{x}/b/{y}", kOpen, nullptr);
  out.add("/a/{x}", kOpen, nullptr);
  out.add("/a", kOpen, nullptr);
  return out;
}

TEST(RouterTest, FindsTheTemplateAndWhatStandsForItsNames) {
  const Router routes = router();
  const auto two = routes.find({"a", "1", "b", "2/3"});
  ASSERT_TRUE(two);
  EXPECT_EQ(two->route->path, "/a/{x}/b/{y}");
  EXPECT_EQ(two->captured, (std::vector<std::string>{"1", "2/3"}));
  EXPECT_EQ(routes.find({"a"})->route->path, "/a");
  EXPECT_EQ(routes.find({"a", "{x}"})->captured, std::vector<std::string>{"{x}"});
}

TEST(RouterTest, FindsNothingForEmptyNamesOrOtherSegments) {
  const Router routes = router();
  const std::vector<std::vector<std::string>> missed = {
      {}, {""}, {"b"}, {"A"}, {"a", ""}, {"a", "1", "c", "2"}, {"a", "1", "b", "2", ""}};
  for (const auto& segments : missed) EXPECT_FALSE(routes.find(segments)) << segments.size();
}

}  // namespace
}  // namespace waybill::http
