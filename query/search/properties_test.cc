// What holds for each text: terms by kind, places by octet, texts by chance.
#include <gtest/gtest.h>

#include <cstdint>

#include "query/search/parse.h"
#include "tests/support/search_context.h"
#include "tests/support/search_oracle.h"

namespace waybill::query::search {
namespace {

Query query_of(const std::string& text) {
  Parsed parsed = parse(text, reader_in_berlin());
  auto* const query = std::get_if<Query>(&parsed);
  if (query == nullptr) {
    ADD_FAILURE() << text << " is no query";
    return {};
  }
  return std::move(*query);
}

std::vector<Term> terms_of(const std::string& text) {
  const Query query = query_of(text);
  if (query.all_of.size() != 1) {
    ADD_FAILURE() << text << " has " << query.all_of.size() << " conditions";
    return {};
  }
  return query.all_of.front().any_of;
}

schemas::Address address(const std::string& text) { return *schemas::Address::parse(text); }

using Terms = std::vector<Term>;

TEST(PropertiesTest, OneShapeMayBeTwoThings) {
  const AddressTerm mailbox{address("a@b"), Role::any};
  const MessageIdTerm id{"a@b"};
  EXPECT_EQ(terms_of("a@b"), (Terms{mailbox, id}));
  // The Message-ID first where it was written as one.
  EXPECT_EQ(terms_of("<a@b>"), (Terms{id, mailbox}));
  // Letters of a Message-ID count; those of a domain do not.
  EXPECT_EQ(terms_of("A@B.Test"),
            (Terms{AddressTerm{address("A@b.test"), Role::any}, MessageIdTerm{"A@B.Test"}}));
}

TEST(PropertiesTest, RolesAreKept) {
  const auto x = address("ann@x.test");
  EXPECT_EQ(terms_of("from:ann@x.test"), (Terms{AddressTerm{x, Role::sender}}));
  EXPECT_EQ(terms_of("to:ann@x.test"), (Terms{AddressTerm{x, Role::recipient}}));
  EXPECT_EQ(terms_of("alias:ann@x.test"), (Terms{AddressTerm{x, Role::alias}}));
  EXPECT_EQ(terms_of("target:ann@x.test"), (Terms{AddressTerm{x, Role::target}}));
  EXPECT_EQ(terms_of("ann*"), (Terms{PrefixTerm{"ann", "", Role::any}}));
  EXPECT_EQ(terms_of("to:ann*@x.test"), (Terms{PrefixTerm{"ann", "x.test", Role::recipient}}));
  EXPECT_EQ(terms_of("from:@x.test"), (Terms{DomainTerm{"x.test", Role::sender, Owner::foreign}}));
}

TEST(PropertiesTest, DomainsOfOursAreTold) {
  EXPECT_EQ(terms_of("Example.org"), (Terms{DomainTerm{"example.org", Role::any, Owner::ours}}));
  EXPECT_EQ(terms_of("x.test"), (Terms{DomainTerm{"x.test", Role::any, Owner::foreign}}));
}

TEST(PropertiesTest, WordsMayBeKindAndState) {
  using schemas::Kind;
  EXPECT_EQ(terms_of("is:bounced"), (Terms{StateTerm{"bounced", Kind::bounced, true}}));
  EXPECT_EQ(terms_of("is:delivered"), (Terms{StateTerm{"delivered", std::nullopt, true}}));
  Context without = reader_in_berlin();
  without.states.clear();
  const Parsed parsed = parse("is:bounced", without);
  EXPECT_EQ(std::get<Query>(parsed).all_of.front().any_of,
            (Terms{StateTerm{"bounced", Kind::bounced, false}}));
}

TEST(PropertiesTest, SidesOfANetwork) {
  const auto one = *runtime::network_of("192.0.2.1");
  EXPECT_EQ(terms_of("192.0.2.1"), (Terms{NetworkTerm{one, Side::any}}));
  EXPECT_EQ(terms_of("client:192.0.2.1"), (Terms{NetworkTerm{one, Side::client}}));
  EXPECT_EQ(terms_of("hop:[192.0.2.1]"), (Terms{NetworkTerm{one, Side::next_hop}}));
}

TEST(PropertiesTest, StatusesAreCodesOrClasses) {
  using Shape = StatusTerm::Shape;
  const auto status = [](const std::string& text) {
    return std::get<StatusTerm>(query_of(text + " example.org").all_of.front().any_of.front());
  };
  EXPECT_EQ(status("550"), (StatusTerm{Shape::code, "550"}));
  EXPECT_EQ(status("4yz"), (StatusTerm{Shape::code_class, "4xx"}));
  EXPECT_EQ(status("5.1.1"), (StatusTerm{Shape::enhanced, "5.1.1"}));
  EXPECT_EQ(status("5.X.x"), (StatusTerm{Shape::enhanced_class, "5.x"}));
}

TEST(PropertiesTest, HowFarItReaches) {
  EXPECT_EQ(query_of("ann@x.test").reach, Reach::all_time);
  EXPECT_EQ(query_of("example.org is:bounced").reach, Reach::all_time);
  EXPECT_EQ(query_of("ann@x.test since:2h").reach, Reach::as_said);
  EXPECT_EQ(query_of("is:bounced").reach, Reach::last_day);
  EXPECT_EQ(query_of("hello").reach, Reach::last_day);
  EXPECT_EQ(query_of("<>").reach, Reach::last_day);
}

TEST(PropertiesTest, ItIsReadBackAsASentence) {
  EXPECT_EQ(query_of("from:ann* to:sales@example.org is:bounced,rejected since:2h").sentence,
            "Mail from an address that begins with \"ann\", to the alias or target "
            "sales@example.org, that is bounced or rejected, not before 2026-03-11 11:00 "
            "(UTC+01:00).");
  EXPECT_EQ(query_of("<1@x.test> -class:auto_reply").sentence,
            "Mail with the Message-ID <1@x.test> or with 1@x.test as sender, alias or target, not "
            "with a report that says auto reply, of all time.");
  EXPECT_EQ(query_of("example.org x.test -status:550").sentence,
            "Mail of our domain example.org, with x.test as domain of the sender or the target, or "
            "as next hop, not answered by 550, of all time.");
  EXPECT_EQ(query_of("hello").sentence,
            "Mail with \"hello\" at the beginning of an alias or in the subject, of the last 24 "
            "hours.");
}

TEST(PropertiesTest, ChipsHaveALabelAndAText) {
  const Query query = query_of("ann@x.test -is:in_doubt,bounced from:<> from:bob*");
  ASSERT_EQ(query.chips.size(), 3u);
  EXPECT_EQ(query.chips[0].label, "address or Message-ID");
  EXPECT_EQ(query.chips[0].text, "ann@x.test");
  EXPECT_EQ(query.chips[1].label, "not is");
  EXPECT_EQ(query.chips[1].text, "in_doubt or bounced");
  EXPECT_EQ(query.chips[1].query, "-is:in_doubt,bounced");
  EXPECT_EQ(query.chips[2].label, "from");
  EXPECT_EQ(query.chips[2].text, "<> or bob*");
}

TEST(PropertiesTest, WhatWasCleanedIsSaid) {
  const std::string text = "\ufeff\u201cann\u200b\u202e@x.test\u201d";
  const Query query = query_of(text);
  ASSERT_EQ(query.cleaned.size(), 2u);
  EXPECT_EQ(query.cleaned[0].words,
            "Characters that nobody sees were left out: U+FEFF U+200B U+202E.");
  EXPECT_EQ(query.cleaned[0].spans.size(), 3u);
  EXPECT_EQ(query.cleaned[1].words, "Typographic quotes were read as plain ones.");
  const Query named = query_of("Ann Example <ann@x.test>");
  ASSERT_EQ(named.cleaned.size(), 1u);
  EXPECT_EQ(named.cleaned[0].spans, (std::vector<Span>{{0, 3}, {4, 7}}));
}

// Texts of which each word says something of its own.
const std::vector<std::string> kTelling = {
    "ann@x.test lost@example.org is:bounced",
    "from:ann* from:bob* -rule:dmarc since:2h",
    "hello \"two words\" subject:invoice class:hard,soft",
    "<1@x.test> 192.0.2.1 hop:mx.x.test 550",
    "after:2026-03-01 before:2026-03-02 5.1.1 example.org",
    "to:sales*@example.org x.test status:550,551 around:14:30",
};

TEST(PropertiesTest, NoWordGoesUnheard) {
  const Context context = reader_in_berlin();
  for (const std::string& text : kTelling) {
    const std::string whole = query_of(text).canonical;
    EXPECT_EQ(complaint(text, context), "") << text;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find(' ', at), text.size());
      const std::string rest = text.substr(0, at) + text.substr(std::min(end + 1, text.size()));
      const Parsed parsed = parse(rest, context);
      if (const auto* const query = std::get_if<Query>(&parsed)) {
        EXPECT_NE(query->canonical, whole) << rest;
      }
      at = end + 1;
    }
  }
}

// Pieces that mean something, so that chance meets meanings.
const std::vector<std::string> kPieces = {"ann",
                                          "@",
                                          "x.test",
                                          "example.org",
                                          "*",
                                          "\"",
                                          "\\",
                                          "<",
                                          ">",
                                          " ",
                                          ",",
                                          ";",
                                          "-",
                                          ":",
                                          "from:",
                                          "to:",
                                          "is:",
                                          "rule:",
                                          "status:",
                                          "class:",
                                          "msgid:",
                                          "id:",
                                          "subject:",
                                          "after:",
                                          "before:",
                                          "since:",
                                          "older_than:",
                                          "around:",
                                          "bounced",
                                          "dmarc",
                                          "550",
                                          "5.1.1",
                                          "24h",
                                          "14:30",
                                          "2026-03-01",
                                          "mailto:",
                                          "%22",
                                          "%3F",
                                          "[192.0.2.1]",
                                          "2001:db8::1",
                                          "(",
                                          ")",
                                          "AND",
                                          "?",
                                          "~",
                                          "/",
                                          "\u200b",
                                          "\u201c",
                                          "\u00a0",
                                          "\u00fc",
                                          "\n",
                                          "From: ",
                                          "Received: ",
                                          "019ca9457c3e7d218b4f5a6b7c8d9e0f",
                                          "https://mx.example.org",
                                          "=",
                                          "'",
                                          "hop:",
                                          "client:",
                                          "alias:",
                                          "domain:",
                                          "<>",
                                          "\xff"};

// The same numbers on each run (xorshift, 32 bits).
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : state_(seed) {}
  std::uint32_t operator()() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }

 private:
  std::uint32_t state_;
};

std::string by_chance(Dice& chance) {
  std::string out;
  const std::size_t pieces = 1 + chance() % 12;
  for (std::size_t i = 0; i < pieces; ++i) out += kPieces[chance() % kPieces.size()];
  return out;
}

TEST(PropertiesTest, TextsByChance) {
  const Context context = reader_in_berlin();
  Dice chance(20260311);
  std::size_t queries = 0;
  for (int round = 0; round < 15'000; ++round) {
    const std::string text = by_chance(chance);
    ASSERT_EQ(complaint(text, context), "") << round << " [" << text << ']';
    if (std::holds_alternative<Query>(parse(text, context))) ++queries;
  }
  // Chance meets what is accepted too.
  EXPECT_GT(queries, 800u);
}

TEST(PropertiesTest, OctetsByChance) {
  const Context context = reader_in_berlin();
  Dice chance(7);
  for (int round = 0; round < 10'000; ++round) {
    std::string text(chance() % 24, '\0');
    const bool ascii = round % 4 != 0;
    for (char& c : text) c = static_cast<char>(ascii ? ' ' + chance() % 95 : chance() % 256);
    ASSERT_EQ(complaint(text, context), "") << round << " [" << text << ']';
  }
}

}  // namespace
}  // namespace waybill::query::search
