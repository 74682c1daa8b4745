#include "query/dashboard/dashboard.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "query/dashboard/pages.h"
#include "runtime/gzip.h"
#include "tests/support/http_world.h"

namespace waybill::query::dashboard {
namespace {

using tests::field;

// A server of the dashboard alone.
class DashboardWorld : public tests::HttpWorld {
 public:
  http::Router router() override {
    http::Router out;
    add_routes(out);
    return out;
  }
  http::Response page(const std::string& path, http::Fields fields = {}) {
    http::Head head;
    head.method = "GET";
    head.target = path;
    head.fields = std::move(fields);
    return ask(std::move(head));
  }
};

std::string file(const std::string& name) {
  std::ifstream in(WAYBILL_SOURCE_DIR "/query/dashboard/dist/" + name, std::ios::binary);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(DashboardTest, ServesEachFileUnderItsTypeAndOctetByOctet) {
  DashboardWorld world;
  ASSERT_EQ(pages().size(), 3U);
  for (const Page& page : pages()) {
    const auto answer = world.page(std::string(page.path));
    EXPECT_EQ(answer.status, 200U) << page.path;
    EXPECT_EQ(answer.content_type, page.content_type);
    EXPECT_EQ(answer.body, page.octets);
    EXPECT_FALSE(answer.body.empty());
    EXPECT_EQ(field(answer, "Content-Encoding"), "");
  }
  EXPECT_EQ(pages()[0].octets, file("index.html"));
  EXPECT_EQ(pages()[1].octets, file("app.css"));
  EXPECT_EQ(pages()[2].octets, file("app.js"));
  EXPECT_EQ(world.page("/").content_type, "text/html; charset=utf-8");
  EXPECT_EQ(world.page("/app.js").content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(world.page("/app.css").content_type, "text/css; charset=utf-8");
}

// A policy with "unsafe" in it would be none: what comes over the wire is in these pages.
TEST(DashboardTest, LetsThePagesLoadFromThisServerAlone) {
  DashboardWorld world;
  for (const Page& page : pages()) {
    const auto answer = world.page(std::string(page.path));
    EXPECT_EQ(field(answer, "Content-Security-Policy"),
              "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
              "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    EXPECT_EQ(field(answer, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(field(answer, "Cache-Control"), "no-cache");
  }
}

TEST(DashboardTest, HasNoScriptAndNoStyleInItsPage) {
  const std::string_view index = pages()[0].octets;
  EXPECT_EQ(index.find("<style"), std::string_view::npos);
  EXPECT_EQ(index.find("style="), std::string_view::npos);
  EXPECT_EQ(index.find("\"http"), std::string_view::npos);
  EXPECT_EQ(index.find("\"//"), std::string_view::npos);
  for (std::size_t at = index.find("<script"); at != std::string_view::npos;
       at = index.find("<script", at + 1)) {
    EXPECT_TRUE(index.substr(at).starts_with("<script src=\"app.js\"")) << index.substr(at, 40);
  }
}

TEST(DashboardTest, IsTransferredOnce) {
  DashboardWorld world;
  const auto first = world.page("/app.js");
  const std::string tag = field(first, "ETag");
  EXPECT_EQ(tag.size(), 34U) << tag;
  const auto again = world.page("/app.js", {{"If-None-Match", tag}});
  EXPECT_EQ(again.status, 304U);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(field(again, "ETag"), tag);
  EXPECT_EQ(field(again, "Cache-Control"), "no-cache");
  EXPECT_EQ(field(again, "Vary"), "Accept-Encoding");
  EXPECT_EQ(world.page("/app.js", {{"If-None-Match", "\"another\""}}).status, 200U);
  EXPECT_NE(field(world.page("/"), "ETag"), tag);
}

// RFC 9110 8.8.3.3: under one tag a cache would mix the codings.
TEST(DashboardTest, GivesEachCodingATagOfItsOwn) {
  DashboardWorld world;
  const std::string plain = field(world.page("/app.js"), "ETag");
  const auto zipped = world.page("/app.js", {{"Accept-Encoding", "gzip, br"}});
  EXPECT_EQ(field(zipped, "Content-Encoding"), "gzip");
  EXPECT_EQ(zipped.body, runtime::gzip(world.page("/app.js").body));
  EXPECT_NE(field(zipped, "ETag"), plain);
  const http::Fields other = {{"Accept-Encoding", "gzip"}, {"If-None-Match", plain}};
  EXPECT_EQ(world.page("/app.js", other).status, 200U);
  const http::Fields own = {{"Accept-Encoding", "gzip"}, {"If-None-Match", field(zipped, "ETag")}};
  const auto known = world.page("/app.js", own);
  EXPECT_EQ(known.status, 304U);
  EXPECT_EQ(field(known, "Content-Encoding"), "");
}

// docs/dashboard.md promises it: what a first visit transfers.
TEST(DashboardTest, FitsIntoItsBudget) {
  std::size_t octets = 0;
  DashboardWorld world;
  for (const Page& page : pages()) {
    octets += world.page(std::string(page.path), {{"Accept-Encoding", "gzip"}}).body.size();
  }
  EXPECT_LT(octets, std::size_t{150} << 10);
}

TEST(DashboardTest, AnswersHeadAndRefusesWhatItDoesNotKnow) {
  DashboardWorld world;
  http::Head head;
  head.method = "HEAD";
  head.target = "/";
  EXPECT_EQ(world.ask(head).status, 200U);
  head.method = "POST";
  EXPECT_EQ(world.ask(head).status, 405U);
  EXPECT_EQ(world.page("/?x=1").status, 400U);
  EXPECT_EQ(world.page("/app.js.map").status, 404U);
}

}  // namespace
}  // namespace waybill::query::dashboard
