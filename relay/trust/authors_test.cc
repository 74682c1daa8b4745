#include "relay/trust/authors.h"

#include <gtest/gtest.h>

namespace waybill::relay::trust {
namespace {

TEST(AuthorsTest, TakesTheDomainOfEachAuthor) {
  const struct {
    std::string_view header;
    std::vector<std::string> domains;
  } cases[] = {
      {"From: ann@a.test\r\n", {"a.test"}},
      {"from: Ann <ann@A.Test>\r\nTo: x@y.test\r\n", {"a.test"}},
      {"From: \"ann@bad.test\" <ann@a.test>\r\n", {"a.test"}},
      {"From: \"a, b\" <ann@a.test>\r\n", {"a.test"}},
      {"From: \"a\\\"b\" <ann@a.test>\r\n", {"a.test"}},
      {"From: (ann@bad.test (really)) ann@a.test (and, more)\r\n", {"a.test"}},
      {"From: ann@a.test,\r\n Bob <bob@b.test>\r\n", {"a.test", "b.test"}},
      {"From: team: ann@a.test, bob@b.test;\r\n", {"a.test", "b.test"}},
      {"From: \"ann b\"@a.test\r\n", {"a.test"}},
      {"From: ann@a.test\r\nFrom: bob@b.test\r\n", {"a.test", "b.test"}},
      {"From: <ann@bücher.test>\r\n", {"xn--bcher-kva.test"}},
      {"From: nobody\r\n", {""}},
      {"From:\r\n", {""}},
      {"From: <>\r\n", {""}},
      {"From: ann@a.test <ann@b.test>\r\n", {"a.test", "b.test"}},
      {"From: Ann ann@a.test <ann@a.test>\r\n", {"a.test"}},
      {"From: <ann@a.test> <ann@b.test>\r\n", {""}},
      {"From: <ann@a.test> ann@b.test\r\n", {""}},
      {"From: ann@a.test ann@b.test\r\n", {""}},
      {"From: ann@a.test(x)ann@b.test\r\n", {""}},
      {"From: ann@a.test@b.test\r\n", {""}},
      {"From: <ann@a.test ann@b.test>\r\n", {""}},
      {"From: <ann@a.test <ann@b.test>>\r\n", {""}},
      {"From: <ann@a.test\r\n", {""}},
      {"From: ann@a.test>\r\n", {""}},
      {"From: \"ann@a.test <ann@a.test>\r\n", {""}},
      {"From: (ann <ann@a.test>\r\n", {""}},
      {"From: \"ann@a.test\"bob@b.test\r\n", {""}},
      {"From: ann@a.test: bob@b.test;\r\n", {""}},
      {"From: team: ann@a.test\r\n", {"a.test"}},
      {"From: Ann <ann@a.test>;\r\n", {"a.test"}},
      {"From: Ann :) <ann@a.test>\r\n", {"a.test"}},
      {"From: Ann -> Bob <ann@a.test>\r\n", {"a.test"}},
      {"From: =?utf-8?Q?M=C3=BCller,_Ann?= <ann@a.test>\r\n", {"a.test"}},
      {"From: Ann @ Good <ann@a.test>\r\n", {"a.test"}},
      {"From: 'ann@a.test' <ann@a.test>\r\n", {"a.test"}},
      {"From: <ceo@bank.test:x@a.test>\r\n", {""}},
      {"From: CEO <ceo@bank.test,x@a.test>\r\n", {""}},
      {"From: g: <ceo@bank.test:x@a.test>;\r\n", {""}},
      {"From: <=?utf-8?Q?ceo=40bank.test=00?=@a.test>\r\n", {""}},
      {"From: =?utf-8?Q?ceo=40bank.test=00?=@a.test\r\n", {""}},
      {"From: ceo@bank.test! <x@a.test>\r\n", {"bank.test", "a.test"}},
      {"From: [ceo@bank.test] <x@a.test>\r\n", {"bank.test", "a.test"}},
      {"From: ceo@bank.test\x0b <x@a.test>\r\n", {"bank.test", "a.test"}},
      {"From: ceo@bank.test\xc2\xa0 <x@a.test>\r\n", {"bank.test", "a.test"}},
      {"From: ceo@bank.test> <x@a.test>\r\n", {"bank.test", "a.test"}},
      {"From: ceo@bank.test .a.test\r\n", {""}},
      {"From: ceo@bank.test. a.test\r\n", {""}},
      {"From: \"ceo@bank.test \"@a.test\r\n", {""}},
      {"From: team:;\r\n", {""}},
      {"From: Lee, Ann <ann@a.test>\r\n", {"a.test"}},
      {"From: <@r.test,@s.test:ann@a.test>\r\n", {"a.test"}},
      {"From: J. Q. Lee <ann@a.test> (home)\r\n", {"a.test"}},
      {"From: @only.test\r\n", {""}},
      {"Subject: none\r\n", {}},
      {"Subject: x\r\n\r\nFrom: ann@body.test\r\n", {}},
  };
  for (const auto& c : cases) EXPECT_EQ(authors_of(c.header).domains, c.domains) << c.header;
}

TEST(AuthorsTest, TheOnlyMailboxIsThatWhichIsMeant) {
  const struct {
    std::string_view header;
    std::string_view mailbox;  // empty: none
  } cases[] = {
      {"From: ann@a.test\r\n", "ann@a.test"},
      {"From: Ann <Ann@A.Test>\r\n", "Ann@a.test"},
      {"From: \"bad@bad.test\" <ann@a.test>\r\n", "ann@a.test"},
      {"From: \"ann b\"@a.test\r\n", "\"ann b\"@a.test"},
      {"From: \"ann\"@a.test\r\n", "ann@a.test"},
      {"From: \"a\\\"b@c\"@a.test\r\n", ""},
      {"From: \"ann@a.test\"\r\n", ""},
      {"From: (x) a . b @ a.test (y)\r\n", "a.b@a.test"},
      {"From: ann@a.test, bob@a.test\r\n", ""},
      {"From: ann@a.test\r\nFrom: ann@a.test\r\n", ""},
      {"From: nobody\r\n", ""},
      {"From: @a.test\r\n", ""},
      {"To: ann@a.test\r\n", ""},
  };
  for (const auto& c : cases) {
    const auto mailbox = authors_of(c.header).mailbox;
    EXPECT_EQ(mailbox ? mailbox->text() : "", c.mailbox) << c.header;
  }
}

TEST(AuthorsTest, SaysWhatIsWrongWithTheField) {
  const struct {
    std::string_view header;
    From from;
  } cases[] = {
      {"From: ann@a.test\r\n", From::readable},
      {"From: Ann <ann@a.test>, Bob <bob@b.test>\r\n", From::readable},
      {"Sender: ann@a.test\r\n", From::missing},
      {"From: ann@a.test\r\nFrom: ann@a.test\r\n", From::repeated},
      {"From: MAILER-DAEMON (Mail Delivery System)\r\n", From::without_domain},
      {"From: Mail Delivery System <MAILER-DAEMON>\r\n", From::without_domain},
      {"From: <>\r\n", From::without_domain},
      {"From:\r\n", From::without_domain},
      {"From: <ann@a.test> <ann@b.test>\r\n", From::unreadable},
      {"From: ann@a.test, bob\r\n", From::readable},
      {"From: <MAILER-DAEMON@>\r\n", From::without_domain},
      {"From: =?utf-8?Q?Mail=20System?= <MAILER-DAEMON>\r\n", From::without_domain},
      {"From: ann@a.test\r\nFrom\x0b: ceo@bank.test\r\n", From::repeated},
      {"\xef\xbb\xbf"
       "From: ceo@bank.test\r\nFrom: ann@a.test\r\n",
       From::repeated},
  };
  for (const auto& c : cases) EXPECT_EQ(authors_of(c.header).from, c.from) << c.header;
  const std::string nul("From: ann@a.test\0.b.test\r\n", 27);
  EXPECT_EQ(authors_of(nul).from, From::unreadable);
}

TEST(AuthorsTest, NamesWithoutEndAreNotLookedUp) {
  std::string header = "From:";
  for (int i = 0; i < 1000; ++i) header += " a" + std::to_string(i) + "@a.test";
  header += " <ann@b.test>\r\n";
  EXPECT_EQ(authors_of(header).from, From::unreadable);
  EXPECT_LE(authors_of(header).domains.size(), kMaxAuthors + 1);
  EXPECT_LE(authors_of("From: " + std::string(1000, ';') + "\r\n").domains.size(), kMaxAuthors + 1);
}

TEST(AuthorsTest, AListWithoutEndIsCut) {
  std::string header = "From: a@a.test";
  for (int i = 0; i < 1000; ++i) header += ", a@a.test";
  header += "\r\n";
  EXPECT_EQ(authors_of(header).domains.size(), kMaxAuthors + 1);
  EXPECT_EQ(authors_of(header).domains.back(), "") << "whose the others are is not known";
}

}  // namespace
}  // namespace waybill::relay::trust
