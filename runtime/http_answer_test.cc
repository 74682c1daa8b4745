#include "runtime/http_answer.h"

#include <gtest/gtest.h>

#include <optional>

namespace waybill::runtime {
namespace {

using State = HttpAnswerReader::State;

constexpr std::size_t kLimit = 64;

// The first `first` octets at once and then one at a time, until the answer is whole or wrong.
Result<State> feed(HttpAnswerReader& reader, std::string_view octets, std::size_t first) {
  Result<State> out = reader.feed(octets.substr(0, first));
  for (std::size_t at = first; at < octets.size() && out && *out == State::wants_more; ++at) {
    out = reader.feed(octets.substr(at, 1));
  }
  return out;
}

struct WholeCase {
  std::string_view name;
  std::string octets;
  unsigned status;
  std::string body;
  bool reusable;
};

const WholeCase kWhole[] = {
    {"a body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true},
    {"none", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, "", true},
    {"none by its status", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", true},
    {"in chunks",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\nT: "
     "x\r\n\r\n",
     200, "hello", true},
    // Beast 1.81 asserts, and so ends the process, when it is shown "0", CR, LF and later one octet
    // more: a server's empty answer, cut there by the network, would have done that.
    {"in no chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, "",
     true},
    {"in no chunk, with a trailer",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: x\r\n\r\n", 200, "", true},
    {"the last one", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", 200, "x",
     false},
    {"of an old server", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x", false},
    {"after interim ones",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
     "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok",
     201, "ok", true},
    {"at the limit", "HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n" + std::string(kLimit, 'x'),
     200, std::string(kLimit, 'x'), true},
};

TEST(HttpAnswerTest, AnAnswerIsTheSameHoweverItsOctetsAreCut) {
  for (const WholeCase& c : kWhole) {
    for (std::size_t first = 1; first <= c.octets.size(); ++first) {
      HttpAnswerReader reader(kLimit);
      const auto state = feed(reader, c.octets, first);
      ASSERT_TRUE(state) << c.name << " " << first;
      ASSERT_EQ(*state, State::whole) << c.name;
      EXPECT_EQ(reader.reusable(), c.reusable) << c.name;
      const HttpAnswer answer = reader.take();
      EXPECT_EQ(answer.status, c.status) << c.name;
      EXPECT_EQ(answer.body, c.body) << c.name;
    }
  }
}

TEST(HttpAnswerTest, AnAnswerIsNotWholeBeforeItsLastOctet) {
  for (const WholeCase& c : kWhole) {
    HttpAnswerReader reader(kLimit);
    const auto state = feed(reader, c.octets.substr(0, c.octets.size() - 1), 1);
    ASSERT_TRUE(state) << c.name;
    EXPECT_EQ(*state, State::wants_more) << c.name;
  }
}

struct WrongCase {
  std::string_view name;
  std::string octets;
  Errc error;
};

const WrongCase kWrong[] = {
    {"not HTTP", "220 mx.example ESMTP\r\n", Errc::closed},
    {"a request", "GET / HTTP/1.1\r\n\r\n", Errc::closed},
    {"no status", "HTTP/1.1 OK\r\n\r\n", Errc::closed},
    {"a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", Errc::closed},
    {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
     Errc::closed},
    {"a length and chunks",
     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", Errc::closed},
    {"a chunk that is none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
     Errc::closed},
    {"no end but the stream's", "HTTP/1.1 200 OK\r\n\r\nhello", Errc::closed},
    {"a length above the limit", "HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n",
     Errc::limit_exceeded},
    {"chunks above the limit",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" + std::string(kLimit, 'x') +
         "\r\n1\r\nx\r\n",
     Errc::limit_exceeded},
    {"a head above its limit", "HTTP/1.1 200 OK\r\nA: " + std::string(kMaxAnswerHead, 'x'),
     Errc::limit_exceeded},
};

TEST(HttpAnswerTest, WhatIsNoAnswerIsAnErrorHoweverItsOctetsAreCut) {
  for (const WrongCase& c : kWrong) {
    for (const std::size_t first : {c.octets.size(), std::size_t{1}}) {
      HttpAnswerReader reader(kLimit);
      const auto state = feed(reader, c.octets, first);
      ASSERT_FALSE(state) << c.name;
      EXPECT_EQ(state.error(), c.error) << c.name;
    }
  }
}

TEST(HttpAnswerTest, OctetsAfterTheAnswerMakeItsConnectionUseless) {
  HttpAnswerReader reader(kLimit);
  const auto state = reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200");
  ASSERT_TRUE(state);
  EXPECT_EQ(*state, State::whole);
  EXPECT_FALSE(reader.reusable());
  EXPECT_EQ(reader.take().body, "x");
}

TEST(HttpAnswerTest, AnAnswerToHeadHasNoBody) {
  HttpAnswerReader reader(kLimit, HttpAnswerReader::Body::none);
  const auto state = reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n");
  ASSERT_TRUE(state);
  EXPECT_EQ(*state, State::whole);
  EXPECT_TRUE(reader.reusable());
  EXPECT_EQ(reader.take().field("content-length"), "50");
}

TEST(HttpAnswerTest, FieldsAreFoundByNameInAnyCase) {
  HttpAnswerReader reader(kLimit);
  const auto state = reader.feed(
      "HTTP/1.1 200 OK\r\nX-One: 1\r\nContent-Length: 0\r\nx-one: 2\r\nX-Two:  b c \r\n\r\n");
  ASSERT_TRUE(state);
  const HttpAnswer answer = reader.take();
  EXPECT_EQ(answer.field("x-ONE"), "1");
  EXPECT_EQ(answer.field("X-Two"), "b c");
  EXPECT_EQ(answer.field("X-Three"), "");
  EXPECT_EQ(answer.fields.size(), 4u);
}

}  // namespace
}  // namespace waybill::runtime
