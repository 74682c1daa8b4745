#include "stream/transport/relp_frame.h"

#include <gtest/gtest.h>

#include <vector>

namespace waybill::stream {
namespace {

struct RelpSeen {
  std::vector<RelpFrame> frames;
  bool invalid = false;
  friend bool operator==(const RelpSeen&, const RelpSeen&) = default;
};

RelpSeen relp_in(std::string_view octets, std::size_t step) {
  RelpReader reader;
  RelpSeen out;
  for (std::size_t at = 0; at < octets.size() && !out.invalid; at += step) {
    reader.feed(octets.substr(at, step));
    for (;;) {
      auto frame = reader.next();
      out.invalid = !frame;
      if (!frame || !*frame) break;
      out.frames.push_back(std::move(**frame));
    }
  }
  return out;
}

TEST(RelpFrameTest, FramesComeBackHoweverTheyAreCut) {
  const std::vector<RelpFrame> frames = {
      {1, "open", "relp_version=0\nrelp_software=x\ncommands=syslog"},
      {2, "syslog", "a\n3 rsp 6 200 OK\n"},
      {3, "close", ""},
      {kLastTxnr, "syslog", std::string(kMostRelpData, '\n')},
      {0, "serverclose", ""},
  };
  std::string octets;
  for (const RelpFrame& frame : frames) {
    append_relp(frame.txnr, frame.command, frame.data, octets);
  }
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, octets.size()}) {
    const RelpSeen seen = relp_in(octets, step);
    EXPECT_FALSE(seen.invalid);
    EXPECT_TRUE(seen.frames == frames) << step;
  }
}

TEST(RelpFrameTest, AFrameWithoutDataMayHaveItsSpace) {
  const RelpSeen seen = relp_in("7 rsp 0 \n8 rsp 0\n", 1);
  EXPECT_TRUE(seen.frames == (std::vector<RelpFrame>{{7, "rsp", ""}, {8, "rsp", ""}}));
}

TEST(RelpFrameTest, WhatIsNoFrameIsInvalidAndStaysSo) {
  for (const std::string octets : {
           "x rsp 6 200 OK\n",
           "-1 rsp 6 200 OK\n",
           " rsp 6 200 OK\n",
           "1  6 200 OK\n",
           "1 r5p 6 200 OK\n",
           "1 rsp x 200 OK\n",
           "1 rsp 6x200 OK\n",
           "1 rsp  200 OK\n",
           "1 rsp 5 200 OK\n",
           "1 rsp 6\n200 OK\n",
           "1 rsp 65537 200 OK\n",
           "1234567890 rsp 6 200 OK\n",
           "1 rsp 1234567890 x\n",
           "1 abcdefghijklmnopqrstuvwxyzabcdefg 6 200 OK\n",
           "HTTP/1.1 400 Bad Request\r\n\r\n",
       }) {
    for (const std::size_t step : {std::size_t{1}, octets.size()}) {
      const RelpSeen seen = relp_in(octets, step);
      EXPECT_TRUE(seen.invalid) << octets;
      EXPECT_TRUE(seen.frames.empty()) << octets;
    }
    RelpReader reader;
    reader.feed(octets);
    EXPECT_FALSE(reader.next());
    reader.feed("1 rsp 6 200 OK\n");
    EXPECT_EQ(reader.next().error(), runtime::Errc::invalid) << octets;
  }
}

TEST(RelpFrameTest, AStatusIsThreeDigitsAndWordsOrNone) {
  struct Case {
    const char* data;
    std::optional<int> status;
  };
  for (const auto& [data, status] : {
           Case{"200 OK", 200},
           Case{"200", 200},
           Case{"200\nrelp_version=0", 200},
           Case{"500 not this one", 500},
           Case{"2000", std::nullopt},
           Case{"20", std::nullopt},
           Case{"", std::nullopt},
           Case{"OK 200", std::nullopt},
       }) {
    EXPECT_EQ(relp_status({1, "rsp", data}), status) << data;
  }
}

}  // namespace
}  // namespace waybill::stream
