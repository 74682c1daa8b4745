#include "projector/views/spelling.h"

#include <gtest/gtest.h>

namespace waybill::projector {
namespace {

TEST(SpellingTest, CaseAndTagOfTheLocalPartMakeNoDifference) {
  const struct {
    std::string_view given;
    std::string_view common;
  } cases[] = {
      {"ann@x.test", "ann@x.test"},
      {"ANN@x.test", "ann@x.test"},
      {"Ann+News@x.test", "ann@x.test"},
      {"ann+@x.test", "ann@x.test"},
      {"ann+a+b@x.test", "ann@x.test"},
      {"+ann@x.test", "+ann@x.test"},
      {"+ann+b@x.test", "+ann+b@x.test"},
      {"ann-b@x.test", "ann-b@x.test"},
      {"\"Ann B+c\"@x.test", "\"ann b+c\"@x.test"},
      {"\"A@b\"@x.test", "\"a@b\"@x.test"},
      {"J\u00dcRGEN@x.test", "j\u00dcrgen@x.test"},
      {"Ann@[IPv6:2001:db8::1]", "ann@[IPv6:2001:db8::1]"},
      {"", ""},
      {"No+Mailbox", "No+Mailbox"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(common_spelling(c.given), c.common) << c.given;
    EXPECT_EQ(common_spelling(c.common), c.common) << c.given;
    EXPECT_EQ(common_spelling(c.given, kExactly), c.given);
  }
}

TEST(SpellingTest, ADomainMayTellOneOfTheTwoApart) {
  EXPECT_EQ(common_spelling("Ann+B@x.test", {.any_case = false, .any_tag = true}), "Ann@x.test");
  EXPECT_EQ(common_spelling("Ann+B@x.test", {.any_case = true, .any_tag = false}), "ann+b@x.test");
}

TEST(SpellingTest, WhatIsSoughtIsFoundFromEverySpellingOfIt) {
  for (const std::string_view given : {"ann@x.test", "Ann@x.test", "ANN+b@x.test"}) {
    const Sought sought(given, {});
    EXPECT_TRUE(sought.is("ann@x.test"));
    EXPECT_TRUE(sought.is("aNN+c@x.test"));
    EXPECT_FALSE(sought.is("anna@x.test"));
    EXPECT_FALSE(sought.is("ann@y.test"));
    EXPECT_FALSE(sought.is(""));
    EXPECT_TRUE(Sought(given, kExactly).is(given));
    EXPECT_FALSE(Sought(given, kExactly).is("aNN+c@x.test"));
  }
}

}  // namespace
}  // namespace waybill::projector
