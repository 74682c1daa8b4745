#include "relay/returnpath/token.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace waybill::relay::returnpath {
namespace {

KeyRing ring(const std::string& text) {
  const auto keys = KeyRing::parse(text);
  EXPECT_TRUE(keys) << keys.error().why;
  return *keys;
}

const std::string kOld = std::string(64, 'a');
const std::string kNew = std::string(64, 'b');

class TokenTest : public ::testing::Test {
 protected:
  TokenFacts facts() const {
    TokenFacts out;
    out.partition = 0x0102;
    out.delivery = *schemas::DeliveryId::parse("019ca945-0a5d-7a31-b601-eaf59686e7ba");
    return out;
  }
  KeyRing keys_ = ring("7 " + kNew + "\n6 " + kOld + "\n");
  std::string token_ = issue_token(keys_.current(), "example.org", facts());
};

TEST_F(TokenTest, LeadsBackToItsDelivery) {
  EXPECT_EQ(read_token(keys_, "example.org", token_), facts());
}

TEST_F(TokenTest, FitsALocalPartAndTheFormOfOne) {
  EXPECT_EQ(token_.size(), 49U);
  EXPECT_TRUE(token_.starts_with("b."));
  EXPECT_TRUE(has_token_form(token_));
}

TEST_F(TokenTest, SurvivesAChangeOfCase) {
  std::string upper = token_;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  EXPECT_EQ(read_token(keys_, "example.org", upper), facts());
}

TEST_F(TokenTest, NoLetterCanBeAltered) {
  for (std::size_t i = 2; i < token_.size(); ++i) {
    for (const char other : std::string_view("abcdefghijklmnopqrstuvwxyz234567")) {
      std::string altered = token_;
      if (altered[i] == other) continue;
      altered[i] = other;
      EXPECT_FALSE(read_token(keys_, "example.org", altered)) << altered;
    }
  }
}

TEST_F(TokenTest, HoldsForItsOwnDomainAlone) {
  for (const char* domain : {"example.net", "sub.example.org", "example.or", ""}) {
    EXPECT_FALSE(read_token(keys_, domain, token_)) << domain;
  }
}

TEST_F(TokenTest, APreviousKeyIsBelievedAndAForgottenOneIsNot) {
  const Key* const old = keys_.find(6);
  ASSERT_NE(old, nullptr);
  const std::string before = issue_token(*old, "example.org", facts());
  EXPECT_EQ(read_token(keys_, "example.org", before), facts());
  EXPECT_FALSE(read_token(ring("7 " + kNew), "example.org", before));
  // The same id with another secret is another key.
  EXPECT_FALSE(read_token(ring("6 " + kNew), "example.org", before));
}

TEST_F(TokenTest, WhatHasNotTheFormIsNoToken) {
  const std::string cases[] = {"",
                               "b.",
                               "buzz",
                               token_.substr(0, 48),
                               token_ + "a",
                               "c" + token_.substr(1),
                               "b" + token_.substr(1, 47) + "1",
                               "b-" + token_.substr(2),
                               "b." + std::string(46, 'a') + "@"};
  for (const std::string& text : cases) {
    EXPECT_FALSE(has_token_form(text)) << text;
    EXPECT_FALSE(read_token(keys_, "example.org", text)) << text;
  }
}

TEST_F(TokenTest, AnotherVersionIsNotRead) {
  Key other = keys_.current();
  other.id |= 32 * 2;  // spills into the version's bits
  EXPECT_FALSE(read_token(keys_, "example.org", issue_token(other, "example.org", facts())));
}

TEST(BeganAtTest, IsTheTimeInTheId) {
  const auto id = *schemas::DeliveryId::parse("019ca945-0a5d-7a31-b601-eaf59686e7ba");
  EXPECT_EQ(schemas::time_of(id).time_since_epoch(), std::chrono::milliseconds(0x019ca9450a5d));
}

}  // namespace
}  // namespace waybill::relay::returnpath
