#include "app/parts/routes_part.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "app/return_paths/key_file.h"
#include "tests/support/temporary_directory.h"

namespace waybill::app {
namespace {

constexpr char kOneDomain[] =
    "[domains.\"x.test\".aliases]\n"
    "a = \"a@y.test\"\n";

class ReloadTest : public testing::Test {
 protected:
  Config config_of(const std::string& domains) {
    const std::string file = directory_.path() + "/waybill.toml";
    std::ofstream(file) << "[server]\nhost_name = \"mx.x.test\"\ndata_dir = \"" << directory_.path()
                        << "\"\n"
                        << domains;
    ConfigFile config_file;
    config_file.path = file;
    return *read_or_complain(config_file);
  }

  tests::TemporaryDirectory directory_;
};

TEST_F(ReloadTest, AFileWithoutDomainsDoesNotTakeThoseThatAreServed) {
  Process process({}, config_of(kOneDomain));
  auto& routes = process.add<RoutesPart>();
  const auto refused = routes.reload(config_of(""));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().why.find("no domains, and 1 are served"), std::string::npos);
  EXPECT_TRUE(routes.reload(config_of(kOneDomain)));
}

TEST_F(ReloadTest, KeysThatAreGoneAreNotMadeAnew) {
  const Config config = config_of(kOneDomain);
  Process process({}, config);
  auto& keys = process.add<KeysPart>([] { return false; });
  ASSERT_TRUE(keys.start());
  EXPECT_TRUE(keys.reload(config));
  std::filesystem::remove(key_file(config));
  EXPECT_FALSE(keys.reload(config));
  EXPECT_FALSE(std::filesystem::exists(key_file(config)));
}

TEST_F(ReloadTest, KeysThatAreGoneWhereMailWasTakenEndTheStart) {
  const Config config = config_of(kOneDomain);
  Process process({}, config);
  EXPECT_FALSE(process.add<KeysPart>([] { return true; }).start());
  EXPECT_FALSE(std::filesystem::exists(key_file(config)));
}

TEST_F(ReloadTest, WhatIsNoKeyFileIsRefusedAtOnce) {
  const std::string path = directory_.path() + "/keys";
  std::filesystem::create_symlink(directory_.path() + "/nowhere", path);
  EXPECT_FALSE(load_or_make_keys(path, Absence::first_start));
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(load_or_make_keys(path, Absence::first_start).error().why,
            path + " is not a regular file");
}

}  // namespace
}  // namespace waybill::app
