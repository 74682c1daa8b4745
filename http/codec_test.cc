#include "http/codec.h"

#include <gtest/gtest.h>

#include "http/stream.h"
#include "schemas/event.h"

namespace waybill::http {
namespace {

constexpr char kHost[] = "Host: localhost\r\n";

std::string request(const std::string& line, const std::string& fields = kHost) {
  return line + "\r\n" + fields + "\r\n";
}

// "GET /x", "GET /x, close", "GET /x with body, close"; "400 malformed_request" for a refusal;
// "..." if more octets are needed.
std::string describe(const std::optional<Incoming>& incoming) {
  if (!incoming) return "...";
  if (const auto* const problem = std::get_if<Problem>(&*incoming)) {
    return std::to_string(problem->status) + " " + problem->code;
  }
  const auto& head = std::get<Head>(*incoming);
  return head.method + " " + head.target + (head.has_body ? " with body" : "") +
         (head.keep_alive ? "" : ", close");
}

std::string read(const std::string& octets, std::size_t step) {
  HeadReader reader;
  std::string last = "...";
  for (std::size_t at = 0; at < octets.size() && last == "..."; at += step) {
    reader.feed(std::string_view(octets).substr(at, step));
    last = describe(reader.next());
  }
  return last;
}

struct Case {
  std::string octets;
  std::string gives;
};

class HeadTest : public testing::TestWithParam<Case> {};

TEST_P(HeadTest, IsReadTheSameWholeAndOctetByOctet) {
  EXPECT_EQ(read(GetParam().octets, GetParam().octets.size()), GetParam().gives);
  EXPECT_EQ(read(GetParam().octets, 1), GetParam().gives);
}

INSTANTIATE_TEST_SUITE_P(
    Heads, HeadTest,
    testing::Values(
        Case{request("GET /x HTTP/1.1"), "GET /x"},
        Case{request("HEAD /x?a=1 HTTP/1.1"), "HEAD /x?a=1"},
        Case{request("BREW /x HTTP/1.1"), "BREW /x"},
        Case{"\r\n" + request("GET /x HTTP/1.1"), "GET /x"},
        Case{"\r\n\r\n" + request("GET /x HTTP/1.1"), "400 malformed_request"},
        Case{request("GET /x HTTP/1.1", "Host: [::1]:8025\r\nConnection: close\r\n"),
             "GET /x, close"},
        Case{request("GET /x HTTP/1.0", ""), "GET /x, close"},
        Case{request("GET /x HTTP/1.0", "Connection: keep-alive\r\n"), "GET /x"},
        Case{request("GET /x HTTP/2.0"), "505 version_not_supported"},
        Case{request("GET /x HTTP/1.1", ""), "400 malformed_request"},
        Case{request("GET /x HTTP/1.1", "Host: localhost\r\nHost: localhost\r\n"),
             "400 malformed_request"},
        Case{request("GET /x HTTP/1.1", "Host: rebound.example.org\r\n"),
             "421 misdirected_request"},
        // RFC 9112 3.2.2: of an absolute-form the host is the target's, whatever the field says.
        Case{request("GET http://evil.example/x HTTP/1.1"), "421 misdirected_request"},
        Case{request("GET http://localhost@evil.example/x HTTP/1.1"), "421 misdirected_request"},
        Case{request("GET http://evil.example/x HTTP/1.0", ""), "421 misdirected_request"},
        Case{request("GET http://127.0.0.1:8025/x HTTP/1.1", "Host: evil.example\r\n"),
             "GET http://127.0.0.1:8025/x"},
        Case{request("GET http://localhost/x HTTP/1.1", ""), "400 malformed_request"},
        Case{request("GET  /x HTTP/1.1"), "400 malformed_request"},
        Case{request("GET /x"), "400 malformed_request"},
        Case{"GET /x HTTP/1.1\nHost: localhost\n\n\r\n\r\n", "400 malformed_request"},
        Case{request("GET /x y HTTP/1.1"), "400 malformed_request"},
        Case{request("GET /x HTTP/1.1 "), "400 malformed_request"},
        Case{request("GET /x HTTP/11"), "400 malformed_request"},
        Case{request("GET /x HTTP/1.1", "Host : localhost\r\n"), "400 malformed_request"},
        Case{request("GET /x HTTP/1.1", "Host: localhost\r\nX: a\x01\x62\r\n"),
             "400 malformed_request"}));

// RFC 9112 6.3: what lies between two requests must be clear, or a proxy and we disagree about
// which request is whose.
INSTANTIATE_TEST_SUITE_P(
    Framing, HeadTest,
    testing::Values(
        Case{request("GET / HTTP/1.1", "Host: localhost\r\nContent-Length: 0\r\n"), "GET /"},
        Case{request("GET / HTTP/1.1", "Host: localhost\r\nContent-Length: 5\r\n"),
             "GET / with body, close"},
        Case{request("POST / HTTP/1.1", "Host: localhost\r\nTransfer-Encoding: chunked\r\n"),
             "POST / with body, close"},
        Case{request("GET / HTTP/1.1",
                     "Host: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
             "400 malformed_request"},
        Case{request("GET / HTTP/1.1",
                     "Host: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
             "400 malformed_request"},
        Case{request("GET / HTTP/1.1",
                     "Host: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n"),
             "400 malformed_request"},
        Case{request("GET / HTTP/1.1", "Host: localhost\r\nContent-Length: -5\r\n"),
             "400 malformed_request"},
        Case{request("GET / HTTP/1.1", "Host: localhost\r\nTransfer-Encoding: gzip\r\n"),
             "501 coding_not_supported"},
        Case{request("GET / HTTP/1.1", "Host: localhost\r\nTransfer-Encoding: chunked, gzip\r\n"),
             "501 coding_not_supported"},
        Case{request("GET / HTTP/1.0", "Transfer-Encoding: chunked\r\n"),
             "400 malformed_request"}));

INSTANTIATE_TEST_SUITE_P(Limits, HeadTest,
                         testing::Values(Case{"GET /" + std::string(kMaxHead, 'a'),
                                              "414 target_too_long"},
                                         Case{"GET /x HTTP/1.1\r\nX: " + std::string(kMaxHead, 'a'),
                                              "431 head_too_large"},
                                         Case{"GET /x HTTP/1.1\r\n" +
                                                  [] {
                                                    std::string many;
                                                    while (many.size() < kMaxHead)
                                                      many += "X-Field: value\r\n";
                                                    return many;
                                                  }(),
                                              "431 head_too_large"}));

TEST(HeadReaderTest, TakesAHeadOfExactlyTheLimit) {
  const std::string front = "GET /x HTTP/1.1\r\nHost: localhost\r\nX: ";
  for (const auto& [size, gives] :
       {std::pair{kMaxHead, "GET /x"}, std::pair{kMaxHead + 1, "431 head_too_large"}}) {
    const auto octets = front + std::string(size - front.size() - 4, 'a') + "\r\n\r\n";
    EXPECT_EQ(read(octets, octets.size()), gives);
    EXPECT_EQ(read(octets, 1), gives);
  }
}

TEST(HeadReaderTest, GivesPipelinedRequestsInTheirOrder) {
  HeadReader reader;
  EXPECT_TRUE(reader.idle());
  reader.feed(request("GET /1 HTTP/1.1") + request("HEAD /2 HTTP/1.1") + "GET /3");
  EXPECT_EQ(describe(reader.next()), "GET /1");
  EXPECT_EQ(describe(reader.next()), "HEAD /2");
  EXPECT_EQ(describe(reader.next()), "...");
  EXPECT_FALSE(reader.idle());
  reader.feed(request(" HTTP/1.1"));
  EXPECT_EQ(describe(reader.next()), "GET /3");
  EXPECT_TRUE(reader.idle());
}

TEST(WriteResponseTest, SendsFieldsAndContent) {
  Response response;
  response.body = "{}";
  response.fields = {{"Link", "</x>; rel=\"next\""}};
  const auto now = *schemas::parse_rfc3339("1994-11-06T08:49:37.5Z");
  EXPECT_EQ(write_response(response, Content::send, After::keep_alive, now),
            "HTTP/1.1 200 OK\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 2\r\n"
            "Cache-Control: private, no-store\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "Link: </x>; rel=\"next\"\r\n"
            "Connection: keep-alive\r\n"
            "\r\n"
            "{}");
}

// RFC 9110 8.6 and 15.4.5: a length of 0 would speak of the content that the client has.
TEST(WriteResponseTest, SaysOfWhatIsNotModifiedNeitherTypeNorLength) {
  Response response;
  response.status = 304;
  response.fields = {{"ETag", "\"a\""}, {"Cache-Control", "no-cache"}};
  const auto now = *schemas::parse_rfc3339("1994-11-06T08:49:37.5Z");
  EXPECT_EQ(write_response(response, Content::send, After::keep_alive, now),
            "HTTP/1.1 304 Not Modified\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "ETag: \"a\"\r\n"
            "Cache-Control: no-cache\r\n"
            "Connection: keep-alive\r\n"
            "\r\n");
}

TEST(WriteStreamTest, SaysHowItsEndIsTold) {
  Stream stream;
  stream.content_type = "text/plain";
  stream.fields = {{"X", "y"}};
  const auto now = *schemas::parse_rfc3339("1994-11-06T08:49:37.5Z");
  EXPECT_EQ(write_stream_head(stream, Framing::chunked, After::keep_alive, now),
            "HTTP/1.1 200 OK\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: text/plain\r\n"
            "Transfer-Encoding: chunked\r\n"
            "Cache-Control: private, no-store\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "X: y\r\n"
            "Connection: keep-alive\r\n"
            "\r\n");
  const auto old = write_stream_head(stream, Framing::until_close, After::close, now);
  EXPECT_EQ(old.find("Transfer-Encoding"), std::string::npos);
  EXPECT_NE(old.find("Connection: close\r\n"), std::string::npos);
}

TEST(WriteStreamTest, WritesChunksWithTheirSizeInHexadecimal) {
  EXPECT_EQ(write_chunk("a"), "1\r\na\r\n");
  EXPECT_EQ(write_chunk("\r\n"), "2\r\n\r\n\r\n");
  EXPECT_TRUE(write_chunk(std::string(64 << 10, 'x')).starts_with("10000\r\nxxx"));
}

TEST(WriteResponseTest, LeavesTheContentOutForHeadAndKeepsItsLength) {
  Response response;
  response.body = "four";
  const auto octets = write_response(response, Content::leave_out, After::close, {});
  EXPECT_NE(octets.find("Content-Length: 4\r\n"), std::string::npos);
  EXPECT_NE(octets.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(octets.ends_with("\r\n\r\n"));
}

}  // namespace
}  // namespace waybill::http
