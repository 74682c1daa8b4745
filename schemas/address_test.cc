#include "schemas/address.h"

#include <gtest/gtest.h>

#include <set>

namespace waybill::schemas {
namespace {

Address address(std::string_view text, LocalPartCase local_case = LocalPartCase::keep) {
  const auto parsed = Address::parse(text, local_case);
  EXPECT_TRUE(parsed) << text;
  return parsed.value();
}

TEST(AddressTest, ReadsAMailboxIntoItsNormalForm) {
  const struct {
    std::string_view what;
    std::string_view given;
    std::string_view local;
    std::string_view domain;
    std::string_view text;
  } cases[] = {
      {"plain", "alice@example.org", "alice", "example.org", "alice@example.org"},
      {"domain in capitals", "alice@EXAMPLE.Org", "alice", "example.org", "alice@example.org"},
      {"local part kept", "Alice@example.org", "Alice", "example.org", "Alice@example.org"},
      {"every atext sign", "!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~", "example.org",
       "!#$%&'*+-/=?^_`{|}~@example.org"},
      {"dots between", "a.b.c@example.org", "a.b.c", "example.org", "a.b.c@example.org"},
      {"one label", "root@localhost", "root", "localhost", "root@localhost"},
      {"digits first", "a@3com.example", "a", "3com.example", "a@3com.example"},
      {"hyphens within", "a@r3---sn.example.org", "a", "r3---sn.example.org",
       "a@r3---sn.example.org"},
      {"needless quotes", "\"alice\"@example.org", "alice", "example.org", "alice@example.org"},
      {"needless backslash", "\"a\\lice\"@example.org", "alice", "example.org",
       "alice@example.org"},
      {"quoted space", "\"a b\"@example.org", "a b", "example.org", "\"a b\"@example.org"},
      {"quoted at", "\"a@b\"@example.org", "a@b", "example.org", "\"a@b\"@example.org"},
      {"quoted quote", "\"a\\\"b\\\\\"@example.org", "a\"b\\", "example.org",
       "\"a\\\"b\\\\\"@example.org"},
      {"quoted dot at the end", "\"a.\"@example.org", "a.", "example.org", "\"a.\"@example.org"},
      {"two dots", "a..b@example.org", "a..b", "example.org", "a..b@example.org"},
      {"dots before the at", "a...@example.org", "a...", "example.org", "a...@example.org"},
      {"dot first", ".a@example.org", ".a", "example.org", ".a@example.org"},
      {"a dot alone", ".@example.org", ".", "example.org", ".@example.org"},
      {"two dots in quotes", "\"a..b\"@example.org", "a..b", "example.org", "\"a..b\"@example.org"},
      {"underscores", "_a_@ex_ample.org", "_a_", "ex_ample.org", "_a_@ex_ample.org"},
      {"label of an underscore first", "a@_spf.example.org", "a", "_spf.example.org",
       "a@_spf.example.org"},
      {"quoted nothing", "\"\"@example.org", "", "example.org", "\"\"@example.org"},
      {"IPv4 literal", "a@[192.0.2.1]", "a", "[192.0.2.1]", "a@[192.0.2.1]"},
      {"IPv6 literal", "a@[ipv6:2001:DB8:0:0:0:0:0:1]", "a", "[IPv6:2001:db8::1]",
       "a@[IPv6:2001:db8::1]"},
      {"UTF-8 local part", "gr\xC3\xBC\xC3\x9F@example.org", "gr\xC3\xBC\xC3\x9F", "example.org",
       "gr\xC3\xBC\xC3\x9F@example.org"},
      {"U-label",
       "a@b\xC3\xBC"
       "cher.example",
       "a", "xn--bcher-kva.example", "a@xn--bcher-kva.example"},
      {"A-label in capitals", "a@XN--BCHER-KVA.example", "a", "xn--bcher-kva.example",
       "a@xn--bcher-kva.example"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    const Address parsed = address(c.given);
    EXPECT_EQ(parsed.local(), c.local);
    EXPECT_EQ(parsed.domain(), c.domain);
    EXPECT_EQ(parsed.text(), c.text);
    EXPECT_EQ(address(parsed.text()), parsed);
  }
}

TEST(AddressTest, RefusesWhatIsNoMailbox) {
  const struct {
    std::string_view what;
    std::string_view given;
  } cases[] = {
      {"nothing", ""},
      {"no at", "alice"},
      {"no local part", "@example.org"},
      {"no domain", "alice@"},
      {"angle brackets", "<alice@example.org>"},
      {"source route", "@relay.example:alice@example.org"},
      {"two ats", "a@b@example.org"},
      {"space", "a b@example.org"},
      {"space before at", "alice @example.org"},
      {"space at the end", "alice@example.org "},
      {"comment", "alice(x)@example.org"},
      {"open quote", "\"alice@example.org"},
      {"quote within", "al\"ice\"@example.org"},
      {"text after quote", "\"a\"b@example.org"},
      {"quoted and dotted", "\"a\".b@example.org"},
      {"nothing after quote", "\"a\""},
      {"backslash at the end", "\"a\\"},
      {"backslash before UTF-8", "\"\\\xC3\xBC\"@example.org"},
      {"domain with a dot at the end", "a@example.org."},
      {"domain with two dots", "a@example..org"},
      {"domain with a dot first", "a@.example.org"},
      {"hyphen first", "a@-example.org"},
      {"hyphen last", "a@example-.org"},
      {"dotted quad without brackets", "a@192.0.2.1"},
      {"open literal", "a@[192.0.2.1"},
      {"text after literal", "a@[192.0.2.1]x"},
      {"bracket alone", "a@["},
      {"empty literal", "a@[]"},
      {"octet above 255", "a@[192.0.2.256]"},
      {"leading zero", "a@[192.0.2.01]"},
      {"IPv6 without tag", "a@[2001:db8::1]"},
      {"IPv6 with zone", "a@[IPv6:fe80::1%eth0]"},
      {"IPv6 with two gaps", "a@[IPv6:1::2::3]"},
      {"unknown tag", "a@[x400:c=us]"},
      {"overlong UTF-8", "a\xC0\xAF@example.org"},
      {"surrogate", "a\xED\xA0\x80@example.org"},
      {"cut UTF-8", "a\xC3@example.org"},
      {"latin-1", "gr\xFC\xDF@example.org"},
      {"A-label that decodes to nothing valid", "a@xn--zzzzzzzz999.example"},
      {"A-label of plain ASCII", "a@xn--example-.org"},
      {"U-label that maps to a slash", "a@\xE2\x84\x80.example"},
      {"unassigned or disallowed sign", "a@\xE2\x80\xAE.example"},
  };
  for (const auto& c : cases) {
    const auto parsed = Address::parse(c.given);
    ASSERT_FALSE(parsed) << c.what;
    EXPECT_EQ(runtime::errc_of(parsed.error()), runtime::Errc::invalid) << c.what;
  }
}

TEST(AddressTest, RefusesControlOctetsAnywhere) {
  const std::string pattern = "\"a b\"@example.org";
  for (int octet = 0; octet < 0x20; ++octet) {
    for (std::size_t place = 0; place <= pattern.size(); ++place) {
      std::string text = pattern;
      text.insert(place, 1, static_cast<char>(octet));
      EXPECT_FALSE(Address::parse(text)) << octet << " at " << place;
    }
  }
  EXPECT_FALSE(Address::parse("a\x7F@example.org"));
  EXPECT_FALSE(Address::parse("\"\\\x7F\"@example.org"));
  EXPECT_FALSE(Address::parse("\"\\\r\"@example.org"));
  EXPECT_FALSE(Address::parse("a\xC2\x85@example.org"));
  EXPECT_FALSE(Address::parse("a@[192.0.2.1" + std::string(1, '\0') + "]"));
}

// Forwarders that rewrite (SRS) make them longer than RFC 5321 4.5.3.1.1 has them.
TEST(AddressTest, ALocalPartIsAsLongAsACommandLineHoldsIt) {
  const std::string at = "@example.org";
  EXPECT_EQ(address(std::string(81, 'a') + at).text(), std::string(81, 'a') + at);
  EXPECT_TRUE(Address::parse(std::string(kMaxMailbox - at.size(), 'a') + at));
  EXPECT_FALSE(Address::parse(std::string(kMaxMailbox - at.size() + 1, 'a') + at));
}

TEST(AddressTest, FoldsOnlyAsciiLettersOfTheLocalPartAndOnlyIfTold) {
  EXPECT_EQ(address("Al.ICE@example.org", LocalPartCase::fold).local(), "al.ice");
  EXPECT_EQ(address("\xC3\x9CML@example.org", LocalPartCase::fold).local(), "\xC3\x9Cml");
  EXPECT_EQ(address("Al.ICE@example.org").folded().text(), "al.ice@example.org");
}

TEST(AddressTest, EqualMeansTheSameMailbox) {
  EXPECT_EQ(address("\"alice\"@EXAMPLE.org"), address("alice@example.org"));
  EXPECT_EQ(address("a@[IPv6:2001:db8::1]"), address("a@[IPv6:2001:0db8:0::0001]"));
  EXPECT_NE(address("Alice@example.org"), address("alice@example.org"));
  EXPECT_NE(address("\"a.\"@example.org"), address("a.@example.org"));
  const std::set<Address> set{address("b@example.org"), address("a@example.org"),
                              address("a@EXAMPLE.ORG")};
  EXPECT_EQ(set.size(), 2u);
}

TEST(AddressTest, OnlyALocalPartBeyondAsciiNeedsSmtputf8) {
  EXPECT_FALSE(address("a@b\xC3\xBC"
                       "cher.example")
                   .needs_smtputf8());
  EXPECT_TRUE(address("\xC3\xBC@example.org").needs_smtputf8());
}

TEST(AddressTest, AnotherLocalPartIsQuotedWhereItMustBe) {
  const Address bob = address("bob+news@example.org");
  EXPECT_EQ(bob.with_local("bob").text(), "bob@example.org");
  EXPECT_EQ(bob.with_local("b ob").text(), "\"b ob\"@example.org");
}

TEST(AddressDeathTest, ALocalPartThatCannotBeWrittenIsABrokenPromise) {
  const Address bob = address("bob@example.org");
  EXPECT_DEATH((void)bob.with_local(std::string(kMaxMailbox, 'a')), "2048 octets");
  EXPECT_DEATH((void)bob.with_local("a\r\nRCPT"), "controls");
}

}  // namespace
}  // namespace waybill::schemas
