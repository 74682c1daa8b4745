#include "relay/trust/dkim/signature.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>

namespace waybill::relay::trust::dkim {
namespace {

using namespace std::chrono_literals;

const std::string kGood = "v=1; a=rsa-sha256; d=Origin.test; s=Key; h=From:To; bh=AAAA; b=AAAA";

// kGood with one tag written otherwise; left out if `tag` is empty; put behind it if it is new.
std::string with(const std::string& name, const std::string& tag) {
  std::string text = kGood + ";";
  const std::size_t begin = text.find(name + "=");
  if (begin == std::string::npos) return text + tag;
  const std::size_t end = text.find(';', begin);
  return text.substr(0, begin) + (tag.empty() ? "z=" : tag) + text.substr(end);
}

std::string said(const std::string& text) {
  const Signature signature = parse_signature(text);
  if (!signature.fault) return "good";
  return std::string(word_of(signature.fault->word)) + " " + signature.fault->reason;
}

TEST(DkimSignature, ReadsItsTags) {
  const Signature one =
      parse_signature(kGood + "; t=1700000000; x=1700000001; i=a=40b@x.origin.test");
  EXPECT_FALSE(one.fault);
  EXPECT_EQ(one.domain, "origin.test");
  EXPECT_EQ(one.selector, "Key");
  EXPECT_EQ(one.key_name(), "key._domainkey.origin.test");
  EXPECT_EQ(one.identity, "a@b@x.origin.test");
  EXPECT_EQ(one.identity_domain(), "x.origin.test");
  EXPECT_EQ(one.signed_at, 1'700'000'000u);
  EXPECT_EQ(one.expires_at, 1'700'000'001u);
  EXPECT_EQ(one.times_signed("FROM"), 1u);
  EXPECT_EQ(parse_signature(kGood).identity, "@origin.test");
}

TEST(DkimSignature, SaysWhatIsWrong) {
  const std::pair<std::string, std::string> cases[] = {
      {kGood, "good"},
      {with("c", "c=relaxed"), "good"},
      {with("c", "c=simple/relaxed"), "good"},
      {with("q", "q=dns/txt : other"), "good"},
      {with("a", "a=ed25519-sha256"), "good"},
      {with("unknown", "unknown=thing"), "good"},
      {"nonsense", "permerror the tags break the syntax"},
      {with("v", ""), "permerror v= is missing"},
      {with("v", "v=2"), "permerror v= is unknown"},
      {with("v", "v=01"), "permerror v= is unknown"},
      {with("d", ""), "permerror d= is missing"},
      {with("d", "d="), "permerror d= is not a domain"},
      {with("d", "d=test"), "permerror d= is not a domain"},
      {with("d", "d=origin.test(.other.test"), "permerror d= is not a domain"},
      {with("d", "d=origin..test"), "permerror d= is not a domain"},
      {with(" s", " s=a/b"), "permerror s= is not a name"},
      {with(" s", ""), "permerror s= is missing"},
      {with(" s", " s=" + std::string(63, 'a') + "." + std::string(63, 'a') + "." +
                      std::string(63, 'a') + "." + std::string(50, 'a')),
       "permerror s= and d= are too long a name"},
      {with("i", "i=ann@other.test"), "permerror i= is not below the domain of d="},
      {with("i", "i=ann@xorigin.test"), "permerror i= is not below the domain of d="},
      {with("i", "i=ann"), "permerror i= is malformed"},
      {with("i", "i=a=4@origin.test"), "permerror i= is malformed"},
      {with("i", "i=" + std::string(1000, 'a') + "@origin.test"), "policy i= is too long"},
      {with("a", ""), "permerror a= is missing"},
      {with("a", "a=rsa-md5"), "permerror a= is unknown"},
      {with("a", "a=rsa-sha1"), "policy rsa-sha1"},
      {with("c", "c=other"), "permerror c= is unknown"},
      {with("c", "c=simple/other"), "permerror c= is unknown"},
      {with("h", ""), "permerror h= is missing"},
      {with("h", "h=To"), "permerror the From field is not signed"},
      {with("h", "h=From::To"), "permerror h= has an empty name"},
      {with("h", "h=From:" + std::string(17'000, 'a')), "policy h= is too long"},
      {with("bh", ""), "permerror bh= is missing"},
      {with("bh", "bh=*"), "permerror bh= is malformed"},
      {with(" b", ""), "permerror b= is missing"},
      {with(" b", " b="), "permerror b= is malformed"},
      {with("q", "q=dns"), "permerror q= is unknown"},
      {with("t", "t=-1"), "permerror t= is malformed"},
      {with("t", "t=1234567890123"), "permerror t= is malformed"},
      {with("t", "t=0"), "good"},
      {with("x", "x=soon"), "permerror x= is malformed"},
      {with("x", "t=1700000000; x=1700000000"), "permerror x= is not after t="},
      {with("l", "l=10"), "good"},
      {with("l", "l=" + std::string(76, '9')), "good"},
      {with("l", "l=" + std::string(77, '9')), "permerror l= is malformed"},
      {with("l", "l=all"), "permerror l= is malformed"},
      {with("l", "l="), "permerror l= is malformed"},
      {with(" b", " b =AAAA"), "good"},
      {with("xb", "xb=AAAA"), "good"},
      {with(" b", " b=" + std::string(3004, 'A')), "policy b= is too long"},
      {with("d", "d=m\xc3\xbcller.test"), "neutral octets beyond ASCII"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(said(text), expected) << text;
}

TEST(DkimSignature, SaysWhatIsSignedAndWhereTheSignatureStands) {
  const std::string text = with(" b", " b = Zm\r\n\t9v ") + "c=relaxed; l=18446744073709551616";
  const Signature one = parse_signature(text);
  ASSERT_FALSE(one.fault) << one.fault->reason;
  EXPECT_EQ(one.header_form, Form::relaxed);
  EXPECT_EQ(one.body_form, Form::simple);
  EXPECT_EQ(one.body_hash, std::string(3, '\0'));
  EXPECT_EQ(one.data, "foo");
  EXPECT_EQ(text.substr(one.data_begin, one.data_end - one.data_begin), " Zm\r\n\t9v ");
  // More than can be counted is as good as the most that can.
  EXPECT_EQ(one.length, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse_signature(with("l", "l=0012")).length, 12u);
  EXPECT_EQ(parse_signature(with("c", "c=simple/relaxed")).body_form, Form::relaxed);
  EXPECT_FALSE(parse_signature(kGood).length);
}

TEST(DkimSignature, NamesSoManyFields) {
  std::string names = "h=From";
  for (std::size_t i = 1; i < kMaxSignedNames; ++i) names += ":To";
  EXPECT_EQ(said(with("h", names)), "good");
  EXPECT_EQ(said(with("h", names + ":To")), "policy h= names too many fields");
}

TEST(DkimSignature, TheTimeIsAllowedSomeSkew) {
  const Signature one = parse_signature(kGood + "; t=1700000000; x=1700001000");
  const runtime::WallTime begin{1'700'000'000s};
  EXPECT_FALSE(fault_at(one, begin));
  EXPECT_FALSE(fault_at(one, begin - kClockSkew));
  EXPECT_TRUE(fault_at(one, begin - kClockSkew - 1s));
  EXPECT_FALSE(fault_at(one, begin + 1000s + kClockSkew));
  EXPECT_TRUE(fault_at(one, begin + 1001s + kClockSkew));
}

}  // namespace
}  // namespace waybill::relay::trust::dkim
