#include "tools/doctor/disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "runtime/asio_clock.h"
#include "tests/support/findings_of.h"
#include "tests/support/temporary_directory.h"

namespace waybill::tools::doctor {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::StartsWith;
using tests::lines_of;

DiskFacts well() {
  DiskFacts facts;
  facts.data_dir = "/data";
  facts.journal = 1ULL << 30;
  facts.journal_limit = 8ULL << 30;
  facts.free = 10ULL << 30;
  facts.syncs = {2ms, 1ms, 900ms, 1ms, 2ms};
  return facts;
}

std::vector<std::string> lines(const DiskFacts& facts) { return lines_of(judge_disk(facts)); }

TEST(DoctorDiskTest, SaysHowFullTheJournalIsAndHowLongASyncTakes) {
  EXPECT_THAT(lines(well()), ElementsAre("fine journal: 1.0 GiB of 8.0 GiB (journal.max_size)",
                                         "fine disk: 10 GiB free",
                                         "fine sync: 2 ms until what was written is safe"));
}

TEST(DoctorDiskTest, AJournalNearItsLimitIsAWarningAndAFullOneIsWrong) {
  DiskFacts facts = well();
  facts.journal = (facts.journal_limit * kJournalPercent + 99) / 100;
  EXPECT_THAT(lines(facts), Contains("warning journal: 6.4 GiB of 8.0 GiB (journal.max_size); once "
                                     "it is full, mail gets 451"));
  facts.journal = facts.journal_limit;
  EXPECT_THAT(lines(facts), Contains("wrong journal: 8.0 GiB of 8.0 GiB (journal.max_size): mail "
                                     "is answered 451"));
}

TEST(DoctorDiskTest, LessRoomThanTheJournalMayStillTakeIsAWarning) {
  DiskFacts facts = well();
  facts.free = 6ULL << 30;
  EXPECT_THAT(lines(facts),
              Contains("warning disk: 6.0 GiB free; 7.0 GiB is what the journal may still grow by "
                       "(journal.max_size)"));
}

TEST(DoctorDiskTest, WhereOnlyViewsAreAGibibyteIsEnough) {
  DiskFacts facts = well();
  facts.journal.reset();
  facts.views = true;
  facts.free = kLeastFree;
  EXPECT_THAT(lines(facts), Contains("fine disk: 1.0 GiB free"));
  facts.free = kLeastFree - 1;
  EXPECT_THAT(lines(facts),
              Contains(StartsWith("warning disk: 1024 MiB free; 1.0 GiB is the least")));
}

TEST(DoctorDiskTest, ASlowDiskIsToldByItsMedian) {
  DiskFacts facts = well();
  facts.syncs = {51ms, 1ms, 51ms, 60ms, 1ms};
  EXPECT_THAT(lines(facts), Contains("warning sync: 51 ms until what was written is safe: every "
                                     "message waits for it twice"));
}

TEST(DoctorDiskTest, ADiskThatDoesNotSyncIsWrong) {
  DiskFacts facts = well();
  facts.syncs.clear();
  facts.sync_failure = "Input/output error";
  EXPECT_THAT(lines(facts),
              Contains("wrong sync: cannot write and sync a file: Input/output error"));
}

TEST(DoctorDiskTest, WhatMayBeMissingFromHistoryIsAWarningForAMonth) {
  DiskFacts facts = well();
  facts.now = runtime::WallTime(kFreshGap * 10);
  facts.gaps = {{facts.now - kFreshGap, "an old one"}, {facts.now - 1h, "the journal was empty"}};
  const std::vector<std::string> said = lines(facts);
  EXPECT_THAT(said, Contains("note history: found on 1970-09-28T00:00:00.000000000Z: an old one"));
  EXPECT_THAT(said, Contains("warning history: found on 1970-10-27T23:00:00.000000000Z: the "
                             "journal was empty"));
}

TEST(DoctorDiskTest, ADirectoryThatIsNotOursToJudgeIsNotSeen) {
  DiskFacts facts = well();
  facts.syncs.clear();
  facts.directory = DiskFacts::Directory::someone_elses;
  facts.owner = "mail";
  EXPECT_THAT(lines(facts), Contains("unseen /data: belongs to mail, and we may not write there"));
  facts.directory = DiskFacts::Directory::read_only;
  facts.why = "Read-only file system";
  EXPECT_THAT(lines(facts), Contains("wrong /data: cannot be written: Read-only file system"));
  facts.directory = DiskFacts::Directory::hidden;
  facts.why = "Permission denied";
  EXPECT_THAT(lines(facts), ElementsAre("unseen /data: cannot be looked at: Permission denied"));
  facts.directory = DiskFacts::Directory::missing;
  EXPECT_THAT(lines(facts), ElementsAre("note /data: is not there: nothing has run on it"));
}

class DoctorDiskLookTest : public testing::Test {
 protected:
  DoctorDiskLookTest() { config_.data_dir = directory_.path(); }

  void write(const std::string& name, std::size_t octets) {
    const std::filesystem::path path = config_.data_dir + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << std::string(octets, 'x');
  }

  const tests::TemporaryDirectory directory_;
  app::Config config_;
  runtime::AsioClock clock_;
};

TEST_F(DoctorDiskLookTest, CountsTheJournalsRecordsAndNotItsNotes) {
  write("journal/000012.sst", 1000);
  write("journal/000013.log", 200);
  write("journal/LOG", 40'000);
  write("journal/OPTIONS-000007", 5'000);
  const DiskFacts facts = look_at_disk(config_, clock_);
  EXPECT_EQ(facts.journal, 1200U);
  EXPECT_FALSE(facts.views);
}

TEST_F(DoctorDiskLookTest, TimesFiveSyncsAndLeavesNothingBehind) {
  const DiskFacts facts = look_at_disk(config_, clock_);
  EXPECT_EQ(facts.directory, DiskFacts::Directory::ours);
  EXPECT_EQ(facts.syncs.size(), 5U);
  for (const auto& one : facts.syncs) EXPECT_GT(one, 0ns);
  EXPECT_GT(facts.free.value_or(0), 0U);
  EXPECT_TRUE(std::filesystem::is_empty(config_.data_dir));
}

TEST_F(DoctorDiskLookTest, MakesNoDirectoryThatIsMissing) {
  config_.data_dir += "/not/there";
  EXPECT_EQ(look_at_disk(config_, clock_).directory, DiskFacts::Directory::missing);
  EXPECT_FALSE(std::filesystem::exists(config_.data_dir));
}

}  // namespace
}  // namespace waybill::tools::doctor
