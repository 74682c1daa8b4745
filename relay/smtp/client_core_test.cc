#include "relay/smtp/client_core.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waybill::relay::smtp {
namespace {

using runtime::Errc;
using schemas::Address;
using schemas::Reply;

Address address(std::string_view text) { return Address::parse(text).value(); }

struct Heard {
  std::vector<Reply> replies;
  runtime::Error error;
  bool rest = false;
};

// Feeds `wire` in pieces of `step` octets and takes every reply as soon as it is whole.
Heard hear(std::string_view wire, std::size_t step) {
  ReplyReader reader;
  Heard heard;
  for (std::size_t at = 0; at < wire.size() && !heard.error; at += step) {
    reader.feed(wire.substr(at, step));
    for (;;) {
      auto reply = reader.next();
      if (!reply) heard.error = reply.error();
      if (!reply || !*reply) break;
      heard.replies.push_back(**reply);
    }
  }
  heard.rest = reader.has_rest();
  return heard;
}

TEST(ReplyReaderTest, ReadsTheSameRepliesInAnySplit) {
  const struct {
    std::string_view wire;
    std::vector<Reply> replies;
  } cases[] = {
      {"220 mx.example.org ESMTP\r\n", {{220, "", "mx.example.org ESMTP"}}},
      {"250\r\n", {{250, "", ""}}},
      {"250 \r\n", {{250, "", ""}}},
      {"250 2.1.5 fine\r\n", {{250, "2.1.5", "fine"}}},
      {"250 2.1.5\r\n", {{250, "2.1.5", ""}}},
      {"550-5.1.1 no such\r\n550 5.1.1 mailbox\r\n", {{550, "5.1.1", "no such\nmailbox"}}},
      {"550-5.1.1 no such\r\n550 mailbox\r\n", {{550, "5.1.1", "no such\nmailbox"}}},
      {"550-5.1.1 no\r\n550 5.7.1 other\r\n", {{550, "5.1.1", "no\n5.7.1 other"}}},
      {"250-a\r\n250-\r\n250 c\r\n", {{250, "", "a\n\nc"}}},
      {"250-a\r\n250-b\r\n250\r\n", {{250, "", "a\nb\n"}}},
      {"250 only a line feed\n221 bye\n", {{250, "", "only a line feed"}, {221, "", "bye"}}},
      {"250 one\r\n450 4.2.1 two\r\n354 three\r\n",
       {{250, "", "one"}, {450, "4.2.1", "two"}, {354, "", "three"}}},
  };
  for (const auto& c : cases) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, c.wire.size()}) {
      SCOPED_TRACE(testing::Message() << c.wire << " by " << step);
      const Heard heard = hear(c.wire, step);
      EXPECT_FALSE(heard.error);
      EXPECT_EQ(heard.replies, c.replies);
      EXPECT_FALSE(heard.rest);
    }
  }
}

TEST(ReplyReaderTest, TakesOnlyWhatIsAnEnhancedStatusCodeForOne) {
  const std::string_view texts[] = {
      "5.1.1 of another class", "2.1 short",           "2.1.5.9 an address", "2..5 empty",
      "2.1.1234 long",          "2.1.5, with a comma",
  };
  for (const auto text : texts) {
    const Heard heard = hear("250 " + std::string(text) + "\r\n", 1);
    ASSERT_EQ(heard.replies.size(), 1u) << text;
    EXPECT_EQ(heard.replies[0], (Reply{250, "", std::string(text)}));
  }
  EXPECT_EQ(hear("354 3.0.0 go on\r\n", 1).replies[0], (Reply{354, "", "3.0.0 go on"}));
}

TEST(ReplyReaderTest, OfTwoCodesInOneReplyTheLastLinesDecidesAndAllWordsAreKept) {
  const struct {
    std::string_view wire;
    Reply reply;
  } cases[] = {
      {"550-5.1.1 no such user\r\n554 5.7.1 denied\r\n",
       {554, "5.7.1", "5.1.1 no such user\ndenied"}},
      {"250-fine\r\n550 no\r\n", {550, "", "fine\nno"}},
      {"450-4.2.0 later\r\n450-4.2.0 or\r\n550-5.1.1 never\r\n550 5.1.1 at all\r\n",
       {550, "5.1.1", "4.2.0 later\nor\nnever\nat all"}},
      {"550-5.1.1 no\r\n250 2.1.5 yes\r\n", {250, "2.1.5", "5.1.1 no\nyes"}},
  };
  for (const auto& c : cases) {
    for (const std::size_t step : {std::size_t{1}, c.wire.size()}) {
      const Heard heard = hear(c.wire, step);
      EXPECT_FALSE(heard.error) << c.wire;
      EXPECT_EQ(heard.replies, std::vector{c.reply}) << c.wire;
    }
  }
}

TEST(ReplyReaderTest, RefusesWhatIsNoReply) {
  const std::string_view wires[] = {
      "\r\n",
      "hello\r\n",
      "25\r\n",
      "2500 four digits\r\n",
      "250_no separator\r\n",
      "199 below\r\n",
      "600 above\r\n",
      " 250 a space first\r\n",
      "250-then\r\nnothing\r\n",
      "HTTP/1.1 400 Bad Request\r\n",
  };
  for (const auto wire : wires) {
    for (const std::size_t step : {std::size_t{1}, wire.size()}) {
      const Heard heard = hear(wire, step);
      EXPECT_TRUE(heard.replies.empty()) << wire;
      EXPECT_EQ(heard.error, make_error_code(Errc::invalid)) << wire;
    }
  }
}

TEST(ReplyReaderTest, GivesItsErrorAgainWhateverComesLater) {
  ReplyReader reader;
  reader.feed("nonsense\r\n250 fine\r\n");
  EXPECT_FALSE(reader.next());
  reader.feed("250 fine\r\n");
  const auto again = reader.next();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), make_error_code(Errc::invalid));
}

TEST(ReplyReaderTest, StopsAtItsLimits) {
  std::string lines;
  for (std::size_t i = 1; i < kMaxReplyLinesRead; ++i) lines += "250-x\r\n";
  EXPECT_EQ(hear(lines + "250 x\r\n", 5000).replies.size(), 1u);
  EXPECT_EQ(hear(lines + "250-x\r\n250 x\r\n", 5000).error, make_error_code(Errc::limit_exceeded));

  const std::string frame = "250 \r\n";
  const std::string longest(kMaxReplyOctets - frame.size(), 'a');
  EXPECT_EQ(hear("250 " + longest + "\r\n", 5000).replies.size(), 1u);
  EXPECT_EQ(hear("250 " + longest + "a\r\n", 5000).error, make_error_code(Errc::limit_exceeded));
}

TEST(ReplyReaderTest, RefusesALineWithoutEndBeforeItFillsTheMemory) {
  const Heard heard = hear(std::string(kMaxReplyOctets + 1, '2'), 5000);
  EXPECT_EQ(heard.error, make_error_code(Errc::limit_exceeded));
}

TEST(ReplyReaderTest, CountsItsLimitsForEachReplyAlone) {
  std::string wire;
  for (int i = 0; i < 5000; ++i) wire += "250 some words of a server\r\n";
  ASSERT_GT(wire.size(), kMaxReplyOctets);
  EXPECT_EQ(hear(wire, wire.size()).replies.size(), 5000u);
}

TEST(ReplyReaderTest, CleansControlOctetsOutOfTheText) {
  const Heard heard = hear(std::string_view("550 a\0b\x1b[31m\rc\x7f\r\n", 18), 1);
  ASSERT_EQ(heard.replies.size(), 1u);
  for (const char c : heard.replies[0].text) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  EXPECT_EQ(heard.replies[0].text.find('\x7f'), std::string::npos);
}

TEST(ReplyReaderTest, TellsWhenTheServerSpokeUnasked) {
  ReplyReader reader;
  EXPECT_FALSE(reader.has_rest());
  reader.feed("250 fine\r\n42");
  ASSERT_TRUE(*reader.next());
  EXPECT_TRUE(reader.has_rest());
  reader.feed("1-going\r\n");
  EXPECT_FALSE(*reader.next());
  EXPECT_TRUE(reader.has_rest());
  reader.feed("421 down\r\n");
  ASSERT_TRUE(*reader.next());
  EXPECT_FALSE(reader.has_rest());
}

TEST(ExtensionsTest, ReadsTheKeywordsOfAnEhloReply) {
  const Extensions all =
      parse_extensions({250, "",
                        "mx.example.org greets you\nPIPELINING\n8bitmime\nSMTPUTF8\nCHUNKING\nDSN\n"
                        "ENHANCEDSTATUSCODES\nSTARTTLS\nSIZE 52428800\nXUNKNOWN with parameters"});
  EXPECT_TRUE(all.pipelining);
  EXPECT_TRUE(all.eight_bit_mime);
  EXPECT_TRUE(all.smtputf8);
  EXPECT_TRUE(all.chunking);
  EXPECT_TRUE(all.dsn);
  EXPECT_TRUE(all.enhanced_status_codes);
  EXPECT_TRUE(all.starttls);
  EXPECT_EQ(all.size, 52428800u);
}

TEST(ExtensionsTest, TakesTheGreetingForNoKeyword) {
  const Extensions none = parse_extensions({250, "", "PIPELINING"});
  EXPECT_FALSE(none.pipelining);
  EXPECT_FALSE(none.size);
  EXPECT_FALSE(parse_extensions({250, "", "host\nXPIPELINING\nDSNX"}).pipelining);
}

TEST(ExtensionsTest, ReadsASizeWithoutASensibleNumberAsNoKnownLimit) {
  for (const std::string_view line :
       {"SIZE", "size 0", "SIZE many", "SIZE 1e9", "SIZE -1", "SIZE 99999999999999999999999999"}) {
    EXPECT_EQ(parse_extensions({250, "", "host\n" + std::string(line)}).size, 0u) << line;
  }
}

Extensions everything() {
  Extensions offered;
  offered.eight_bit_mime = offered.smtputf8 = offered.dsn = true;
  offered.size = 0;
  return offered;
}

TEST(CommandTest, WritesWhatIsWantedAndOffered) {
  MailParameters mail;
  mail.sender = address("alice@example.org");
  mail.size = 1234;
  mail.eight_bit_mime = true;
  mail.smtputf8 = true;
  mail.ret = "HDRS";
  mail.envid = "QQ314159+2B";
  EXPECT_EQ(mail_command(mail, everything()),
            "MAIL FROM:<alice@example.org> SIZE=1234 BODY=8BITMIME SMTPUTF8 RET=HDRS "
            "ENVID=QQ314159+2B\r\n");
  EXPECT_EQ(mail_command(mail, Extensions()), "MAIL FROM:<alice@example.org>\r\n");
  EXPECT_EQ(mail_command(MailParameters(), everything()), "MAIL FROM:<>\r\n");

  const RcptParameters rcpt{address("bob@example.net"), "SUCCESS,FAILURE",
                            "rfc822;bob@example.org"};
  EXPECT_EQ(rcpt_command(rcpt, everything()),
            "RCPT TO:<bob@example.net> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@example.org\r\n");
  EXPECT_EQ(rcpt_command(rcpt, Extensions()), "RCPT TO:<bob@example.net>\r\n");
  EXPECT_EQ(rcpt_command(address("bob@example.net")), "RCPT TO:<bob@example.net>\r\n");
}

TEST(CommandTest, WritesAnOriginalRecipientInUtf8OnlyWhereSmtputf8IsOffered) {
  const RcptParameters rcpt{address("bob@example.net"), "", "utf-8;gr\xc3\xbcn@b.example"};
  Extensions offered = everything();
  EXPECT_EQ(rcpt_command(rcpt, offered),
            "RCPT TO:<bob@example.net> ORCPT=utf-8;gr\xc3\xbcn@b.example\r\n");
  offered.smtputf8 = false;
  EXPECT_EQ(rcpt_command(rcpt, offered),
            "RCPT TO:<bob@example.net> ORCPT=utf-8;gr\\x{FC}n@b.example\r\n");
}

TEST(CommandTest, WritesEachParameterOnlyWhereItsOwnExtensionIsOffered) {
  MailParameters mail;
  mail.size = 1;
  mail.eight_bit_mime = true;
  mail.smtputf8 = true;
  mail.ret = "FULL";
  Extensions only;
  only.size = 1000;
  EXPECT_EQ(mail_command(mail, only), "MAIL FROM:<> SIZE=1\r\n");
  only = Extensions();
  only.eight_bit_mime = true;
  EXPECT_EQ(mail_command(mail, only), "MAIL FROM:<> BODY=8BITMIME\r\n");
  only = Extensions();
  only.smtputf8 = true;
  EXPECT_EQ(mail_command(mail, only), "MAIL FROM:<> SMTPUTF8\r\n");
  only = Extensions();
  only.dsn = true;
  EXPECT_EQ(mail_command(mail, only), "MAIL FROM:<> RET=FULL\r\n");
}

TEST(CommandTest, GreetsByName) {
  EXPECT_EQ(ehlo_command("relay.example.org"), "EHLO relay.example.org\r\n");
  EXPECT_EQ(helo_command("[192.0.2.1]"), "HELO [192.0.2.1]\r\n");
}

TEST(CommandDeathTest, NeverWritesAnArgumentThatCouldEndItsLine) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(ehlo_command("host\r\nDATA"), "control octet");
  EXPECT_DEATH(helo_command("host\n"), "control octet");
  EXPECT_DEATH(ehlo_command("host SIZE=1"), "one word");
  MailParameters mail;
  mail.envid = "a\r\nQUIT";
  EXPECT_DEATH(mail_command(mail, everything()), "control octet");
  RcptParameters rcpt{address("a@example.org"), "NEVER ORCPT=x", ""};
  EXPECT_DEATH(rcpt_command(rcpt, everything()), "one word");
}

// What is written for `message` in chunks of `step` octets, or "refused".
std::string written(std::string_view message, std::size_t step) {
  BodyWriter writer;
  std::string out;
  for (std::size_t at = 0; at < message.size(); at += step) {
    if (!writer.write(message.substr(at, step), out)) return "refused";
  }
  if (!writer.finish(out)) return "refused";
  return out;
}

TEST(BodyWriterTest, WritesTheSameInAnySplit) {
  const std::string long_line(5000, 'x');
  const struct {
    std::string message;
    std::string wire;
  } cases[] = {
      {"", ".\r\n"},
      {"a\r\n", "a\r\n.\r\n"},
      {"a", "a\r\n.\r\n"},
      {".", "..\r\n.\r\n"},
      {".\r\n", "..\r\n.\r\n"},
      {"\r\n.\r\n", "\r\n..\r\n.\r\n"},
      {"..\r\n", "...\r\n.\r\n"},
      {"a.b\r\n.c\r\n", "a.b\r\n..c\r\n.\r\n"},
      {".a\r\n.b\r\n\r\n.", "..a\r\n..b\r\n\r\n..\r\n.\r\n"},
      {"h: v\r\n\r\nbody\r\n", "h: v\r\n\r\nbody\r\n.\r\n"},
      {long_line + "\r\n." + long_line, long_line + "\r\n.." + long_line + "\r\n.\r\n"},
      {std::string("nul \0 inside\r\n", 14), std::string("nul \0 inside\r\n.\r\n", 17)},
      {"\xff\xfe\r\n", "\xff\xfe\r\n.\r\n"},
  };
  for (const auto& c : cases) {
    for (const std::size_t step :
         {std::size_t{1}, std::size_t{2}, std::size_t{7}, c.message.size() + 1}) {
      EXPECT_EQ(written(c.message, step), c.wire) << "by " << step;
    }
  }
}

TEST(BodyWriterTest, RefusesWhatAnotherServerCouldTakeForTheEnd) {
  const std::string messages[] = {
      "a\nb\r\n",
      "a\rb\r\n",
      "\n.\n",
      "\r.\r",
      "a\r\n.\nb\r\n",
      "a\n.\r\nb",
      "a\r\r\n",
      "a\r\n.\r\r\n",
      "\n",
      "\r",
      "a\r",
      "a\r\n\r",
      std::string("a\r\n\0.\r\n", 7),
      std::string("\0\r\n", 3),
  };
  for (const auto& message : messages) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, message.size()}) {
      EXPECT_EQ(written(message, step), "refused") << testing::PrintToString(message);
    }
  }
}

TEST(BodyWriterTest, NeverEndsTheDataOnceAChunkIsRefused) {
  BodyWriter writer;
  std::string out;
  ASSERT_TRUE(writer.write("fine\r\n", out));
  EXPECT_FALSE(writer.write(".stuffed\r\nbare\nline\r\n", out));
  EXPECT_EQ(out, "fine\r\n");
  EXPECT_FALSE(writer.write("fine again\r\n", out));
  EXPECT_FALSE(writer.finish(out));
  EXPECT_EQ(out, "fine\r\n");
}

}  // namespace
}  // namespace waybill::relay::smtp
