#include "tools/doctor/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/findings_of.h"

namespace waybill::tools::doctor {
namespace {

using runtime::Errc;
using runtime::HttpAnswer;
using testing::ElementsAre;
using testing::StartsWith;
using tests::lines_of;

std::vector<std::string> lines(runtime::Result<HttpAnswer> answer) {
  return lines_of(judge_process({"here", std::move(answer)}));
}

std::vector<std::string> answered(unsigned status, const std::string& body) {
  return lines(HttpAnswer{status, body, {}});
}

TEST(DoctorProcessTest, AReadyProcessSaysHowFarBehindItIs) {
  EXPECT_THAT(answered(200, R"({"ready":true,"lag":3})"),
              ElementsAre("fine here: ready, 3 events not yet in the views"));
  EXPECT_THAT(answered(200, R"({"ready":true,"lag":100001})"),
              ElementsAre("warning here: is ready, and has 100001 events not yet in the views"));
}

TEST(DoctorProcessTest, WhatAReadyProcessSaysOfItselfIsAWarning) {
  EXPECT_THAT(answered(200, R"({"ready":true,"detail":"the clock jumped","lag":3})"),
              ElementsAre("warning here: is ready, and says: the clock jumped"));
}

TEST(DoctorProcessTest, ARelaySaysWhatOfItsJournalIsNotYetInTheLog) {
  EXPECT_THAT(answered(200, R"({"ready":true,"backlog":3})"),
              ElementsAre("fine here: ready, 3 events not yet in the log"));
  EXPECT_THAT(answered(200, R"({"ready":true,"backlog":100001})"),
              ElementsAre("warning here: is ready, and has 100001 events not yet in the log"));
}

TEST(DoctorProcessTest, OneThatIsNotReadySaysWhy) {
  EXPECT_THAT(answered(503, R"({"code":"not_ready","detail":"the journal is fenced"})"),
              ElementsAre("wrong here: is not ready: the journal is fenced"));
}

TEST(DoctorProcessTest, SaysWhatTheProcessMayDo) {
  const auto said = [](const std::optional<runtime::Privileges>& own) {
    return lines_of(judge_privileges({"here", make_error_code(Errc::refused), own}));
  };
  constexpr uid_t kNobodyHas = 4'000'000'000;
  EXPECT_THAT(
      said(runtime::Privileges{kNobodyHas, 0, false}),
      ElementsAre("fine process: runs as 4000000000, with no capability and no way to gain one"));
  EXPECT_THAT(said(runtime::Privileges{kNobodyHas, runtime::kBindLowPorts, true}),
              ElementsAre("fine process: runs as 4000000000, may bind ports below 1024"));
  EXPECT_THAT(
      said(runtime::Privileges{kNobodyHas, runtime::kBindLowPorts | 1, true}),
      ElementsAre("note process: runs as 4000000000, with capabilities that it has no use for"));
  EXPECT_THAT(said(runtime::Privileges{0, 0, false}),
              ElementsAre("note process: runs as root: a fault in it is the machine's"));
  EXPECT_THAT(said(std::nullopt), ElementsAre());
}

TEST(DoctorProcessTest, NobodyThereIsANote) {
  EXPECT_THAT(lines(make_error_code(Errc::refused)),
              ElementsAre("note here: no waybill runs here"));
}

TEST(DoctorProcessTest, SilenceIsWrong) {
  EXPECT_THAT(lines(make_error_code(Errc::timeout)),
              ElementsAre("wrong here: does not answer: deadline passed"));
}

TEST(DoctorProcessTest, SomethingElseAtThatPortIsWrong) {
  const auto else_there = StartsWith("wrong here: something answers there that is no waybill");
  EXPECT_THAT(lines(make_error_code(Errc::closed)), ElementsAre(else_there));
  EXPECT_THAT(answered(200, "<html>"), ElementsAre(else_there));
  EXPECT_THAT(answered(200, R"({"lag":"many"})"), ElementsAre(else_there));
  EXPECT_THAT(answered(404, "{}"), ElementsAre(else_there));
  EXPECT_THAT(answered(503, "[]"), ElementsAre(else_there));
}

}  // namespace
}  // namespace waybill::tools::doctor
