#include "app/process/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "app/command/command_line.h"
#include "tests/support/temporary_directory.h"

namespace waybill::app {
namespace {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using testing::ElementsAre;

using Diary = std::vector<std::string>;

// What a part is told, and what it answers.
struct Script {
  std::string name;
  bool prepares = true;
  bool tells_of_prepare = false;
  bool starts = true;
  int signal_at_start = 0;  // raised; 0: none
  int signals_at_start = 1;
  bool agrees = true;                // to a new configuration
  int signal_when_ready = 0;         // raised; 0: none
  bool at_once = false;              // its stop() waits in vain
  bool unclosed = false;             // its store has failed
  int code = kExitOk;                // what its stop() ends with
  Process** ends_process = nullptr;  // its ready() calls end_after()
};

class DiaryPart final : public Part {
 public:
  DiaryPart(Process& process, Diary& diary, Script script)
      : process_(process), diary_(diary), script_(std::move(script)) {}

  std::string_view name() const override { return script_.name; }
  Explained<void> prepare() override {
    if (script_.tells_of_prepare) note("prepare");
    if (!script_.prepares) return Failure{Errc::io_error, "no door"};
    return {};
  }
  Explained<void> start() override {
    note("start");
    for (int i = 0; script_.signal_at_start != 0 && i < script_.signals_at_start; ++i) {
      std::raise(script_.signal_at_start);
    }
    if (!script_.starts) return Failure{Errc::io_error, "no disk"};
    return {};
  }
  void ready() override {
    note("ready");
    if (script_.signal_when_ready != 0) std::raise(script_.signal_when_ready);
    if (script_.ends_process != nullptr) process_.end_after(std::chrono::milliseconds(1));
  }
  Explained<Change> reload(const Config&) override {
    note("reload");
    if (!script_.agrees) {
      std::raise(SIGTERM);
      return Failure{Errc::invalid, "no such key"};
    }
    return Change([this] {
      note("change");
      if (script_.name == "last") std::raise(SIGTERM);
    });
  }
  void stop(Ending& ending) override {
    note(process_.stopping() ? "stop" : "stop before its time");
    ending.at_once |= script_.at_once;
    ending.unclosed |= script_.unclosed;
    if (script_.code != kExitOk) ending.code = script_.code;
  }
  void stopped() override {
    note("stopped");
    if (script_.unclosed) std::abort();
  }

 private:
  void note(const char* what) { diary_.push_back(script_.name + " " + what); }

  Process& process_;
  Diary& diary_;
  const Script script_;
};

class ProcessTest : public testing::Test {
 protected:
  int run(std::vector<Script> scripts) {
    const std::string file = directory_.path() + "/waybill.toml";
    std::ofstream(file) << "[server]\nhost_name = \"mx.x.test\"\nlog_level = \"error\"\n";
    ConfigFile config_file;
    config_file.path = file;
    Process process(config_file, *read_or_complain(config_file));
    for (Script& script : scripts) process.add<DiaryPart>(diary_, std::move(script));
    return process.run();
  }

  tests::TemporaryDirectory directory_;
  Diary diary_;
};

TEST_F(ProcessTest, StartsInOrderAndEndsInReverse) {
  EXPECT_EQ(run({{.name = "a"}, {.name = "b", .signal_when_ready = SIGTERM}}), kExitOk);
  EXPECT_THAT(diary_, ElementsAre("a start", "b start", "a ready", "b ready", "b stop", "a stop",
                                  "b stopped", "a stopped"));
}

TEST_F(ProcessTest, AllArePreparedBeforeOneStarts) {
  EXPECT_EQ(run({{.name = "a", .tells_of_prepare = true},
                 {.name = "b", .tells_of_prepare = true, .signal_when_ready = SIGTERM}}),
            kExitOk);
  diary_.resize(4);
  EXPECT_THAT(diary_, ElementsAre("a prepare", "b prepare", "a start", "b start"));
}

TEST_F(ProcessTest, WhereOneCannotBePreparedNoneStarts) {
  EXPECT_EQ(run({{.name = "a"}, {.name = "b", .prepares = false}}), kExitEnvironment);
  EXPECT_THAT(diary_, ElementsAre());
}

TEST_F(ProcessTest, WhatDidNotStartHearsNothingFurther) {
  EXPECT_EQ(run({{.name = "a"}, {.name = "b", .starts = false}, {.name = "c"}}), kExitEnvironment);
  EXPECT_THAT(diary_, ElementsAre("a start", "b start", "a stop", "a stopped"));
}

TEST_F(ProcessTest, ASignalWhileItStartsEndsItBehindThePartThatStarts) {
  EXPECT_EQ(run({{.name = "a", .signal_at_start = SIGTERM}, {.name = "b"}}), kExitOk);
  EXPECT_THAT(diary_, ElementsAre("a start", "a stop", "a stopped"));
  diary_.clear();
  EXPECT_EQ(run({{.name = "a"}, {.name = "b", .signal_at_start = SIGINT}}), kExitOk);
  EXPECT_THAT(diary_,
              ElementsAre("a start", "b start", "b stop", "a stop", "b stopped", "a stopped"));
}

TEST_F(ProcessTest, AStartThatFailsIsAFailureAlsoAfterASignal) {
  EXPECT_EQ(run({{.name = "a", .starts = false, .signal_at_start = SIGTERM}}), kExitEnvironment);
}

TEST_F(ProcessTest, ASecondSignalWhileItStartsEndsItAtOnce) {
  EXPECT_EXIT(run({{.name = "a", .signal_at_start = SIGTERM, .signals_at_start = 2}}),
              testing::KilledBySignal(SIGTERM), "");
}

TEST_F(ProcessTest, AReaderOfItsOutputThatGoesAwayEndsNothing) {
  EXPECT_EQ(
      run({{.name = "a", .signal_at_start = SIGPIPE}, {.name = "b", .signal_when_ready = SIGTERM}}),
      kExitOk);
}

TEST_F(ProcessTest, AConfigurationThatTheRoleCannotRunWithIsNotTaken) {
  const std::string path = directory_.path() + "/waybill.toml";
  std::ofstream(path) << "[server]\nhost_name = \"mx.x.test\"\n";
  ConfigFile file;
  file.path = path;
  file.fits = [](const Config& config) { return needs_kafka(config, "relay"); };
  EXPECT_FALSE(read_or_complain(file));
  EXPECT_FALSE(read_again(file));
  file.fits = {};
  EXPECT_TRUE(read_again(file));
}

TEST_F(ProcessTest, ANewConfigurationIsForAllPartsOrForNone) {
  EXPECT_EQ(run({{.name = "first", .signal_when_ready = SIGHUP}, {.name = "last"}}), kExitOk);
  EXPECT_THAT(diary_, testing::IsSupersetOf({"first change", "last change"}));
  diary_.clear();
  // Recovery may take a while, and a signal then is heard after it.
  EXPECT_EQ(run({{.name = "first", .signal_at_start = SIGHUP}, {.name = "last"}}), kExitOk);
  EXPECT_THAT(diary_, testing::IsSupersetOf({"first change", "last change"}));
  diary_.clear();
  EXPECT_EQ(run({{.name = "first", .signal_when_ready = SIGHUP}, {.name = "b", .agrees = false}}),
            kExitOk);
  EXPECT_THAT(diary_, testing::Contains("first reload"));
  EXPECT_THAT(diary_, testing::Not(testing::Contains("first change")));
}

TEST_F(ProcessTest, APartMayEndItAndNameTheExitCode) {
  Process* any = nullptr;
  EXPECT_EQ(run({{.name = "a", .code = kExitEnvironment}, {.name = "b", .ends_process = &any}}),
            kExitEnvironment);
}

TEST_F(ProcessTest, WhereAPartWaitsInVainNoFurtherOneIsAsked) {
  EXPECT_EXIT(
      {
        run({{.name = "a"},
             {.name = "b", .signal_when_ready = SIGTERM, .at_once = true, .code = 3}});
      },
      testing::ExitedWithCode(3), "");
}

TEST_F(ProcessTest, AStoreThatFailedIsLeftAsItIs) {
  EXPECT_EXIT(
      {
        run({{.name = "a"},
             {.name = "b", .signal_when_ready = SIGTERM, .unclosed = true, .code = 3}});
      },
      testing::ExitedWithCode(3), "");
}

}  // namespace
}  // namespace waybill::app
