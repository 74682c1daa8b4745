#include "control/routes.h"

#include <gtest/gtest.h>

#include "tests/support/http_world.h"
#include "tests/support/remembering_log.h"

namespace waybill::control {
namespace {

using schemas::Principal;
using schemas::Scope;
using schemas::Sight;
using tests::text;

class ControlRoutesTest : public testing::Test {
 protected:
  class World : public tests::HttpWorld {
   public:
    explicit World(ControlRoutesTest& test) : test_(test) {}
    http::Router router() override {
      http::Router out;
      add_routes(out, {test_.tokens_, &test_.log_, &clock(), "mx1"});
      return out;
    }
    ControlRoutesTest& test_;
  };

  ControlRoutesTest() {
    tokens_->set_whole();
    as(schemas::Scopes::all(), Sight::all());
  }
  void as(schemas::Scopes scopes, Sight sight) {
    Principal out;
    out.kind = Principal::Kind::owner;
    out.scopes = scopes;
    out.sight = std::move(sight);
    world_.set_asker(std::move(out));
  }
  boost::json::object ask(const std::string& method, const std::string& target, unsigned status) {
    const auto response = world_.ask(method, target);
    EXPECT_EQ(response.status, status) << target << ": " << response.body;
    return boost::json::parse(response.body).as_object();
  }
  boost::json::object make(const std::string& rest = "&domain=a.example") {
    return ask("POST", "/v1/tokens?name=desk" + rest, 201);
  }
  std::string code(const std::string& method, const std::string& target, unsigned status) {
    return text(ask(method, target, status).at("code"));
  }

  std::shared_ptr<Tokens> tokens_ = std::make_shared<Tokens>();
  tests::RememberingLog log_;
  World world_{*this};
};

TEST_F(ControlRoutesTest, ATokenIsOnRecordBeforeItIsShown) {
  const auto made = make("&domain=a.example,B.example&scope=history,feed");
  ASSERT_EQ(log_.events.size(), 1U);
  EXPECT_EQ(log_.events[0].control().subject_id(), text(made.at("id")));
  EXPECT_EQ(log_.events[0].control().actor(), "owner");
  EXPECT_EQ(log_.events[0].node(), "mx1");
  const auto who = tokens_->shown_by(text(made.at("token")), tests::kNow);
  ASSERT_NE(who, nullptr);
  EXPECT_EQ(who->sight, Sight::of({"a.example", "b.example"}));
  EXPECT_EQ(who->scopes, (schemas::Scopes{Scope::history, Scope::feed}));
  // Many clients write a list so.
  const auto other = make("&domain=a.example&scope=history&scope=export");
  EXPECT_EQ(tokens_->shown_by(text(other.at("token")), tests::kNow)->scopes,
            (schemas::Scopes{Scope::history, Scope::exports}));
}

TEST_F(ControlRoutesTest, WhatCannotBePutOnRecordIsNotDone) {
  log_.refusal = make_error_code(runtime::Errc::no_space);
  EXPECT_EQ(code("POST", "/v1/tokens?name=n&domain=all", 503), "not_on_record");
  EXPECT_TRUE(tokens_->all().empty());
  log_.refusal.reset();
  const auto made = make();
  log_.refusal = make_error_code(runtime::Errc::no_space);
  EXPECT_EQ(code("DELETE", "/v1/tokens/" + text(made.at("id")), 503), "not_on_record");
  EXPECT_NE(tokens_->shown_by(text(made.at("token")), tests::kNow), nullptr);
}

TEST_F(ControlRoutesTest, TheTextIsShownOnce) {
  const auto made = make();
  const std::string at = "/v1/tokens/" + text(made.at("id"));
  EXPECT_FALSE(ask("GET", at, 200).contains("token"));
  const auto list = ask("GET", "/v1/tokens", 200);
  ASSERT_EQ(list.at("tokens").as_array().size(), 1U);
  EXPECT_FALSE(list.at("tokens").as_array()[0].as_object().contains("token"));
  EXPECT_FALSE(ask("DELETE", at, 200).contains("token"));
}

TEST_F(ControlRoutesTest, ARevokedTokenStaysAndIsNotRevived) {
  const auto made = make();
  const std::string at = "/v1/tokens/" + text(made.at("id"));
  EXPECT_EQ(text(ask("DELETE", at, 200).at("state")), "revoked");
  EXPECT_EQ(tokens_->shown_by(text(made.at("token")), tests::kNow), nullptr);
  EXPECT_EQ(text(ask("DELETE", at, 200).at("state")), "revoked");
  EXPECT_EQ(log_.events.size(), 2U);
  EXPECT_EQ(code("POST", at + "/rotate", 409), "token_over");
  EXPECT_EQ(text(ask("GET", at, 200).at("state")), "revoked");
}

TEST_F(ControlRoutesTest, ARotatedTokenHasAnotherText) {
  const auto made = make();
  const std::string at = "/v1/tokens/" + text(made.at("id"));
  const auto rotated = ask("POST", at + "/rotate?overlap=60", 200);
  EXPECT_NE(rotated.at("token"), made.at("token"));
  EXPECT_NE(tokens_->shown_by(text(rotated.at("token")), tests::kNow), nullptr);
  EXPECT_NE(tokens_->shown_by(text(made.at("token")), tests::kNow), nullptr);
  EXPECT_TRUE(rotated.contains("earlier_until"));
  (void)ask("POST", at + "/rotate", 200);
  EXPECT_EQ(tokens_->shown_by(text(rotated.at("token")), tests::kNow), nullptr);
}

TEST_F(ControlRoutesTest, NobodyGivesWhatTheyHaveNot) {
  as({Scope::control, Scope::history}, Sight::of({"a.example"}));
  EXPECT_EQ(code("POST", "/v1/tokens?name=n&domain=all", 403), "beyond_yours");
  EXPECT_EQ(code("POST", "/v1/tokens?name=n&domain=a.example,b.example", 403), "beyond_yours");
  EXPECT_EQ(code("POST", "/v1/tokens?name=n&domain=a.example&scope=feed", 403), "beyond_yours");
  EXPECT_TRUE(log_.events.empty());
  make("&domain=a.example&scope=history,control");
}

TEST_F(ControlRoutesTest, NoTokenMakesOneThatOutlivesIt) {
  Principal maker;
  maker.kind = Principal::Kind::token;
  maker.scopes = {Scope::control, Scope::history};
  maker.sight = Sight::all();
  maker.until = tests::kNow + std::chrono::hours(1);
  world_.set_asker(maker);
  EXPECT_EQ(code("POST", "/v1/tokens?name=n&domain=all", 403), "beyond_yours");
  EXPECT_EQ(code("POST", "/v1/tokens?name=n&domain=all&expires=2026-03-02T00:00:00Z", 403),
            "beyond_yours");
  make("&domain=all&expires=2026-03-01T13:00:00Z");
}

// It was done: who asked is told, though that they asked cannot be put on record.
TEST_F(ControlRoutesTest, WhatWasDoneIsToldInAnyCase) {
  class Refusing final : public http::AccessLog {
    runtime::Task<runtime::Result<void>> record(http::Access) override {
      co_return make_error_code(runtime::Errc::log_full);
    }
  } refusing;
  world_.set_access(&refusing);
  EXPECT_EQ(code("GET", "/v1/tokens", 503), "not_on_record");
  EXPECT_TRUE(make().contains("token"));
}

TEST_F(ControlRoutesTest, ATokenBeyondOnesDomainsIsNotThere) {
  const auto wide = make("&domain=all");
  const auto narrow = make("&domain=a.example&scope=history,feed");
  as({Scope::control, Scope::history}, Sight::of({"a.example"}));
  const auto list = ask("GET", "/v1/tokens", 200);
  ASSERT_EQ(list.at("tokens").as_array().size(), 1U);
  EXPECT_EQ(list.at("tokens").as_array()[0].at("id"), narrow.at("id"));
  const std::string at = "/v1/tokens/" + text(wide.at("id"));
  const auto missing = ask("GET", "/v1/tokens/000000000000", 404);
  for (const auto& [method, target] :
       {std::pair<std::string, std::string>("GET", at), {"DELETE", at}, {"POST", at + "/rotate"}}) {
    EXPECT_EQ(ask(method, target, 404), missing) << method << " " << target;
  }
  // A text is power: who has not its scopes gets none.
  EXPECT_EQ(code("POST", "/v1/tokens/" + text(narrow.at("id")) + "/rotate", 403), "beyond_yours");
}

TEST_F(ControlRoutesTest, WhatIsAskedWronglyIsNamed) {
  const std::pair<const char*, const char*> kCases[] = {
      {"/v1/tokens?domain=all", "name"},
      {"/v1/tokens?name=n", "domain"},
      {"/v1/tokens?name=n&domain=", "domain"},
      {"/v1/tokens?name=n&domain=a.example,,b.example", "domain"},
      {"/v1/tokens?name=n&domain=a.example,a_b", "domain"},
      {"/v1/tokens?name=n&domain=all&scope=everything", "scope"},
      {"/v1/tokens?name=n&domain=all&scope=", "scope"},
      {"/v1/tokens?name=n&domain=all&expires=tomorrow", "expires"},
      {"/v1/tokens?name=n&domain=all&expires=2026-03-01T12:00:00Z", "expires"},
      {"/v1/tokens?name=n&domain=all&colour=red", "colour"},
  };
  for (const auto& [target, parameter] : kCases) {
    const auto response = world_.ask("POST", target);
    EXPECT_EQ(response.status, 400U) << target;
    EXPECT_EQ(text(boost::json::parse(response.body).at("parameter")), parameter) << target;
  }
  EXPECT_EQ(world_.ask("POST", "/v1/tokens?name=" + std::string(101, 'n') + "&domain=all").status,
            400U);
}

TEST_F(ControlRoutesTest, NothingIsSaidBeforeAllTokensAreKnown) {
  tokens_ = std::make_shared<Tokens>();
  EXPECT_EQ(code("GET", "/v1/tokens", 503), "tokens_unread");
  EXPECT_EQ(code("POST", "/v1/tokens?name=n&domain=all", 503), "tokens_unread");
  EXPECT_EQ(code("DELETE", "/v1/tokens/000000000000", 503), "tokens_unread");
}

}  // namespace
}  // namespace waybill::control
