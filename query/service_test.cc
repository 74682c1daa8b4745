#include "query/service.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/query_world.h"

namespace waybill::query {
namespace {

using tests::field;
using tests::QueryWorld;

constexpr char kSales[] = "/v1/addresses/sales%40example.org/history";

TEST(ServiceTest, LivesWithoutAskingAnybody) {
  QueryWorld world;
  world.health().ready = false;
  const auto response = world.get("/livez");
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.body, "ok\n");
}

TEST(ServiceTest, IsReadyWhenHealthSaysSoAndElseSaysWhyNot) {
  QueryWorld world;
  world.health().lag = 12;
  EXPECT_EQ(world.json("/readyz").at("lag"), 12);

  world.health().ready = false;
  world.health().why_not = "the journal is fenced";
  const auto problem = world.json("/readyz", 503);
  EXPECT_EQ(problem.at("code"), "not_ready");
  EXPECT_EQ(problem.at("detail"), "the journal is fenced");
  EXPECT_FALSE(field(world.get("/readyz"), "Retry-After").empty());
}

TEST(ServiceTest, SaysNotFoundAsAProblem) {
  QueryWorld world;
  for (const char* const target : {"/", "/v1", "/v2/messages", "/livez/", "//livez", "/LIVEZ",
                                   "/v1/deliveries/", "/v1/addresses//history"}) {
    const auto response = world.get(target);
    EXPECT_EQ(response.status, 404U) << target;
    EXPECT_EQ(response.content_type, kProblemType);
    const auto problem = boost::json::parse(response.body);
    EXPECT_EQ(problem.at("title"), "Not Found");
    EXPECT_EQ(problem.at("code"), "not_found");
  }
}

TEST(ServiceTest, AnswersOnlyGetAndHead) {
  QueryWorld world;
  for (const char* const method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    const auto response = world.ask(method, kSales);
    EXPECT_EQ(response.status, 405U) << method;
    EXPECT_EQ(field(response, "Allow"), "GET, HEAD");
  }
  EXPECT_EQ(world.ask("BREW", kSales).status, 501U);
  EXPECT_EQ(world.ask("get", kSales).status, 501U);  // RFC 9110 9.1: methods are case-sensitive
  EXPECT_EQ(world.ask("HEAD", kSales).status, 200U);
  EXPECT_EQ(world.ask("POST", "/nowhere").status, 404U);
}

TEST(ServiceTest, SaysBadTargetsAsProblems) {
  QueryWorld world;
  const auto problem = world.json("/v1/addresses/%ZZ/history", 400);
  EXPECT_EQ(problem.at("code"), "invalid_target");
}

TEST(ServiceTest, SaysBusyWhenNoReadCanBeQueued) {
  QueryWorld world;
  tests::FullWorkers full;
  world.use(full);
  const auto response = world.get(kSales);
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(field(response, "Retry-After"), "1");
  EXPECT_EQ(boost::json::parse(response.body).at("code"), "busy");
  EXPECT_EQ(world.get("/livez").status, 200U);
}

TEST(ServiceTest, CountsByTemplateAndStatusClassAndNamesNoAddress) {
  QueryWorld world;
  world.get(kSales);
  world.get(std::string(kSales) + "?limit=0");
  world.get("/nowhere/sales@example.org");
  const auto metrics = world.get("/metrics");
  EXPECT_EQ(metrics.content_type, "text/plain; version=0.0.4; charset=utf-8");
  for (const char* const line :
       {"waybill_ready 1",
        "waybill_http_requests_total{route=\"/v1/addresses/{address}/history\",status=\"2xx\"} 1",
        "waybill_http_requests_total{route=\"/v1/addresses/{address}/history\",status=\"4xx\"} 1",
        "waybill_http_requests_total{route=\"none\",status=\"4xx\"} 1",
        "waybill_http_request_seconds_count{route=\"/v1/addresses/{address}/history\"} 2"}) {
    EXPECT_NE(metrics.body.find(line), std::string::npos) << line << "\n" << metrics.body;
  }
  EXPECT_EQ(metrics.body.find("sales"), std::string::npos);
}

TEST(ServiceTest, TakesNoParametersWhereThereAreNone) {
  QueryWorld world;
  for (const char* const target : {"/livez?x=1", "/readyz?verbose=1", "/metrics?name=a"}) {
    EXPECT_EQ(world.json(target, 400).at("code"), "invalid_parameter") << target;
  }
}

// The contract that clients read names exactly the routes that are served.
TEST(ServiceTest, ServesWhatTheOpenApiDocumentSays) {
  std::ifstream file(WAYBILL_SOURCE_DIR "/schemas/openapi.yaml");
  ASSERT_TRUE(file);
  std::vector<std::string> documented;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("  /") && line.ends_with(":")) {
      documented.push_back(line.substr(2, line.size() - 3));
    }
  }
  QueryWorld world;
  const Service service(world.parts());
  std::vector<std::string> served;
  for (const auto& route : service.router().routes()) served.push_back(route.path);
  std::sort(documented.begin(), documented.end());
  std::sort(served.begin(), served.end());
  EXPECT_EQ(documented, served);
}

}  // namespace
}  // namespace waybill::query
