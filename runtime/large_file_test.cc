#include "runtime/large_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "runtime/zstd.h"
#include "tests/support/temporary_directory.h"

namespace waybill::runtime {
namespace {

TEST(LargeFileTest, WhatIsAppendedIsReadFromAnywhere) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("file");
  auto file = GrowingFile::create(path);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->append("hello "));
  ASSERT_TRUE(file->append("world"));
  ASSERT_TRUE(file->sync());
  EXPECT_EQ(file->size(), 11U);
  const auto read = ReadableFile::open(path);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size(), 11U);
  EXPECT_EQ(*read->read(6, 5), "world");
  EXPECT_EQ(*read->read(6, 500), "world");
  EXPECT_EQ(*read->read(11, 5), "");
  std::filesystem::remove(path);
  EXPECT_EQ(*read->read(0, 5), "hello") << "its name is gone, and it is not";
}

TEST(LargeFileTest, IsItsOwnersAndBeginsEmpty) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("file");
  { ASSERT_TRUE(GrowingFile::create(path)->append("before")); }
  ASSERT_TRUE(GrowingFile::create(path));
  EXPECT_EQ(std::filesystem::file_size(path), 0U);
  struct stat facts {};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST(LargeFileTest, WhatCannotBeIsToldWhy) {
  EXPECT_EQ(GrowingFile::create("/nowhere/file").error(), Errc::not_found);
  EXPECT_EQ(ReadableFile::open("/nowhere/file").error(), Errc::not_found);
  EXPECT_EQ(ReadableFile::open("/dev/null").error(), Errc::invalid);
  const tests::TemporaryDirectory directory;
  std::filesystem::create_symlink("/etc/passwd", directory.path("link"));
  EXPECT_FALSE(ReadableFile::open(directory.path("link")));
  auto full = GrowingFile::create("/dev/full");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->append("x").error(), Errc::no_space);
}

TEST(ZstdTest, IsOneFrameOfTheFormat) {
  const std::string packed = zstd(std::string(100'000, 'a'));
  EXPECT_LT(packed.size(), 100U);
  // RFC 8878 3.1.1
  EXPECT_EQ(packed.substr(0, 4), "\x28\xb5\x2f\xfd");
  EXPECT_EQ(zstd("a"), zstd("a"));
  EXPECT_FALSE(zstd("").empty());
}

}  // namespace
}  // namespace waybill::runtime
