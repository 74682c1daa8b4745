#include "relay/returnpath/report/address_scan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waybill::relay::returnpath::report {
namespace {

std::vector<std::string> found_in(std::string_view text) {
  std::vector<std::string> out;
  for (const FoundAddress& found : find_addresses(text)) {
    EXPECT_EQ(text.substr(found.begin, found.end - found.begin), found.text);
    out.push_back(found.text);
  }
  return out;
}

using Texts = std::vector<std::string>;

TEST(FindAddresses, TakesThemOutOfTheirSurroundings) {
  EXPECT_EQ(found_in("<a@b.example>: host"), Texts{"a@b.example"});
  EXPECT_EQ(found_in("to a@b.example, c@d.example."), (Texts{"a@b.example", "c@d.example"}));
  EXPECT_EQ(found_in("'a.b+c@d.example'..."), Texts{"a.b+c@d.example"});
  EXPECT_EQ(found_in("RCPT TO:a@b.example"), Texts{"a@b.example"});
  EXPECT_EQ(found_in("a@[192.0.2.1] x"), Texts{"a@[192.0.2.1]"});
  EXPECT_EQ(found_in("<\"a b\"@c.example>"), Texts{"\"a b\"@c.example"});
  EXPECT_EQ(found_in("\"a@b.example\":"), Texts{"a@b.example"});
  EXPECT_EQ(found_in("user@host is local"), Texts{"user@host"});
}

TEST(FindAddresses, TakesOtherScriptsOnlyInBrackets) {
  EXPECT_EQ(found_in("<\xe7\x8c\xab@b.example>"), Texts{"\xe7\x8c\xab@b.example"});
  EXPECT_EQ(found_in("a@b.example\xe6\x82\xa8"), Texts{"a@b.example"});
  EXPECT_EQ(found_in("\xe6\x82\xa8"
                     "a@b.example"),
            Texts{"a@b.example"});
}

TEST(FindAddresses, FindsNoneWhereThereIsNone) {
  for (const char* text : {"", "@", "a@", "@b", " @ ", "a @b.example", "@@@", "\"@\"", "<>@"}) {
    EXPECT_EQ(found_in(text), Texts{}) << text;
  }
}

TEST(FindAddresses, StopsAtItsLimit) {
  std::string many;
  for (std::size_t i = 0; i < kMaxAddresses + 10; ++i) many += "a@b ";
  EXPECT_EQ(find_addresses(many).size(), kMaxAddresses);
}

}  // namespace
}  // namespace waybill::relay::returnpath::report
