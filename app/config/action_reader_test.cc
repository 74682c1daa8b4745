#include "app/config/action_reader.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::app {
namespace {

TEST(RefusalTest, IsACodeAnEnhancedCodeAndAText) {
  const struct {
    const char* text;
    schemas::Reply reply;
  } cases[] = {
      {"550 5.7.1 No spam, please", {550, "5.7.1", "No spam, please"}},
      {"550 5.7.1", {550, "5.7.1", "Mail to this address is refused"}},
      {"550 5.7.1 ", {550, "5.7.1", "Mail to this address is refused"}},
      {"551 5.1.6 Moved: b@b.example", {551, "5.1.6", "Moved: b@b.example"}},
      {"550 5.100.999 x", {550, "5.100.999", "x"}},
      {"550 5.0.0  two spaces", {550, "5.0.0", " two spaces"}},
  };
  for (const auto& c : cases) {
    const auto reply = parse_refusal(c.text);
    ASSERT_TRUE(reply) << c.text;
    EXPECT_EQ(*reply, c.reply) << c.text;
  }
}

TEST(RefusalTest, IsNothingElse) {
  for (const std::string text : {
           "",
           "550",
           "550 ",
           "550 No",
           "250 2.0.0 Yes",
           "450 4.7.1 Later",
           "550 4.7.1 Later",
           "550 5.7 No",
           "550 5.7. No",
           "550 5..1 No",
           "550 5.7.1.1 No",
           "550 5.07.1 No",
           "550 5.1000.1 No",
           "550 5.7.x No",
           "560 5.7.1 No",
           "599 5.7.1 No",
           "5500 5.7.1 No",
           " 550 5.7.1 No",
           "550  5.7.1 No",
           "550-5.7.1 No",
           "550 5.7.1 Nö",
           "550 5.7.1 No\r\n250 Yes",
           "550 5.7.1 No\x7f",
       }) {
    EXPECT_FALSE(parse_refusal(text)) << text;
  }
}

TEST(RefusalTest, FitsOneLineOfAReply) {
  const std::string most(490, 'x');
  const auto reply = parse_refusal("550 5.999.999 " + most);
  ASSERT_TRUE(reply);
  EXPECT_EQ(schemas::wire(*reply), "550 5.999.999 " + most + "\r\n");
  EXPECT_LE(schemas::wire(*reply).size(), 512u);
  EXPECT_FALSE(parse_refusal("550 5.999.999 x" + most));
}

}  // namespace
}  // namespace waybill::app
