#include "relay/message/spool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <functional>

#include "tests/support/run_task.h"
#include "tests/support/temporary_directory.h"

namespace waybill::relay::message {
namespace {

using runtime::Errc;

constexpr std::uint64_t kMemory = 1000;
constexpr std::uint64_t kPiece = 256 << 10;  // what a spool moves to or from its file at once

// Octets that tell where they stand.
std::string octets(std::uint64_t size, std::uint64_t seed = 1) {
  std::string out(size, '\0');
  for (char& c : out) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    c = static_cast<char>(seed >> 56);
  }
  return out;
}

// Counts jobs, and takes none once it is full.
class CountingWorkers final : public runtime::Workers {
 public:
  bool submit(std::function<void()> job) override {
    if (full) return false;
    ++jobs;
    job();
    return true;
  }
  bool full = false;
  int jobs = 0;
};

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

class SpoolTest : public testing::Test {
 protected:
  SpoolSettings settings() { return {directory_.path(), kMemory, &workers_, &permits_}; }

  runtime::Result<void> append(Spool& spool, std::string_view text) {
    return tests::run_task(io_, spool.append(text));
  }

  runtime::Result<std::string> read(Spool& spool, std::uint64_t offset) {
    const auto piece = tests::run_task(io_, spool.read(offset));
    if (!piece) return piece.error();
    return std::string(*piece);
  }

  std::string read_all(Spool& spool) {
    std::string out;
    while (out.size() < spool.size()) {
      const auto piece = read(spool, out.size());
      if (!piece || piece->empty()) {
        ADD_FAILURE() << "nothing at " << out.size() << " of " << spool.size();
        break;
      }
      out += *piece;
    }
    return out;
  }

  boost::asio::io_context io_;
  CountingWorkers workers_;
  runtime::Permits permits_{16 << 20};
  tests::TemporaryDirectory directory_;
};

TEST_F(SpoolTest, AMessageComesBackAsItWentWhateverItsSizeAndPieces) {
  const std::uint64_t sizes[] = {0,
                                 1,
                                 kMemory - 1,
                                 kMemory,
                                 kMemory + 1,
                                 kMemory + kPiece - 1,
                                 kMemory + kPiece,
                                 kMemory + kPiece + 1,
                                 kMemory + 3 * kPiece + 77};
  const std::uint64_t steps[] = {7, 1000, 4096, kPiece, 1 << 22};
  for (const auto size : sizes) {
    const std::string whole = octets(size);
    for (const auto step : steps) {
      SCOPED_TRACE(testing::Message() << size << " by " << step);
      Spool spool(settings());
      for (std::uint64_t at = 0; at < size; at += step) {
        ASSERT_TRUE(append(spool, std::string_view(whole).substr(at, step)));
      }
      EXPECT_EQ(spool.size(), size);
      EXPECT_EQ(spool.head(), whole.substr(0, kMemory));
      EXPECT_TRUE(read_all(spool) == whole);
      EXPECT_TRUE(read_all(spool) == whole) << "a second time";
    }
  }
}

TEST_F(SpoolTest, AnyOffsetCanBeReadInAnyOrder) {
  const std::string whole = octets(kMemory + 2 * kPiece + 500);
  Spool spool(settings());
  ASSERT_TRUE(append(spool, whole));
  const std::uint64_t offsets[] = {whole.size() - 1, 0,           kMemory + kPiece + 3,
                                   kMemory,          kMemory - 1, kMemory + 2 * kPiece,
                                   kMemory + 1};
  for (const auto offset : offsets) {
    const auto piece = read(spool, offset);
    ASSERT_TRUE(piece) << offset;
    ASSERT_FALSE(piece->empty()) << offset;
    EXPECT_TRUE(whole.substr(offset, piece->size()) == *piece) << offset;
  }
  const auto end = read(spool, whole.size());
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->empty());
}

TEST_F(SpoolTest, ASmallMessageTouchesNoDiskAndTakesNoPermits) {
  Spool spool(settings());
  ASSERT_TRUE(append(spool, octets(kMemory)));
  EXPECT_EQ(read_all(spool), octets(kMemory));
  EXPECT_EQ(workers_.jobs, 0);
  EXPECT_EQ(permits_.free(), 16u << 20);
}

TEST_F(SpoolTest, TheFileHasNoNameAndIsGoneWithItsSpool) {
  const std::size_t before = open_descriptors();
  {
    Spool spool(settings());
    ASSERT_TRUE(append(spool, octets(kMemory + 2 * kPiece)));
    EXPECT_EQ(open_descriptors(), before + 1);
    EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
    EXPECT_TRUE(read_all(spool) == octets(kMemory + 2 * kPiece));
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(SpoolTest, OctetsInTheFileHoldPermitsUntilTheSpoolIsGone) {
  {
    Spool spool(settings());
    ASSERT_TRUE(append(spool, octets(kMemory + 2 * kPiece + 9)));
    EXPECT_EQ(permits_.free(), (16u << 20) - 2 * kPiece);
  }
  EXPECT_EQ(permits_.free(), 16u << 20);
}

TEST_F(SpoolTest, AnEmptyBudgetIsAnErrorAndGivesBackWhatWasTaken) {
  runtime::Permits few(2 * kPiece - 1);
  SpoolSettings given = settings();
  given.file_octets = &few;
  {
    Spool spool(given);
    ASSERT_TRUE(append(spool, octets(kMemory + kPiece)));
    const auto beyond = append(spool, octets(kPiece));
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error(), make_error_code(Errc::limit_exceeded));
    const auto again = append(spool, octets(5));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error(), make_error_code(Errc::limit_exceeded));
  }
  EXPECT_EQ(few.free(), 2 * kPiece - 1);
}

TEST_F(SpoolTest, SpoolsShareOneBudget) {
  runtime::Permits one_piece(kPiece);
  SpoolSettings given = settings();
  given.file_octets = &one_piece;
  auto first = std::make_unique<Spool>(given);
  Spool second(given);
  ASSERT_TRUE(append(*first, octets(kMemory + kPiece)));
  EXPECT_FALSE(append(second, octets(kMemory + kPiece)));
  first.reset();
  Spool third(given);
  EXPECT_TRUE(append(third, octets(kMemory + kPiece)));
}

TEST_F(SpoolTest, ADirectoryThatIsNotThereIsAnIoError) {
  SpoolSettings given = settings();
  given.directory = directory_.path("gone");
  Spool spool(given);
  ASSERT_TRUE(append(spool, octets(kMemory + kPiece - 1))) << "memory needs no disk";
  const auto flushed = append(spool, octets(1));
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error(), make_error_code(Errc::io_error));
}

// No file of this process may grow beyond a size, as on a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t octets) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{octets, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_F(SpoolTest, ADiskThatIsFullIsAnIoError) {
  Spool spool(settings());
  runtime::Result<void> first;
  runtime::Result<void> second;
  {
    const FullDisk full(kPiece + kPiece / 2);
    first = append(spool, octets(kMemory + kPiece));
    second = append(spool, octets(kPiece));
  }
  EXPECT_TRUE(first);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), make_error_code(Errc::io_error));
}

TEST_F(SpoolTest, AFullQueueOfWorkersIsTemporary) {
  Spool spool(settings());
  workers_.full = true;
  const auto appended = append(spool, octets(kMemory + kPiece));
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error(), make_error_code(Errc::temporary));
}

TEST_F(SpoolTest, AFullQueueOfWorkersAtReadingIsTemporaryAndPasses) {
  Spool spool(settings());
  const std::string whole = octets(kMemory + kPiece);
  ASSERT_TRUE(append(spool, whole));
  workers_.full = true;
  const auto refused = read(spool, kMemory);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), make_error_code(Errc::temporary));
  workers_.full = false;
  EXPECT_TRUE(read_all(spool) == whole);
}

TEST_F(SpoolTest, WhatIsLeftOutIsNowhereInTheMessageButItsHead) {
  const std::string whole = octets(kMemory + 2 * kPiece + 500);
  const std::vector<std::vector<Spool::Range>> cases = {
      {},
      {{0, 1}},
      {{0, kMemory}},
      {{10, 20}, {30, 40}, {41, 42}},
      {{kMemory - 5, kMemory + 5}},
      {{kMemory, kMemory + kPiece}},
      {{kMemory + kPiece - 1, kMemory + kPiece + 1}, {whole.size() - 1, whole.size()}},
      {{0, 10}, {kMemory + 7, whole.size()}},
      {{0, whole.size()}},
  };
  for (const auto& ranges : cases) {
    std::string expected;
    std::uint64_t at = 0;
    for (const auto& range : ranges) {
      expected += whole.substr(at, range.begin - at);
      at = range.end;
    }
    expected += whole.substr(at);
    Spool spool(settings());
    ASSERT_TRUE(append(spool, whole));
    spool.leave_out(ranges);
    EXPECT_EQ(spool.size(), expected.size());
    EXPECT_TRUE(read_all(spool) == expected);
    EXPECT_TRUE(read(spool, spool.size())->empty());
    EXPECT_EQ(spool.head(), whole.substr(0, kMemory));
    const std::uint64_t middle = expected.size() / 2;
    const auto piece = read(spool, middle);
    ASSERT_TRUE(piece);
    EXPECT_TRUE(expected.substr(middle, piece->size()) == *piece);
    spool.leave_out({});
    EXPECT_TRUE(read_all(spool) == whole) << "the octets are still there";
  }
}

TEST_F(SpoolTest, WorksOverThreadsOfItsOwn) {
  const auto threads = runtime::thread_workers("spool", 2, 16);
  SpoolSettings given = settings();
  given.workers = threads.get();
  const std::string whole = octets(kMemory + 3 * kPiece + 5);
  Spool spool(given);
  // The answer comes from another thread, meanwhile this one has nothing to do.
  const auto work = boost::asio::make_work_guard(io_);
  ASSERT_TRUE(append(spool, whole));
  EXPECT_TRUE(read_all(spool) == whole);
}

TEST_F(SpoolTest, TheMemoryOfAllSpoolsIsOneBudget) {
  runtime::Permits memory(40 << 10);
  SpoolSettings given = settings();
  given.memory_octets = 32 << 10;
  given.all_memory = &memory;
  {
    Spool first(given);
    EXPECT_TRUE(append(first, octets(20 << 10)));
    EXPECT_EQ(memory.free(), 8u << 10) << "two steps of 16 KiB";
    Spool second(given);
    EXPECT_EQ(append(second, octets(1)), make_error_code(Errc::limit_exceeded));
    EXPECT_TRUE(append(first, octets(12 << 10))) << "what it holds already";
  }
  EXPECT_EQ(memory.free(), 40u << 10);
}

TEST_F(SpoolTest, AMessageInAFileTakesNoMoreMemoryHoweverLargeItIs) {
  runtime::Permits memory(kMemory + kSpoolFileMemory);
  SpoolSettings given = settings();
  given.all_memory = &memory;
  Spool spool(given);
  EXPECT_TRUE(append(spool, octets(3 << 20)));
  EXPECT_EQ(memory.free(), 0u);
}

}  // namespace
}  // namespace waybill::relay::message
