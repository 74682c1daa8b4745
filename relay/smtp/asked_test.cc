#include "relay/smtp/asked.h"

#include <gtest/gtest.h>

namespace waybill::relay::smtp {
namespace {

TEST(AskedTest, AnAddressThatIsBeingAskedForIsKnownAgain) {
  std::string asked;
  EXPECT_FALSE(asks_again(asked, "shop@alias.test"));
  asked = with_asked(asked, "shop@alias.test");
  EXPECT_EQ(asked, "45b2bc04302a74f3");
  EXPECT_TRUE(asks_again(asked, "shop@alias.test"));
  EXPECT_FALSE(asks_again(asked, "news@alias.test"));
  asked = with_asked(asked, "news@alias.test");
  EXPECT_TRUE(is_asked(asked));
  EXPECT_TRUE(asks_again(asked, "shop@alias.test"));
  EXPECT_TRUE(asks_again(asked, "news@alias.test"));
}

TEST(AskedTest, MoreThanHonestMailIsForwardedIsALoopToo) {
  std::string asked;
  for (std::size_t i = 0; i < kMaxAsked; ++i) {
    EXPECT_FALSE(asks_again(asked, "new@alias.test")) << i;
    asked = with_asked(asked, std::to_string(i) + "@alias.test");
    EXPECT_TRUE(is_asked(asked));
  }
  EXPECT_TRUE(asks_again(asked, "new@alias.test"));
  EXPECT_FALSE(is_asked(with_asked(asked, "new@alias.test")));
}

TEST(AskedTest, RefusesWhatIsNoListOfMarks) {
  const std::string mark(kAskedMark, 'a');
  for (const std::string& text : {std::string(), mark + ",", "," + mark, mark + mark,
                                  mark.substr(1), std::string(kAskedMark, 'A'), mark + " "}) {
    EXPECT_FALSE(is_asked(text)) << text;
  }
}

}  // namespace
}  // namespace waybill::relay::smtp
