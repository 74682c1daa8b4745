#include "projector/archive/archive.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "projector/archive/archive_end.h"
#include "projector/archive/archive_key.h"
#include "projector/memory_view_store.h"
#include "tests/support/waits.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Instant;
using schemas::EventIndex;

// Event n is n + 1 octets long.
void put_events(MemoryViewStore& store, std::uint64_t from, std::uint64_t to) {
  WriteBatch batch;
  for (std::uint64_t i = from; i < to; ++i) {
    batch.put(Table::archive, archive_key(EventIndex(i)), std::string(i + 1, 'x'));
  }
  ASSERT_TRUE(store.apply(batch));
}

class ArchiveTest : public testing::Test {
 protected:
  ArchiveTest() { put_events(store_, 0, 10); }

  std::vector<std::size_t> sizes(std::uint64_t index, std::uint64_t end, ArchiveBounds bounds) {
    std::vector<std::size_t> out;
    const auto read = archive_.read(EventIndex(index), EventIndex(end), bounds);
    EXPECT_TRUE(read);
    if (read) {
      for (const ArchivedRecord& record : *read) out.push_back(record.octets()->size());
    }
    return out;
  }

  MemoryViewStore store_;
  Archive archive_{store_};
};

TEST_F(ArchiveTest, ReadsFromAnIndexToTheEnd) {
  EXPECT_EQ(sizes(7, 10, {}), (std::vector<std::size_t>{8, 9, 10}));
  EXPECT_EQ(sizes(0, 2, {}), (std::vector<std::size_t>{1, 2}));
}

TEST_F(ArchiveTest, ReadsNoMoreThanItsBounds) {
  EXPECT_EQ(sizes(0, 10, {.events = 3}), (std::vector<std::size_t>{1, 2, 3}));
  EXPECT_EQ(sizes(0, 10, {.octets = 6}), (std::vector<std::size_t>{1, 2, 3}));
  EXPECT_EQ(sizes(0, 10, {.octets = 7}), (std::vector<std::size_t>{1, 2, 3}));
}

TEST_F(ArchiveTest, ReadsOneEventThatIsLargerThanItsBound) {
  EXPECT_EQ(sizes(9, 10, {.octets = 1}), (std::vector<std::size_t>{10}));
}

TEST_F(ArchiveTest, AMissingEventIsCorruptWhereverItIs) {
  for (const std::uint64_t gone : {0, 4, 9}) {
    MemoryViewStore store;
    put_events(store, 0, 10);
    WriteBatch batch;
    batch.erase(Table::archive, archive_key(EventIndex(gone)));
    ASSERT_TRUE(store.apply(batch));
    const Archive archive(store);
    EXPECT_EQ(archive.read(EventIndex(0), EventIndex(10)).error(), Errc::corrupt) << gone;
    EXPECT_EQ(archive.at(EventIndex(gone)).error(), Errc::corrupt) << gone;
    EXPECT_EQ(archive.at({EventIndex(1), EventIndex(gone)}).error(), Errc::corrupt) << gone;
  }
}

TEST_F(ArchiveTest, EndsWhereItIsSaidToOrIsCorrupt) {
  EXPECT_TRUE(archive_.check_end(EventIndex(10)));
  EXPECT_EQ(archive_.check_end(EventIndex(9)).error(), Errc::corrupt);
  EXPECT_EQ(archive_.check_end(EventIndex(11)).error(), Errc::corrupt);
}

class ArchiveEndTest : public testing::Test {
 protected:
  std::vector<bool>& wait(std::uint64_t index, Instant deadline = Instant::max()) {
    return waits_.of(end_.beyond(EventIndex(index), deadline));
  }
  void run() { waits_.run(); }

  tests::Waits waits_;
  ArchiveEnd end_{EventIndex(5)};
};

const std::vector<bool> kWaits;
const std::vector<bool> kThere = {true};
const std::vector<bool> kNot = {false};

TEST_F(ArchiveEndTest, NobodyWaitsForWhatIsThere) {
  EXPECT_EQ(wait(4), kThere);
  EXPECT_EQ(wait(5), kWaits);
  end_.close();
  run();
}

TEST_F(ArchiveEndTest, EachIsWokenByItsOwnIndex) {
  auto& five = wait(5);
  auto& seven = wait(7);
  end_.reached(EventIndex(7));
  run();
  EXPECT_EQ(five, kThere);
  EXPECT_EQ(seven, kWaits);
  end_.reached(EventIndex(8));
  run();
  EXPECT_EQ(seven, kThere);
}

// It is on another node, which is away: to its readers it is empty until it is back.
TEST_F(ArchiveEndTest, WhatIsLostIsWaitedForUntilItIsBack) {
  end_.lost();
  EXPECT_EQ(end_.index(), EventIndex(0));
  auto& three = wait(3);
  run();
  EXPECT_EQ(three, kWaits);
  end_.reached(EventIndex(3));
  run();
  EXPECT_EQ(three, kWaits);
  end_.reached(EventIndex(4));
  run();
  EXPECT_EQ(three, kThere);
}

TEST_F(ArchiveEndTest, AWaitEndsWithItsDeadline) {
  const Instant start{};
  auto& early = wait(5, start + std::chrono::seconds(1));
  auto& late = wait(5, start + std::chrono::seconds(2));
  end_.expire(start + std::chrono::seconds(1));
  run();
  EXPECT_EQ(early, kNot);
  EXPECT_EQ(late, kWaits);
  end_.reached(EventIndex(6));
  run();
  EXPECT_EQ(late, kThere);
}

TEST_F(ArchiveEndTest, CloseEndsAllWaitsAndThoseToCome) {
  auto& before = wait(5);
  end_.close();
  run();
  EXPECT_EQ(before, kNot);
  EXPECT_EQ(wait(5), kNot);
  EXPECT_EQ(wait(4), kThere);
}

// A reader that looks just before the end moves must not sleep through it.
TEST_F(ArchiveEndTest, NoStepOfTheEndIsMissedByAReaderOnAnotherThread) {
  constexpr std::uint64_t kSteps = 20'000;
  std::thread writer([&] {
    for (std::uint64_t end = 6; end <= kSteps; ++end) end_.reached(EventIndex(end));
  });
  const auto follow = [](ArchiveEnd& end) -> runtime::Task<void> {
    EventIndex index = end.index();
    while (index < EventIndex(kSteps)) {
      const bool there = co_await end.beyond(index, Instant::max());
      if (!there) co_return;
      index = end.index();
    }
  };
  bool ended = false;
  boost::asio::co_spawn(waits_.io(), follow(end_),
                        [&](const std::exception_ptr&) { ended = true; });
  const auto work = boost::asio::make_work_guard(waits_.io());
  // Each step wakes it: where none does any more, one was missed.
  bool woken = true;
  while (!ended && woken) woken = waits_.io().run_one_for(std::chrono::seconds(20)) > 0;
  writer.join();
  EXPECT_TRUE(ended) << "it sleeps before the end";
  end_.close();
  run();
}

}  // namespace
}  // namespace waybill::projector
