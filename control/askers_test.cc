#include "control/askers.h"

#include <gtest/gtest.h>

#include "tests/support/http_world.h"

namespace waybill::control {
namespace {

using http::Asker;
using http::Problem;
using http::Request;
using schemas::Principal;
using schemas::Scope;

class AskersTest : public testing::Test {
 protected:
  AskersTest() {
    tokens_.set_whole();
    request_.method = "GET";
    request_.client.from = {boost::asio::ip::make_address("127.0.0.1"), 4000};
    request_.fields = {{"Host", "localhost:8025"}};
    start({});
  }

  void start(AskersSettings settings) {
    askers_ = askers({&tokens_, &clock_, tests::some_secret()}, settings);
  }
  std::string make_token() {
    TokenWish wish;
    wish.name = "n";
    wish.scopes = {Scope::history};
    wish.sight = schemas::Sight::all();
    TokenChange made = create_token(wish, clock_.wall(), *chance_, "owner");
    EXPECT_TRUE(tokens_.take(made.event));
    return made.text;
  }
  // Who it is, or the code of the refusal.
  std::string who() {
    const auto out = askers_->who(request_);
    if (const auto* const problem = std::get_if<Problem>(&out)) return problem->code;
    const Asker& asker = std::get<Asker>(out);
    const auto too_often = askers_->asks_too_often(*asker);
    return too_often ? too_often->code : asker->text();
  }
  void show(const std::string& authorization) {
    request_.fields.emplace_back("Authorization", authorization);
  }
  void come_from(const char* address) {
    request_.client.from.address = boost::asio::ip::make_address(address);
  }

  tests::StillClock clock_;
  std::unique_ptr<runtime::Chance> chance_ = runtime::system_chance();
  Tokens tokens_;
  std::unique_ptr<http::Principals> askers_;
  Request request_;
};

TEST_F(AskersTest, ThisMachineReadsWithoutAToken) {
  const auto out = askers_->who(request_);
  const Asker asker = std::get<Asker>(out);
  EXPECT_EQ(asker->text(), "local");
  EXPECT_TRUE(asker->scopes.has(Scope::history));
  EXPECT_FALSE(asker->scopes.has(Scope::control));
  EXPECT_TRUE(asker->sight.is_all());
  come_from("::1");
  EXPECT_EQ(who(), "local");
}

TEST_F(AskersTest, HttpLocalSaysWhatItMay) {
  start({.local = LocalMay::admin});
  EXPECT_TRUE(std::get<Asker>(askers_->who(request_))->scopes.has(Scope::control));
  start({.local = LocalMay::nothing});
  EXPECT_EQ(who(), "credentials_missing");
}

TEST_F(AskersTest, AnotherMachineShowsAToken) {
  come_from("192.0.2.7");
  const auto out = askers_->who(request_);
  const Problem* const problem = std::get_if<Problem>(&out);
  ASSERT_NE(problem, nullptr);
  EXPECT_EQ(problem->status, 401U);
  EXPECT_TRUE(problem->authenticate.starts_with("Bearer"));
  show("Bearer " + make_token());
  EXPECT_TRUE(who().starts_with("token "));
}

// A page of the open web whose name leads here (DNS rebinding), or that sends a form.
TEST_F(AskersTest, AStrangersPageIsNotThisMachine) {
  request_.fields = {{"Host", "evil.example"}};
  EXPECT_EQ(who(), "credentials_missing");
  request_.fields = {};
  EXPECT_EQ(who(), "local");
  request_.method = "POST";
  request_.fields = {{"Host", "localhost"}, {"Origin", "https://evil.example"}};
  EXPECT_EQ(who(), "credentials_missing");
  request_.fields = {{"Host", "localhost"}, {"Sec-Fetch-Site", "cross-site"}};
  EXPECT_EQ(who(), "credentials_missing");
  // It reads no answer, and must not be on record as this machine.
  request_.method = "GET";
  EXPECT_EQ(who(), "credentials_missing");
  request_.fields = {{"Host", "localhost"}, {"Sec-Fetch-Site", "same-origin"}};
  EXPECT_EQ(who(), "local");
  request_.fields = {{"Host", "localhost"}};
  EXPECT_EQ(who(), "local");
}

TEST_F(AskersTest, TheOwnerIsKnownByTheSecret) {
  show(tests::some_secret().authorization());
  const auto out = askers_->who(request_);
  EXPECT_EQ(std::get<Asker>(out)->text(), "owner");
  EXPECT_EQ(std::get<Asker>(out)->scopes, schemas::Scopes::all());
}

// Also on this machine: who shows something wants to be that.
TEST_F(AskersTest, WhatIsShownAndNotKnownIsRefused) {
  const std::string text = make_token();
  for (const std::string& shown :
       {std::string("Bearer"), std::string("Bearer "), text, "Token " + text,
        "Bearer " + text + "0", "Bearer " + text.substr(0, 80) + (text[80] == '0' ? "1" : "0"),
        std::string("Bearer wbp_000000000000_") + std::string(64, '0')}) {
    request_.fields = {{"Host", "localhost"}};
    show(shown);
    EXPECT_EQ(who(), "credentials_refused") << shown;
  }
  // A password is for a server in front.
  request_.fields = {{"Host", "localhost"}};
  show("Basic " + text);
  EXPECT_EQ(who(), "local");
  request_.fields = {{"Host", "localhost"}};
  show("bEARER  " + text);
  EXPECT_TRUE(who().starts_with("token "));
}

TEST_F(AskersTest, WhatIsShownTwiceOrEmptyIsNotThisMachine) {
  show("");
  EXPECT_EQ(who(), "credentials_refused");
  show("Bearer no");
  EXPECT_EQ(who(), "malformed_request");
}

TEST_F(AskersTest, NoTokenCountsBeforeAllAreKnown) {
  Tokens unread;
  askers_ = askers({&unread, &clock_, tests::some_secret()}, {});
  show("Bearer " + make_token());
  EXPECT_EQ(who(), "tokens_unread");
}

TEST_F(AskersTest, ATokenThatAsksTooOftenWaits) {
  start({.requests_per_second = 2});
  const std::string text = make_token();
  show("Bearer " + text);
  int taken = 0;
  while (taken < 100 && who() != "too_many_requests") ++taken;
  EXPECT_EQ(taken, 20);  // ten seconds' worth
  const auto asker = std::get<Asker>(askers_->who(request_));
  const auto problem = askers_->asks_too_often(*asker);
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->status, 429U);
  EXPECT_TRUE(problem->retry_after);
  clock_.move(std::chrono::seconds(1));
  EXPECT_TRUE(who().starts_with("token "));
  EXPECT_TRUE(who().starts_with("token "));
  EXPECT_EQ(who(), "too_many_requests");
  // Another one is not held up by it.
  request_.fields = {{"Host", "localhost"}};
  show("Bearer " + make_token());
  EXPECT_TRUE(who().starts_with("token "));
}

}  // namespace
}  // namespace waybill::control
