#include "schemas/strict_json.h"

#include <gtest/gtest.h>

#include <bit>
#include <boost/json/serialize.hpp>

namespace waybill::schemas {
namespace {

TEST(StrictJsonTest, ReadsEveryKindOfValue) {
  const std::string text =
      R"({"a":[1,-2,18446744073709551615,true,false,null,"\u00fc\ud83d\ude00\n"],"b":{"c":{}}})";
  const auto read = parse_strict_json(text);
  ASSERT_TRUE(read) << read.error().why;
  EXPECT_EQ(boost::json::serialize(*read),
            "{\"a\":[1,-2,18446744073709551615,true,false,null,\"\xC3\xBC\xF0\x9F\x98\x80\\n\"],"
            "\"b\":{\"c\":{}}}");
}

TEST(StrictJsonTest, ReadsEveryDoubleExactly) {
  for (const double number :
       {0.1, 1.7, 5.1999999999999993, 1.0 / 3, 2.2250738585072014e-308, 1.7976931348623157e308,
        5e-324, -0.0, 123456789.123456789, 9007199254740993.5, 7.0385307e-26, 6.02214076e23}) {
    const auto read = parse_strict_json(boost::json::serialize(boost::json::value(number)));
    ASSERT_TRUE(read) << number << ": " << read.error().why;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(read->as_double()),
              std::bit_cast<std::uint64_t>(number));
  }
}

TEST(StrictJsonTest, RefusesANameThatComesTwiceInOneObject) {
  const auto twice = parse_strict_json(R"({"a":1,"b":{"c":1,"\u0063":2}})");
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().why.find("\"c\" comes twice"), std::string::npos) << twice.error().why;
  EXPECT_TRUE(parse_strict_json(R"({"a":{"a":1},"b":[{"a":1},{"a":1}]})"));
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
    const auto read = parse_strict_json(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error(), runtime::Errc::invalid);
    EXPECT_TRUE(read.error().why.starts_with("octet ")) << read.error().why;
  }
}

TEST(StrictJsonTest, NestingEndsAtItsLimit) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_strict_json(nested(kMaxJsonDepth)));
  EXPECT_FALSE(parse_strict_json(nested(kMaxJsonDepth + 1)));
  EXPECT_FALSE(parse_strict_json(nested(100'000)));
}

}  // namespace
}  // namespace waybill::schemas
