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
  explicit DashboardWorld(std::shared_ptr<const SignIn> sign_in = nullptr)
      : sign_in_(std::move(sign_in)) {}
  http::Router router() override {
    http::Router out;
    add_routes(out, sign_in_);
    return out;
  }
  http::Response page(const std::string& path, http::Fields fields = {}) {
    http::Head head;
    head.method = "GET";
    head.target = path;
    head.fields = std::move(fields);
    return ask(std::move(head));
  }

 private:
  const std::shared_ptr<const SignIn> sign_in_;
};

std::shared_ptr<SignIn> some_sign_in() {
  return std::make_shared<SignIn>(
      SignInClient{"https://id.example/realm", "pages", "openid email", "access_token"});
}

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

TEST(DashboardTest, SaysHowABrowserSignsInOnceTheProviderHasSaidWhere) {
  EXPECT_EQ(DashboardWorld().page("/v1/sign-in").body, "{}");
  const auto sign_in = some_sign_in();
  DashboardWorld world(sign_in);
  const std::string known = R"({"oidc":{"issuer":"https://id.example/realm","client_id":"pages",)"
                            R"("scope":"openid email","token":"access_token")";
  EXPECT_EQ(world.page("/v1/sign-in").body, known + "}}");
  sign_in->set_endpoints({"https://id.example/authorize", "https://token.example:8443/t"});
  EXPECT_EQ(world.page("/v1/sign-in").body,
            known + R"(,"authorization_endpoint":"https://id.example/authorize",)"
                    R"("token_endpoint":"https://token.example:8443/t",)"
                    R"("authorization_response_iss_parameter_supported":false}})");
  sign_in->set_endpoints({"https://id.example/a", "https://id.example/t", true});
  EXPECT_NE(world.page("/v1/sign-in").body.find(R"(iss_parameter_supported":true)"),
            std::string::npos);
  EXPECT_EQ(world.page("/v1/sign-in?x=1").status, 400U);
}

// RFC 6749 4.1.2: what is unknown among the parameters is ignored.
TEST(DashboardTest, TheProviderSendsPeopleToAPageThatMayAskItsTokenEndpointToo) {
  const auto sign_in = some_sign_in();
  DashboardWorld world(sign_in);
  const char kSent[] = "/signed-in?code=a%2Fb&state=c&session_state=&iss=x&iss=y";
  const std::string alone = field(world.page("/"), "Content-Security-Policy");
  EXPECT_EQ(field(world.page(kSent), "Content-Security-Policy"), alone);
  sign_in->set_endpoints({"https://id.example/authorize", "https://token.example:8443/t?u=1"});
  const auto page = world.page(kSent);
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(page.body, pages()[0].octets);
  EXPECT_EQ(field(page, "Content-Security-Policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' "
            "https://token.example:8443; img-src 'self' data:; base-uri 'none'; form-action "
            "'none'; frame-ancestors 'none'");
  EXPECT_EQ(field(page, "Referrer-Policy"), "no-referrer");
  // A cache would keep the code, and the policy of before.
  EXPECT_EQ(field(page, "Cache-Control"), "no-store");
  EXPECT_EQ(field(page, "ETag"), "");
  EXPECT_EQ(world.page(kSent, {{"Accept-Encoding", "gzip"}}).body, runtime::gzip(page.body));
  EXPECT_EQ(field(world.page("/"), "Content-Security-Policy"), alone);
  // Without a provider nobody is sent there.
  EXPECT_EQ(field(DashboardWorld().page(kSent), "Content-Security-Policy"), alone);
}

TEST(SignInTest, AnOriginIsAllThatAPolicyTakesFromAUrl) {
  EXPECT_EQ(origin_of("https://id.example/a/b?c#d"), "https://id.example:443");
  EXPECT_EQ(origin_of("https://id.example"), "https://id.example:443");
  EXPECT_EQ(origin_of("http://127.0.0.1:8080?x"), "http://127.0.0.1:8080");
  EXPECT_EQ(origin_of("https://[::1]:8443/"), "https://[::1]:8443");
  for (const char* const url :
       {"https://id.example; script-src */t", "https://id.example\r\nX: y/t", "https://*/t",
        "https://id.example 'unsafe-inline'/t", "javascript:alert(1)", "https://u@id.example/t",
        ""}) {
    EXPECT_EQ(origin_of(url), "") << url;
  }
}

}  // namespace
}  // namespace waybill::query::dashboard
