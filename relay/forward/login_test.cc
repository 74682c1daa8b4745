#include "relay/forward/login.h"

#include <gtest/gtest.h>

#include "relay/policy/limits.h"

namespace waybill::relay::forward {
namespace {

using runtime::Instant;
using smtp::Mechanism;
using namespace std::chrono_literals;

TEST(LoginTest, TakesTheStrongestMechanismThatBothKnow) {
  const Login login({"u", "s"}, {Mechanism::plain, Mechanism::login});
  EXPECT_EQ(login.strongest_of({Mechanism::login, Mechanism::plain}), Mechanism::plain);
  EXPECT_EQ(login.strongest_of({Mechanism::login}), Mechanism::login);
  EXPECT_EQ(login.strongest_of({Mechanism::oauthbearer, Mechanism::xoauth2}), std::nullopt);
  EXPECT_EQ(login.strongest_of({}), std::nullopt);
}

TEST(LoginTest, AHostThatRefusedItRestsAndOthersDoNot) {
  const Login login({"u", "s"}, {Mechanism::plain});
  const Instant now{1h};
  EXPECT_EQ(login.rests_at("a.test", now), std::nullopt);
  EXPECT_TRUE(login.note_refused("a.test", "535 no", now));
  EXPECT_FALSE(login.note_refused("a.test", "535 again", now)) << "it is known";
  EXPECT_EQ(login.rests_at("a.test", now + kLoginRest - 1ns), (Login::Rest{"535 again", true}));
  EXPECT_EQ(login.rests_at("b.test", now), std::nullopt);
  EXPECT_EQ(login.rests_at("a.test", now + kLoginRest), std::nullopt);
  EXPECT_TRUE(login.note_refused("a.test", "535 no", now + kLoginRest)) << "said anew";
}

TEST(LoginTest, AHostThatCannotJudgeItRestsForAMoment) {
  const Login login({"u", "s"}, {Mechanism::plain});
  const Instant now{1h};
  login.note_put_off("a.test", "454 later", now);
  EXPECT_EQ(login.rests_at("a.test", now + kLoginPause - 1ns), (Login::Rest{"454 later", false}));
  EXPECT_EQ(login.rests_at("a.test", now + kLoginPause), std::nullopt);
  login.note_put_off("a.test", "454 later", now);
  EXPECT_TRUE(login.note_refused("a.test", "535 no", now)) << "it had not refused";
  login.note_put_off("a.test", "454 later", now);
  EXPECT_EQ(login.rests_at("a.test", now + kLoginRest - 1ns), (Login::Rest{"535 no", true}));
}

runtime::Endpoint at_a() { return {*runtime::ip_of("192.0.2.1"), 25}; }
runtime::Endpoint at_b() { return {*runtime::ip_of("192.0.2.2"), 25}; }

TEST(LoginTest, OneConnectionTriesItUntilTheHostHasTakenIt) {
  const Login login({"u", "s"}, {Mechanism::plain});
  {
    auto trial = login.try_at("a.test", at_a());
    ASSERT_TRUE(trial);
    EXPECT_FALSE(login.try_at("a.test", at_a()));
    EXPECT_TRUE(login.try_at("b.test", at_b()));
    const auto moved = std::move(trial);
    EXPECT_FALSE(login.try_at("a.test", at_a()));
  }
  EXPECT_TRUE(login.try_at("a.test", at_a())) << "whatever became of it";
  login.note_taken("a.test");
  const auto one = login.try_at("a.test", at_a());
  EXPECT_TRUE(login.try_at("a.test", at_a()));
  login.note_refused("a.test", "535 no", Instant{1h});
  const auto after = login.try_at("a.test", at_a());
  EXPECT_FALSE(login.try_at("a.test", at_a()));
}

TEST(LoginTest, AnAddressThatHangsKeepsNobodyFromAnotherOneOfTheHost) {
  const Login login({"u", "s"}, {Mechanism::plain});
  const auto trial = login.try_at("a.test", at_a());
  EXPECT_FALSE(login.try_at("a.test", at_a()));
  EXPECT_TRUE(login.try_at("a.test", at_b()));
}

TEST(LoginTest, HostsWithoutEndTakeNoMemoryWithoutEnd) {
  const Login login({"u", "s"}, {Mechanism::plain});
  const Instant now{1h};
  for (int i = 0; i < 1000; ++i) login.note_refused("h" + std::to_string(i), "no", now + i * 1ms);
  int resting = 0;
  for (int i = 0; i < 1000; ++i) {
    resting += login.rests_at("h" + std::to_string(i), now + 1s) ? 1 : 0;
  }
  EXPECT_EQ(resting, 100);
  EXPECT_TRUE(login.rests_at("h999", now + 1s)) << "the newest are kept";
}

TEST(LoginTest, EachHasANumberOfItsOwnAndIsFoundByItsDomain) {
  const auto one = std::make_shared<const Login>(smtp::Credentials{"u", "s"},
                                                 std::vector<Mechanism>{Mechanism::plain});
  const Login other({"u", "s"}, {Mechanism::plain});
  EXPECT_NE(one->number(), other.number());
  CurrentLogins logins;
  EXPECT_EQ(logins.of("h.test"), nullptr);
  logins.set({{"h.test", one}});
  EXPECT_EQ(logins.of("h.test"), one);
  EXPECT_EQ(logins.of("g.test"), nullptr);
}

}  // namespace
}  // namespace waybill::relay::forward
