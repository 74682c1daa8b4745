#include "tools/trace/words.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "query/search/parse.h"

namespace waybill::tools {
namespace {

namespace search = query::search;

const search::FieldTraits& field(search::Field name) { return search::traits_of(name); }

TEST(WordsTest, AFlagIsAWordOfTheBox) {
  const struct {
    search::Field name;
    std::string_view value;
    std::string_view text;
  } cases[] = {
      {search::Field::from, "ann@x.test", "from:ann@x.test"},
      {search::Field::to, "sub*@x.test", "to:sub*@x.test"},
      {search::Field::is, "bounced,rejected", "is:bounced,rejected"},
      {search::Field::subject, "two words", "subject:\"two words\""},
      {search::Field::subject, "\"two words\"", "subject:\"two words\""},
      {search::Field::subject, "a \"b\" \\", "subject:\"a \\\"b\\\" \\\\\""},
      {search::Field::subject, "a;is:bounced", "subject:\"a;is:bounced\""},
      {search::Field::from, "<>", "from:<>"},
      {search::Field::msgid, "<1@x.test>", "msgid:<1@x.test>"},
      {search::Field::from, "", "from:"},
      {search::Field::newer_than, "7d", "newer_than:7d"},
  };
  for (const auto& c : cases) EXPECT_EQ(word_text(field(c.name), Sense::is, c.value), c.text);
  EXPECT_EQ(word_text(field(search::Field::is), Sense::is_not, "bounced"), "-is:bounced");
}

TEST(WordsTest, WordsComeFirstAndAllStand) {
  EXPECT_EQ(search_text({"ann@x.test", "is:bounced"},
                        {{&field(search::Field::to), Sense::is, {"bob@y.test", "eve@y.test"}},
                         {&field(search::Field::since), Sense::is, {"24h"}}}),
            "ann@x.test is:bounced to:bob@y.test to:eve@y.test since:24h");
  EXPECT_EQ(search_text({}, {}), "");
}

// So that a field added to the language is a flag that it reads.
TEST(WordsTest, EachFieldHasFlagsThatTheLanguageReads) {
  std::set<std::string> seen;
  for (const search::FieldTraits& one : search::kFields) {
    for (const Sense sense : {Sense::is, Sense::is_not}) {
      std::istringstream names(flag_names(one, sense));
      for (std::string name; std::getline(names, name, ',');) {
        EXPECT_TRUE(name.starts_with("--") && name.find('_') == name.npos) << name;
        EXPECT_TRUE(seen.insert(name).second) << name << " is twice";
        const std::size_t front = sense == Sense::is ? 2 : 6;
        std::string key = name.substr(front);
        for (char& octet : key) octet = octet == '-' ? '_' : octet;
        EXPECT_EQ(search::find_field(key), &one) << name;
      }
    }
    const std::string_view example = one.example;
    std::string value(example.substr(one.key.size() + 1, example.find(" since:") - one.key.size()));
    if (value.ends_with(' ')) value.pop_back();
    search::Context context;
    context.rules = {"unknown-alias"};
    context.now = runtime::WallTime(std::chrono::hours(500'000));
    const auto read = search::parse(word_text(one, Sense::is, value) + " from:a@x.test", context);
    EXPECT_FALSE(std::holds_alternative<search::Refusal>(read)) << example;
  }
}

}  // namespace
}  // namespace waybill::tools
