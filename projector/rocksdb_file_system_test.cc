#include "projector/rocksdb_file_system.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <string>

#include "tests/support/temporary_directory.h"

namespace waybill::projector {
namespace {

class StoreFileSystemTest : public testing::Test {
 protected:
  std::unique_ptr<rocksdb::FSWritableFile> make(const char* name) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    EXPECT_TRUE(system_.NewWritableFile(directory_.path(name), {}, &file, nullptr).ok());
    return file;
  }

  // Whether `octets` could be written where no file may be longer than 10.
  bool writes(rocksdb::FSWritableFile& file, std::size_t octets) {
    rlimit limit{};
    EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit low{10, limit.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &low), 0);
    const bool wrote = file.Append(std::string(octets, 'x'), {}, nullptr).ok();
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    std::signal(SIGXFSZ, handler);
    return wrote;
  }

  const tests::TemporaryDirectory directory_;
  StoreFileSystem system_;
};

TEST_F(StoreFileSystemTest, ALogOnWhichAWriteFailedHasFailedUntilThereIsANewOne) {
  const auto first = make("000004.log");
  EXPECT_TRUE(writes(*first, 5));
  EXPECT_FALSE(system_.wal_failed());
  EXPECT_FALSE(writes(*first, 50));
  EXPECT_TRUE(system_.wal_failed());
  make("000005.log");
  EXPECT_FALSE(system_.wal_failed());
}

TEST_F(StoreFileSystemTest, OtherFilesMayBeTriedAgain) {
  const auto sorted = make("000007.sst");
  EXPECT_FALSE(writes(*sorted, 50));
  EXPECT_FALSE(system_.wal_failed());
}

TEST_F(StoreFileSystemTest, ADiskSaysThatItHasRoom) {
  std::uint64_t free = 0;
  EXPECT_TRUE(system_.GetFreeSpace(directory_.path(), {}, &free, nullptr).ok());
  EXPECT_GT(free, 1ULL << 60);
}

}  // namespace
}  // namespace waybill::projector
