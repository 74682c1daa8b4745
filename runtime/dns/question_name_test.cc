#include "runtime/dns/question_name.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::runtime::dns {
namespace {

TEST(QuestionNameTest, AllowsWhatMailAsksFor) {
  for (const char* name :
       {"test", "example.test", "_dmarc.example.test", "s1._domainkey.example.test",
        "xn--bcher-kva.example", "2.0.192.in-addr.arpa", "a+b=c.example.test", "a b.test"}) {
    EXPECT_TRUE(is_question_name(name)) << name;
  }
}

TEST(QuestionNameTest, RefusesWhatIsNoName) {
  for (const char* name :
       {"", ".", "example.test.", ".example.test", "example..test", "tab\t.test", "b\\046c.test",
        "b\xc3\xbc"
        "cher.test"}) {
    EXPECT_FALSE(is_question_name(name)) << name;
  }
}

TEST(QuestionNameTest, HoldsTheLengthsOfTheStandard) {
  const std::string label(63, 'a');
  EXPECT_TRUE(is_question_name(label + ".test"));
  EXPECT_FALSE(is_question_name(label + "a.test"));
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  ASSERT_EQ(longest.size(), 253u);
  EXPECT_TRUE(is_question_name(longest));
  EXPECT_FALSE(is_question_name(longest + "b"));
}

}  // namespace
}  // namespace waybill::runtime::dns
