#include "http/trace.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace waybill::http {
namespace {

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

}  // namespace
}  // namespace waybill::http
