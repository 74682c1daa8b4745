#include "relay/returnpath/report/html_text.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::relay::returnpath::report {
namespace {

TEST(HtmlTextTest, LinesAreThoseThatAPersonSees) {
  const struct {
    std::string html;
    std::string text;
  } cases[] = {
      {"<html><body><p>Not delivered:</p><p>&lt;a@b.example&gt;:<br>550 5.2.2 full</p></html>",
       "Not delivered:\n\n<a@b.example>:\n550 5.2.2 full"},
      {"<div>one</div><div>two</div>", "one\ntwo"},
      {"<TABLE><TR><TD>a@b.example<TD>unknown</TR><TR><TD>next</TABLE>",
       "a@b.example unknown\nnext"},
      {"gr&uuml;&szlig;e&nbsp;und\n  mehr", "grüße und mehr"},
      {"<head><title>Failure</title><style>p {x: y}</style></head><script>if (a<b) c</script>t",
       "t"},
      {"<a href=\"mailto:a@b.example\">a@b.example</a>", "a@b.example"},
      {"no markup at all", "no markup at all"},
      {"<p>open <b>never <i>closed", "open never closed"},
      {"<!--[if mso]><p>x</p><![endif]-->y", "y"},
      {"<meta http-equiv=content-type content='text/html; charset=gb2312'><p>gr\xc3\xbc\xc3\x9f",
       "grüß"},
      {std::string("<p>a\0b</p>", 10), "a b"},
      {"", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(html_text(c.html), c.text) << c.html;
}

TEST(HtmlTextTest, NothingIsFetchedAndNoEntityOfADocumentIsExpanded) {
  const std::string text = html_text(
      "<!DOCTYPE html [<!ENTITY x \"boom\"><!ENTITY y SYSTEM \"file:///etc/passwd\">]>"
      "<p>&x;&y;</p><img src=\"http://192.0.2.1/x\">");
  EXPECT_EQ(text.find("boom"), std::string::npos);
  EXPECT_EQ(text.find("root:"), std::string::npos);
}

TEST(HtmlTextTest, LimitsHold) {
  std::string deep;
  for (std::size_t i = 0; i < 2 * kMaxHtmlDepth; ++i) deep += "<div>" + std::to_string(i) + " ";
  const std::string text = html_text(deep);
  EXPECT_NE(text.find("100"), std::string::npos);
  EXPECT_EQ(text.find("200"), std::string::npos);

  std::string unclosed;
  while (unclosed.size() < 2 * kMaxHtmlOctets) unclosed += "<a><b><font><p>&nbsp;";
  EXPECT_LE(html_text(unclosed).size(), 2 * kMaxHtmlOctets);
  EXPECT_LE(html_text(std::string(2 * kMaxHtmlOctets, 'x')).size(), kMaxHtmlOctets);
}

TEST(HtmlTextTest, AnyPieceOfAPageIsRead) {
  const std::string page =
      "<html><body style='x'><p>&lt;a@b.example&gt;:<br/>552 &#x46;ull&#33; <![CDATA[x]]></p>";
  for (std::size_t length = 0; length <= page.size(); ++length) {
    EXPECT_LE(html_text(page.substr(0, length)).size(), page.size());
    EXPECT_LE(html_text(page.substr(length)).size(), page.size());
  }
}

}  // namespace
}  // namespace waybill::relay::returnpath::report
