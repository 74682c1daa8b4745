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
      {"From: ann@a.test <ann@b.test>\r\n", {"b.test"}},
      {"From: @only.test\r\n", {""}},
      {"Subject: none\r\n", {}},
      {"Subject: x\r\n\r\nFrom: ann@body.test\r\n", {}},
  };
  for (const auto& c : cases) EXPECT_EQ(author_domains(c.header), c.domains) << c.header;
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
      {"From: \"a\\\"b@c\"@a.test\r\n", "\"a\\\"b@c\"@a.test"},
      {"From: \"ann@a.test\"\r\n", ""},
      {"From: (x) a . b @ a.test (y)\r\n", "a.b@a.test"},
      {"From: ann@a.test, bob@a.test\r\n", ""},
      {"From: ann@a.test\r\nFrom: ann@a.test\r\n", ""},
      {"From: nobody\r\n", ""},
      {"From: @a.test\r\n", ""},
      {"To: ann@a.test\r\n", ""},
  };
  for (const auto& c : cases) {
    const auto mailbox = only_mailbox(c.header);
    EXPECT_EQ(mailbox ? mailbox->text() : "", c.mailbox) << c.header;
  }
}

TEST(AuthorsTest, AListWithoutEndIsCut) {
  std::string header = "From: a@a.test";
  for (int i = 0; i < 1000; ++i) header += ", a@a.test";
  header += "\r\n";
  EXPECT_EQ(author_domains(header).size(), kMaxAuthors + 1);
  EXPECT_EQ(author_domains(header).back(), "") << "whose the others are is not known";
}

}  // namespace
}  // namespace waybill::relay::trust
