#include "relay/trust/spf/record.h"

#include <gtest/gtest.h>

namespace waybill::relay::trust::spf {
namespace {

std::string wrong_term(const std::string& terms) {
  const auto parsed = parse_record("v=spf1 " + terms);
  const auto* wrong = std::get_if<WrongTerm>(&parsed);
  return wrong != nullptr ? wrong->text : "";
}

Record sound(const std::string& terms) {
  auto parsed = parse_record("v=spf1 " + terms);
  EXPECT_TRUE(std::holds_alternative<Record>(parsed)) << terms;
  if (auto* record = std::get_if<Record>(&parsed)) return std::move(*record);
  return {};
}

// RFC 7208 4.5
TEST(SpfRecord, IsKnownByItsVersionAlone) {
  for (const char* text : {"v=spf1", "v=spf1 ", "V=SPF1 -all"}) EXPECT_TRUE(is_spf_record(text));
  for (const char* text : {"", "v=spf", "v=spf10", "v=spf1\t-all", "spf2.0/pra", " v=spf1"}) {
    EXPECT_FALSE(is_spf_record(text)) << text;
  }
}

TEST(SpfRecord, ReadsQualifiersAndKindsInAnyCase) {
  const Record record = sound("+A -MX ~ptr ?Include:example.com exists:%{i}.example.com all");
  ASSERT_EQ(record.mechanisms.size(), 6u);
  const struct {
    MechanismKind kind;
    Qualifier qualifier;
  } wanted[] = {
      {MechanismKind::a, Qualifier::pass},       {MechanismKind::mx, Qualifier::fail},
      {MechanismKind::ptr, Qualifier::softfail}, {MechanismKind::include, Qualifier::neutral},
      {MechanismKind::exists, Qualifier::pass},  {MechanismKind::all, Qualifier::pass},
  };
  for (std::size_t i = 0; i < record.mechanisms.size(); ++i) {
    EXPECT_EQ(record.mechanisms[i].kind, wanted[i].kind) << i;
    EXPECT_EQ(record.mechanisms[i].qualifier, wanted[i].qualifier) << i;
  }
  EXPECT_EQ(record.mechanisms[1].text, "-MX");
}

TEST(SpfRecord, ReadsNetworksAndPrefixes) {
  const Record record = sound("ip4:192.0.2.0/24 ip6:2001:db8::/32 a/8 mx//64 a:example.com/0//0");
  ASSERT_EQ(record.mechanisms.size(), 5u);
  EXPECT_EQ(record.mechanisms[0].network, boost::asio::ip::make_address("192.0.2.0"));
  EXPECT_EQ(record.mechanisms[0].prefix4, 24u);
  EXPECT_EQ(record.mechanisms[1].network, boost::asio::ip::make_address("2001:db8::"));
  EXPECT_EQ(record.mechanisms[1].prefix6, 32u);
  EXPECT_EQ(record.mechanisms[2].prefix4, 8u);
  EXPECT_EQ(record.mechanisms[2].prefix6, 128u);
  EXPECT_EQ(record.mechanisms[3].prefix4, 32u);
  EXPECT_EQ(record.mechanisms[3].prefix6, 64u);
  EXPECT_EQ(record.mechanisms[4].prefix4, 0u);
  EXPECT_EQ(record.mechanisms[4].prefix6, 0u);
  EXPECT_TRUE(record.mechanisms[4].domain.has_value());
}

TEST(SpfRecord, KeepsModifiersApartAndPassesOverUnknownOnes) {
  const Record record = sound("redirect=a.example.com moo=%{d} exp=b.example.com x.y_z-1=");
  EXPECT_TRUE(record.mechanisms.empty());
  EXPECT_EQ(record.redirect, parse_domain_spec("a.example.com"));
  EXPECT_EQ(record.explanation, parse_domain_spec("b.example.com"));
}

// RFC 7208 4.6
TEST(SpfRecord, IsWrongAsAWholeWhereOneTermIs) {
  for (const char* term : {"ip:192.0.2.1",
                           "ip4",
                           "ip4:",
                           "ip4:192.0.2",
                           "ip4:192.0.2.1/33",
                           "ip4:192.0.2.1/08",
                           "ip4:192.0.2.1/",
                           "ip6:192.0.2.1",
                           "ip6:2001:db8::/129",
                           "ip6:fe80::1%eth0",
                           "all:x.com",
                           "all/8",
                           "a:",
                           "a/33",
                           "a//129",
                           "a/",
                           "a/24/64",
                           "a:example",
                           "include",
                           "include:",
                           "exists",
                           "mx:a..",
                           "-",
                           "+-all",
                           "redirect=",
                           "exp=",
                           "1x=y",
                           "x=%{z}",
                           "=x",
                           "ptr/24",
                           "include:example.com/24",
                           "all\t",
                           "\xc3\xa4ll"}) {
    EXPECT_EQ(wrong_term(std::string("a ") + term + " -all"), printable(term, 64)) << term;
  }
  EXPECT_EQ(wrong_term("redirect=a.com redirect=b.com"), "redirect=b.com");
  EXPECT_EQ(wrong_term("exp=a.com exp=b.com"), "exp=b.com");
}

TEST(SpfRecord, ShowsAWrongTermCleanAndCut) {
  EXPECT_EQ(wrong_term("x\r\ny"), "x??y");
  EXPECT_EQ(wrong_term(std::string(1000, 'x')), std::string(64, 'x'));
}

}  // namespace
}  // namespace waybill::relay::trust::spf
