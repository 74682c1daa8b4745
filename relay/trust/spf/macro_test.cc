#include "relay/trust/spf/macro.h"

#include <gtest/gtest.h>

namespace waybill::relay::trust::spf {
namespace {

// The sender of RFC 7208 7.4.
MacroValues sender(const char* client = "192.0.2.3") {
  MacroValues out;
  out.sender_local = "strong-bad";
  out.sender_domain = "email.example.com";
  out.domain = "email.example.com";
  out.client = boost::asio::ip::make_address(client);
  out.helo = "mx.example.org";
  out.receiver = "relay.example.net";
  out.validated_name = "mx.example.org";
  out.now = runtime::WallTime(std::chrono::seconds(1'700'000'000));
  return out;
}

std::string expanded(const char* text, const MacroValues& values,
                     MacroPlace place = MacroPlace::record) {
  const auto macros = parse_macro_string(text, place);
  EXPECT_TRUE(macros) << text;
  if (!macros) return "refused";
  return expand(*macros, values).value_or("too long");
}

// RFC 7208 7.4
TEST(SpfMacro, ExpandsTheExamplesOfTheStandard) {
  const struct {
    const char* text;
    const char* wanted;
  } cases[] = {
      {"%{s}", "strong-bad@email.example.com"},
      {"%{o}", "email.example.com"},
      {"%{d}", "email.example.com"},
      {"%{d4}", "email.example.com"},
      {"%{d3}", "email.example.com"},
      {"%{d2}", "example.com"},
      {"%{d1}", "com"},
      {"%{dr}", "com.example.email"},
      {"%{d2r}", "example.email"},
      {"%{l}", "strong-bad"},
      {"%{l-}", "strong.bad"},
      {"%{lr}", "strong-bad"},
      {"%{lr-}", "bad.strong"},
      {"%{l1r-}", "strong"},
      {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
      {"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
      {"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
      {"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
      {"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
  };
  for (const auto& c : cases) EXPECT_EQ(expanded(c.text, sender()), c.wanted) << c.text;
  EXPECT_EQ(expanded("%{ir}.%{v}._spf.%{d2}", sender("2001:db8::cb01")),
            "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com");
}

TEST(SpfMacro, ExpandsTheLettersOfExplanationsThereAlone) {
  EXPECT_EQ(expanded("%{c} %{r} %{t}", sender("2001:db8::1"), MacroPlace::explanation),
            "2001:db8::1 relay.example.net 1700000000");
  for (const char* text : {"%{c}", "%{r}", "%{t}", "a b"}) {
    EXPECT_FALSE(parse_macro_string(text, MacroPlace::record)) << text;
    EXPECT_TRUE(parse_macro_string(text, MacroPlace::explanation)) << text;
  }
}

TEST(SpfMacro, EscapesWhereTheLetterIsUpperCase) {
  MacroValues values = sender();
  values.sender_local = "~jack&jill=up-a_b3.c";
  EXPECT_EQ(expanded("%{L}", values), "~jack%26jill%3Dup-a_b3.c");
}

TEST(SpfMacro, WritesPercentsAndSpaces) { EXPECT_EQ(expanded("%%%_%-", sender()), "% %20"); }

TEST(SpfMacro, RefusesWhatBreaksTheGrammar) {
  for (const char* text : {"%", "%a", "%{", "%{}", "%{x}", "%{d0}", "%{d-2}", "%{dr2}", "%{d:}",
                           "%{d", "%{%{d}}", "tab\t", "\x7f", "\xc3\xa4"}) {
    EXPECT_FALSE(parse_macro_string(text, MacroPlace::explanation)) << text;
  }
}

// RFC 7208 7.1
TEST(SpfMacro, WantsATopLabelOrAMacroAtTheEndOfADomain) {
  for (const char* text : {"example.com", "example.com.", "a.%{d}", "%{d}", "a%%", "x.a-b", "x.1a",
                           "foo:bar/baz.example.com"}) {
    EXPECT_TRUE(parse_domain_spec(text)) << text;
  }
  for (const char* text : {"", ".", "com", "com.", "x.123", "x.-a", "x.a-", "x.", "%{d}x", "x.a_b",
                           "a.%%x", "example.com/"}) {
    EXPECT_FALSE(parse_domain_spec(text)) << text;
  }
}

TEST(SpfMacro, EndsWhereAnExpansionGrowsBeyondItsLimit) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "%{s}";
  EXPECT_EQ(expanded(text.c_str(), sender()), "too long");
}

}  // namespace
}  // namespace waybill::relay::trust::spf
