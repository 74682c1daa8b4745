#include "http/service.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "http/packing.h"
#include "http/parameters.h"
#include "runtime/gzip.h"
#include "tests/support/http_world.h"

namespace waybill::http {
namespace {

using tests::field;
using tests::HttpWorld;

constexpr char kSales[] = "/v1/stock/sales%40example.org";

// What a Read finds of a thing, asked with a limit or without.
Plan plan_stock(const Request& request) {
  Parameters parameters(request);
  parameters.number("limit", 1, 10);
  if (const auto problem = parameters.problem()) return to_response(*problem);
  return Read([thing = request.captured[0]] {
    Response response;
    response.body = "\"" + thing + "\"";
    return response;
  });
}

// So many letters of it.
Plan plan_long(const Request& request) {
  return Read([size = std::stoul(request.captured[0])] {
    Response response;
    response.body = std::string(size, 'a');
    return response;
  });
}

// A number below 100 is known at once; of 0 that fails.
Plan plan_quick(const Request& request) {
  const std::string number = request.captured[0];
  const auto answer = [](std::string_view how) {
    Response response;
    response.body.assign(how).append(kWorthPacking, ' ');
    return response;
  };
  auto at_once = [number, answer]() -> std::optional<Answer> {
    if (number.size() > 2) return std::nullopt;
    if (number == "0") throw std::runtime_error("no such number");
    return answer("at once");
  };
  return QuickRead{at_once, [answer] { return answer("on a worker"); }};
}

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    world.add("/v1/stock/{thing}", plan_stock);
    world.add("/v1/long/{size}", plan_long);
    world.add("/v1/quick/{number}", plan_quick);
  }
  Response asked(const std::string& target, const std::string& accept_encoding) {
    Head head;
    head.method = "GET";
    head.target = target;
    if (!accept_encoding.empty()) head.fields.emplace_back("Accept-Encoding", accept_encoding);
    return world.ask(std::move(head));
  }
  HttpWorld world;
};

TEST_F(ServiceTest, LivesWithoutAskingAnybody) {
  world.health().ready = false;
  const auto response = world.get("/livez");
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.body, "ok\n");
}

TEST_F(ServiceTest, IsReadyWhenHealthSaysSoAndElseSaysWhyNot) {
  world.health().lag = 12;
  EXPECT_EQ(world.json("/readyz").at("lag"), 12);
  EXPECT_FALSE(world.json("/readyz").contains("backlog"));
  world.health().lag.reset();
  world.health().backlog = 7;
  EXPECT_EQ(world.json("/readyz").at("backlog"), 7);
  EXPECT_FALSE(world.json("/readyz").contains("lag"));

  world.health().ready = false;
  world.health().why_not = "the journal is fenced";
  const auto problem = world.json("/readyz", 503);
  EXPECT_EQ(problem.at("code"), "not_ready");
  EXPECT_EQ(problem.at("detail"), "the journal is fenced");
  EXPECT_FALSE(field(world.get("/readyz"), "Retry-After").empty());
}

TEST_F(ServiceTest, ALongAnswerIsPackedForWhoReadsThat) {
  const Response packed = asked("/v1/long/5000", "br, gzip");
  EXPECT_EQ(field(packed, "Content-Encoding"), "gzip");
  EXPECT_EQ(field(packed, "Vary"), "Accept-Encoding");
  EXPECT_EQ(packed.body, runtime::gzip(std::string(5000, 'a')));
  for (const char* const other : {"", "br", "gzip;q=0"}) {
    const Response plain = asked("/v1/long/5000", other);
    EXPECT_EQ(plain.body, std::string(5000, 'a')) << other;
    EXPECT_EQ(field(plain, "Content-Encoding"), "");
    EXPECT_EQ(field(plain, "Vary"), "Accept-Encoding");
  }
  EXPECT_EQ(field(asked("/v1/long/5000", "gzip, zstd"), "Content-Encoding"), "zstd");
  const Response small = asked("/v1/long/" + std::to_string(kWorthPacking - 1), "gzip");
  EXPECT_EQ(field(small, "Content-Encoding"), "");
  EXPECT_EQ(small.body.size(), kWorthPacking - 1);
}

TEST_F(ServiceTest, AQuickReadAsksForAWorkerWhereItMustWait) {
  EXPECT_TRUE(asked("/v1/quick/99", "").body.starts_with("at once"));
  EXPECT_EQ(field(asked("/v1/quick/99", ""), "Vary"), "Accept-Encoding");
  EXPECT_TRUE(asked("/v1/quick/100", "").body.starts_with("on a worker"));
  EXPECT_EQ(field(asked("/v1/quick/100", ""), "Vary"), "Accept-Encoding");
  // To pack is a worker's.
  const Response packed = asked("/v1/quick/99", "gzip");
  EXPECT_EQ(field(packed, "Content-Encoding"), "gzip");
  EXPECT_EQ(packed.body, runtime::gzip("on a worker" + std::string(kWorthPacking, ' ')));
}

// What a question comes to must not end the connection's thread, and all that it serves.
TEST_F(ServiceTest, AQuickReadThatFailsIsAnAnswer) {
  const Response failed = asked("/v1/quick/0", "");
  EXPECT_EQ(failed.status, 500U);
  EXPECT_EQ(boost::json::parse(failed.body).at("code"), "internal");
  EXPECT_TRUE(asked("/v1/quick/99", "").body.starts_with("at once"));
}

TEST_F(ServiceTest, SaysNotFoundAsAProblem) {
  for (const char* const target :
       {"/", "/v1", "/v2/stock", "/livez/", "//livez", "/LIVEZ", "/v1/stock/", "/v1//stock"}) {
    const auto response = world.get(target);
    EXPECT_EQ(response.status, 404U) << target;
    EXPECT_EQ(response.content_type, kProblemType);
    const auto problem = boost::json::parse(response.body);
    EXPECT_EQ(problem.at("title"), "Not Found");
    EXPECT_EQ(problem.at("code"), "not_found");
  }
}

TEST_F(ServiceTest, AnswersOnlyGetAndHead) {
  for (const char* const method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    const auto response = world.ask(method, kSales);
    EXPECT_EQ(response.status, 405U) << method;
    EXPECT_EQ(field(response, "Allow"), "GET, HEAD");
  }
  EXPECT_EQ(world.ask("QUERY", kSales).status, 405U) << "known, and not allowed";
  EXPECT_EQ(world.ask("BREW", kSales).status, 501U);
  EXPECT_EQ(world.ask("get", kSales).status, 501U);  // RFC 9110 9.1: methods are case-sensitive
  EXPECT_EQ(world.ask("HEAD", kSales).status, 200U);
  EXPECT_EQ(world.ask("POST", "/nowhere").status, 404U);
}

TEST_F(ServiceTest, SaysBadTargetsAsProblems) {
  const auto problem = world.json("/v1/stock/%ZZ", 400);
  EXPECT_EQ(problem.at("code"), "invalid_target");
}

TEST_F(ServiceTest, SaysBusyWhenNoReadCanBeQueued) {
  tests::FullWorkers full;
  world.use(full);
  const auto response = world.get(kSales);
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(field(response, "Retry-After"), "1");
  EXPECT_EQ(boost::json::parse(response.body).at("code"), "busy");
  EXPECT_EQ(world.get("/livez").status, 200U);
}

TEST_F(ServiceTest, CountsByTemplateAndStatusClassAndNamesNoAddress) {
  world.get(kSales);
  world.get(std::string(kSales) + "?limit=0");
  world.get("/nowhere/sales@example.org");
  const auto metrics = world.get("/metrics");
  EXPECT_EQ(metrics.content_type, "text/plain; version=0.0.4; charset=utf-8");
  for (const char* const line :
       {"waybill_ready 1",
        "waybill_http_requests_total{route=\"/v1/stock/{thing}\",status=\"2xx\"} 1",
        "waybill_http_requests_total{route=\"/v1/stock/{thing}\",status=\"4xx\"} 1",
        "waybill_http_requests_total{route=\"none\",status=\"4xx\"} 1",
        "waybill_http_request_seconds_count{route=\"/v1/stock/{thing}\"} 2"}) {
    EXPECT_NE(metrics.body.find(line), std::string::npos) << line << "\n" << metrics.body;
  }
  EXPECT_EQ(metrics.body.find("sales"), std::string::npos);
}

TEST_F(ServiceTest, TakesNoParametersWhereThereAreNone) {
  for (const char* const target : {"/livez?x=1", "/readyz?verbose=1", "/metrics?name=a"}) {
    EXPECT_EQ(world.json(target, 400).at("code"), "invalid_parameter") << target;
  }
}

TEST_F(ServiceTest, AnswersARead) { EXPECT_EQ(world.get(kSales).body, "\"sales@example.org\""); }

TEST_F(ServiceTest, LargeAnswersThatNobodyReadsAreBoundedAndSmallOnesGoOut) {
  const auto service = world.service();
  Response large;
  large.body = std::string(kAnswersUnderWay / 2, 'x');
  Response small;
  small.body = std::string(kSmallAnswer, 'x');
  auto first = service->hold(large);
  const auto second = service->hold(large);
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(service->hold(large));
  EXPECT_TRUE(service->hold(small));
  first.reset();
  EXPECT_TRUE(service->hold(large));
  EXPECT_EQ(Service::too_many_answers().status, 503U);
}

TEST_F(ServiceTest, ReadsThatWaitForOthersLeaveTheWorkersToTheRest) {
  tests::FullWorkers full;
  auto parts = world.server_parts();
  parts.remote_workers = &full;
  world.add("/v1/far",
            [](const Request&) -> Plan { return RemoteRead{[] { return Response(); }}; });
  Service service(world.router(), parts);
  Head head;
  head.method = "GET";
  head.target = "/v1/far";
  EXPECT_EQ(tests::answer_of(service, head).status, 503U);
  head.target = kSales;
  EXPECT_EQ(tests::answer_of(service, head).status, 200U);
}

TEST_F(ServiceTest, ADelayedReadRunsWhenItIsReadyOrItsTimeIsOver) {
  int looks = 0;
  std::chrono::milliseconds step{0};
  world.add("/v1/later", [&](const Request&) -> Plan {
    DelayedRead out;
    out.ready = [&] {
      world.clock().move(step);
      return ++looks == 3;
    };
    out.at_most = std::chrono::milliseconds(100);
    out.read = [&] {
      Response response;
      response.body = std::to_string(looks);
      return response;
    };
    return out;
  });
  EXPECT_EQ(world.get("/v1/later").body, "3");
  looks = 0;
  step = std::chrono::milliseconds(60);
  EXPECT_EQ(world.get("/v1/later").body, "2");
}

// A log that has room for so many more records.
class Room final : public AccessLog {
 public:
  explicit Room(std::size_t room) : room_(room) {}
  runtime::Task<runtime::Result<void>> record(Access access) override {
    if (statuses.size() == room_) co_return make_error_code(runtime::Errc::log_full);
    statuses.push_back(access.status);
    co_return runtime::Result<void>();
  }
  std::vector<unsigned> statuses;

 private:
  const std::size_t room_;
};

TEST_F(ServiceTest, WhatChangesSomethingIsOnRecordBeforeItIsDone) {
  int done = 0;
  const auto plan_deed = [&](const Request& request) -> Plan {
    if (request.method == "DELETE") return to_response(not_found("There is none."));
    return Read([&done] {
      ++done;
      Response response;
      response.status = 202;
      return response;
    });
  };
  world.add("/v1/deed", schemas::Scope::exports, plan_deed, "GET, POST, DELETE");
  schemas::Principal asker;
  asker.scopes = {schemas::Scope::exports};
  world.set_asker(asker);
  using Told = std::pair<unsigned, std::vector<unsigned>>;
  const auto ask = [&](const char* method, std::size_t room) {
    Room log(room);
    world.set_access(&log);
    const unsigned status = world.ask(method, "/v1/deed").status;
    return Told(status, log.statuses);
  };
  EXPECT_EQ(ask("POST", 0), Told(503, {}));
  EXPECT_EQ(done, 0) << "what is refused is not done";
  // What was done is told, though what it came to has no room.
  EXPECT_EQ(ask("POST", 1), Told(202, {102}));
  EXPECT_EQ(ask("POST", 2), Told(202, {102, 202}));
  EXPECT_EQ(done, 2);
  // Nothing is to be done: it is on record once.
  EXPECT_EQ(ask("DELETE", 2), Told(404, {404}));
  EXPECT_EQ(ask("GET", 2), Told(202, {202}));
  EXPECT_EQ(ask("GET", 0), Told(503, {}));
}

TEST_F(ServiceTest, AnswersNobodyWhoDoesNotShowTheSecret) {
  world.guard();
  Head head;
  head.method = "GET";
  head.target = kSales;
  for (const std::string shown : {"", "Bearer ", "Bearer 00112233445566778899aabbccddeefe"}) {
    head.fields = {{"Authorization", shown}};
    const auto response = world.ask(head);
    EXPECT_EQ(response.status, 401U) << shown;
    EXPECT_EQ(field(response, "WWW-Authenticate"), "Bearer");
  }
  head.fields = {{"authorization", world.secret().authorization()}};
  EXPECT_EQ(world.ask(head).status, 200U);
}

}  // namespace
}  // namespace waybill::http
