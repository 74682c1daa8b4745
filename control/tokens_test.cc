#include "control/tokens.h"

#include <gtest/gtest.h>

namespace waybill::control {
namespace {

using std::chrono::hours;

const runtime::WallTime kToday = *schemas::parse_rfc3339("2026-03-01T12:00:00Z");

class TokensTest : public testing::Test {
 protected:
  TokenChange make(std::optional<runtime::WallTime> expires = std::nullopt) {
    TokenWish wish;
    wish.name = "n";
    wish.sight = schemas::Sight::all();
    wish.expires_at = expires;
    TokenChange out = create_token(wish, kToday, *chance_, "owner");
    EXPECT_TRUE(tokens_.take(out.event));
    return out;
  }
  std::unique_ptr<runtime::Chance> chance_ = runtime::system_chance();
  Tokens tokens_;
};

TEST_F(TokensTest, KnowWhoShowsAText) {
  const TokenChange one = make();
  const TokenChange other = make();
  const auto who = tokens_.shown_by(one.text, kToday);
  ASSERT_NE(who, nullptr);
  EXPECT_EQ(who->text(), "token " + one.after.id);
  EXPECT_EQ(tokens_.shown_by(one.text.substr(0, 17) + other.text.substr(17), kToday), nullptr);
  EXPECT_EQ(tokens_.all().size(), 2U);
}

TEST_F(TokensTest, OneThatIsRevokedIsNobodyAndItsStreamsEnd) {
  const TokenChange made = make();
  const auto who = tokens_.shown_by(made.text, kToday);
  EXPECT_FALSE(who->is_over());
  ASSERT_TRUE(tokens_.take(revoke_token(made.after, kToday, "owner").event));
  EXPECT_TRUE(who->is_over());
  EXPECT_EQ(tokens_.shown_by(made.text, kToday), nullptr);
  EXPECT_EQ(tokens_.all().size(), 1U);
}

// The log is folded again after a restart, and an event may come twice.
TEST_F(TokensTest, AnOlderEventBringsNothingBack) {
  const TokenChange made = make();
  ASSERT_TRUE(tokens_.take(revoke_token(made.after, kToday, "owner").event));
  ASSERT_TRUE(tokens_.take(made.event));
  EXPECT_EQ(tokens_.shown_by(made.text, kToday), nullptr);
}

TEST_F(TokensTest, WhatIsReadByAnEarlierTextEndsWithIt) {
  const TokenChange made = make();
  const auto who = tokens_.shown_by(made.text, kToday);
  const TokenChange rotated = rotate_token(made.after, hours(1), kToday, *chance_, "owner");
  ASSERT_TRUE(tokens_.take(rotated.event));
  EXPECT_TRUE(who->is_over());
  // Who comes again is let in, by both texts for the time being.
  for (const std::string& text : {made.text, rotated.text}) {
    const auto again = tokens_.shown_by(text, kToday);
    ASSERT_NE(again, nullptr);
    EXPECT_FALSE(again->is_over());
  }
}

TEST_F(TokensTest, WhatIsReadByTheTextBeforeEndsWithTheOverlap) {
  const TokenChange made = make();
  const TokenChange rotated = rotate_token(made.after, hours(1), kToday, *chance_, "owner");
  ASSERT_TRUE(tokens_.take(rotated.event));
  EXPECT_EQ(tokens_.shown_by(made.text, kToday)->until, kToday + hours(1));
  EXPECT_FALSE(tokens_.shown_by(rotated.text, kToday)->until);
}

TEST_F(TokensTest, OneThatExpiresEndsWhatIsUnderWay) {
  const TokenChange made = make(kToday + hours(1));
  const auto who = tokens_.shown_by(made.text, kToday);
  tokens_.expire(kToday);
  EXPECT_FALSE(who->is_over());
  tokens_.expire(kToday + hours(1));
  EXPECT_TRUE(who->is_over());
  EXPECT_EQ(tokens_.shown_by(made.text, kToday + hours(1)), nullptr);
}

TEST_F(TokensTest, AStateThatCannotBeReadLetsNobodyIn) {
  const TokenChange made = make();
  const auto who = tokens_.shown_by(made.text, kToday);
  schemas::Event event = revoke_token(made.after, kToday, "owner").event;
  event.mutable_control()->set_after("{");
  EXPECT_FALSE(tokens_.take(event));
  EXPECT_TRUE(who->is_over());
  EXPECT_EQ(tokens_.shown_by(made.text, kToday), nullptr);
}

TEST_F(TokensTest, EventsOfOtherThingsChangeNothing) {
  schemas::Event event = make().event;
  event.mutable_control()->set_subject("route");
  event.mutable_control()->set_after("{");
  EXPECT_TRUE(tokens_.take(event));
  EXPECT_EQ(tokens_.all().size(), 1U);
}

}  // namespace
}  // namespace waybill::control
