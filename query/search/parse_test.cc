// What texts ask for: the text, and the one text of the same question.
#include "query/search/parse.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

#include "tests/support/search_context.h"
#include "tests/support/search_oracle.h"

namespace waybill::query::search {
namespace {

const std::string kPath = "b.abcdefghijklmnopqrstuvwxyz234567abcdefghijklmno@example.org";
constexpr const char* kUpperPath = "B.ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNO@Example.ORG";
constexpr const char* kQuotedPath =
    "\"b.abcdefghijklmnopqrstuvwxyz234567abcdefghijklmno\"@example.org";
const std::string kId = "019ca945-7c3e-7d21-8b4f-5a6b7c8d9e0f";

struct Asked {
  std::string text;
  std::string canonical;
};

void expect_asked(const std::vector<Asked>& cases) {
  const Context context = reader_in_berlin();
  for (const Asked& one : cases) {
    const Parsed parsed = parse(one.text, context);
    if (const auto* const refusal = std::get_if<Refusal>(&parsed)) {
      ADD_FAILURE() << '[' << one.text << "] is refused: " << refusal->words;
      continue;
    }
    const auto* const query = std::get_if<Query>(&parsed);
    ASSERT_NE(query, nullptr) << one.text;
    EXPECT_EQ(query->canonical, one.canonical) << '[' << one.text << ']';
    EXPECT_EQ(complaint(one.text, context), "") << '[' << one.text << ']';
  }
}

TEST(ParseTest, AddressesAndMessageIds) {
  expect_asked({
      {"a@b", "a@b"},
      {"<a@b>", "<a@b>"},
      {"ann@x.test", "ann@x.test"},
      {"  ann@x.test\t", "ann@x.test"},
      {"ann@x.test,", "ann@x.test"},
      {"ann@x.test;", "ann@x.test"},
      {"\"ann@x.test\"", "ann@x.test"},
      {"MAILTO:Ann%2Bx@Ex.test", "Ann+x@Ex.test"},
      {"mailto:ann@x.test?subject=hello", "ann@x.test"},
      {"<mailto:ann@x.test>", "ann@x.test"},
      {"\"a@b\"@x.test", "\"a@b\"@x.test"},
      {"\"a b\"@x.test", "\"a b\"@x.test"},
      {"buzz+tag@x.test", "buzz+tag@x.test"},
      {"m\u00fcller@ex\u00e4mple.test", "m\u00fcller@xn--exmple-cua.test"},
      {"m\u00fcller@exa\u0308mple.test", "m\u00fcller@xn--exmple-cua.test"},
      {"ann@\u200bx.test", "ann@x.test"},
      {"\ufeffann@x.test", "ann@x.test"},
      {"\u202eann@x.test\u202c", "ann@x.test"},
      {"ann@ex\u00adample.test", "ann@example.test"},
      {"\u00a0ann@x.test\u3000", "ann@x.test"},
      {"\u201cann@x.test\u201d", "ann@x.test"},
      {"Ann Example <ann@x.test>", "ann@x.test"},
      {"\"Example, Ann\" <ann@x.test>", "ann@x.test"},
      {"Ann <ann@x.test>, Bob <bob@y.test>", "ann@x.test bob@y.test"},
      {"ann@x.test,bob@y.test", "ann@x.test bob@y.test"},
      {"ann@x.test lost@example.org", "ann@x.test lost@example.org"},
      {"ann@[192.0.2.1]", "ann@[192.0.2.1]"},
      {"o'neil@x.test", "o'neil@x.test"},
      // Letters of a local part that are operators elsewhere.
      {"^ann@x.test", "^ann@x.test"},
      {"{ann}@x.test", "{ann}@x.test"},
      {"\"a?b@x.test\"", "\"a?b@x.test\""},
      {"\"-ann@x.test\"", "\"-ann@x.test\""},
      {"<CAB+x=1@mail.Gmail.com>", "<CAB+x=1@mail.Gmail.com>"},
      {"<no-at-sign>", "<no-at-sign>"},
      {"msgid:no-at-sign", "<no-at-sign>"},
      {"<no-at> <none-either>", "<no-at> <none-either>"},
      {"msgid:no-at msgid:none-either", "msgid:no-at msgid:none-either"},
      {"hello <no-at>", "hello <no-at>"},
      {"hello <1@x..y>", "hello <1@x..y>"},
      {"<>", "<>"},
      {"from:<>", "<>"},
  });
}

TEST(ParseTest, IdsPathsHostsAndNetworks) {
  expect_asked({
      {kId, kId},
      {"019CA945-7C3E-7D21-8B4F-5A6B7C8D9E0F", kId},
      {"019ca9457c3e7d218b4f5a6b7c8d9e0f", kId},
      {"id:" + kId, kId},
      {"delivery:" + kId, kId},
      {kPath, kPath},
      {kUpperPath, kPath},
      {kQuotedPath, kPath},
      {"<" + kPath + ">", kPath},
      {"192.0.2.1", "192.0.2.1"},
      {"[192.0.2.1]", "192.0.2.1"},
      {"2001:DB8::1", "2001:db8::1"},
      {"[IPv6:2001:db8::1]", "2001:db8::1"},
      {"IPv6:2001:db8::1", "2001:db8::1"},
      {"fe80::1", "fe80::1"},
      {"fe80::1,", "fe80::1"},
      {"::ffff:192.0.2.1", "192.0.2.1"},
      {"192.0.2.0/24", "192.0.2.0/24"},
      {"2001:db8::/32", "2001:db8::/32"},
      {"ip:[192.0.2.1]", "192.0.2.1"},
      {"ip:192.0.2.1,192.0.2.2", "ip:192.0.2.1 ip:192.0.2.2"},
      {"client:192.0.2.1", "client:192.0.2.1"},
      {"hop:192.0.2.1 hop:mx.x.test", "hop:192.0.2.1 hop:mx.x.test"},
      {"next-hop:MX.x.test.", "hop:mx.x.test"},
      {"example.org", "@example.org"},
      {"*@example.org", "@example.org"},
      {"@Example.ORG", "@example.org"},
      {"ex\u00e4mple.test", "@xn--exmple-cua.test"},
      {"domain:x.test", "@x.test"},
      {"domain:x.test domain:y.test", "domain:x.test domain:y.test"},
      {"x.test y.test", "@x.test @y.test"},
  });
}

TEST(ParseTest, FieldsOfAddresses) {
  expect_asked({
      {"sub*", "sub*"},
      {"Sub*", "sub*"},
      {"sub*@X.test", "sub*@x.test"},
      {"sub.*", "sub.*"},
      {"from:ann", "from:ann*"},
      {"FROM:Ann*", "from:ann*"},
      {"sender:ann@x.test", "from:ann@x.test"},
      {"from:<ann@x.test>", "from:ann@x.test"},
      {"from:mailto:ann%2Bx@x.test", "from:ann+x@x.test"},
      {"from:@x.test", "from:@x.test"},
      {"from:*@x.test", "from:@x.test"},
      {"from:x.test", "from:@x.test"},
      {"to:sales@example.org", "to:sales@example.org"},
      {"recipient:sales*@example.org", "to:sales*@example.org"},
      {"alias:Lost", "alias:lost*"},
      {"target:bob@x.test", "target:bob@x.test"},
      {"from:ann* from:bob*", "from:ann* from:bob*"},
      {"from:ann*,bob*", "from:ann* from:bob*"},
      {"from:ann* is:bounced from:bob*", "from:ann* from:bob* is:bounced"},
      {"from:ann* from:ann*", "from:ann*"},
      // A word must not come to stand where a name would.
      {"from:ann* hello from:bob* <c@d>", "<c@d> from:ann* from:bob* hello"},
      {"from:\"a b\"@x.test", "from:\"\\\"a b\\\"@x.test\""},
      {"from:\"a?b@x.test\"", "from:\"a?b@x.test\""},
      {"from:<>,ann@x.test", "from:<> from:ann@x.test"},
  });
}

TEST(ParseTest, OtherFields) {
  expect_asked({
      {"msgid:<1@x.test>", "msgid:1@x.test"},
      {"rfc822msgid:1@X.test", "msgid:1@X.test"},
      {"Message-ID:<1@x.test>", "msgid:1@x.test"},
      {"is:bounced", "is:bounced"},
      {"is:Bounced,rejected", "is:bounced,rejected"},
      {"is:bounced is:rejected", "is:bounced,rejected"},
      {"state:in-doubt", "is:in_doubt"},
      {"kind:not_understood", "is:not_understood"},
      {"rule:unknown-alias", "rule:unknown-alias"},
      {"rule:unknown_alias,dmarc", "rule:unknown-alias rule:dmarc"},
      {"rule:spam@example.org", "rule:spam@example.org"},
      {"class:hard", "class:hard"},
      {"class:auto-reply,SOFT", "class:auto_reply,soft"},
      {"subject:hello", "subject:hello"},
      {"subject:\"two words\"", "subject:\"two words\""},
      {"subject:\"5*\"", "subject:\"5*\""},
      {"subject:a,b", "subject:\"a,b\""},
      {"550 ann@x.test", "550 ann@x.test"},
      {"status:550 example.org", "550 @example.org"},
      {"status:550,5.1.1 since:24h", "status:550,5.1.1 since:24h"},
      {"5YZ hop:mx.x.test", "5xx hop:mx.x.test"},
      {"4.x.x since:2h", "4.x since:2h"},
      {"550 5.1.1 since:2h", "550 5.1.1 since:2h"},
      {"-is:bounced example.org", "-is:bounced @example.org"},
      {"-rule:dmarc -class:hard from:ann", "-rule:dmarc -class:hard from:ann*"},
      {"-status:550 -status:551 is:rejected", "-status:550,551 is:rejected"},
  });
}

TEST(ParseTest, Words) {
  expect_asked({
      {"hello", "hello"},
      {"Hello World", "Hello World"},
      {"\"two words\"", "\"two words\""},
      {"\"a \\\"b\\\" c\"", "\"a \\\"b\\\" c\""},
      {"\"and\"", "\"and\""},
      {"\"is:bounced\"", "\"is:bounced\""},
      {"\"sub*\"", "\"sub*\""},
      {"\"(x)\"", "\"(x)\""},
      {"\"hello\"", "hello"},
      {"\"lost@\"", "\"lost@\""},
      {"bounced", "bounced"},
      {"a,b;c", "a b c"},
      {", a", "a"},
      {"hello hello", "hello"},
      {"\u0436\u0443\u043a", "\u0436\u0443\u043a"},
      {"100", "100"},
      {"600", "600"},
      {"3.x", "@3.x"},
      {"a=b", "a=b"},
  });
}

TEST(ParseTest, EachCharacterThatNobodySeesGoes) {
  std::vector<std::uint32_t> points{0xad, 0x61c, 0x180e, 0xfeff};
  const std::pair<std::uint32_t, std::uint32_t> ranges[] = {
      {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x206f}};
  for (const auto& [first, last] : ranges) {
    for (std::uint32_t point = first; point <= last; ++point) points.push_back(point);
  }
  for (const std::uint32_t point : points) {
    std::string text = "ann@";
    schemas::append_utf8(text, point);
    expect_asked({{text + "x.test", "ann@x.test"}});
  }
}

TEST(ParseTest, EachBlankParts) {
  for (const std::uint32_t point :
       {0x09, 0xa0, 0x1680, 0x2000, 0x2005, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000}) {
    std::string text = "ann*";
    schemas::append_utf8(text, point);
    expect_asked({{text + "bob*", "ann* bob*"}});
  }
}

std::vector<std::string> offers_of(const std::string& text) {
  const Parsed parsed = parse(text, reader_in_berlin());
  std::vector<std::string> out;
  for (const Offer& offer : std::get<Query>(parsed).offers) out.push_back(offer.query);
  return out;
}

TEST(ParseTest, WordsThatAreMoreAreOffered) {
  using Offers = std::vector<std::string>;
  EXPECT_EQ(offers_of("bounced"), Offers{"is:bounced"});
  EXPECT_EQ(offers_of("In-Doubt"), Offers{"is:in_doubt"});
  EXPECT_EQ(offers_of("not_understood"), Offers{"is:not_understood"});
  EXPECT_EQ(offers_of("unknown-alias"), Offers{"rule:unknown-alias"});
  EXPECT_EQ(offers_of("2026-03-01"), Offers{"around:2026-03-01"});
  EXPECT_EQ(offers_of("9:30"), Offers{"around:9:30"});
  // No delivery is ever in one of these.
  EXPECT_EQ(offers_of("access"), Offers{});
  EXPECT_EQ(offers_of("\"bounced\""), Offers{});
  EXPECT_EQ(offers_of("is:bounced"), Offers{});
}

std::string place_of_text(const std::string& text, const Context& context) {
  const Parsed parsed = parse(text, context);
  const auto* const place = std::get_if<Place>(&parsed);
  return place != nullptr ? place->path : "";
}

TEST(ParseTest, AnAddressOfTheDashboardIsAPlace) {
  const Context here = reader_in_berlin();
  EXPECT_EQ(place_of_text("https://mx.example.org", here), "/");
  EXPECT_EQ(place_of_text(" https://MX.example.org/deliveries/1?a=b#c ", here),
            "/deliveries/1?a=b#c");
  EXPECT_EQ(place_of_text("https://mx.example.org#q", here), "/#q");
  for (const char* const other :
       {"https://mx.example.org.evil.test/", "https://mx.example.org@evil.test/",
        "https://mx.example.org//evil.test", "https://mx.example.org/\\evil.test",
        "https://mx.example.org:8443/", "http://mx.example.org/"}) {
    EXPECT_EQ(place_of_text(other, here), "") << other;
  }
  Context nowhere = here;
  nowhere.dashboard.clear();
  EXPECT_EQ(place_of_text("https://mx.example.org/", nowhere), "");
}

}  // namespace
}  // namespace waybill::query::search
