#include "query/trace.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace waybill::query {
namespace {

using Partitions = std::vector<std::uint32_t>;

constexpr char kTrace[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::string with(std::size_t at, char c) {
  std::string out = kTrace;
  out[at] = c;
  return out;
}

struct TraceCase {
  const char* what;
  std::string text;
  bool good;
};

TEST(TraceTest, TellsATraceparentFromOtherText) {
  const std::string zeros(32, '0');
  const TraceCase cases[] = {
      {"the standard's own", kTrace, true},
      {"not sampled", with(54, '0'), true},
      {"unknown flags", with(53, 'f'), true},
      {"one digit in the trace id", "00-" + zeros.substr(1) + "1-b7ad6b7169203331-01", true},
      {"no trace id", "00-" + zeros + "-b7ad6b7169203331-01", false},
      {"no parent id", std::string(kTrace).replace(36, 16, zeros, 0, 16), false},
      {"another version", with(1, '1'), false},
      {"upper case in the trace id", with(4, 'A'), false},
      {"upper case in the parent id", with(37, 'A'), false},
      {"upper case in the flags", with(54, 'A'), false},
      {"no hexadecimal digit", with(3, 'g'), false},
      {"no hyphen behind the version", with(2, '0'), false},
      {"no hyphen behind the trace id", with(35, '0'), false},
      {"no hyphen behind the parent id", with(52, '0'), false},
      {"a hyphen in the trace id", with(20, '-'), false},
      {"NUL in the flags", with(54, '\0'), false},
      {"cut", std::string(kTrace).substr(0, 54), false},
      {"longer", std::string(kTrace) + "-", false},
      {"a space before", " " + std::string(kTrace).substr(0, 54), false},
      {"empty", "", false},
  };
  for (const TraceCase& one : cases) EXPECT_EQ(is_traceparent(one.text), one.good) << one.what;
}

class OneOctet final : public runtime::Chance {
 public:
  explicit OneOctet(std::uint8_t octet) : octet_(octet) {}
  void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), octet_); }

 private:
  std::uint8_t octet_;
};

TEST(TraceTest, MakesATraceparentWhateverChanceGives) {
  for (const int octet : {0x00, 0x01, 0x80, 0xff}) {
    OneOctet chance(static_cast<std::uint8_t>(octet));
    const std::string made = new_traceparent(chance);
    EXPECT_TRUE(is_traceparent(made)) << made;
  }
}

TEST(TraceTest, MakesAnotherTraceEachTime) {
  const auto chance = runtime::system_chance();
  const std::string one = new_traceparent(*chance);
  const std::string another = new_traceparent(*chance);
  EXPECT_NE(one.substr(3, 32), another.substr(3, 32));
  EXPECT_NE(one.substr(36, 16), another.substr(36, 16));
}

TEST(PartitionListTest, ReadsWhatItWrites) {
  const std::pair<Partitions, const char*> cases[] = {
      {{0}, "0"},
      {{0, 3, 5}, "0,3,5"},
      {{9, 10, 100}, "9,10,100"},
      {{4'294'967'294, 4'294'967'295}, "4294967294,4294967295"},
  };
  for (const auto& [list, text] : cases) {
    EXPECT_EQ(write_partitions(list), text);
    EXPECT_EQ(parse_partitions(text), list) << text;
  }
}

TEST(PartitionListTest, TakesNoOtherText) {
  for (const char* const text : {"",
                                 ",",
                                 "0,",
                                 ",0",
                                 "0,,1",
                                 "0, 1",
                                 " 0",
                                 "0 ",
                                 "0;1",
                                 "00",
                                 "0,01",
                                 "+1",
                                 "-1",
                                 "0x1",
                                 "1.0",
                                 "one",
                                 "0,one",
                                 "4294967296",
                                 "99999999999999999999",
                                 "0,0",
                                 "1,0",
                                 "0,2,1"}) {
    EXPECT_FALSE(parse_partitions(text)) << text;
  }
  EXPECT_FALSE(parse_partitions(std::string_view("0\0", 2)));
}

// Every short text over the characters that matter: what is read at all is written back the same.
TEST(PartitionListTest, KnowsOneTextForEachList) {
  constexpr std::string_view kCharacters = "0129,-";
  std::size_t read = 0;
  for (std::size_t number = 0; number < 6 * 6 * 6 * 6 * 6; ++number) {
    std::string text;
    for (std::size_t rest = number; text.size() < 5; rest /= 6) text += kCharacters[rest % 6];
    const auto list = parse_partitions(text);
    if (!list) continue;
    ++read;
    EXPECT_EQ(write_partitions(*list), text);
    EXPECT_TRUE(std::is_sorted(list->begin(), list->end()));
  }
  EXPECT_GT(read, 500U);
}

}  // namespace
}  // namespace waybill::query
