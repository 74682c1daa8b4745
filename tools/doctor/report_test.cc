#include "tools/doctor/report.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace waybill::tools::doctor {
namespace {

std::vector<Group> one(Severity severity) { return {{"disk", {{severity, "a", "b", ""}}}}; }

TEST(ReportTest, GroupsAreAlignedAndEndInACount) {
  const std::vector<Group> groups = {
      {"disk", {{Severity::fine, "disk", "78 GiB free", ""}}},
      {"nothing", {}},
      {"topics", {{Severity::wrong, "waybill.control.v1", "there is none", "Make it."}}}};
  EXPECT_EQ(page(groups, {}),
            "disk\n"
            "  fine     disk                78 GiB free\n"
            "topics\n"
            "  wrong    waybill.control.v1  there is none\n"
            "                               -> Make it.\n"
            "\n"
            "1 wrong\n");
}

TEST(ReportTest, LongSentencesWrapUnderTheirBegin) {
  EXPECT_EQ(page({{"disk", {{Severity::note, "a", "one two three four", ""}}}}, {false, 24}),
            "disk\n"
            "  note     a  one two\n"
            "              three four\n"
            "\n"
            "all well, 1 note\n");
}

TEST(ReportTest, ASubjectThatIsTooLongForItsColumnHasALineOfItsOwn) {
  const std::string path(40, 'p');
  EXPECT_EQ(
      page({{"keys", {{Severity::fine, path, "there", ""}, {Severity::fine, "b", "c", ""}}}}, {}),
      "keys\n"
      "  fine     " +
          path + "\n" +
          "              there\n"
          "  fine     b  c\n"
          "\n"
          "all well\n");
}

TEST(ReportTest, OnlyTheSeverityIsColoured) {
  const std::string coloured = page(one(Severity::wrong), {true, 0});
  EXPECT_NE(coloured.find("\033[31mwrong\033[0m    a  b\n"), std::string::npos) << coloured;
  EXPECT_EQ(page(one(Severity::wrong), {}).find('\033'), std::string::npos);
}

TEST(ReportTest, WhatStrangersWroteMovesNoTerminal) {
  const std::vector<Group> groups = {
      {"dns", {{Severity::note, "a\033[2J", "b\nwrong c", "d\x07"}}}};
  const std::string shown = page(groups, {});
  EXPECT_EQ(shown.find('\033'), std::string::npos);
  EXPECT_EQ(shown.find('\x07'), std::string::npos);
  EXPECT_NE(shown.find("b wrong c"), std::string::npos) << shown;
}

TEST(ReportTest, MachinesGetAnArray) {
  const auto array = boost::json::parse(json_text(one(Severity::warning))).as_array();
  ASSERT_EQ(array.size(), 1U);
  const auto& finding = array[0].as_object();
  EXPECT_EQ(finding.at("check"), "disk");
  EXPECT_EQ(finding.at("severity"), "warning");
  EXPECT_EQ(finding.at("subject"), "a");
  EXPECT_EQ(finding.at("sentence"), "b");
  EXPECT_EQ(finding.at("advice"), "");
  EXPECT_TRUE(boost::json::parse(json_text({})).as_array().empty());
}

TEST(ReportTest, TheExitCodeIsOfTheWorstThatWasSeen) {
  EXPECT_EQ(exit_code({}), 0);
  EXPECT_EQ(exit_code(one(Severity::fine)), 0);
  EXPECT_EQ(exit_code(one(Severity::note)), 0);
  EXPECT_EQ(exit_code(one(Severity::warning)), 1);
  EXPECT_EQ(exit_code(one(Severity::wrong)), 1);
  EXPECT_EQ(exit_code(one(Severity::unseen)), 3);
  auto both = one(Severity::unseen);
  both.push_back(one(Severity::wrong).front());
  EXPECT_EQ(exit_code(both), 1);
}

}  // namespace
}  // namespace waybill::tools::doctor
