#include "app/config/nearest_key.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waybill::app {
namespace {

TEST(NearestKeyTest, CountsEdits) {
  EXPECT_EQ(edits("", ""), 0u);
  EXPECT_EQ(edits("listen", "listen"), 0u);
  EXPECT_EQ(edits("", "abc"), 3u);
  EXPECT_EQ(edits("hostname", "host_name"), 1u);  // added
  EXPECT_EQ(edits("listens", "listen"), 1u);      // dropped
  EXPECT_EQ(edits("listan", "listen"), 1u);       // changed
  EXPECT_EQ(edits("litsen", "listen"), 1u);       // swapped
  EXPECT_EQ(edits("kitten", "sitting"), 3u);
}

TEST(NearestKeyTest, LeavesLongKeysFarAway) {
  EXPECT_EQ(edits(std::string(100'000, 'x'), "listen"), 64u);
}

TEST(NearestKeyTest, NamesTheNearest) {
  const std::vector<std::string> keys = {"data_dir", "host_name", "listen", "node"};
  EXPECT_EQ(nearest_key("hostname", keys), "host_name");
  EXPECT_EQ(nearest_key("data-dir", keys), "data_dir");
  EXPECT_EQ(nearest_key("mode", keys), "node");
  EXPECT_EQ(nearest_key("x", std::vector<std::string>{}), "");
}

}  // namespace
}  // namespace waybill::app
