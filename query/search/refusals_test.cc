// What is refused: the text, the word of the refusal, the place in the text, and the text that is
// named instead.
#include <gtest/gtest.h>

#include "query/search/parse.h"
#include "tests/support/search_context.h"
#include "tests/support/search_oracle.h"

namespace waybill::query::search {
namespace {

struct Refused {
  std::string text;
  std::string word;
  std::string place;
  std::string instead;
};

void expect_refused(const std::vector<Refused>& cases,
                    const Context& context = reader_in_berlin()) {
  for (const Refused& one : cases) {
    const Parsed parsed = parse(one.text, context);
    const auto* const refusal = std::get_if<Refusal>(&parsed);
    if (refusal == nullptr) {
      ADD_FAILURE() << '[' << one.text << "] is not refused";
      continue;
    }
    EXPECT_EQ(word_of(refusal->wrong), one.word) << '[' << one.text << "] " << refusal->words;
    EXPECT_EQ(one.text.substr(refusal->at.at, refusal->at.length), one.place)
        << '[' << one.text << ']';
    EXPECT_EQ(refusal->try_instead, one.instead) << '[' << one.text << ']';
    EXPECT_EQ(complaint(one.text, context), "") << '[' << one.text << ']';
  }
}

TEST(RefusalsTest, NothingAndTooMuch) {
  const std::string ten = std::string(10'000, 'a');
  const std::string paste(kMaxPasted + 1, '\n');
  std::string terms;
  for (std::size_t i = 0; i <= kMaxTerms; ++i) terms += 'w' + std::to_string(i) + ' ';
  std::string listed = "is:bounced from:";
  for (std::size_t i = 0; i < kMaxTerms; ++i) listed += "a" + std::to_string(i) + "@x.test,";
  expect_refused({
      {"", "empty", "", ""},
      {" \t\n ", "empty", " \t\n ", ""},
      {"\u200b", "empty", "", ""},
      {" , ; ", "empty", " , ; ", ""},
      {ten, "too_long", ten.substr(kMaxLine), ""},
      {paste, "too_long", "\n", ""},
      {terms, "too_many", terms, ""},
      {listed, "too_many", listed, ""},
  });
}

TEST(RefusalsTest, OctetsThatAreNoText) {
  expect_refused({
      {"ann\xff", "not_utf8", "\xff", ""},
      {"ann \xc3", "not_utf8", "\xc3", ""},
      {"\xed\xa0\x80", "not_utf8", "\xed", ""},
      {std::string("a\0b", 3), "control", std::string("\0", 1), ""},
      {"a\x1b[31mb", "control", "\x1b", ""},
      {"a\u0085b", "control", "\u0085", ""},
  });
}

TEST(RefusalsTest, QuotesAndBrackets) {
  expect_refused({
      {"\"two words", "open_quote", "\"", "two words"},
      {"from:\"ann", "open_quote", "\"", "from:ann"},
      {"<ann@x.test", "open_bracket", "<", "ann@x.test"},
      {"[192.0.2.1", "open_bracket", "[", ""},
      {"\"\" ann@x.test", "empty_value", "\"\"", "ann@x.test"},
      {"https://evil.test/", "elsewhere", "https://evil.test/", ""},
      {"from:ann https://mx.example.org/", "elsewhere", "https://mx.example.org/", ""},
  });
}

TEST(RefusalsTest, Fields) {
  expect_refused({
      {"from:ann subject:", "empty_value", "subject:", "from:ann"},
      {"from:", "empty_value", "from:", ""},
      {"subject: hello", "empty_value", "subject:", "subject:hello"},
      {"is:bounced,,rejected", "empty_value", "is:bounced,", ""},
      {"from:\"\" ann", "empty_value", "from:\"\"", "ann"},
      {"frm:ann", "unknown_field", "frm:", "from:ann"},
      {"form:ann", "unknown_field", "form:", "from:ann"},
      {"ann@x.test -si:bounced", "unknown_field", "si:", "ann@x.test -is:bounced"},
      {"snider:ann", "unknown_field", "snider:", "sender:ann"},
      {"colour:red", "unknown_field", "colour:", "\"colour:red\""},
      {"from=ann@x.test", "unknown_field", "from=ann@x.test", "from:ann@x.test"},
      {"_exists_:subject", "exists", "_exists_:", ""},
      {"from:\"Ann Example\"", "bad_value", "\"Ann Example\"", ""},
      {"to:<>", "bad_value", "<>", ""},
      {"id:019ca945", "bad_value", "019ca945", ""},
      {"domain:a_b@c", "bad_value", "a_b@c", ""},
      {"hop:mx*", "bad_value", "mx*", ""},
      {"msgid:\"a b\"", "bad_value", "\"a b\"", ""},
      {"status:ok ann", "bad_value", "ok", ""},
      {"status:>500", "bad_value", ">500", ""},
      {"status:600", "bad_value", "600", ""},
      {"is:bouncd", "unknown_word", "bouncd", "is:bounced"},
      {"is:bounced,rejcted", "unknown_word", "rejcted", "is:bounced,rejected"},
      {"is:control", "unknown_word", "control", ""},
      {"rule:unkown-alias", "unknown_word", "unkown-alias", "rule:unknown-alias"},
      {"class:hrad", "unknown_word", "hrad", "class:hard"},
      {"class:unspecified", "unknown_word", "unspecified", ""},
  });
}

TEST(RefusalsTest, AddressesAndNetworks) {
  expect_refused({
      {"lost@", "bad_address", "lost@", "lost*"},
      {"from:lost@", "bad_address", "lost@", "from:lost*"},
      {"@", "bad_address", "@", ""},
      {"@-x", "bad_address", "@-x", ""},
      {"a@b@c", "bad_address", "a@b@c", "msgid:a@b@c"},
      {"sub*@x..y", "bad_address", "sub*@x..y", "sub*"},
      {"mailto:nobody", "bad_address", "mailto:nobody", ""},
      {"mailto:a%0Ab@x.test", "bad_address", "mailto:a%0Ab@x.test", ""},
      {"mailto:a%E2%80%8Bb@x.test", "bad_address", "mailto:a%E2%80%8Bb@x.test", ""},
      {"mailto:a%4@x.test", "bad_address", "mailto:a%4@x.test", ""},
      {"192.0.2.1/24", "bad_network", "192.0.2.1/24", "192.0.2.0/24"},
      {"192.0.2.300", "bad_network", "192.0.2.300", ""},
      {"192.0.2.1:25", "bad_network", "192.0.2.1:25", "192.0.2.1"},
      {"[2001:db8::1]:25", "bad_network", "[2001:db8::1]:25", "2001:db8::1"},
      {"2001:db8::/129", "bad_network", "2001:db8::/129", ""},
      {"ip:example.org", "bad_network", "example.org", ""},
  });
}

TEST(RefusalsTest, WhatOtherSearchBoxesHave) {
  expect_refused({
      {"ann AND bob", "boolean", "AND", "ann bob"},
      {"ann && bob", "boolean", "&&", "ann bob"},
      {"ann OR bob", "boolean", "OR", ""},
      {"ann or bob", "boolean", "or", "ann \"or\" bob"},
      {"ann || bob", "boolean", "||", ""},
      {"NOT ann", "boolean", "NOT", ""},
      {"ann OR Bob <bob@x.test>", "boolean", "OR", ""},
      {"AND <bob@x.test>", "boolean", "AND", "<bob@x.test>"},
      {"!ann", "boolean", "!ann", ""},
      {"(ann bob)", "parenthesis", "(", "ann bob"},
      {"ann@x.test (Ann)", "parenthesis", "(", "ann@x.test Ann"},
      {"/sales.+/", "regex", "/sales.+/", "\"/sales.+/\""},
      {"^ann", "regex", "^ann", "\"^ann\""},
      {"ann$", "regex", "ann$", "\"ann$\""},
      {"ann\\d", "regex", "ann\\d", "\"ann\\\\d\""},
      {"ann~", "fuzzy", "~", "ann"},
      {"ann~2", "fuzzy", "~", "ann"},
      {"{a", "range", "{a", "\"{a\""},
      {">500", "range", ">500", "\">500\""},
      {"*ales@", "wildcard", "*", "ales*"},
      {"*ales", "wildcard", "*", "ales*"},
      {"*ales@x.test", "wildcard", "*", "ales*@x.test"},
      {"te*xt", "wildcard", "*", "te*"},
      {"sub**", "wildcard", "*", "sub*"},
      {"sub*@*", "wildcard", "*", "sub*"},
      {"*", "wildcard", "*", ""},
      {"*@", "wildcard", "*", ""},
      {"a?b", "wildcard", "?", "a*"},
      {"sal%", "wildcard", "%", "sal*"},
      {"from:*ann", "wildcard", "*", "from:ann*"},
      {"subject:inv*", "wildcard", "inv*", "subject:inv"},
  });
}

TEST(RefusalsTest, NegationAndCost) {
  expect_refused({
      {"-ann", "negation", "-", "\"-ann\""},
      {"-ann@x.test", "negation", "-", "\"-ann@x.test\""},
      {"-from:ann", "negation", "-", "from:ann"},
      {"-", "negation", "-", ""},
      {"- is:bounced", "negation", "-", ""},
      {"-is:bounced", "alone", "-is:bounced", "-is:bounced since:24h"},
      {"-is:bounced -rule:dmarc", "alone", "-is:bounced -rule:dmarc",
       "-is:bounced -rule:dmarc since:24h"},
  });
}

TEST(RefusalsTest, APlaceIsOfTheTextAsItWasGiven) {
  expect_refused({
      {"\u200b frm:ann", "unknown_field", "frm:", "from:ann"},
      {"f\u200brm:ann", "unknown_field", "f\u200brm:", "from:ann"},
      {"\u201cann", "open_quote", "\u201c", "ann"},
      {"m\u00fcller *ales", "wildcard", "*", "m\u00fcller ales*"},
  });
}

TEST(RefusalsTest, SeveralFaultsAreMendedInOneText) {
  expect_refused({
      {"frm:ann AND is:bouncd", "unknown_field", "frm:", "from:ann is:bounced"},
      {"(ann AND (bob))", "parenthesis", "(", "ann bob"},
      {"frm:ann id:0", "unknown_field", "frm:", ""},
  });
}

}  // namespace
}  // namespace waybill::query::search
