#include "relay/policy/judge_recipient.h"

#include <gtest/gtest.h>

#include <chrono>

#include "relay/policy/limits.h"

namespace waybill::relay::policy {
namespace {

using namespace std::chrono_literals;
using runtime::Errc;
using schemas::Reply;
using Taken = RcptFacts::Taken;

const runtime::WallTime kNow(std::chrono::hours(500'000));

std::string recipient_word_of(const std::optional<Refusal>& refusal) {
  return refusal ? refusal->rule : "taken";
}

const schemas::DomainRoutes kDomain;
const schemas::RouteAction kForward = schemas::ForwardTo{};
const schemas::RouteAction kDrop = schemas::DropSilently{};
const schemas::RouteAction kReject = schemas::RejectWith{{550, "5.7.1", "No spam"}};

routes::Lookup found(const schemas::RouteAction& action) {
  return routes::Found{&kDomain, schemas::Address::parse("a@b.test").value(), "a@b.test", &action};
}

routes::Lookup unknown_alias() {
  return routes::UnknownAlias{&kDomain, schemas::Address::parse("a@b.test").value()};
}

TEST(JudgeRecipientTest, TheFirstThingThatStandsAgainstARecipientIsItsVerdict) {
  const Reply bad{501, "5.1.3", "Bad recipient address syntax"};
  const Reply many{452, "4.5.3", "Too many recipients"};
  const auto longest = 72h + schemas::kRetryLife + kLongestTransaction;
  const ReturnPathFacts open{kNow - longest, 72h};
  const ReturnPathFacts closed{kNow - longest - 1ns, 72h};
  const ReturnPathFacts forged{std::nullopt, 72h};
  const struct {
    const char* verdict;
    RcptFacts facts;
  } cases[] = {
      {"syntax", {.core_refusal = bad, .now = kNow}},
      {"syntax", {.core_refusal = bad, .taken = Taken::report, .now = kNow}},
      {"too-many-recipients", {.core_refusal = many, .taken = Taken::mail, .now = kNow}},
      {"return-path-alone", {.taken = Taken::report, .route = found(kForward), .now = kNow}},
      {"return-path-alone", {.taken = Taken::report, .return_path = open, .now = kNow}},
      {"return-path-forged", {.return_path = forged, .now = kNow}},
      {"return-path-forged", {.taken = Taken::mail, .return_path = forged, .now = kNow}},
      {"return-path-expired", {.return_path = closed, .now = kNow}},
      {"return-path-expired", {.taken = Taken::mail, .return_path = closed, .now = kNow}},
      {"return-path-alone", {.taken = Taken::mail, .return_path = open, .now = kNow}},
      {"taken", {.return_path = open, .now = kNow}},
      {"unknown-domain", {.route = routes::UnknownDomain{}, .now = kNow}},
      {"unknown-alias", {.route = unknown_alias(), .now = kNow}},
      {"a@b.test", {.route = found(kReject), .now = kNow}},
      {"taken", {.route = found(kForward), .now = kNow}},
      {"loop", {.route = found(kForward), .asked_already = true, .now = kNow}},
      {"a@b.test", {.route = found(kReject), .asked_already = true, .now = kNow}},
      {"taken", {.route = found(kDrop), .now = kNow}},
      {"taken", {.taken = Taken::mail, .route = found(kForward), .now = kNow}},
  };
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    EXPECT_EQ(recipient_word_of(judge_recipient(cases[i].facts)), cases[i].verdict) << "case " << i;
  }
}

TEST(JudgeMailTest, ASizeAboveTheLimitIsTheOnlyRefusalThatIsNotOfSyntax) {
  const Reply large{552, "5.3.4", "Message is larger than this host takes"};
  EXPECT_EQ(judge_mail(large), (Refusal{"message-size", large}));
  const Reply bad{501, "5.1.7", "Bad sender address syntax"};
  EXPECT_EQ(judge_mail(bad), (Refusal{"syntax", bad}));
}

TEST(JudgeRecipientTest, TheCoresRefusalIsCarriedAsItIs) {
  const Reply bad{501, "5.1.3", "Bad recipient address syntax"};
  EXPECT_EQ(judge_recipient({.core_refusal = bad})->reply, bad);
}

TEST(JudgeRecipientTest, ARoutesOwnReplyIsTheReply) {
  const auto refusal = judge_recipient({.route = found(kReject)});
  EXPECT_EQ(*refusal, (Refusal{"a@b.test", {550, "5.7.1", "No spam"}}));
}

TEST(JudgeWindowTest, IsAskedOnlyWhereTheAddressDoesNotSayIt) {
  EXPECT_FALSE(is_window_unsure({kNow - 72h, 72h}, kNow));
  EXPECT_TRUE(is_window_unsure({kNow - 72h - 1ns, 72h}, kNow));
}

TEST(JudgeWindowTest, TheWindowIsCountedFromTheHandOver) {
  const auto accepted = [](runtime::WallTime at) {
    schemas::ReturnPath out;
    out.accepted_at = at;
    return out;
  };
  const struct {
    const char* verdict;
    runtime::Result<schemas::ReturnPath> path;
  } cases[] = {
      {"taken", accepted(kNow - 72h)},
      {"return-path-expired", accepted(kNow - 72h - 1ns)},
      {"return-path-expired", make_error_code(Errc::not_found)},
      {"return-path-unknown", make_error_code(Errc::timeout)},
  };
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    EXPECT_EQ(recipient_word_of(judge_window(cases[i].path, {kNow - 80h, 72h}, kNow)),
              cases[i].verdict)
        << "case " << i;
  }
}

}  // namespace
}  // namespace waybill::relay::policy
