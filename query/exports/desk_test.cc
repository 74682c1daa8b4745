#include "query/exports/desk.h"

#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <set>

#include "runtime/hex.h"
#include "tests/support/archive_part.h"
#include "tests/support/event_log.h"
#include "tests/support/http_world.h"
#include "tests/support/temporary_directory.h"

namespace waybill::query::exports {
namespace {

namespace fs = std::filesystem;
using runtime::Errc;

// Runs what was submitted when it is told to, one at a time.
class HandWorkers final : public runtime::Workers {
 public:
  bool submit(std::function<void()> job) override {
    if (full) return false;
    jobs_.push_back(std::move(job));
    return true;
  }
  bool step() {
    if (jobs_.empty()) return false;
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    job();
    return true;
  }
  void drop() { jobs_.clear(); }
  bool full = false;

 private:
  std::deque<std::function<void()>> jobs_;
};

class DeskTest : public testing::Test {
 protected:
  DeskTest() {
    asker_.sight = schemas::Sight::all();
    for (int i = 0; i < 3'000; ++i) part_.add(tests::accepted({}));
    open();
  }

  void open(DeskLimits limits = {}) {
    DeskParts parts;
    parts.partitions = {{0, std::make_shared<projector::Archive>(part_.store),
                         [this] { return end_.value_or(part_.end.index()); }}};
    parts.directory = directory_.path() + "/exports";
    parts.clock = &clock_;
    parts.chance = chance_.get();
    parts.workers = &workers_;
    parts.why_not = [this] { return why_not_; };
    desk_ = std::make_unique<Desk>(std::move(parts), limits);
  }
  // As kill -9 leaves it: what a worker had in hand is gone.
  void restart() {
    desk_->stop();
    workers_.drop();
    open();
  }

  Job take(Packing packing = Packing::none) {
    Order order;
    order.filter.sight = schemas::Sight::all();
    order.packing = packing;
    order.until = desk_->ends();
    const auto job = desk_->take(std::move(order), "owner", "ticket");
    EXPECT_TRUE(job) << job.error().why;
    return *job;
  }
  Job look(const Job& job) {
    const auto found = desk_->find(job.id, asker_);
    EXPECT_TRUE(found);
    return found ? *found : Job();
  }
  void run() {
    while (workers_.step()) {
    }
  }
  std::string file_of(const Job& job) {
    const auto file = desk_->result(job);
    EXPECT_TRUE(file);
    return file ? *file->read(0, file->size()) : std::string();
  }
  std::set<std::string> files() const {
    std::set<std::string> out;
    for (const auto& one : fs::directory_iterator(directory_.path() + "/exports")) {
      out.insert(one.path().extension().string());
    }
    return out;
  }

  tests::TemporaryDirectory directory_;
  tests::ArchivePart part_;
  std::optional<schemas::EventIndex> end_;
  tests::StillClock clock_;
  std::unique_ptr<runtime::Chance> chance_ = runtime::system_chance();
  HandWorkers workers_;
  std::string why_not_;
  schemas::Principal asker_;
  std::unique_ptr<Desk> desk_;
};

TEST_F(DeskTest, AJobIsWrittenPieceByPieceAndFetched) {
  const Job job = take();
  EXPECT_EQ(job.of, 3'000U);
  ASSERT_TRUE(workers_.step());
  EXPECT_EQ(look(job).state, State::running);
  EXPECT_GT(look(job).looked_at, 0U);
  run();
  const Job done = look(job);
  EXPECT_EQ(done.state, State::done);
  EXPECT_EQ(done.count, 3'000U);
  EXPECT_EQ(done.octets, file_of(done).size());
  EXPECT_NE(file_of(done).find(done.sha256), std::string::npos);
  EXPECT_EQ(files(), (std::set<std::string>{".json", ".ndjson"}));
}

TEST_F(DeskTest, JobsTakeTurns) {
  const Job first = take();
  const Job second = take();
  workers_.step();
  workers_.step();
  EXPECT_GT(look(first).looked_at, 0U);
  EXPECT_GT(look(second).looked_at, 0U) << "a large one keeps no other waiting";
}

TEST_F(DeskTest, WhatACrashInterruptsIsMadeAnewWithTheSameOctets) {
  const Job job = take();
  run();
  const std::string whole = file_of(look(job));
  const Job again = take();
  workers_.step();
  part_.add(tests::accepted({.message = 9}));
  restart();
  EXPECT_EQ(look(again).state, State::waiting);
  EXPECT_EQ(look(again).reason, "ticket");
  run();
  EXPECT_EQ(look(again).state, State::done);
  EXPECT_EQ(file_of(look(again)), whole);
  EXPECT_EQ(file_of(look(job)), whole) << "what was done stays";
}

TEST_F(DeskTest, APausedOneStaysPausedAndGoesOn) {
  const Job job = take();
  workers_.step();
  EXPECT_EQ(desk_->pause(job.id)->state, State::paused);
  run();
  EXPECT_EQ(look(job).state, State::paused);
  restart();
  run();
  EXPECT_EQ(look(job).state, State::paused) << "also after a restart";
  EXPECT_EQ(desk_->go_on(job.id)->state, State::waiting);
  run();
  EXPECT_EQ(look(job).state, State::done);
  EXPECT_EQ(desk_->pause(job.id)->state, State::done) << "what is over is over";
}

TEST_F(DeskTest, ARemovedOneLeavesNothing) {
  const Job done = take();
  run();
  const Job under_way = take();
  workers_.step();
  ASSERT_TRUE(desk_->remove(done.id));
  ASSERT_TRUE(desk_->remove(under_way.id));
  run();
  EXPECT_EQ(files(), std::set<std::string>());
  EXPECT_EQ(desk_->find(done.id, asker_).error(), Errc::not_found);
  EXPECT_EQ(desk_->remove(done.id).error(), Errc::not_found);
}

TEST_F(DeskTest, AFileThatIsBeingFetchedOutlivesItsJob) {
  const Job job = take();
  run();
  const auto file = desk_->result(look(job));
  ASSERT_TRUE(file);
  ASSERT_TRUE(desk_->remove(job.id));
  EXPECT_EQ(file->read(0, file->size())->size(), file->size());
}

TEST_F(DeskTest, ItWaitsForRoomAndGoesOnByItself) {
  const Job job = take();
  why_not_ = "the disk is full";
  EXPECT_EQ(desk_->take({}, "owner", "").error(), Errc::no_space) << "nothing more is begun";
  run();
  EXPECT_EQ(look(job).state, State::waiting);
  EXPECT_EQ(look(job).why, "the disk is full");
  why_not_.clear();
  desk_->tick();
  run();
  EXPECT_EQ(look(job).state, State::done);
}

TEST_F(DeskTest, ItWaitsForViewsThatAreFoldedAnew) {
  const Job job = take();
  end_ = schemas::EventIndex(10);
  run();
  EXPECT_EQ(look(job).state, State::waiting);
  EXPECT_FALSE(look(job).why.empty());
  end_.reset();
  run();
  EXPECT_EQ(look(job).state, State::waiting) << "not before the next tick: nobody spins";
  desk_->tick();
  run();
  EXPECT_EQ(look(job).state, State::done);
}

TEST_F(DeskTest, AFullQueueIsTriedAgain) {
  run();
  workers_.full = true;
  const Job job = take();
  workers_.full = false;
  EXPECT_FALSE(workers_.step());
  desk_->tick();
  run();
  EXPECT_EQ(look(job).state, State::done);
}

TEST_F(DeskTest, WhatIsMissingFromTheLogFailsIt) {
  part_.lose(1'000, 1'001, false);
  const Job job = take();
  run();
  EXPECT_EQ(look(job).state, State::failed);
  EXPECT_FALSE(look(job).why.empty());
  EXPECT_EQ(files(), std::set<std::string>{".json"});
}

TEST_F(DeskTest, AllFilesTogetherHaveABound) {
  desk_->stop();
  workers_.drop();
  open({.most_octets = 100'000});
  const Job job = take();
  run();
  EXPECT_EQ(look(job).state, State::failed);
  EXPECT_EQ(files(), std::set<std::string>{".json"});
}

TEST_F(DeskTest, OneAskerHasAPartOfTheRoom) {
  const Job one = take();
  run();
  const std::uint64_t octets = look(one).octets;
  ASSERT_TRUE(desk_->remove(one.id));
  desk_->stop();
  workers_.drop();
  open({.most_octets = kAskersPart * octets * 3 / 2});
  const Job fits = take();
  run();
  EXPECT_EQ(look(fits).state, State::done);
  const Job too_much = take();
  run();
  EXPECT_EQ(look(too_much).state, State::failed);
  Order order;
  order.filter.sight = schemas::Sight::all();
  order.until = desk_->ends();
  const auto of_another = desk_->take(order, "token 1", "");
  run();
  EXPECT_EQ(look(*of_another).state, State::done) << "others have theirs";
}

TEST_F(DeskTest, WithoutRoomWhatIsHalfWrittenGoes) {
  const Job job = take();
  workers_.step();
  EXPECT_TRUE(files().contains(".part"));
  why_not_ = "the disk is full";
  run();
  EXPECT_FALSE(files().contains(".part")) << "mail has the room";
  EXPECT_EQ(look(job).state, State::waiting);
  EXPECT_EQ(look(job).octets, 0U);
  why_not_.clear();
  desk_->tick();
  run();
  EXPECT_EQ(look(job).state, State::done);
  EXPECT_EQ(look(job).count, 3'000U);
}

TEST_F(DeskTest, WhatHasNoJobGoesAtTheNextStart) {
  const Job job = take();
  run();
  std::ofstream(directory_.path() + "/exports/019ca945-0eb4-79c5-b186-2a68252277b7.csv") << "x";
  std::ofstream(directory_.path() + "/exports/" + job.id + ".part") << "x";
  std::ofstream(directory_.path() + "/exports/notes.txt") << "x";
  restart();
  EXPECT_EQ(files(), (std::set<std::string>{".json", ".ndjson", ".txt"}));
}

TEST_F(DeskTest, TheFilesDigestIsOfItsOctets) {
  for (const Packing packing : {Packing::none, Packing::gzip, Packing::zstd}) {
    const Job job = take(packing);
    run();
    EXPECT_EQ(look(job).file_sha256, runtime::hex(runtime::sha256(file_of(look(job)))));
  }
}

TEST_F(DeskTest, ThereAreSoManyAndNoMore) {
  for (std::size_t i = 0; i < kMostJobsOfOne; ++i) take();
  Order order;
  order.until = desk_->ends();
  EXPECT_EQ(desk_->take(order, "owner", "").error(), Errc::refused);
  EXPECT_TRUE(desk_->take(order, "token 1", ""));
  std::size_t others = 0;
  while (desk_->take(order, "token " + std::to_string(2 + others / kMostJobsOfOne), "")) ++others;
  EXPECT_EQ(others + kMostJobsOfOne + 1, kMostJobs);
  EXPECT_EQ(desk_->take(order, "token of another", "").error(), Errc::limit_exceeded);
}

TEST_F(DeskTest, ResultsExpire) {
  const Job job = take();
  run();
  clock_.move(DeskLimits{}.keep - std::chrono::seconds(1));
  desk_->tick();
  EXPECT_TRUE(desk_->find(job.id, asker_));
  clock_.move(std::chrono::seconds(2));
  desk_->tick();
  EXPECT_FALSE(desk_->find(job.id, asker_));
  EXPECT_EQ(files(), std::set<std::string>());
}

TEST_F(DeskTest, AFileThatIsNoJobIsLeftAlone) {
  const std::string stray = directory_.path() + "/exports/stray.json";
  std::ofstream(stray) << "{}";
  restart();
  EXPECT_TRUE(fs::exists(stray));
  EXPECT_TRUE(desk_->list(asker_).empty());
}

TEST_F(DeskTest, ADirectoryThatCannotBeMadeIsTriedAgain) {
  const Job job = take();
  run();
  const std::string directory = directory_.path() + "/exports";
  fs::rename(directory, directory + ".away");
  std::ofstream(directory) << "in the way";
  restart();
  EXPECT_NE(desk_->why_closed(), "");
  desk_->tick();
  EXPECT_NE(desk_->why_closed(), "");
  fs::remove(directory);
  fs::rename(directory + ".away", directory);
  desk_->tick();
  EXPECT_EQ(desk_->why_closed(), "");
  EXPECT_EQ(look(job).state, State::done);
}

TEST_F(DeskTest, OthersSeeNothingOfIt) {
  const Job job = take();
  asker_.sight = schemas::Sight::of({"forward.test"});
  EXPECT_EQ(desk_->find(job.id, asker_).error(), Errc::not_found);
  EXPECT_TRUE(desk_->list(asker_).empty());
}

}  // namespace
}  // namespace waybill::query::exports
