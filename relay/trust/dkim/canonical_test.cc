#include "relay/trust/dkim/canonical.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace waybill::relay::trust::dkim {
namespace {

class Text final : public CanonicalSink {
 public:
  void put(std::string_view octets) override { text += octets; }
  std::string text;
};

std::string canonical(Form form, std::string_view body, std::size_t piece) {
  Text out;
  CanonicalBody canon(form, out);
  for (; !body.empty(); body.remove_prefix(std::min(piece, body.size()))) {
    canon.take(body.substr(0, piece));
  }
  canon.end();
  return out.text;
}

struct Body {
  std::string octets;
  std::string simple;
  std::string relaxed;
};

// RFC 6376 3.4.3, 3.4.4, and 3.4.5 for the first.
const std::vector<Body> kBodies = {
    {" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n"},
    {"", "\r\n", ""},
    {"\r\n", "\r\n", ""},
    {"\r\n\r\n", "\r\n", ""},
    {" ", " \r\n", ""},
    {" \t\r\n\r\n", " \t\r\n", ""},
    {"a", "a\r\n", "a\r\n"},
    {"a\r\n", "a\r\n", "a\r\n"},
    {"a \r\n \r\n", "a \r\n \r\n", "a\r\n"},
    {"\r\n\r\na", "\r\n\r\na\r\n", "\r\n\r\na\r\n"},
    {"a\r\n\r\n\r\nb\r\n\r\n", "a\r\n\r\n\r\nb\r\n", "a\r\n\r\n\r\nb\r\n"},
    {"a\r\n \t\r\nb", "a\r\n \t\r\nb\r\n", "a\r\n\r\nb\r\n"},
    {"a  b\tc d e\r\n", "a  b\tc d e\r\n", "a b c d e\r\n"},
    {"\ta", "\ta\r\n", " a\r\n"},
    // A bare CR or LF is an octet of its line.
    {"a\nb", "a\nb\r\n", "a\nb\r\n"},
    {"a \n", "a \n\r\n", "a \n\r\n"},
    {"a\r", "a\r\r\n", "a\r\r\n"},
    {"a\rb\r\n", "a\rb\r\n", "a\rb\r\n"},
    {"a\r\r\n", "a\r\r\n", "a\r\r\n"},
    {"\r", "\r\r\n", "\r\r\n"},
    {"a \r b\r\n", "a \r b\r\n", "a \r b\r\n"},
    {"a\r\n\r", "a\r\n\r\r\n", "a\r\n\r\r\n"},
    {"\n", "\n\r\n", "\n\r\n"},
};

TEST(CanonicalBody, IsOfTheFormThatRfc6376Describes) {
  for (const Body& body : kBodies) {
    for (const std::size_t piece : {1, 2, 3, 5, 100}) {
      EXPECT_EQ(canonical(Form::simple, body.octets, piece), body.simple) << body.octets << piece;
      EXPECT_EQ(canonical(Form::relaxed, body.octets, piece), body.relaxed) << body.octets << piece;
    }
  }
}

TEST(CanonicalBody, ManyEmptyLinesAreKeptOnlyInFrontOfOthers) {
  std::string lines;
  for (int i = 0; i < 1000; ++i) lines += "\r\n";
  for (const Form form : {Form::simple, Form::relaxed}) {
    for (const std::size_t piece : {1, 7, 100'000}) {
      EXPECT_EQ(canonical(form, "a\r\n" + lines + "b\r\n" + lines, piece),
                "a\r\n" + lines + "b\r\n");
    }
  }
}

TEST(CanonicalField, IsOfTheFormThatRfc6376Describes) {
  // RFC 6376 3.4.1, 3.4.2, and 3.4.5 for the first two.
  const std::pair<std::string, std::string> cases[] = {
      {"A: X", "a:X"},     {"B : Y\t\r\n\tZ  ", "b:Y Z"},      {"SUBJect\t :AbC", "subject:AbC"},
      {"X:", "x:"},        {"X: \r\n \r\n\t", "x:"},           {"X:\r\n a \t b\r\n c", "x:a b c"},
      {"X: a:b", "x:a:b"}, {"X: \xc3\xa9  b", "x:\xc3\xa9 b"}, {"no field", ""},
  };
  for (const auto& [field, relaxed] : cases) {
    std::string out;
    append_field(Form::relaxed, field, out);
    EXPECT_EQ(out, relaxed);
    out.clear();
    append_field(Form::simple, field, out);
    EXPECT_EQ(out, relaxed.empty() ? "" : field);
  }
}

}  // namespace
}  // namespace waybill::relay::trust::dkim
