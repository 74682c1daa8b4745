#include "app/backup/whole_manifest.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/backup/files.h"
#include "tests/support/temporary_directory.h"

namespace waybill::app {
namespace {

using runtime::Errc;

WholeManifest manifest() {
  WholeManifest out;
  out.waybill = "0.1.0";
  out.made_at = "2026-03-01T12:00:00.000000000Z";
  out.node = "mx1";
  out.journal = {4, 121, 5120};
  out.views = {5, 118, 20480};
  out.config = "/etc/waybill.toml";
  out.keys = "/data/return_path.keys";
  out.files = {{"journal/meta/4", "ab"}, {"files/4/return_path.keys", "cd"}};
  return out;
}

TEST(WholeManifestTest, IsReadAsItWasWritten) {
  const auto read = parse_whole_manifest(write_whole_manifest(manifest()));
  ASSERT_TRUE(read) << read.error().why;
  EXPECT_EQ(write_whole_manifest(*read), write_whole_manifest(manifest()));
  EXPECT_EQ(read->views.number, 5U);
  EXPECT_EQ(read->journal.end, 121U);
  EXPECT_EQ(read->files[1].path, "files/4/return_path.keys");
}

TEST(WholeManifestTest, AnyOctetThatChangedIsSeen) {
  const std::string text = write_whole_manifest(manifest());
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    const auto read = parse_whole_manifest(damaged);
    ASSERT_FALSE(read) << at;
    EXPECT_EQ(read.error(), Errc::corrupt);
  }
  EXPECT_FALSE(parse_whole_manifest(text.substr(0, text.size() - 1)));
  EXPECT_FALSE(parse_whole_manifest(""));
}

TEST(WholeManifestTest, AnotherFormNamesTheReleaseThatMadeIt) {
  const std::string line = R"({"form": 2, "waybill": "7.0"})";
  const auto read = parse_whole_manifest(line + "\nsha256 " + digest_of(line) + "\n");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error(), Errc::invalid);
  EXPECT_EQ(read.error().why,
            "is of form 2, and this waybill knows 1: use the release that made it (7.0)");
}

TEST(BackupFilesTest, ADirectoryWithoutAStoreIsHeldByNobody) {
  const tests::TemporaryDirectory directory;
  EXPECT_FALSE(is_held(directory.path()));
}

TEST(BackupFilesTest, OctetsAreSaidInUnits) {
  EXPECT_EQ(about_octets(0), "0 octets");
  EXPECT_EQ(about_octets(1023), "1023 octets");
  EXPECT_EQ(about_octets(3'500'000), "3.3 MiB");
}

}  // namespace
}  // namespace waybill::app
