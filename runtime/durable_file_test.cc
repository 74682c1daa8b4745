#include "runtime/durable_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temporary_directory.h"

namespace waybill::runtime {
namespace {

TEST(DurableFileTest, ReadsWhatWasWrittenLast) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("file");
  EXPECT_EQ(read_file(path).error(), Errc::not_found);
  for (const std::string& text : {std::string("first"), std::string(100'000, 'x'), std::string(),
                                  std::string("\0\n", 2), std::string(kMostFile, 'y')}) {
    ASSERT_TRUE(replace_file(path, text));
    EXPECT_EQ(read_file(path).value(), text);
  }
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(DurableFileTest, WhatCannotBeWrittenIsSaidAndChangesNothing) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("file");
  ASSERT_TRUE(replace_file(path, "before"));
  ASSERT_TRUE(std::filesystem::create_directory(path + ".new"));
  const auto refused = replace_file(path, "after");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().why.find("cannot write " + path + ".new"), std::string::npos);
  EXPECT_EQ(read_file(path).value(), "before");
  EXPECT_EQ(replace_file("/dev/full/x", "").error(), Errc::io_error);
  EXPECT_EQ(replace_file(directory.path("no/where"), "x").error(), Errc::not_found);
  EXPECT_EQ(rename_file(directory.path("none"), path).error(), Errc::not_found);
  EXPECT_EQ(sync_path(directory.path("none")).error(), Errc::not_found);
  EXPECT_FALSE(read_file(directory.path()));
}

TEST(DurableFileTest, WhatIsThereIsNotCreatedAgain) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("file");
  ASSERT_TRUE(create_file(path, "first"));
  EXPECT_EQ(create_file(path, "second").error(), Errc::refused);
  EXPECT_EQ(read_file(path).value(), "first");
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
  EXPECT_EQ(create_file(directory.path("no/where"), "x").error(), Errc::not_found);
  std::filesystem::create_symlink("nowhere", directory.path("link"));
  EXPECT_EQ(create_file(directory.path("link"), "x").error(), Errc::refused);
}

// As a process that dies between the two leaves it: the file by two names.
TEST(DurableFileTest, TheOtherNameOfAFileThatWasCreatedDoesItNoHarm) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("file");
  ASSERT_TRUE(create_file(path, "first"));
  std::filesystem::create_hard_link(path, path + ".new");
  EXPECT_EQ(create_file(path, "second").error(), Errc::refused);
  EXPECT_EQ(read_file(path).value(), "first");
}

TEST(DurableFileTest, WhatIsTooLargeIsNotRead) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("file");
  ASSERT_TRUE(replace_file(path, std::string(kMostFile + 1, 'x')));
  EXPECT_EQ(read_file(path).error(), Errc::invalid);
}

TEST(DurableFileTest, ANameTakesThePlaceOfAnother) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("file");
  ASSERT_TRUE(replace_file(path, "old"));
  ASSERT_TRUE(replace_file(path + ".fresh", "new"));
  ASSERT_TRUE(rename_file(path + ".fresh", path));
  EXPECT_EQ(read_file(path).value(), "new");
  EXPECT_FALSE(std::filesystem::exists(path + ".fresh"));
}

}  // namespace
}  // namespace waybill::runtime
