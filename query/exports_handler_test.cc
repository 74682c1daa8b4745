#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <fstream>

#include "http/problem.h"
#include "query/exports/desk.h"
#include "query/handlers.h"
#include "tests/support/archive_part.h"
#include "tests/support/event_log.h"
#include "tests/support/http_world.h"
#include "tests/support/temporary_directory.h"

namespace waybill::query {
namespace {

using exports::Desk;
using exports::Job;
using runtime::Errc;
using schemas::Principal;
using schemas::Scope;
using schemas::Sight;

class ExportsHandlerTest : public testing::Test {
 protected:
  ExportsHandlerTest() {
    for (int i = 0; i < 20; ++i) part_.add(tests::accepted({}));
    const auto archive = std::make_shared<projector::Archive>(part_.store);
    exports::DeskParts parts;
    parts.partitions = {{0, archive, [this] { return part_.end.index(); }}};
    parts.directory = directory_.path("exports");
    parts.clock = &clock_;
    parts.chance = chance_.get();
    parts.workers = workers_.get();
    desk_ = std::make_unique<Desk>(std::move(parts), exports::DeskLimits());
    sources_.exports = desk_.get();
    sources_.clock = &clock_;
    LocalPartition& local = sources_.partitions.emplace_back();
    local.freshness = [] {
      Freshness fresh;
      fresh.lag = 5;
      return fresh;
    };
    asker_ = as(Principal::Kind::token, Sight::all());
  }

  static std::shared_ptr<Principal> as(Principal::Kind kind, Sight sight) {
    auto out = std::make_shared<Principal>();
    out->kind = kind;
    out->id = "1";
    out->scopes = {Scope::exports};
    out->sight = std::move(sight);
    return out;
  }
  http::Request request(const std::string& method, const Job& job = {}) {
    http::Request out;
    out.method = method;
    out.captured = {job.id};
    out.asker = asker_;
    return out;
  }
  static http::Answer carried_out(http::Plan plan) {
    if (auto* const response = std::get_if<http::Response>(&plan)) return std::move(*response);
    return std::get<http::Read>(plan)();
  }
  http::Response response(http::Plan plan) {
    return std::get<http::Response>(carried_out(std::move(plan)));
  }
  Job made(const std::string& principal = "token 1") {
    exports::Order order;
    order.filter.sight = Sight::all();
    order.until = desk_->ends();
    const auto job = desk_->take(std::move(order), principal, "ticket");
    EXPECT_TRUE(job);
    return *desk_->find(job->id, *as(Principal::Kind::owner, Sight::all()));
  }
  http::Stream fetched(const Job& job, const std::string& method, http::Fields fields) {
    http::Request asked = request(method, job);
    asked.fields = std::move(fields);
    return std::get<http::Stream>(carried_out(plan_export_file(sources_, asked)));
  }

  tests::TemporaryDirectory directory_;
  tests::ArchivePart part_;
  tests::StillClock clock_;
  std::unique_ptr<runtime::Chance> chance_ = runtime::system_chance();
  std::unique_ptr<runtime::Workers> workers_ = runtime::inline_workers();
  std::unique_ptr<Desk> desk_;
  Sources sources_;
  std::shared_ptr<Principal> asker_;
};

TEST_F(ExportsHandlerTest, AnOrderIsTakenWithItsAddressAndTheLag) {
  const auto out = response(plan_exports(sources_, request("POST")));
  EXPECT_EQ(out.status, 202U);
  EXPECT_EQ(http::find_field(out.fields, "Location").substr(0, 12), "/v1/exports/");
  EXPECT_NE(out.body.find("\"lag\":5"), std::string::npos) << out.body;
}

TEST_F(ExportsHandlerTest, WhatItIsOfIsAskedAsOfTheFeed) {
  part_.add(tests::rejected({}, schemas::pb::VERDICT_BY_POLICY));
  const auto count = [&](http::Parameter parameter) {
    http::Request asked = request("POST");
    asked.parameters = {std::move(parameter)};
    const auto made = response(plan_exports(sources_, asked));
    EXPECT_EQ(made.status, 202U) << made.body;
    const auto id = boost::json::parse(made.body).at("id").as_string();
    return desk_->find(std::string(id), *asker_)->count;
  };
  EXPECT_EQ(count({"kind", "-accepted"}), 1U);
  EXPECT_EQ(count({"sender", "bob*"}), 0U);
}

TEST_F(ExportsHandlerTest, APartIsSentOfAGetAndTheWholeOfAHead) {
  const Job job = made();
  const http::Stream part = fetched(job, "GET", {{"Range", "bytes=10-19"}});
  EXPECT_EQ(part.status, 206U);
  EXPECT_EQ(part.length, 10U);
  EXPECT_EQ(part.shown.rows, 20U);
  const http::Stream head = fetched(job, "HEAD", {{"Range", "bytes=10-19"}});
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(head.length, job.octets);
  const http::Fields of_another{{"Range", "bytes=10-19"}, {"If-Range", "\"other\""}};
  EXPECT_EQ(fetched(job, "GET", of_another).status, 200U);
  http::Request beyond = request("GET", job);
  beyond.fields = {{"Range", "bytes=99999999-"}};
  EXPECT_EQ(response(plan_export_file(sources_, beyond)).status, 416U);
}

TEST_F(ExportsHandlerTest, WhoMayNoMoreIsCutOff) {
  const auto over = std::make_shared<std::atomic<bool>>(false);
  asker_->over = over;
  http::Stream stream = fetched(made(), "GET", {});
  auto& pull = std::get<http::Pull>(stream.body);
  const auto first = pull();
  ASSERT_TRUE(first && *first);
  *over = true;
  EXPECT_EQ(pull().error(), Errc::refused);
}

TEST_F(ExportsHandlerTest, AFileThatIsNotWhatWasWrittenIsNotSent) {
  const Job job = made();
  std::ofstream(directory_.path("exports/" + job.id + ".ndjson"), std::ios::app) << "more";
  EXPECT_EQ(response(plan_export_file(sources_, request("GET", job))).status, 410U);
}

TEST_F(ExportsHandlerTest, OfOthersNothingIsThere) {
  const Job job = made();
  asker_ = as(Principal::Kind::token, Sight::of({"forward.test"}));
  for (const char* method : {"GET", "DELETE"}) {
    EXPECT_EQ(response(plan_export(sources_, request(method, job))).status, 404U) << method;
  }
  EXPECT_EQ(response(plan_export_pause(sources_, request("POST", job))).status, 404U);
  EXPECT_EQ(response(plan_export_file(sources_, request("GET", job))).status, 404U);
  EXPECT_EQ(response(plan_exports(sources_, request("GET"))).body, "{\"exports\":[]}");
}

TEST_F(ExportsHandlerTest, WhoAskedIsToldToThemAndToThoseWhoMaySeeIt) {
  const Job job = made("token 2");
  EXPECT_EQ(response(plan_export(sources_, request("GET", job))).body.find("ticket"),
            std::string::npos);
  asker_->scopes.add(Scope::access);
  EXPECT_NE(response(plan_export(sources_, request("GET", job))).body.find("ticket"),
            std::string::npos);
  asker_ = as(Principal::Kind::token, Sight::all());
  asker_->id = "2";
  EXPECT_NE(response(plan_export(sources_, request("GET", job))).body.find("ticket"),
            std::string::npos);
}

// Anybody on the machine is `local`.
TEST_F(ExportsHandlerTest, WhoShowsNothingEndsNobodyElsesExport) {
  const Job theirs = made("token 2");
  asker_ = as(Principal::Kind::local, Sight::all());
  asker_->id.clear();
  const Job own = made(asker_->text());
  EXPECT_EQ(response(plan_export(sources_, request("DELETE", theirs))).status, 403U);
  EXPECT_EQ(response(plan_export_pause(sources_, request("POST", theirs))).status, 403U);
  EXPECT_EQ(response(plan_export(sources_, request("DELETE", own))).status, 200U);
}

}  // namespace
}  // namespace waybill::query
