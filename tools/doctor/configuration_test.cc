#include "tools/doctor/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/findings_of.h"

namespace waybill::tools::doctor {
namespace {

using testing::ElementsAre;
using tests::lines_of;

std::vector<std::string> lines(const std::string& toml) {
  return lines_of(judge_configuration(std::get<app::Config>(app::read_config(toml))));
}

constexpr char kOpen[] = "[server]\nlisten = \"192.0.2.1:25\"\n";

TEST(DoctorConfigurationTest, NothingIsOddAboutADomainWithItsPostmaster) {
  for (const char* const rules :
       {"aliases = { postmaster = \"a@y.test\", b = \"b@y.test\" }",
        "aliases = { b = { drop = true }, c = { drop = true } }\ncatch_all = \"a@y.test\""}) {
    EXPECT_THAT(lines(std::string(kOpen) + "[domains.\"x.test\"]\n" + rules),
                ElementsAre("fine domains: 1 domain with 2 aliases"))
        << rules;
  }
}

TEST(DoctorConfigurationTest, DomainsThatRefuseThePostmasterAreNamed) {
  EXPECT_THAT(lines(std::string(kOpen) +
                    "[domains.\"x.test\"]\naliases = { a = \"a@y.test\" }\n"
                    "[domains.\"z.test\"]\naliases = { postmaster = { reject = true } }\n"),
              ElementsAre("fine domains: 2 domains with 2 aliases",
                          "note postmaster: x.test and z.test take no mail for postmaster, which "
                          "RFC 5321 4.5.1 asks for"));
}

TEST(DoctorConfigurationTest, NoDomainAndNothingButLoopbackAreNotes) {
  EXPECT_THAT(lines(""),
              ElementsAre("note domains: there are none: a relay refuses every recipient",
                          "note server.listen: loopback alone: mail comes from this "
                          "machine and from nowhere else"));
}

TEST(DoctorConfigurationTest, ASourceThatThisHostDoesNotHaveIsWrong) {
  const auto config = std::get<app::Config>(app::read_config(
      std::string(kOpen) + "source = [\"127.0.0.1\", \"2001:db8::10\"]\n[domains.\"x.test\"]\n"));
  const auto not_ours = sources_not_ours(config);
  EXPECT_THAT(not_ours, ElementsAre(*runtime::ip_of("2001:db8::10")));
  EXPECT_THAT(lines_of(judge_configuration(config, not_ours)),
              testing::Contains(
                  "wrong source: 2001:db8::10 is no address of this host: mail from there gets "
                  "451"));
}

TEST(DoctorConfigurationTest, ASecretThatCannotBeReadIsWrongAndOneForAnybodyIsANote) {
  const auto config = std::get<app::Config>(
      app::read_config(std::string(kOpen) + "[domains.\"x.test\"]\n[next_hops.\"a.test\"]\nuser = "
                                            "\"u\"\npassword_file = \"/none/of/it\"\n"
                                            "[next_hops.\"b.test\"]\nuser = \"u\"\npassword_file = "
                                            "\"/none/of/it\"\ntls = \"required\"\n"));
  const auto unread = unread_secrets(config);
  EXPECT_EQ(unread.size(), 1u) << "two logins of one file";
  const auto found = lines_of(judge_configuration(config, {}, unread));
  EXPECT_THAT(found, testing::Contains(testing::StartsWith("wrong next_hops: cannot read /none/")));
  EXPECT_THAT(found, testing::Contains(testing::StartsWith("note next_hops: mail to b.test logs")));
  EXPECT_THAT(found, testing::Not(testing::Contains(testing::HasSubstr("to a.test"))));
}

TEST(DoctorConfigurationTest, ASingleCopyOfTheLogIsANote) {
  EXPECT_THAT(lines(std::string(kOpen) +
                    "[kafka]\nreplication = 1\n[domains.\"x.test\"]\ncatch_all = \"a@y.test\"\n"),
              ElementsAre("fine domains: 1 domain with 0 aliases",
                          "note kafka.replication: 1: the log is gone when its broker's disk is"));
}

}  // namespace
}  // namespace waybill::tools::doctor
