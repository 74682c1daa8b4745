#include "http/packing.h"

#include <gtest/gtest.h>

#include "runtime/zstd.h"

namespace waybill::http {
namespace {

class PackingTest : public testing::Test {
 protected:
  Response answer(Fields fields, const std::string& method = "GET") {
    Request request;
    request.method = method;
    request.fields = std::move(fields);
    Plan plan = Read([this] { return Answer(made_); });
    pack(plan, request);
    return std::get<Response>(std::get<Read>(plan)());
  }
  std::string tag_of(const std::string& codings) {
    return std::string(find_field(answer({{"Accept-Encoding", codings}}).fields, "ETag"));
  }

  Response made_ = [] {
    Response out;
    out.body = std::string(5000, 'a');
    return out;
  }();
};

TEST_F(PackingTest, ZstdIsLikedBest) {
  const Response packed = answer({{"Accept-Encoding", "gzip, zstd"}});
  EXPECT_EQ(find_field(packed.fields, "Content-Encoding"), "zstd");
  EXPECT_EQ(find_field(packed.fields, "Vary"), "Accept-Encoding");
  EXPECT_EQ(packed.body, runtime::zstd(made_.body));
}

TEST_F(PackingTest, EachCodingHasATagOfItsOwn) {
  const std::string plain = tag_of(""), gzip = tag_of("gzip"), zstd = tag_of("zstd");
  EXPECT_EQ(plain.size(), 34U);
  EXPECT_NE(plain, gzip);
  EXPECT_NE(plain, zstd);
  EXPECT_NE(gzip, zstd);
  EXPECT_EQ(tag_of("zstd"), zstd);
  made_.body.back() = 'b';
  EXPECT_NE(tag_of("zstd"), zstd);
  made_.body = "{}";
  EXPECT_EQ(tag_of("zstd"), tag_of(""));
}

TEST_F(PackingTest, WhatTheClientHasIsNotSentAgain) {
  made_.shown.rows = 7;
  const std::string gzip = tag_of("gzip");
  for (const char* const method : {"GET", "HEAD"}) {
    const Fields fields = {{"Accept-Encoding", "gzip"}, {"If-None-Match", "\"x\", " + gzip}};
    const Response known = answer(fields, method);
    EXPECT_EQ(known.status, 304U);
    EXPECT_EQ(known.body, "");
    EXPECT_EQ(find_field(known.fields, "ETag"), gzip);
    EXPECT_EQ(find_field(known.fields, "Vary"), "Accept-Encoding");
    EXPECT_EQ(find_field(known.fields, "Content-Encoding"), "");
    EXPECT_EQ(known.shown.rows, 7U);
  }
  // It has another form of it.
  const Response other = answer({{"Accept-Encoding", "zstd"}, {"If-None-Match", gzip}});
  EXPECT_EQ(other.status, 200U);
  EXPECT_FALSE(other.body.empty());
}

TEST_F(PackingTest, WhatIsAnsweredAtOnceIsPackedOnAWorker) {
  Request request;
  request.method = "GET";
  const auto planned = [&] {
    const auto known = [this]() -> std::optional<Answer> { return Answer(made_); };
    Plan plan = QuickRead{known, [this] { return Answer(made_); }};
    pack(plan, request);
    return plan;
  };
  const auto quick = std::get<QuickRead>(planned());
  const auto at_once = std::get<Response>(quick.at_once().value());
  const std::string plain(find_field(at_once.fields, "ETag"));
  EXPECT_EQ(find_field(at_once.fields, "Vary"), "Accept-Encoding");
  EXPECT_EQ(find_field(std::get<Response>(quick.read()).fields, "ETag"), plain);
  EXPECT_EQ(plain, tag_of(""));
  request.fields = {{"If-None-Match", plain}};
  const auto again = std::get<QuickRead>(planned());
  EXPECT_EQ(std::get<Response>(again.at_once().value()).status, 304U);
  for (const char* const coding : {"gzip", "zstd"}) {
    request.fields = {{"Accept-Encoding", coding}};
    const auto packed = std::get<Response>(std::get<Read>(planned())());
    EXPECT_EQ(find_field(packed.fields, "Content-Encoding"), coding);
  }
}

TEST_F(PackingTest, WhatMustWaitIsNoAnswer) {
  Request request;
  request.method = "GET";
  Plan plan = QuickRead{[]() -> std::optional<Answer> { return std::nullopt; }, {}};
  pack(plan, request);
  EXPECT_FALSE(std::get<QuickRead>(plan).at_once());
}

TEST_F(PackingTest, WhatCannotComeAgainHasNoTag) {
  const Fields any = {{"If-None-Match", "*"}};
  const auto is_bare = [&](const Response& response) {
    return find_field(response.fields, "ETag").empty() && !response.body.empty();
  };
  EXPECT_TRUE(is_bare(answer(any, "POST")));
  EXPECT_FALSE(is_bare(answer(any)));
  made_.shown.tells_a_moment = true;
  EXPECT_TRUE(is_bare(answer(any)));
  made_.shown.tells_a_moment = false;
  made_.status = 404;
  EXPECT_TRUE(is_bare(answer(any)));
}

}  // namespace
}  // namespace waybill::http
