#include "relay/trust/rewrite_from.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "relay/trust/authors.h"

namespace waybill::relay::trust {
namespace {

using schemas::Address;
using testing::HasSubstr;

Address address(std::string_view text) { return *Address::parse(text); }

// Of a header with this From field, whose author it names.
std::string rewritten(const std::string& from, const std::string& rest = "Subject: x\r\n",
                      const std::string& alias = "buzz@alias.test") {
  const std::string header = "From:" + from + "\r\n" + rest + "\r\n";
  const auto author = authors_of(header).mailbox;
  EXPECT_TRUE(author) << from;
  const auto out = rewrite_from(header, *author, address(alias));
  return out.value_or("nothing");
}

TEST(RewriteFromTest, TheNameStaysAsItWasWrittenWithWordsBehindIt) {
  for (const auto& [from, name] : std::vector<std::pair<std::string, std::string>>{
           {" Jane Doe <jane@origin.test>", "Jane Doe"},
           {" \"Doe, Jane\" <jane@origin.test>", "\"Doe, Jane\""},
           {" \"a \\\" <x@y.test>\" <jane@origin.test>", "\"a \\\" <x@y.test>\""},
           {" =?utf-8?Q?J=C3=B6rg?= <jane@origin.test>", "=?utf-8?Q?J=C3=B6rg?="},
           {" J\xc3\xb6rg <jane@origin.test>", "J\xc3\xb6rg"},
           {" Jane (at work) <jane@origin.test>", "Jane (at work)"},
           {"\r\n\tJane\r\n Doe\r\n <jane@origin.test>", "Jane\r\n Doe"},
           {" J. R. Doe <jane@origin.test>", "J. R. Doe"},
           // Without a name, or with one that may end elsewhere than it seems.
           {" jane@origin.test", "jane"},
           {" <jane@origin.test>", "jane"},
           {" jane@origin.test (Jane)", "jane"},
           {" \"j d\"@origin.test", "\"j d\""},
           {" j.d@origin.test", "\"j.d\""},
           {" team: Jane <jane@origin.test>;", "jane"},
           {" " + std::string(900, 'x') + " <jane@origin.test>", "jane"}}) {
    EXPECT_EQ(rewritten(from), "From: " + name + "\r\n via buzz <buzz@alias.test>\r\n" +
                                   "X-Original-From:" + from + "\r\nReply-To:" + from +
                                   "\r\nSubject: x\r\n\r\n");
  }
}

TEST(RewriteFromTest, AnswersGoWhereTheyWentBefore) {
  const std::string header = rewritten(" jane@origin.test", "reply-to : list@origin.test\r\n");
  EXPECT_THAT(header, HasSubstr("reply-to : list@origin.test\r\n"));
  EXPECT_THAT(header, testing::Not(HasSubstr("Reply-To:")));
}

TEST(RewriteFromTest, AnOriginalFromOfSomebodyElsesIsTakenOut) {
  EXPECT_THAT(rewritten(" jane@origin.test", "x-original-from: ceo@bank.test\r\nTo: b@c.test\r\n"),
              testing::AllOf(testing::Not(HasSubstr("ceo")), HasSubstr("\r\nTo: b@c.test\r\n")));
}

TEST(RewriteFromTest, AnAliasIsWrittenAsItHasToBe) {
  EXPECT_THAT(rewritten(" J <j@o.test>", "", "\"two words\"@alias.test"),
              HasSubstr("J\r\n via \"two words\" <\"two words\"@alias.test>\r\n"));
  EXPECT_THAT(rewritten(" J <j@o.test>", "", "a.b+c@alias.test"),
              HasSubstr(" via \"a.b+c\" <a.b+c@alias.test>\r\n"));
}

TEST(RewriteFromTest, WhatCannotBeRewrittenStays) {
  const Address author = address("jane@origin.test");
  const Address alias = address("buzz@alias.test");
  const std::string from = "From: jane@origin.test\r\n";
  for (const std::string& header :
       {std::string(), std::string("To: a@b.test\r\n\r\n"), from + from + "\r\n",
        from + "To: a\rb\r\n\r\n", from + "To: a\nb\r\n\r\n", from + std::string("X: \0\r\n", 6)}) {
    EXPECT_FALSE(rewrite_from(header, author, alias)) << header;
  }
  EXPECT_FALSE(rewrite_from(from, author, address("b\xc3\xbczz@alias.test")));
  EXPECT_TRUE(rewrite_from(from, author, alias));
}

// Octet by octet through all that a From field may hold: the reader sees the alias alone.
TEST(RewriteFromTest, WhateverFromWasTheAliasIsItsOnlyAuthor) {
  std::minstd_rand chance(4);
  const std::vector<std::string> pieces = {"a",        " ",
                                           "\"",       "\\",
                                           "(",        ")",
                                           "<",        ">",
                                           ",",        ":",
                                           ";",        "\t",
                                           "\r\n ",    "=?utf-8?Q?a?=",
                                           "@",        ".",
                                           "[",        "]",
                                           "\xc3\xb6", "ceo@bank.test",
                                           "x"};
  std::size_t done = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string from = "From: ";
    for (std::size_t at = chance() % 10; at > 0; --at) from += pieces[chance() % pieces.size()];
    from += chance() % 2 == 0 ? "<jane@origin.test>" : "";
    const std::string header = from + "\r\nTo: b@c.test\r\n\r\n";
    const Authors before = authors_of(header);
    if (!before.mailbox || before.from != From::readable) continue;
    const auto out = rewrite_from(header, *before.mailbox, address("buzz@alias.test"));
    if (!out) continue;
    ++done;
    const Authors after = authors_of(*out);
    ASSERT_EQ(after.mailbox, address("buzz@alias.test")) << header << *out;
    ASSERT_EQ(after.domains.size(), 1u) << header << *out;
    ASSERT_TRUE(out->ends_with("To: b@c.test\r\n\r\n")) << header << *out;
  }
  EXPECT_GT(done, 1000u);
}

Judgement passed_by(std::vector<dmarc::Method> methods, dmarc::Policy policy) {
  Judgement out;
  out.from = From::readable;
  out.mailbox = address("jane@origin.test");
  out.dmarc.code = dmarc::DmarcCode::pass;
  out.dmarc.published = policy;
  for (const dmarc::Method one : methods) out.dmarc.aligned.push_back({one, "origin.test"});
  return out;
}

TEST(NeedsRescueTest, OnlyWhereSpfAloneSpokeForAnAuthorWhoseDomainAsks) {
  using dmarc::Method;
  using dmarc::Policy;
  EXPECT_TRUE(needs_rescue(passed_by({Method::spf}, Policy::reject)));
  EXPECT_TRUE(needs_rescue(passed_by({Method::spf}, Policy::quarantine)));
  EXPECT_FALSE(needs_rescue(passed_by({Method::spf}, Policy::none)));
  EXPECT_FALSE(needs_rescue(passed_by({Method::spf, Method::dkim}, Policy::reject)));
  EXPECT_FALSE(needs_rescue(passed_by({Method::dkim}, Policy::reject)));
  Judgement failed = passed_by({}, Policy::reject);
  failed.dmarc.code = dmarc::DmarcCode::fail;
  EXPECT_FALSE(needs_rescue(failed));
  Judgement several = passed_by({Method::spf}, Policy::reject);
  several.mailbox.reset();
  EXPECT_FALSE(needs_rescue(several));
}

TEST(NeedsRescueTest, ASignatureThatMayHoldAtTheNextServerIsLeftAlone) {
  Judgement unsure = passed_by({dmarc::Method::spf}, dmarc::Policy::reject);
  unsure.dkim.emplace_back();
  unsure.dkim.back().word = dkim::DkimWord::fail;
  EXPECT_TRUE(needs_rescue(unsure));
  unsure.dkim.back().word = dkim::DkimWord::temperror;
  EXPECT_FALSE(needs_rescue(unsure));
}

}  // namespace
}  // namespace waybill::relay::trust
