#include "stream/transport/webhook.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/http_sink_world.h"

namespace waybill::stream {
namespace {

using std::chrono::seconds;
using tests::fates;
using tests::HttpSinkWorld;
using tests::records_of;

// The known answer of the specification's own libraries.
const std::string kWebhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string kOtherSecret = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";
constexpr std::int64_t kSignedAt = 1614265330;

WebhookSecret webhook_secret(const std::string& text) { return WebhookSecret::parse(text).value(); }

struct KnownAnswer {
  std::string id;
  std::string body;
  std::string signature;
};

const KnownAnswer kKnownSignatures[] = {
    {"msg_p5jXN8AQM9LWM0D4loKWxJek", "{\"test\": 2432232314}",
     "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
    {"evt-empty", "", "v1,HrSoY0kuOE8Dj6P5s1Ybl6LgS+cHVDCCD5DsIDZxI5I="},
    {"evt-utf8", "{\"subject\":\"Gr\u00fc\u00dfe \U0001F4E8\"}",
     "v1,IyVHt3fAZ8ghApWwXjl8QlCR9iLGeu2R5R11utTyHCs="},
    {"evt-newline", "{}\n", "v1,CHKjenRhxayd6gf0TGK2siFr5BdRcjBYpTW/JBbD0+I="},
};

TEST(WebhookSignatureTest, IsThatOfOtherImplementations) {
  for (const KnownAnswer& c : kKnownSignatures) {
    EXPECT_EQ(webhook_secret(kWebhookSecret).sign(c.id, kSignedAt, c.body), c.signature) << c.id;
  }
}

TEST(WebhookSignatureTest, TwoSecretsAreTwoSignaturesPartedByASpace) {
  const std::string both =
      webhook_signatures({webhook_secret(kOtherSecret), webhook_secret(kWebhookSecret)},
                         kKnownSignatures[0].id, kSignedAt, kKnownSignatures[0].body);
  const std::size_t space = both.find(' ');
  ASSERT_NE(space, std::string::npos);
  EXPECT_EQ(both.substr(space + 1), kKnownSignatures[0].signature);
  EXPECT_EQ(both.substr(0, space),
            webhook_secret(kOtherSecret)
                .sign(kKnownSignatures[0].id, kSignedAt, kKnownSignatures[0].body));
}

TEST(WebhookSignatureTest, ASecretThatIsNoneIsRefusedAndNotRepeated) {
  for (const std::string text :
       {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS-", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw="}) {
    const auto parsed = WebhookSecret::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().why.find("MfKQ"), std::string::npos);
  }
  EXPECT_FALSE(WebhookSecret::parse("whsec_" + std::string(88, 'A'))) << "66 octets";
  EXPECT_TRUE(WebhookSecret::parse("whsec_" + std::string(86, 'A') + "==")) << "64 octets";
}

class WebhookTest : public ::testing::Test {
 protected:
  WebhookSettings settings(const std::string& path = "") {
    return {.way = {.url = world_.url() + path},
            .secrets = {webhook_secret(kWebhookSecret)},
            .allow_private = {"127.0.0.0/8"}};
  }
  std::unique_ptr<Transport> transport(WebhookSettings settings) {
    auto out = make_webhook(std::move(settings), world_.clock());
    EXPECT_TRUE(out) << out.error().why;
    return std::move(out.value());
  }

  HttpSinkWorld world_;
};

TEST_F(WebhookTest, OneRecordIsAMessageOfItsId) {
  world_.answer(204);
  const auto webhook = transport(settings("/hook?x=1"));
  EXPECT_EQ(webhook->grade(), Grade::taken);
  EXPECT_EQ(fates(webhook->send(records_of({"evt-1"}), world_.soon())), "c");
  const auto heard = world_.last();
  EXPECT_EQ(heard.target, "/hook?x=1");
  EXPECT_EQ(heard.body,
            R"({"type":"waybill.delivery.accepted",)"
            R"("timestamp":"2026-09-21T14:13:20.123Z","data":{"event":{"id":"evt-1"}}})");
  EXPECT_EQ(heard.field("webhook-id"), "evt-1");
  const std::int64_t then = std::stoll(heard.field("webhook-timestamp"));
  const auto now = std::chrono::floor<seconds>(world_.clock().wall().time_since_epoch()).count();
  EXPECT_LE(std::abs(now - then), 10);
  EXPECT_EQ(heard.field("webhook-signature"),
            webhook_secret(kWebhookSecret).sign("evt-1", then, heard.body));
}

TEST_F(WebhookTest, SeveralRecordsHaveOneIdThatDependsOnThemAlone) {
  world_.answer(200);
  std::vector<std::string> ids;
  for (const auto& batch : {records_of({"a", "b", "c"}), records_of({"a", "b", "c"}),
                            records_of({"a", "c"}), records_of({"a", "x", "c"})}) {
    EXPECT_EQ(fates(transport(settings())->send(batch, world_.soon())),
              std::string(batch.size(), 'c'));
    ids.push_back(world_.last().field("webhook-id"));
  }
  EXPECT_EQ(ids[0], ids[1]);
  EXPECT_NE(ids[0], ids[2]);
  EXPECT_NE(ids[0], ids[3]);
  EXPECT_EQ(ids[0].find('.'), std::string::npos);
  const auto one = [](const std::string& id) {
    return R"({"id":")" + id +
           R"(","type":"waybill.delivery.accepted","timestamp":"2026-09-21T14:13:20.123Z",)"
           R"("data":{"event":{"id":")" +
           id + R"("}}})";
  };
  EXPECT_EQ(world_.receiver().heard()[2].body,
            R"({"type":"waybill.events","timestamp":"2026-09-21T14:13:20.123Z","data":[)" +
                one("a") + "," + one("c") + "]}");
}

TEST_F(WebhookTest, AnAttemptHasATimeAndASignatureOfItsOwn) {
  world_.answer(503);
  world_.answer(200);
  const auto webhook = transport(settings());
  const auto records = records_of({"evt-1"});
  EXPECT_EQ(webhook->send(records, world_.soon()).trouble, Trouble::weather);
  const auto until = world_.clock().wall() + std::chrono::milliseconds(1100);
  while (world_.clock().wall() < until) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(fates(webhook->send(records, world_.soon())), "c");
  const auto heard = world_.receiver().heard();
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[0].field("webhook-id"), heard[1].field("webhook-id"));
  EXPECT_EQ(heard[0].body, heard[1].body);
  EXPECT_NE(heard[0].field("webhook-timestamp"), heard[1].field("webhook-timestamp"));
  EXPECT_NE(heard[0].field("webhook-signature"), heard[1].field("webhook-signature"));
}

TEST_F(WebhookTest, WhatAReceiverSaysByItsStatus) {
  const auto webhook = transport(settings("/secret-path"));
  struct Case {
    unsigned status;
    Trouble trouble;
  };
  for (const Case c :
       {Case{400, Trouble::batch}, Case{401, Trouble::setup}, Case{410, Trouble::setup},
        Case{413, Trouble::batch}, Case{429, Trouble::weather}, Case{500, Trouble::weather}}) {
    world_.forget_answers();
    world_.answer(c.status);
    const Outcome outcome = webhook->send(records_of({"1"}), world_.soon());
    EXPECT_EQ(outcome.trouble, c.trouble) << c.status;
    EXPECT_EQ(fates(outcome), "a");
    EXPECT_EQ(outcome.why.why.find("secret-path"), std::string::npos) << outcome.why.why;
  }
}

TEST_F(WebhookTest, ARedirectIsNotFollowed) {
  HttpSinkWorld other;
  other.answer(200);
  world_.answer(307, "", "Location: " + other.url() + "/\r\n");
  EXPECT_EQ(transport(settings())->send(records_of({"1"}), world_.soon()).trouble, Trouble::setup);
  EXPECT_TRUE(other.receiver().heard().empty());
}

TEST_F(WebhookTest, AnIdThatCannotBeOneIsRefused) {
  world_.answer(200);
  for (const std::string id : {"a.b", "a b", "a\r\nX: y", ""}) {
    EXPECT_EQ(fates(transport(settings())->send(records_of({id}), world_.soon())), "x") << id;
  }
  EXPECT_TRUE(world_.receiver().heard().empty());
}

// ---- where it may not go ----

struct GuardCase {
  std::vector<std::string> allowed;
  std::string host;
  bool goes;
};

const GuardCase kGuards[] = {
    {{}, "127.0.0.1", false},
    {{}, "localhost", false},
    {{}, "[::1]", false},
    {{}, "[::ffff:127.0.0.1]", false},
    {{"10.0.0.0/8"}, "127.0.0.1", false},
    {{"siem.test"}, "localhost", false},
    {{"127.0.0.0/8"}, "127.0.0.1", true},
    {{"127.0.0.1"}, "127.0.0.1", true},
    {{"LocalHost"}, "localhost", true},
};

TEST_F(WebhookTest, OnlyAddressesOfThePublicInternetAreDialledUnlessTheyAreAllowed) {
  world_.answer(200);
  for (const GuardCase& c : kGuards) {
    const std::size_t before = world_.receiver().heard().size();
    WebhookSettings guarded = settings();
    guarded.way.url = "http://" + c.host + ":" + world_.receiver().port();
    guarded.allow_private = c.allowed;
    const Outcome outcome = transport(std::move(guarded))->send(records_of({"1"}), world_.soon());
    EXPECT_EQ(fates(outcome), c.goes ? "c" : "a") << c.host;
    EXPECT_EQ(outcome.trouble, c.goes ? Trouble::none : Trouble::setup) << c.host;
    EXPECT_EQ(world_.receiver().heard().size() - before, c.goes ? 1u : 0u) << c.host;
  }
}

TEST_F(WebhookTest, ThroughAProxyAnAddressInTheUrlIsHeldToo) {
  world_.answer(200);
  for (const bool is_address : {true, false}) {
    WebhookSettings guarded = settings();
    guarded.allow_private.clear();
    guarded.way.proxy = world_.url();
    guarded.way.url = is_address ? "http://169.254.169.254/" : "http://receiver.test/";
    const Outcome outcome = transport(std::move(guarded))->send(records_of({"1"}), world_.soon());
    EXPECT_EQ(outcome.trouble, is_address ? Trouble::setup : Trouble::none);
  }
}

TEST_F(WebhookTest, WhatIsAllowedIsAHostOrANetwork) {
  WebhookSettings wrong = settings();
  wrong.allow_private = {"10.0.0.0/8", "a host"};
  EXPECT_FALSE(make_webhook(std::move(wrong), world_.clock()));
  WebhookSettings none = settings();
  none.secrets.clear();
  EXPECT_FALSE(make_webhook(std::move(none), world_.clock()));
}

}  // namespace
}  // namespace waybill::stream
