// Who may ask what: every route that people reach, asked by everybody there can be. A route that is
// not in the table fails the test.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "control/askers.h"
#include "control/routes.h"
#include "query/access_record.h"
#include "query/dashboard/dashboard.h"
#include "query/dashboard/pages.h"
#include "tests/support/query_world.h"
#include "tests/support/remembering_log.h"

namespace waybill::app {
namespace {

using control::TokenChange;
using control::TokenWish;
using schemas::Scope;
using schemas::Scopes;
using schemas::Sight;
using std::chrono::hours;

constexpr Scope kEverybody = static_cast<Scope>(255);

struct Row {
  Scope scope;
  std::string method;
  std::string target;
};

// By template, and by method where the method makes a difference.
std::multimap<std::string, Row> table(const std::string& token) {
  const std::string message = tests::message_id(1).text();
  const std::string delivery = tests::delivery_id(1).text();
  return {
      {"/v1/addresses/{address}/history",
       {Scope::history, "GET", "/v1/addresses/sales%40example.org/history"}},
      {"/v1/clients/{ip}/history", {Scope::history, "GET", "/v1/clients/192.0.2.1/history"}},
      {"/v1/deliveries/{id}", {Scope::history, "GET", "/v1/deliveries/" + delivery}},
      {"/v1/messages/{id}", {Scope::history, "GET", "/v1/messages/" + message}},
      {"/v1/messages/{id}/tree", {Scope::history, "GET", "/v1/messages/" + message + "/tree"}},
      {"/v1/messages", {Scope::history, "GET", "/v1/messages?message_id=a%40b"}},
      {"/v1/domains/{domain}/counters",
       {Scope::history, "GET", "/v1/domains/example.org/counters"}},
      {"/v1/figures", {Scope::history, "GET", "/v1/figures?by=alias"}},
      {"/v1/aliases", {Scope::history, "GET", "/v1/aliases"}},
      {"/v1/events", {Scope::history, "GET", "/v1/events?kind=rejected"}},
      {"/v1/feed", {Scope::feed, "GET", "/v1/feed?limit=1"}},
      {"/v1/exports", {Scope::exports, "GET", "/v1/exports"}},
      {"/v1/exports", {Scope::exports, "POST", "/v1/exports"}},
      {"/v1/exports/{id}", {Scope::exports, "GET", "/v1/exports/x"}},
      {"/v1/exports/{id}", {Scope::exports, "DELETE", "/v1/exports/x"}},
      {"/v1/exports/{id}/pause", {Scope::exports, "POST", "/v1/exports/x/pause"}},
      {"/v1/exports/{id}/resume", {Scope::exports, "POST", "/v1/exports/x/resume"}},
      {"/v1/exports/{id}/file", {Scope::exports, "GET", "/v1/exports/x/file"}},
      {"/v1/search", {Scope::history, "GET", "/v1/search?q=sales%40example.org"}},
      {"/v1/access", {Scope::access, "GET", "/v1/access"}},
      {"/v1/tokens", {Scope::control, "GET", "/v1/tokens"}},
      {"/v1/tokens", {Scope::control, "POST", "/v1/tokens?name=n&domain=example.org"}},
      {"/v1/tokens/{id}", {Scope::control, "GET", "/v1/tokens/" + token}},
      {"/v1/tokens/{id}", {Scope::control, "DELETE", "/v1/tokens/" + token}},
      {"/v1/tokens/{id}/rotate", {Scope::control, "POST", "/v1/tokens/" + token + "/rotate"}},
      {"/", {kEverybody, "GET", "/"}},
      {"/app.css", {kEverybody, "GET", "/app.css"}},
      {"/app.js", {kEverybody, "GET", "/app.js"}},
      {"/signed-in", {kEverybody, "GET", "/signed-in?code=c&state=s"}},
      {"/v1/sign-in", {kEverybody, "GET", "/v1/sign-in"}},
      {"/openapi.json", {kEverybody, "GET", "/openapi.json"}},
      {"/livez", {kEverybody, "GET", "/livez"}},
      {"/readyz", {kEverybody, "GET", "/readyz"}},
      {"/metrics", {kEverybody, "GET", "/metrics"}},
  };
}

class AuthorisationTest : public testing::Test {
 protected:
  class World : public tests::QueryWorld {
   public:
    explicit World(AuthorisationTest& test) : test_(test) {}
    http::Router router() override {
      query::Sources of_views = sources();
      of_views.access_partition = 0;
      http::Router out = tests::QueryWorld::router(std::move(of_views));
      control::add_routes(out, {test_.tokens_, &test_.log_, &clock(), "mx1"});
      return out;
    }
    AuthorisationTest& test_;
  };

  AuthorisationTest() {
    tokens_->set_whole();
    world_.fold(tests::QueryWorld::accepted(9));
    world_.set_access(record_.get());
    world_.set_principals(control::askers({tokens_.get(), &world_.clock(), tests::some_secret()},
                                          {.requests_per_second = 1e6}));
  }

  TokenChange make(Scopes scopes, Sight sight,
                   std::optional<runtime::WallTime> expires = std::nullopt) {
    const TokenWish wish{"n", scopes, std::move(sight), expires};
    TokenChange out = control::create_token(wish, world_.clock().wall(), *chance_, "owner");
    EXPECT_TRUE(tokens_->take(out.event));
    return out;
  }

  // From another machine, where `authorization` is not empty showing it.
  unsigned ask(const Row& row, const std::string& authorization, const char* from = "192.0.2.9") {
    http::Head head;
    head.method = row.method;
    head.target = row.target;
    head.fields = {{"Host", "localhost"}};
    if (!authorization.empty()) head.fields.emplace_back("Authorization", authorization);
    if (!reason_.empty()) head.fields.emplace_back("Waybill-Reason", reason_);
    http::Client client;
    client.from.address = boost::asio::ip::make_address(from);
    boost::asio::io_context context;
    const auto service = world_.service();
    const auto answered = tests::run_task(context, service->answer(std::move(head), client));
    const auto* const response = std::get_if<http::Response>(&answered);
    return response == nullptr ? 200 : response->status;
  }

  std::string reason_;
  const std::shared_ptr<control::Tokens> tokens_ = std::make_shared<control::Tokens>();
  std::unique_ptr<runtime::Chance> chance_ = runtime::system_chance();
  tests::RememberingLog log_;
  runtime::Metrics metrics_;
  World world_{*this};
  std::unique_ptr<http::AccessLog> record_ =
      query::record_accesses({&log_, &world_.clock(), chance_.get(), &metrics_, "mx1"});
};

TEST_F(AuthorisationTest, EveryRouteIsInTheTable) {
  const auto rows = table("x");
  std::set<std::string> in_table;
  for (const auto& [path, row] : rows) in_table.insert(path);
  std::set<std::string> served;
  const auto service = world_.service();
  for (const auto& route : service->router().routes()) {
    served.insert(route.path);
    const auto row = rows.find(route.path);
    ASSERT_NE(row, rows.end()) << route.path << " is not in the table";
    if (row->second.scope == kEverybody) {
      EXPECT_FALSE(route.needs.scope) << route.path;
    } else {
      EXPECT_EQ(route.needs.scope, row->second.scope) << route.path;
      EXPECT_TRUE(route.needs.on_record) << route.path;
    }
  }
  EXPECT_EQ(served, in_table);
}

// The contract that clients read names exactly the routes that are served.
TEST_F(AuthorisationTest, TheOpenApiDocumentHasTheRoutes) {
  std::ifstream file(WAYBILL_SOURCE_DIR "/schemas/openapi.yaml");
  ASSERT_TRUE(file);
  std::set<std::string> documented;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("  /") && line.ends_with(":")) {
      documented.insert(line.substr(2, line.size() - 3));
    }
  }
  std::set<std::string> served;
  const auto service = world_.service();
  for (const auto& route : service->router().routes()) served.insert(route.path);
  // It is for programs; pages are for people.
  served.erase(query::dashboard::kReturnPath);
  for (const auto& page : query::dashboard::pages()) served.erase(std::string(page.path));
  EXPECT_EQ(documented, served);
}

TEST_F(AuthorisationTest, EachRouteIsForThoseOfItsScopeAlone) {
  for (const auto& [path, row] : table("000000000000")) {
    const std::string what = row.method + " " + row.target;
    // Who is let in may be told of a token that is not there, or that this world has no feed.
    const auto is_let_in = [](unsigned status) {
      return status < 400 || status == 404 || status == 501;
    };
    const bool open = row.scope == kEverybody;
    EXPECT_EQ(is_let_in(ask(row, "")), open) << what;
    EXPECT_EQ(ask(row, "Bearer wbp_000000000000_" + std::string(64, '0')), open ? 200U : 401U)
        << what;
    if (open) continue;

    const auto right = make({row.scope, Scope::history}, Sight::all());
    EXPECT_TRUE(is_let_in(ask(row, "Bearer " + right.text))) << what;
    ASSERT_TRUE(
        tokens_->take(control::revoke_token(right.after, world_.clock().wall(), "owner").event));
    EXPECT_EQ(ask(row, "Bearer " + right.text), 401U) << what;

    const auto expired = make(Scopes::all(), Sight::all(), world_.clock().wall());
    EXPECT_EQ(ask(row, "Bearer " + expired.text), 401U) << what;

    for (const auto& scope : schemas::kScopes) {
      const auto other = make({scope.scope}, Sight::all());
      const bool may = scope.scope == row.scope;
      const unsigned status = ask(row, "Bearer " + other.text);
      // What it asks for may be beyond a maker of one scope: that is another refusal.
      const bool is_beyond = may && row.scope == Scope::control && status == 403;
      if (is_beyond) continue;
      EXPECT_EQ(is_let_in(status), may) << what << " by " << scope.word;
    }
    EXPECT_TRUE(is_let_in(ask(row, tests::some_secret().authorization()))) << what;
    EXPECT_EQ(is_let_in(ask(row, "", "127.0.0.1")), row.scope != Scope::control) << what;
    EXPECT_FALSE(is_let_in(ask(row, "Bearer no", "127.0.0.1"))) << what;
  }
}

// Of a domain whose mail is shown to nobody who does not say why, or of all.
TEST_F(AuthorisationTest, WhereAReasonIsRequiredNoMailIsShownWithoutOne) {
  for (const char* const required : {"example.org", "*"}) {
    world_.set_principals(
        control::askers({tokens_.get(), &world_.clock(), tests::some_secret()},
                        {.requests_per_second = 1e6, .require_reason = {required}}));
    const auto all = make(Scopes::all(), Sight::all());
    const auto ours = make(Scopes::all(), Sight::of({"example.org", "a.example"}));
    const auto theirs = make(Scopes::all(), Sight::of({"other.example"}));
    for (const auto& [path, row] : table("000000000000")) {
      const bool mail =
          row.scope == Scope::history || row.scope == Scope::feed || row.scope == Scope::exports;
      for (const auto& token : {all, ours}) {
        reason_.clear();
        EXPECT_EQ(ask(row, "Bearer " + token.text) == 403, mail) << path << row.target;
        reason_ = "ticket 7";
        EXPECT_NE(ask(row, "Bearer " + token.text), 403U) << path << row.target;
      }
      reason_.clear();
      EXPECT_EQ(ask(row, tests::some_secret().authorization()) == 403, mail) << row.target;
      if (!mail) continue;
      const bool asked = required == control::kEveryDomain;
      EXPECT_EQ(ask(row, "Bearer " + theirs.text) == 403, asked) << row.target;
    }
  }
}

// Of the right scope and another domain: the answer is that of nothing.
TEST_F(AuthorisationTest, OfAnotherDomainNothingIsThere) {
  const auto theirs = make(Scopes::all(), Sight::of({"other.example"}));
  const auto ours = make({Scope::history}, Sight::of({"example.org"}));
  for (const auto& [path, row] : table(ours.after.id)) {
    if (row.scope == kEverybody) continue;
    http::Head head;
    head.method = row.method;
    head.target = row.target;
    head.fields = {{"Host", "localhost"}, {"Authorization", "Bearer " + theirs.text}};
    if (path == "/v1/feed") continue;  // query/feed/filter_test.cc
    const auto response = world_.ask(head);
    EXPECT_EQ(response.body.find("bob@example.net"), std::string::npos) << row.target;
    EXPECT_EQ(response.body.find(ours.after.id + "\",\"name"), std::string::npos) << row.target;
  }
}

TEST_F(AuthorisationTest, WhatEverybodyDidIsOnRecord) {
  const auto token = make({Scope::history}, Sight::all());
  for (const auto& [path, row] : table("000000000000")) {
    const std::size_t before = log_.events.size();
    const unsigned status = ask(row, "Bearer " + token.text);
    const bool open = row.scope == kEverybody;
    ASSERT_EQ(log_.events.size(), before + (open ? 0 : 1)) << row.target;
    if (open) continue;
    EXPECT_EQ(log_.events.back().access().principal(), "token " + token.after.id) << row.target;
    EXPECT_EQ(log_.events.back().access().status(), status) << row.target;
    EXPECT_EQ(log_.events.back().client_ip(), "192.0.2.9") << row.target;
  }
}

}  // namespace
}  // namespace waybill::app
