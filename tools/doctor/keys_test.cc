#include "tools/doctor/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "app/return_paths/key_file.h"
#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "tests/support/findings_of.h"
#include "tests/support/test_authority.h"

namespace waybill::tools::doctor {
namespace {

using namespace std::chrono_literals;
using runtime::Errc;
using testing::ElementsAre;
using testing::StartsWith;
using tests::lines_of;

constexpr runtime::WallTime kNow{1'800'000'000s};

std::vector<std::string> key_file_lines(const KeyFileFacts& facts) {
  return lines_of(judge_key_file(facts));
}

TEST(DoctorKeysTest, AKeyFileIsFineUntilItIsAYearOld) {
  KeyFileFacts facts;
  facts.path = "k";
  facts.age = kOldKey;
  EXPECT_THAT(key_file_lines(facts),
              ElementsAre("fine k: for its owner alone; last written 365 d ago"));
  facts.age += 1s;
  EXPECT_THAT(key_file_lines(facts), ElementsAre("note k: was last written 365 d ago"));
}

TEST(DoctorKeysTest, AMissingKeyFileIsWrongOnlyWhereReturnPathsAreOut) {
  KeyFileFacts facts;
  facts.path = "k";
  facts.there = false;
  EXPECT_THAT(key_file_lines(facts),
              ElementsAre("note k: is not there: a relay makes it when it first starts"));
  facts.used_before = true;
  EXPECT_THAT(key_file_lines(facts), ElementsAre(StartsWith("wrong k: is gone: the next start")));
}

TEST(DoctorKeysTest, ASecretThatIsNotSetIsAWarning) {
  EXPECT_THAT(lines_of(judge_secret("", "")),
              ElementsAre(StartsWith("warning cluster.secret_file: is not set")));
  EXPECT_THAT(lines_of(judge_secret("s", "")),
              ElementsAre("fine s: the cluster's secret, for its owner alone"));
  EXPECT_THAT(lines_of(judge_secret("s", "s: is empty")), ElementsAre("wrong s: is empty"));
}

std::vector<std::string> certificate_lines(runtime::Duration from, runtime::Duration to) {
  CertificateFacts facts;
  facts.path = "c";
  facts.validity = runtime::Validity{kNow + from, kNow + to};
  return lines_of(judge_certificate(facts, kNow));
}

TEST(DoctorKeysTest, ACertificateIsToldTwoWeeksBeforeItsEnd) {
  EXPECT_THAT(certificate_lines(-1h, kCertificateNotice),
              ElementsAre("fine c: valid for 14 d more"));
  EXPECT_THAT(certificate_lines(-1h, kCertificateNotice - 1s),
              ElementsAre("warning c: valid for 13 d more"));
  EXPECT_THAT(certificate_lines(-1h, 0s),
              ElementsAre("wrong c: a certificate in it ended under 1 ms ago: nobody trusts it"));
  EXPECT_THAT(certificate_lines(3h, 9000h),
              ElementsAre("wrong c: a certificate in it is not valid before 3 h from now"));
}

class DoctorKeysLookTest : public testing::Test {
 protected:
  DoctorKeysLookTest() {
    config_.data_dir = authority_.folder();
    config_.key_file = authority_.folder() + "/keys";
    config_.kafka.there = true;
    config_.cluster.secret_file = authority_.folder() + "/secret";
    write(config_.cluster.secret_file, std::string(32, 's') + "\n");
    EXPECT_TRUE(app::make_keys(config_.key_file));
  }

  static void write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
    ::chmod(path.c_str(), 0600);
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> out = lines_of(look_at_keys(config_, runtime::AsioClock().wall()));
    for (std::string& line : out) {
      for (auto at = line.find(authority_.folder() + "/"); at != std::string::npos;
           at = line.find(authority_.folder() + "/")) {
        line.erase(at, authority_.folder().size() + 1);
      }
    }
    return out;
  }

  tests::TestAuthority authority_{"Doctor Test"};
  app::Config config_;
};

TEST_F(DoctorKeysLookTest, FreshFilesAreFine) {
  EXPECT_THAT(lines(), ElementsAre(StartsWith("fine keys: for its owner alone"),
                                   StartsWith("fine secret: the cluster's secret")));
}

TEST_F(DoctorKeysLookTest, FilesThatOthersMayReadAreWrong) {
  ::chmod(config_.key_file.c_str(), 0640);
  ::chmod(config_.cluster.secret_file.c_str(), 0604);
  EXPECT_THAT(lines(), ElementsAre("wrong keys: may be read by others than its owner: chmod 600 it",
                                   StartsWith("wrong secret: ")));
}

TEST_F(DoctorKeysLookTest, LookingMakesNoKeys) {
  std::filesystem::remove(config_.key_file);
  EXPECT_THAT(lines(), ElementsAre(StartsWith("note keys: is not there"), StartsWith("fine")));
  EXPECT_FALSE(std::filesystem::exists(config_.key_file));
}

TEST_F(DoctorKeysLookTest, AKeyFileThatDoesNotParseSaysWhichLine) {
  write(config_.key_file, "# keys\nrubbish\n");
  EXPECT_THAT(lines(), ElementsAre(StartsWith("wrong keys: line 2"), StartsWith("fine secret")));
}

TEST_F(DoctorKeysLookTest, CertificateAndAuthorityAreHeldAgainstToday) {
  const auto issued = authority_.issue("DNS:node.test");
  config_.cluster.certificate = issued.chain_file;
  config_.cluster.key = issued.key_file;
  config_.cluster.ca = authority_.ca_file();
  const auto said = lines();
  ASSERT_EQ(said.size(), 4U);
  EXPECT_THAT(said[2], testing::ContainsRegex("^warning .*: valid for .* more"));
  EXPECT_THAT(said[3], testing::ContainsRegex("^warning ca.pem: valid for .* more"));
}

TEST_F(DoctorKeysLookTest, EachCertificateThatIsShownToSendersIsLookedAt) {
  const auto one = authority_.issue("DNS:mx.test");
  const auto ended = authority_.issue("DNS:mx.other.test", tests::TestAuthority::Validity::ended);
  config_.kafka.there = false;
  config_.tls.certificates = {{one.chain_file, one.key_file}, {ended.chain_file, ended.key_file}};
  const auto said = lines();
  ASSERT_EQ(said.size(), 3U);
  EXPECT_THAT(said[1], testing::ContainsRegex("^warning .*: valid for .* more"));
  EXPECT_THAT(said[2], testing::ContainsRegex("^wrong .* ended .* ago: nobody trusts it"));
}

TEST_F(DoctorKeysLookTest, ACertificateThatDoesNotGoWithItsKeyIsWrong) {
  config_.cluster.certificate = authority_.issue("DNS:node.test").chain_file;
  config_.cluster.key = authority_.issue("DNS:other.test").key_file;
  const auto said = lines();
  ASSERT_EQ(said.size(), 3U);
  EXPECT_THAT(said[2], StartsWith("wrong "));
}

}  // namespace
}  // namespace waybill::tools::doctor
