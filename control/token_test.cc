#include "control/token.h"

#include <gtest/gtest.h>

namespace waybill::control {
namespace {

using schemas::Scope;
using schemas::Sight;
using std::chrono::hours;

const runtime::WallTime kNow = *schemas::parse_rfc3339("2026-03-01T12:00:00Z");

class TokenTest : public testing::Test {
 protected:
  TokenChange create(std::optional<runtime::WallTime> expires = std::nullopt) {
    TokenWish wish;
    wish.name = "desk";
    wish.scopes = {Scope::history, Scope::feed};
    wish.sight = Sight::of({"a.example", "b.example"});
    wish.expires_at = expires;
    return create_token(wish, kNow, *chance_, "owner");
  }
  std::unique_ptr<runtime::Chance> chance_ = runtime::system_chance();
};

TEST_F(TokenTest, IsShownByItsTextAlone) {
  const TokenChange made = create();
  EXPECT_EQ(token_id_of(made.text), made.after.id);
  EXPECT_TRUE(is_shown_by(made.after, made.text, kNow));
  for (std::size_t i = 0; i < made.text.size(); ++i) {
    std::string other = made.text;
    other[i] = other[i] == '0' ? '1' : '0';
    EXPECT_FALSE(is_shown_by(made.after, other, kNow)) << i;
  }
  EXPECT_FALSE(is_shown_by(made.after, "", kNow));
  EXPECT_FALSE(is_shown_by(made.after, made.text + " ", kNow));
  EXPECT_NE(create().text, made.text);
}

TEST_F(TokenTest, ATextOfAnotherFormHasNoId) {
  const std::string text = create().text;
  for (const std::string& other :
       {std::string(), text.substr(1), text + "0", "WBP_" + text.substr(4),
        text.substr(0, 16) + "-" + text.substr(17), text.substr(0, 80) + "G",
        text.substr(0, 5) + "X" + text.substr(6)}) {
    EXPECT_FALSE(token_id_of(other)) << other;
  }
}

TEST_F(TokenTest, NoEventHasItsText) {
  const TokenChange made = create();
  const TokenChange rotated = rotate_token(made.after, hours(1), kNow, *chance_, "owner");
  for (const TokenChange* const change : {&made, &rotated}) {
    const std::string secret = change->text.substr(change->text.rfind('_') + 1);
    EXPECT_EQ(change->event.SerializeAsString().find(secret), std::string::npos);
  }
}

TEST_F(TokenTest, ItsStateComesBackFromItsEvent) {
  const auto expires = kNow + hours(5);
  const TokenChange made = create(expires);
  const auto& control = made.event.control();
  EXPECT_EQ(control.subject(), "token");
  EXPECT_EQ(control.subject_id(), made.after.id);
  EXPECT_EQ(control.action(), "created");
  EXPECT_EQ(control.actor(), "owner");
  EXPECT_EQ(control.version(), 1U);
  const auto read = token_from_json(control.after());
  ASSERT_TRUE(read) << read.error().why;
  EXPECT_EQ(read->name, "desk");
  EXPECT_EQ(read->scopes, made.after.scopes);
  EXPECT_EQ(read->sight, made.after.sight);
  EXPECT_EQ(read->expires_at, expires);
  EXPECT_EQ(read->created_at, kNow);
  EXPECT_TRUE(is_shown_by(*read, made.text, kNow));
}

TEST_F(TokenTest, WhatANewerReleaseSaysIsPassedOver) {
  const auto read = token_from_json(
      R"({"id":"0123456789ab","name":"n","scopes":["history","teleport"],"domains":"all",
          "sha256":"00","created_at":"2026-03-01T12:00:00Z","version":3,"colour":"red"})");
  ASSERT_TRUE(read) << read.error().why;
  EXPECT_EQ(read->scopes, (schemas::Scopes{Scope::history}));
  EXPECT_TRUE(read->sight.is_all());
}

TEST_F(TokenTest, WhatIsNoStateIsRefused) {
  for (const char* const text :
       {"", "[]", "{}", R"({"id":"0123456789ab"})",
        R"({"id":"i","name":"n","scopes":[],"domains":"some","sha256":"00",
            "created_at":"2026-03-01T12:00:00Z","version":1})",
        R"({"id":"i","name":"n","scopes":[],"domains":"all","sha256":"00",
            "created_at":"yesterday","version":1})",
        R"({"id":"i","name":"n","scopes":[],"domains":"all","sha256":"00","revoked_at":7,
            "created_at":"2026-03-01T12:00:00Z","version":1})"}) {
    EXPECT_FALSE(token_from_json(text)) << text;
  }
}

TEST_F(TokenTest, TheTextBeforeCountsForTheOverlap) {
  const TokenChange made = create();
  const TokenChange rotated = rotate_token(made.after, hours(1), kNow, *chance_, "owner");
  EXPECT_EQ(rotated.after.id, made.after.id);
  EXPECT_EQ(rotated.after.version, 2U);
  EXPECT_TRUE(is_shown_by(rotated.after, rotated.text, kNow));
  EXPECT_TRUE(is_shown_by(rotated.after, made.text, kNow + hours(1) - std::chrono::seconds(1)));
  EXPECT_FALSE(is_shown_by(rotated.after, made.text, kNow + hours(1)));
  const TokenChange at_once =
      rotate_token(made.after, std::chrono::seconds(0), kNow, *chance_, "owner");
  EXPECT_FALSE(is_shown_by(at_once.after, made.text, kNow));
}

TEST_F(TokenTest, IsOverWhenItExpiresOrIsRevoked) {
  const TokenChange made = create(kNow + hours(1));
  EXPECT_FALSE(made.after.is_over(kNow + hours(1) - std::chrono::nanoseconds(1)));
  EXPECT_TRUE(made.after.is_over(kNow + hours(1)));
  const TokenChange revoked = revoke_token(made.after, kNow, "owner");
  EXPECT_TRUE(revoked.after.is_over(kNow));
  EXPECT_EQ(revoked.event.control().action(), "removed");
  EXPECT_FALSE(revoked.event.control().before().empty());
}

}  // namespace
}  // namespace waybill::control
