#include "tools/dustbin/rules.h"

#include <gtest/gtest.h>

namespace waybill::tools::dustbin {
namespace {

using schemas::Address;

Address rule_address(std::string_view text) { return Address::parse(text).value(); }

Rules some_rules() {
  Rules rules;
  rules.refuse_rcpt = folded({"gone", "Both"});
  rules.defer_rcpt = folded({"full", "both"});
  rules.refuse_data = folded({"picky", "torn"});
  rules.defer_data = folded({"slow", "torn"});
  return rules;
}

TEST(DustbinRulesTest, JudgeARecipientByItsLocalPart) {
  const struct {
    const char* recipient;
    int code;
    const char* enhanced;
  } cases[] = {
      {"anyone@example.org", 250, "2.1.5"},   {"gone@example.org", 550, "5.1.1"},
      {"GONE@example.net", 550, "5.1.1"},     {"full@example.org", 450, "4.2.1"},
      {"both@example.org", 550, "5.1.1"},     {"picky@example.org", 250, "2.1.5"},
      {"gone+tag@example.org", 250, "2.1.5"},
  };
  for (const auto& c : cases) {
    const schemas::Reply reply = judge_recipient(some_rules(), rule_address(c.recipient));
    EXPECT_EQ(reply.code, c.code) << c.recipient;
    EXPECT_EQ(reply.enhanced, c.enhanced) << c.recipient;
  }
}

TEST(DustbinRulesTest, FailABodyForOneListedRecipient) {
  const auto fine = rule_address("anyone@example.org");
  const auto picky = rule_address("Picky@example.org");
  const auto slow = rule_address("slow@example.org");
  const auto torn = rule_address("torn@example.org");
  const struct {
    std::vector<Address> recipients;
    int code;
    const char* enhanced;
  } cases[] = {
      {{fine}, 250, "2.0.0"},        {{fine, picky}, 554, "5.7.1"}, {{fine, slow}, 451, "4.3.0"},
      {{slow, picky}, 554, "5.7.1"}, {{torn}, 554, "5.7.1"},
  };
  for (const auto& c : cases) {
    const schemas::Reply reply = judge_data(some_rules(), c.recipients);
    EXPECT_EQ(reply.code, c.code) << c.recipients.back().text();
    EXPECT_EQ(reply.enhanced, c.enhanced) << c.recipients.back().text();
  }
}

}  // namespace
}  // namespace waybill::tools::dustbin
