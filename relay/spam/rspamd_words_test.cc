#include "relay/spam/rspamd_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace waybill::relay::spam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const runtime::HttpBase kBase = runtime::HttpBase::parse("http://127.0.0.1:11333").value();

Question question() {
  Question out;
  out.client = boost::asio::ip::make_address("192.0.2.1");
  out.helo = "mx.origin.test";
  out.sender = "ann@origin.test";
  out.recipients = {"shop@alias.test", "news@alias.test"};
  out.id = "0198";
  out.host_name = "mx.test";
  return out;
}

TEST(RspamdQuestionTest, SaysWhatIsKnownBesideTheMessage) {
  EXPECT_EQ(question_head(question(), kBase, 42),
            "POST /checkv2 HTTP/1.1\r\nHost: 127.0.0.1:11333\r\nContent-Length: 42\r\n"
            "IP: 192.0.2.1\r\nHelo: mx.origin.test\r\nFrom: ann@origin.test\r\n"
            "Rcpt: shop@alias.test\r\nRcpt: news@alias.test\r\nQueue-Id: 0198\r\n"
            "MTA-Name: mx.test\r\n\r\n");
}

TEST(RspamdQuestionTest, NoValueEndsItsLine) {
  Question forged = question();
  forged.helo = "a\r\nSettings: x";
  forged.sender.clear();
  const std::string head = question_head(forged, kBase, 0);
  EXPECT_THAT(head, HasSubstr("Helo: a  Settings: x\r\n"));
  EXPECT_THAT(head, HasSubstr("From: <>\r\n"));
}

TEST(RspamdAnswerTest, IsReadAsRspamdWritesIt) {
  const auto judged = read_answer(R"({"is_skipped":false,"score":15.5,"required_score":15.0,
    "action":"reject","thresholds":{"reject":15.0},
    "symbols":{"A":{"name":"A","score":-0.5},"GTUBE":{"name":"GTUBE","score":15.0},"B":{}},
    "messages":{"smtp_message":"Gtube pattern"},"message-id":"x@y","time_real":0.1,
    "milter":{"add_headers":{"X-Spamd-Bar":{"value":"+++","order":0},"X-A":"a\r\nX-B: b",
      "X-C":[{"value":"1"},"2"]},"remove_headers":{"X-Spam":0}}})");
  ASSERT_TRUE(judged) << judged.error().why;
  EXPECT_EQ(judged->action, Action::reject);
  EXPECT_EQ(judged->word, "reject");
  EXPECT_EQ(judged->score, 15.5);
  EXPECT_EQ(judged->threshold, 15);
  EXPECT_EQ(judged->text, "Gtube pattern");
  EXPECT_THAT(judged->symbols, ElementsAre("GTUBE", "A", "B"));
  using Field = std::pair<std::string, std::string>;
  EXPECT_THAT(judged->fields, ElementsAre(Field("X-Spamd-Bar", "+++"), Field("X-A", "a  X-B: b"),
                                          Field("X-C", "1"), Field("X-C", "2")));
}

TEST(RspamdAnswerTest, EachActionIsFollowedSo) {
  const std::pair<const char*, Action> cases[] = {
      {"no action", Action::pass},      {"greylist", Action::pass},
      {"add header", Action::tag},      {"rewrite subject", Action::tag},
      {"soft reject", Action::put_off}, {"reject", Action::reject},
      {"discard", Action::reject},      {"quarantine", Action::reject},
      {"our own", Action::pass},
  };
  for (const auto& [word, action] : cases) {
    const auto judged = read_answer(R"({"action":")" + std::string(word) + R"("})");
    ASSERT_TRUE(judged) << word;
    EXPECT_EQ(judged->action, action) << word;
  }
}

TEST(RspamdAnswerTest, WhatIsNoJudgementSaysWhy) {
  EXPECT_THAT(read_answer("<html>").error().why, HasSubstr("no JSON"));
  EXPECT_THAT(read_answer("[]").error().why, HasSubstr("no object"));
  EXPECT_THAT(read_answer("{}").error().why, HasSubstr("names no action"));
  EXPECT_THAT(read_answer(R"({"error":"cannot process message"})").error().why,
              HasSubstr("it says: cannot process message"));
}

TEST(RspamdAnswerTest, SymbolsAndFieldsAreBounded) {
  std::string symbols;
  std::string fields;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "S" + std::to_string(i);
    symbols += (i == 0 ? "" : ",") + ("\"" + name) + "\":{\"score\":" + std::to_string(i) + "}";
    fields += (i == 0 ? "" : ",") + ("\"" + name) + "\":\"" + std::string(9000, 'x') + "\"";
  }
  const auto judged = read_answer(R"({"action":"no action","symbols":{)" + symbols +
                                  R"(},"milter":{"add_headers":{)" + fields + "}}}");
  ASSERT_TRUE(judged);
  EXPECT_EQ(judged->symbols.size(), kMostSymbols);
  EXPECT_EQ(judged->symbols.front(), "S999");
  EXPECT_EQ(judged->fields.size(), kMostFields);
  EXPECT_EQ(judged->fields.front().second.size(), kMaxFieldOctets);
}

TEST(FieldTextTest, IsFoldedAndNoLineIsTooLong) {
  EXPECT_EQ(field_text("X-Spam-Score", "7.50 / 15.00"), "X-Spam-Score: 7.50 / 15.00\r\n");
  EXPECT_EQ(field_text("X-A", ""), "X-A:\r\n");
  std::string words;
  for (int i = 0; i < 40; ++i) words += "SYMBOL_" + std::to_string(i) + "(1.00)  ";
  std::istringstream lines(field_text("X-Spamd-Result", words + std::string(3000, 'x')));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_LE(line.size(), 998U);
    EXPECT_TRUE(line.ends_with('\r'));
    EXPECT_EQ(line.starts_with('\t'), count > 0) << line;
  }
  EXPECT_GT(count, 5U);
}

TEST(RspamdAnswerTest, AnActionIsOneShortLine) {
  const auto judged = read_answer(R"({"action":"add\r\nX-B: header)" + std::string(3000, 'y') +
                                  R"(","symbols":{"A\nB":{}}})");
  ASSERT_TRUE(judged);
  EXPECT_EQ(judged->word.size(), 64U);
  EXPECT_EQ(judged->word.find_first_of("\r\n"), std::string::npos);
  EXPECT_THAT(judged->symbols, ElementsAre("A B"));
}

}  // namespace
}  // namespace waybill::relay::spam
