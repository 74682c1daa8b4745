#include "relay/door/answer_pattern.h"

#include <gtest/gtest.h>

namespace waybill::relay::door {
namespace {

runtime::IpAddress ip(const char* text) { return boost::asio::ip::make_address(text); }

TEST(AnswerPatternTest, HoldsWhatEachOctetAllows) {
  const auto pattern = AnswerPattern::parse("127.0.0-255.1-3");
  ASSERT_TRUE(pattern);
  for (const char* listed : {"127.0.0.1", "127.0.255.3", "127.0.5.2"}) {
    EXPECT_TRUE(pattern->holds(ip(listed))) << listed;
  }
  for (const char* not_listed : {"127.0.5.0", "127.0.5.4", "127.1.5.2", "126.0.5.2", "::1"}) {
    EXPECT_FALSE(pattern->holds(ip(not_listed))) << not_listed;
  }
  EXPECT_EQ(pattern->text(), "127.0.0-255.1-3");
}

TEST(AnswerPatternTest, IsWrittenInNoOtherWay) {
  for (const char* wrong : {"", "127", "127.0.0", "127.0.0.", ".0.0.2", "127.0.0.2.", "127.0.0.2.3",
                            "127.0.0.256", "127.0.0.5-2", "127.0.0.-2", "127.0.0.2-", "127.0.0. 2",
                            "127.0.0.2 ", "+1.0.0.2", "a.b.c.d", "127.0.0.*"}) {
    EXPECT_FALSE(AnswerPattern::parse(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace waybill::relay::door
