#include "stream/transport/http_way.h"

#include <gtest/gtest.h>

#include <thread>

#include "runtime/gzip.h"
#include "tests/support/http_sink_world.h"
#include "tests/support/test_authority.h"

namespace waybill::stream {
namespace {

using runtime::Errc;
using std::chrono::milliseconds;
using std::chrono::seconds;
using tests::GivenAnswer;
using tests::HttpSinkWorld;
using Manner = GivenAnswer::Manner;

std::unique_ptr<HttpWay> way_of(HttpSinkWorld& world, HttpWaySettings settings) {
  if (settings.url.empty()) settings.url = world.url();
  auto way = HttpWay::make(std::move(settings), world.clock());
  EXPECT_TRUE(way) << way.error().why;
  return std::move(way.value());
}

HttpReply posted(HttpWay& way, runtime::Instant deadline) {
  return way.post({.path = "/in", .content_type = "text/x", .body = "words"}, deadline);
}

struct HttpStatusCase {
  unsigned status;
  Trouble trouble;
};

const HttpStatusCase kHttpStatuses[] = {
    {200, Trouble::none},    {201, Trouble::none},    {204, Trouble::none},
    {301, Trouble::setup},   {307, Trouble::setup},   {400, Trouble::batch},
    {401, Trouble::setup},   {403, Trouble::setup},   {404, Trouble::setup},
    {405, Trouble::setup},   {406, Trouble::setup},   {408, Trouble::weather},
    {410, Trouble::setup},   {413, Trouble::batch},   {415, Trouble::setup},
    {422, Trouble::batch},   {425, Trouble::weather}, {429, Trouble::weather},
    {500, Trouble::weather}, {502, Trouble::weather}, {503, Trouble::weather},
    {504, Trouble::weather},
};

TEST(HttpWayTest, AStatusSaysWhatStandsInTheWay) {
  HttpSinkWorld world;
  const auto way = way_of(world, {});
  for (const HttpStatusCase& c : kHttpStatuses) {
    world.forget_answers();
    world.answer(c.status, "because");
    const HttpReply reply = posted(*way, world.soon());
    EXPECT_EQ(reply.trouble, c.trouble) << c.status;
    EXPECT_EQ(reply.status, c.status);
    if (c.trouble == Trouble::none) continue;
    EXPECT_EQ(reply.why.why.find(world.url() + ": HTTP " + std::to_string(c.status) + ": "), 0u);
    EXPECT_NE(reply.why.why.find("because"), std::string::npos) << reply.why.why;
  }
}

TEST(HttpWayTest, ARequestIsWhatItWasGiven) {
  HttpSinkWorld world;
  world.answer(200, "ok");
  HttpWaySettings settings{.url = world.url() + "/below/"};
  settings.secret_fields = {{"Authorization", "Bearer secret"}};
  const auto way = way_of(world, settings);
  EXPECT_EQ(posted(*way, world.soon()).body, "ok");
  EXPECT_EQ(world.last().method, "POST");
  EXPECT_EQ(world.last().target, "/below/in");
  EXPECT_EQ(world.last().field("Content-Type"), "text/x");
  EXPECT_EQ(world.last().field("Authorization"), "Bearer secret");
  EXPECT_EQ(world.last().body, "words");
  EXPECT_FALSE(world.last().has("Content-Encoding"));
}

TEST(HttpWayTest, ABodyIsPackedWhereTheSettingsSaySo) {
  HttpSinkWorld world;
  world.answer(200);
  const auto way = way_of(world, {.gzip = true});
  EXPECT_EQ(posted(*way, world.soon()).trouble, Trouble::none);
  EXPECT_EQ(world.last().field("Content-Encoding"), "gzip");
  EXPECT_EQ(world.last().body, runtime::gzip("words"));
}

TEST(HttpWayTest, WhatTheReceiverAsksForIsTold) {
  HttpSinkWorld world;
  const auto way = way_of(world, {});
  world.answer(503, "", "Retry-After: 7\r\n");
  EXPECT_EQ(posted(*way, world.soon()).retry_after, runtime::Duration(seconds(7)));
  world.forget_answers();
  world.answer(429, "", "Retry-After: Thu, 01 Jan 2099 00:00:00 GMT\r\n");
  EXPECT_EQ(posted(*way, world.soon()).retry_after, runtime::Duration(seconds(86400)));
  world.forget_answers();
  world.answer(429, "", "Retry-After: later\r\n");
  EXPECT_EQ(posted(*way, world.soon()).retry_after, std::nullopt);
}

TEST(HttpWayTest, NoAnswerIsWeather) {
  for (const Manner manner : {Manner::none, Manner::cut, Manner::silent}) {
    HttpSinkWorld world;
    world.answer({.body = "hello", .manner = manner});
    const auto way = way_of(world, {.timeout = milliseconds(100)});
    const HttpReply reply = posted(*way, world.soon());
    EXPECT_EQ(reply.trouble, Trouble::weather);
    EXPECT_EQ(reply.status, 0u);
    EXPECT_EQ(reply.why.code, manner == Manner::silent ? Errc::timeout : Errc::closed);
  }
  HttpSinkWorld world;
  const auto way = way_of(world, {.url = "http://127.0.0.1:" + tests::port_of_nobody()});
  EXPECT_EQ(posted(*way, world.soon()).trouble, Trouble::weather);
  EXPECT_EQ(posted(*way, world.soon()).why.code, Errc::refused);
}

TEST(HttpWayTest, AnAnswerAboveItsLimitIsNotRead) {
  HttpSinkWorld world;
  world.answer(200, std::string(1001, 'x'));
  const auto way = way_of(world, {.max_answer = 1000});
  const HttpReply reply = posted(*way, world.soon());
  EXPECT_EQ(reply.trouble, Trouble::weather);
  EXPECT_EQ(reply.why.code, Errc::limit_exceeded);
  EXPECT_EQ(reply.body, "");
}

TEST(HttpWayTest, WhoWaitsIsToldSoonAfterACancel) {
  HttpSinkWorld world;
  world.answer({.manner = Manner::silent});
  const auto way = way_of(world, {});
  std::thread cancels([&] {
    while (world.receiver().heard().empty()) std::this_thread::sleep_for(milliseconds(1));
    way->cancel();
  });
  const auto before = world.clock().now();
  EXPECT_EQ(posted(*way, world.in(seconds(60))).trouble, Trouble::weather);
  EXPECT_LT(world.clock().now() - before, seconds(10));
  cancels.join();
}

TEST(HttpWayTest, ACertificateThatIsNotTrustedIsSetup) {
  tests::TestAuthority authority("ours");
  const auto issued = authority.issue("IP:127.0.0.1");
  const auto tls = runtime::TlsContext::server(issued.chain_file, issued.key_file);
  ASSERT_TRUE(tls);
  HttpSinkWorld world;
  const tests::HttpReceiver receiver([](const tests::HeardRequest&) { return GivenAnswer{}; },
                                     &*tls);
  HttpWaySettings settings{.url = "https://127.0.0.1:" + receiver.port()};
  const HttpReply reply = posted(*way_of(world, settings), world.soon());
  EXPECT_EQ(reply.trouble, Trouble::setup);
  EXPECT_NE(reply.why.why.find("see the sink's ca"), std::string::npos) << reply.why.why;
  settings.ca_file = authority.ca_file();
  EXPECT_EQ(posted(*way_of(world, settings), world.soon()).trouble, Trouble::none);
}

TEST(HttpWayTest, AProxyOfTheSettingsIsAsked) {
  HttpSinkWorld world;
  world.answer(200);
  HttpWaySettings settings{.url = "http://receiver.test", .proxy = world.url()};
  EXPECT_EQ(posted(*way_of(world, settings), world.soon()).trouble, Trouble::none);
  EXPECT_EQ(world.last().target, "http://receiver.test:80/in");
}

// ---- words ----

TEST(HttpWayTest, NoSecretStandsInWords) {
  HttpSinkWorld world;
  const std::string token = "0123456789abcdef0123456789abcdef";
  HttpWaySettings settings;
  settings.secret_fields = {{"Authorization", "Splunk " + token}};
  settings.url = world.url() + "/hook?key=in-the-url";
  const auto way = way_of(world, settings);
  const std::string many(5000, 'x');
  for (const std::string& said :
       {"bad: Splunk " + token, token + token, many + token, many + token.substr(0, 20)}) {
    world.forget_answers();
    world.answer(401, said);
    const std::string why = posted(*way, world.soon()).why.why;
    EXPECT_EQ(why.find("0123456789"), std::string::npos) << why;
    EXPECT_EQ(why.find("in-the-url"), std::string::npos) << why;
    EXPECT_LT(why.size(), 500u);
  }
  // Cut off where it is looked at, in the middle of a secret.
  std::string repeated;
  while (repeated.size() < (64u << 10) - 10) repeated += token;
  const std::string shown = way->words(repeated.substr(0, (64 << 10) - 10) + token);
  EXPECT_EQ(shown.find("0123"), std::string::npos) << shown;
}

TEST(HttpWayTest, WordsOfTheReceiverAreOneLine) {
  HttpSinkWorld world;
  const auto way = way_of(world, {});
  EXPECT_EQ(way->words("a\r\nb\x1b[31m\xff"), "a  b [31m?");
  EXPECT_EQ(way->words(std::string(299, 'x') + "\xc3\xa4").size(), 299u);
}

TEST(HttpWayTest, AUrlThatIsNoneIsRefusedAndNotRepeated) {
  HttpSinkWorld world;
  for (const char* const url : {"", "siem.test", "ftp://siem.test/k-e-y", "https://",
                                "https:///k-e-y", "https://user:k-e-y@siem.test",
                                "https://siem.test/#k-e-y", "https://siem.test:99999/k-e-y"}) {
    const auto way = HttpWay::make({.url = url}, world.clock());
    ASSERT_FALSE(way) << url;
    EXPECT_EQ(way.error().code, Errc::invalid) << url;
    EXPECT_EQ(way.error().why.find("k-e-y"), std::string::npos) << way.error().why;
  }
  for (const char* const url : {"https://siem.test", "https://siem.test/", "https://[::1]:1/a?b"}) {
    EXPECT_TRUE(HttpWay::make({.url = url}, world.clock())) << url;
  }
}

}  // namespace
}  // namespace waybill::stream
