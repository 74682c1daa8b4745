#include "app/parts/dkim_part.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "app/dkim/key_directory.h"
#include "runtime/durable_file.h"
#include "tests/support/temporary_directory.h"

namespace waybill::app {
namespace {

using testing::ElementsAre;

class DkimPartTest : public testing::Test {
 protected:
  DkimPartTest() : config_(config_of({"x.test"})) {}

  Config config_of(const std::vector<std::string>& domains) {
    const std::string file = directory_.path("waybill.toml");
    std::ofstream out(file);
    out << "[server]\nhost_name = \"mx.x.test\"\ndata_dir = \"" << directory_.path() << "\"\n";
    for (const std::string& domain : domains) {
      out << "[domains.\"" << domain << "\".aliases]\na = \"a@y.test\"\n";
    }
    out.close();
    ConfigFile config_file;
    config_file.path = file;
    return *read_or_complain(config_file);
  }
  void add_key(const std::string& domain, const std::string& selector) {
    const std::string place = dkim_directory(config_);
    ASSERT_TRUE(make_dkim_keys(place, domain, selector, DkimAlgorithms::ed25519));
    ASSERT_TRUE(activate_dkim_keys(place, domain));
  }
  std::string path(const std::string& name) const {
    return dkim_directory(config_) + "/x.test/" + name;
  }
  static std::vector<std::string> signing(const DkimPart& part, const std::string& domain) {
    std::vector<std::string> out;
    for (const auto& key : part.keys().of(domain)) out.push_back(key.selector);
    return out;
  }
  static void reload(DkimPart& part, const Config& config) {
    const auto change = part.reload(config);
    ASSERT_TRUE(change);
    (*change)();
  }

  const tests::TemporaryDirectory directory_;
  const Config config_;
  Process process_{{}, config_};
  DkimPart& part_ = process_.add<DkimPart>();
};

TEST_F(DkimPartTest, WithoutAnyKeyNothingSigns) {
  ASSERT_TRUE(part_.start());
  EXPECT_THAT(signing(part_, "x.test"), ElementsAre());
}

TEST_F(DkimPartTest, KeysAreThoseOfTheDomainsThatAreServed) {
  add_key("x.test", "a");
  add_key("z.test", "b");
  ASSERT_TRUE(part_.start());
  EXPECT_THAT(signing(part_, "x.test"), ElementsAre("a"));
  EXPECT_THAT(signing(part_, "z.test"), ElementsAre());
  reload(part_, config_of({"z.test"}));
  EXPECT_THAT(signing(part_, "x.test"), ElementsAre());
  EXPECT_THAT(signing(part_, "z.test"), ElementsAre("b"));
}

TEST_F(DkimPartTest, FilesThatChangedAreTakenUpUnaskedSoonButNotAtEveryTick) {
  ASSERT_TRUE(part_.start());
  add_key("x.test", "a");
  EXPECT_THAT(signing(part_, "x.test"), ElementsAre());
  part_.tick();
  EXPECT_THAT(signing(part_, "x.test"), ElementsAre("a"));
  add_key("x.test", "b");
  part_.tick();
  EXPECT_THAT(signing(part_, "x.test"), ElementsAre("a"));
}

TEST_F(DkimPartTest, AKeyThatCannotBeReadEndsAStartAndLeavesThoseOfBeforeInForce) {
  add_key("x.test", "a");
  ASSERT_TRUE(part_.start());
  ::chmod(path("a.pem").c_str(), 0644);
  reload(part_, config_);
  EXPECT_THAT(signing(part_, "x.test"), ElementsAre("a"));
  const auto started = process_.add<DkimPart>().start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().why.find("a.pem may be read by others"), std::string::npos);
  ::chmod(path("a.pem").c_str(), 0600);
  std::filesystem::rename(path("a.pem"), path("b.pem"));
  reload(part_, config_);
  EXPECT_THAT(signing(part_, "x.test"), ElementsAre("b"));
}

TEST_F(DkimPartTest, KeysThatAreTakenAwaySignNoMore) {
  add_key("x.test", "a");
  ASSERT_TRUE(part_.start());
  std::filesystem::remove(path("a.pem"));
  reload(part_, config_);
  EXPECT_THAT(signing(part_, "x.test"), ElementsAre());
}

}  // namespace
}  // namespace waybill::app
