#include "schemas/strict_json.h"

#include <gtest/gtest.h>

#include <bit>
#include <boost/json/serialize.hpp>

namespace waybill::schemas {
namespace {

TEST(StrictJsonTest, ReadsEveryKindOfValue) {
  std::string why;
  const std::string text =
      R"({"a":[1,-2,18446744073709551615,true,false,null,"\u00fc\ud83d\ude00\n"],"b":{"c":{}}})";
  const auto read = parse_strict_json(text, why);
  ASSERT_TRUE(read) << why;
  EXPECT_EQ(boost::json::serialize(*read),
            "{\"a\":[1,-2,18446744073709551615,true,false,null,\"\xC3\xBC\xF0\x9F\x98\x80\\n\"],"
            "\"b\":{\"c\":{}}}");
}

TEST(StrictJsonTest, ReadsEveryDoubleExactly) {
  for (const double number :
       {0.1, 1.7, 5.1999999999999993, 1.0 / 3, 2.2250738585072014e-308, 1.7976931348623157e308,
        5e-324, -0.0, 123456789.123456789, 9007199254740993.5, 7.0385307e-26, 6.02214076e23}) {
    std::string why;
    const auto read = parse_strict_json(boost::json::serialize(boost::json::value(number)), why);
    ASSERT_TRUE(read) << number << ": " << why;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(read->as_double()),
              std::bit_cast<std::uint64_t>(number));
  }
}

TEST(StrictJsonTest, RefusesANameThatComesTwiceInOneObject) {
  std::string why;
  EXPECT_FALSE(parse_strict_json(R"({"a":1,"b":{"c":1,"\u0063":2}})", why));
  EXPECT_NE(why.find("\"c\" comes twice"), std::string::npos) << why;
  EXPECT_TRUE(parse_strict_json(R"({"a":{"a":1},"b":[{"a":1},{"a":1}]})", why));
}

TEST(StrictJsonTest, RefusesWhatIsNoJsonAndSaysWhere) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "{}x",
                                      "{} {}",
                                      "{\"a\":1,}",
                                      "[1,]",
                                      "{a:1}",
                                      "'a'",
                                      "01",
                                      "+1",
                                      "1.",
                                      ".5",
                                      "1e999",
                                      "-1e999",
                                      "NaN",
                                      "Infinity",
                                      "// no\n{}",
                                      "\"\t\"",
                                      "\"\\x\"",
                                      "\"\xFF\"",
                                      "\"\xC0\xAF\"",
                                      "\"\\ud800\"",
                                      "tru",
                                      "\xEF\xBB\xBF{}"}) {
    std::string why;
    const auto read = parse_strict_json(text, why);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(runtime::errc_of(read.error()), runtime::Errc::invalid);
    EXPECT_TRUE(why.starts_with("octet ")) << why;
  }
}

TEST(StrictJsonTest, NestingEndsAtItsLimit) {
  std::string why;
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_strict_json(nested(kMaxJsonDepth), why)) << why;
  EXPECT_FALSE(parse_strict_json(nested(kMaxJsonDepth + 1), why));
  EXPECT_FALSE(parse_strict_json(nested(100'000), why));
}

}  // namespace
}  // namespace waybill::schemas
