#include "tools/shell/man.h"

#include <gtest/gtest.h>

namespace waybill::tools {
namespace {

using app::CommandNode;
using app::OptionNode;

OptionNode option(std::vector<std::string> names, const std::string& what,
                  const std::string& value = "") {
  OptionNode out;
  out.names = std::move(names);
  out.what = what;
  out.value = value;
  return out;
}

CommandNode program() {
  OptionNode argument;
  argument.position = "address";
  argument.what = "Whose mail";
  argument.value = "TEXT";
  argument.repeatable = true;
  OptionNode match = option({"--match"}, "Spellings", "TEXT");
  match.words = {"mailbox", "exact"};
  match.standard = "mailbox";
  OptionNode name = option({"--name"}, "What people call it", "TEXT");
  name.required = true;
  CommandNode create{"create", "Make one", "Shown once.", {name}, {}};
  CommandNode token{"token", "Who may ask", "", {}, {create}};
  CommandNode find{"find", "Look for it", ".so it's \\fBold\\fR", {argument, match}, {}};
  return {"waybill", "Mail.", "", {option({"-h", "--help"}, "This")}, {find, token}};
}

const std::string& page(const std::vector<ManPage>& pages, const std::string& name) {
  static const std::string kNone;
  for (const ManPage& one : pages) {
    if (one.name == name) return one.text;
  }
  ADD_FAILURE() << "there is no " << name;
  return kNone;
}

TEST(ManTest, EachCommandHasAPageAndTheWholeNamesIt) {
  const auto pages = man_pages(program(), "0.1.0");
  ASSERT_EQ(pages.size(), 3U);
  const std::string& whole = page(pages, "waybill.1");
  EXPECT_TRUE(
      whole.starts_with(".TH WAYBILL 1 \"\" \"Waybill 0.1.0\" \"Waybill\"\n"
                        ".SH NAME\nwaybill \\- Mail.\n"))
      << whole;
  EXPECT_NE(whole.find(".BR waybill\\-find (1)\nLook for it.\n"), std::string::npos) << whole;
  EXPECT_NE(whole.find("\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nThis.\n"), std::string::npos) << whole;
}

TEST(ManTest, AnOptionSaysWhatItTakes) {
  const auto pages = man_pages(program(), "0.1.0");
  const std::string& text = page(pages, "waybill-find.1");
  EXPECT_NE(
      text.find(".SH SYNOPSIS\n\\fBwaybill find\\fR [\\fIoptions\\fR] [\\fIaddress\\fR ...]\n"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find(".TP\n\\fB\\-\\-match\\fR \\fITEXT\\fR\nSpellings.\n"
                      "Words: \\fBmailbox\\fR, \\fBexact\\fR.\nWithout it: mailbox.\n"),
            std::string::npos)
      << text;
}

TEST(ManTest, CommandsBelowACommandAreOnItsPage) {
  const auto pages = man_pages(program(), "0.1.0");
  const std::string& text = page(pages, "waybill-token.1");
  EXPECT_NE(text.find(".SS waybill token create\nMake one.\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\\fB\\-\\-name\\fR \\fITEXT\\fR\nWhat people call it.\nIt must be given.\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(".PP\nShown once.\n"), std::string::npos) << text;
}

TEST(ManTest, NoTextIsARequest) {
  const auto pages = man_pages(program(), "0.1.0");
  EXPECT_NE(page(pages, "waybill-find.1").find("\n\\&.so it\\(aqs \\efBold\\efR\n"),
            std::string::npos);
}

}  // namespace
}  // namespace waybill::tools
