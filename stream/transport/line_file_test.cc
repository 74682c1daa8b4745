#include "stream/transport/line_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/asio_clock.h"
#include "tests/support/temporary_directory.h"

namespace waybill::stream {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;

// Real files have real dates, so this begins now.
class SetClock final : public runtime::Clock {
 public:
  runtime::Instant now() const override { return {}; }
  runtime::WallTime wall() const override { return wall_; }
  runtime::Task<void> sleep_until(runtime::Instant /*when*/) override { co_return; }
  void go(runtime::Duration span) { wall_ += span; }

 private:
  runtime::WallTime wall_ = runtime::AsioClock().wall();
};

// Files that this process writes end at `octets`.
class FileLimit {
 public:
  explicit FileLimit(rlim_t octets) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{octets, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

class LineFileTest : public testing::Test {
 protected:
  LineFileSettings settings() const {
    LineFileSettings out;
    out.path = path_;
    out.rotate_octets = 0;
    out.rotate_age = {};
    out.kept = 3;
    return out;
  }
  static std::vector<Record> lines(std::initializer_list<std::string> bodies) {
    std::vector<Record> out;
    for (const std::string& body : bodies) {
      out.emplace_back();
      out.back().body = body;
    }
    return out;
  }
  static std::string text(const std::string& path) {
    std::stringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  }
  std::string text() const { return text(path_); }
  std::string kept(int number) const { return text(path_ + "." + std::to_string(number)); }

  static void expect_confirmed(LineFile& file, std::initializer_list<std::string> bodies) {
    const Outcome out = file.send(lines(bodies), {});
    EXPECT_EQ(out.trouble, Trouble::none) << out.why.why;
    for (const RecordOutcome& one : out.records) EXPECT_EQ(one.fate, Fate::confirmed);
  }
  static void expect_trouble(LineFile& file, Trouble trouble, const std::string& words) {
    const Outcome out = file.send(lines({"x", "y"}), {});
    EXPECT_EQ(out.trouble, trouble);
    EXPECT_NE(out.why.why.find(words), std::string::npos) << out.why.why;
    ASSERT_EQ(out.records.size(), 2u);
    for (const RecordOutcome& one : out.records) EXPECT_EQ(one.fate, Fate::again);
  }

  const tests::TemporaryDirectory directory_;
  const std::string path_ = directory_.path("events.ndjson");
  SetClock clock_;
};

TEST_F(LineFileTest, ARecordIsALineAndLaterOnesStandBehind) {
  {
    LineFile file(settings(), clock_);
    EXPECT_EQ(file.grade(), Grade::stored);
    expect_confirmed(file, {"one", "two"});
    EXPECT_EQ(text(), "one\ntwo\n");
    expect_confirmed(file, {"three"});
  }
  LineFile file(settings(), clock_);
  expect_confirmed(file, {"four"});
  EXPECT_EQ(text(), "one\ntwo\nthree\nfour\n");
  EXPECT_EQ(fs::status(path_).permissions() & fs::perms::others_all, fs::perms::none);
}

TEST_F(LineFileTest, HalfALineOfACrashIsCutAtTheNextStart) {
  const std::string far(200'000, 'x');
  struct Case {
    std::string found, left;
  };
  for (const auto& [found, left] :
       {Case{"one\ntw", "one\n"}, Case{"tw", ""}, Case{"one\n", "one\n"}, Case{"", ""},
        Case{"one\n" + far, "one\n"}, Case{far, ""}, Case{far + "\n" + far, far + "\n"}}) {
    std::ofstream(path_, std::ios::trunc) << found;
    LineFile file(settings(), clock_);
    expect_confirmed(file, {"next"});
    EXPECT_TRUE(text() == left + "next\n") << found.size();
  }
}

TEST_F(LineFileTest, AFileIsRotatedBySizeAndTheOldestGoes) {
  LineFileSettings sized = settings();
  sized.rotate_octets = 10;
  LineFile file(sized, clock_);
  for (const std::string body : {"aaaa", "bbbb", "cccc", "dddd", "eeee", "ffff", "gggg", "hhhh"}) {
    expect_confirmed(file, {body, body});
  }
  EXPECT_EQ(text(), "hhhh\nhhhh\n");
  EXPECT_EQ(kept(1), "gggg\ngggg\n");
  EXPECT_EQ(kept(3), "eeee\neeee\n");
  EXPECT_FALSE(fs::exists(path_ + ".4"));
}

TEST_F(LineFileTest, AGapThatACrashLeftIsFilledAndCostsNoFile) {
  LineFileSettings sized = settings();
  sized.rotate_octets = 1;
  LineFile file(sized, clock_);
  for (const std::string body : {"a", "b", "c", "d"}) expect_confirmed(file, {body});
  // As a crash within a rotation leaves it: .2 has become .3, and .1 has not moved.
  fs::rename(path_ + ".2", path_ + ".3");
  expect_confirmed(file, {"e"});
  EXPECT_EQ(kept(1) + kept(2) + kept(3), "d\nc\nb\n");
  EXPECT_EQ(text(), "e\n");
}

TEST_F(LineFileTest, AFileIsRotatedByAgeAlsoBehindAStart) {
  LineFileSettings aged = settings();
  aged.rotate_age = hours(24);
  {
    LineFile file(aged, clock_);
    expect_confirmed(file, {"one"});
    clock_.go(hours(23));
    expect_confirmed(file, {"two"});
  }
  LineFile file(aged, clock_);
  expect_confirmed(file, {"three"});
  EXPECT_EQ(text(), "one\ntwo\nthree\n");
  clock_.go(hours(2));
  expect_confirmed(file, {"four"});
  EXPECT_EQ(kept(1), "one\ntwo\nthree\n");
  EXPECT_EQ(text(), "four\n");
}

TEST_F(LineFileTest, ARenameOrARemovalFromOutsideBeginsANewFile) {
  LineFile file(settings(), clock_);
  expect_confirmed(file, {"one"});
  fs::rename(path_, path_ + ".old");
  expect_confirmed(file, {"two"});
  EXPECT_EQ(text(path_ + ".old"), "one\n");
  EXPECT_EQ(text(), "two\n");
  // logrotate's `create`.
  fs::rename(path_, path_ + ".older");
  std::ofstream(path_).flush();
  expect_confirmed(file, {"three"});
  EXPECT_EQ(text(), "three\n");
  fs::remove(path_);
  expect_confirmed(file, {"four"});
  EXPECT_EQ(text(), "four\n");
  // logrotate's `copytruncate`.
  fs::resize_file(path_, 0);
  expect_confirmed(file, {"five"});
  EXPECT_EQ(text(), "five\n");
}

TEST_F(LineFileTest, ABatchThatDoesNotFitLeavesNothingOfItselfAndComesAgain) {
  LineFile file(settings(), clock_);
  expect_confirmed(file, {"one"});
  const std::string large(5'000, 'l');
  {
    const FileLimit limit(8'000);
    const Outcome out = file.send(lines({large, large}), {});
    EXPECT_EQ(out.trouble, Trouble::weather);
    EXPECT_EQ(out.records[0].fate, Fate::again) << "its line was whole, and was not synced";
    EXPECT_NE(out.why.why.find(path_), std::string::npos);
    EXPECT_EQ(text(), "one\n");
  }
  expect_confirmed(file, {large, large});
  EXPECT_TRUE(text() == "one\n" + large + "\n" + large + "\n");
}

TEST_F(LineFileTest, WhatAPersonMustMendIsSetup) {
  LineFileSettings wrong = settings();
  wrong.path = directory_.path("none/events");
  LineFile nowhere(wrong, clock_);
  expect_trouble(nowhere, Trouble::setup, "cannot open " + wrong.path + ": No such file");
  wrong.path = directory_.path();
  LineFile directory(wrong, clock_);
  expect_trouble(directory, Trouble::setup, "directory");
  wrong.path = "/dev/null";
  LineFile device(wrong, clock_);
  expect_trouble(device, Trouble::setup, "no regular file");
  fs::create_directory(directory_.path("none"));
  expect_confirmed(nowhere, {"mended"});
}

TEST_F(LineFileTest, AFileHasOneWriter) {
  LineFile file(settings(), clock_);
  expect_confirmed(file, {"one"});
  {
    LineFile other(settings(), clock_);
    expect_trouble(other, Trouble::setup, "written by another");
  }
  expect_confirmed(file, {"two"});
  EXPECT_EQ(text(), "one\ntwo\n");
}

TEST_F(LineFileTest, ARecordWithANewlineIsRefusedAlone) {
  LineFile file(settings(), clock_);
  const Outcome out = file.send(lines({"one", "t\nwo", "three"}), {});
  EXPECT_EQ(out.trouble, Trouble::none);
  EXPECT_EQ(out.records[1].fate, Fate::refused);
  EXPECT_EQ(out.records[2].fate, Fate::confirmed);
  EXPECT_EQ(text(), "one\nthree\n");
}

}  // namespace
}  // namespace waybill::stream
