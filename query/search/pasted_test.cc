// Pasted headers: what is found in them is offered, and nothing of it is asked.
#include <gtest/gtest.h>

#include "query/search/parse.h"
#include "tests/support/search_context.h"
#include "tests/support/search_oracle.h"

namespace waybill::query::search {
namespace {

const std::string kReturnPath = "b.abcdefghijklmnopqrstuvwxyz234567abcdefghijklmno@example.org";

using Texts = std::vector<std::string>;

Query pasted(const std::string& text) {
  Parsed parsed = parse(text, reader_in_berlin());
  EXPECT_EQ(complaint(text, reader_in_berlin()), "") << text;
  auto* const query = std::get_if<Query>(&parsed);
  if (query == nullptr) {
    ADD_FAILURE() << text << " is refused";
    return {};
  }
  EXPECT_TRUE(query->all_of.empty()) << text;
  EXPECT_EQ(query->canonical, "") << text;
  return std::move(*query);
}

Texts offered(const std::string& text) {
  Texts out;
  for (const Offer& offer : pasted(text).offers) out.push_back(offer.query);
  return out;
}

TEST(PastedTest, OneLineOfAHeader) {
  EXPECT_EQ(offered("Message-ID: <1@X.test>"), Texts{"msgid:1@X.test"});
  EXPECT_EQ(offered("message-id: 1@x.test"), Texts{"msgid:1@x.test"});
  EXPECT_EQ(offered("From: \"Example, Ann\" <ann@x.test>"), Texts{"from:ann@x.test"});
  EXPECT_EQ(offered("From: ann@x.test (Ann)"), Texts{"from:ann@x.test"});
  EXPECT_EQ(offered("To: a@x.test, Bob <b@x.test>"), Texts{"to:b@x.test"});
  EXPECT_EQ(offered("To: a@x.test, b@x.test"), (Texts{"to:a@x.test", "to:b@x.test"}));
  EXPECT_EQ(offered("Return-Path:<ann@x.test>"), Texts{"from:ann@x.test"});
  EXPECT_EQ(offered("Return-Path: <>"), Texts{"<>"});
  EXPECT_EQ(offered("Return-Path: <" + kReturnPath + ">"), Texts{kReturnPath});
  EXPECT_EQ(offered("Received: from a (b [192.0.2.9]) by c for <lost@example.org>; d"),
            (Texts{"192.0.2.9", "to:lost@example.org"}));
  EXPECT_EQ(offered("Received: from a ([IPv6:2001:db8::9]) by c"), Texts{"2001:db8::9"});
}

TEST(PastedTest, WithoutABlankItIsAField) {
  const Parsed parsed = parse("From:ann@x.test", reader_in_berlin());
  EXPECT_EQ(std::get<Query>(parsed).canonical, "from:ann@x.test");
}

const std::string kHeader =
    "Return-Path: <ann@x.test>\r\n"
    "Received: from mx.x.test (mx.x.test [192.0.2.9])\r\n"
    "\tby mx.example.org for <lost@example.org>;\r\n"
    "\tWed, 11 Mar 2026 12:00:00 +0000\r\n"
    "DKIM-Signature: v=1; d=x.test;\r\n"
    " b=abc@def\r\n"
    "Message-ID:\r\n"
    " <1@x.test>\r\n"
    "From: Ann <ann@x.test>\r\n"
    "To: Lost <lost@example.org>\r\n"
    "Subject: see bob@y.test\r\n";

TEST(PastedTest, AWholeHeaderUnfolded) {
  EXPECT_EQ(offered(kHeader),
            (Texts{"from:ann@x.test", "192.0.2.9", "to:lost@example.org", "msgid:1@x.test"}));
}

TEST(PastedTest, WhatOffersNothingIsNamed) {
  const Query query = pasted(kHeader);
  ASSERT_EQ(query.cleaned.size(), 1u);
  EXPECT_EQ(query.cleaned.front().words,
            "Fields that are not searched were left aside: dkim-signature, subject.");
  ASSERT_EQ(query.cleaned.front().spans.size(), 2u);
  const Span& first = query.cleaned.front().spans.front();
  EXPECT_EQ(kHeader.substr(first.at, first.length), "DKIM-Signature: v=1; d=x.test;\r\n b=abc@def");
}

TEST(PastedTest, LinesOfOtherText) {
  EXPECT_EQ(offered("ann@x.test\nlost@example.org"), (Texts{"ann@x.test", "lost@example.org"}));
  EXPECT_EQ(offered("could not deliver to <bob@y.test>:\n 192.0.2.7 said no"),
            (Texts{"bob@y.test", "192.0.2.7"}));
  EXPECT_EQ(offered("see\n(019CA945-7c3e-7d21-8b4f-5a6b7c8d9e0f).\n" + kReturnPath),
            (Texts{"019ca945-7c3e-7d21-8b4f-5a6b7c8d9e0f", kReturnPath}));
}

TEST(PastedTest, NothingToBeFound) {
  for (const char* const text : {"one\ntwo", "Subject: ann@x.test\nDate: today", "To: nobody"}) {
    const Parsed parsed = parse(text, reader_in_berlin());
    const auto* const refusal = std::get_if<Refusal>(&parsed);
    ASSERT_NE(refusal, nullptr) << text;
    EXPECT_EQ(refusal->wrong, Wrong::nothing_found) << text;
  }
}

TEST(PastedTest, MoreThanAChoiceIsSaidToBeMore) {
  std::string text;
  for (std::size_t i = 0; i <= kMaxOffers; ++i) text += "a" + std::to_string(i) + "@x.test\n";
  const Query query = pasted(text);
  EXPECT_EQ(query.offers.size(), kMaxOffers);
  ASSERT_EQ(query.cleaned.size(), 1u);
  EXPECT_EQ(query.cleaned.front().words, "More was found than the 20 things that are offered.");
}

TEST(PastedTest, AHeaderMayBeLongerThanAQuery) {
  const std::string seal = "X-Seal: " + std::string(8 * kMaxLine, 'x') + "\n";
  EXPECT_EQ(offered(seal + "Message-ID: <1@x.test>\n"), Texts{"msgid:1@x.test"});
}

}  // namespace
}  // namespace waybill::query::search
