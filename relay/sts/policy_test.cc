#include "relay/sts/policy.h"

#include <gtest/gtest.h>

namespace waybill::relay::sts {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

TEST(StsRecordTest, HasAnIdWhereThereIsOneRecordAndItIsSound) {
  const struct {
    Texts texts;
    std::optional<std::string> id;
  } cases[] = {
      {{"v=STSv1; id=20160831085700Z;"}, "20160831085700Z"},
      {{"v=STSv1;id=1"}, "1"},
      {{"v=STSv1 ;\tfoo=bar; id=1 ; id=2"}, "1"},
      {{"v=spf1 -all", "v=STSv1; id=1;", "other"}, "1"},
      {{}, {}},
      {{""}, {}},
      {{"v=STSv1; id=1;", "v=STSv1; id=2;"}, {}},
      {{"v=STSv1; id=1;", "v=STSv1; junk"}, {}},
      {{"v=STSv2; id=1;"}, {}},
      {{"v=STSv10; id=1;"}, {}},
      {{"V=STSv1; id=1;"}, {}},
      {{" v=STSv1; id=1;"}, {}},
      {{"id=1; v=STSv1"}, {}},
      {{"v=STSv1;"}, {}},
      {{"v=STSv1; id=;"}, {}},
      {{"v=STSv1; id=a-b;"}, {}},
      {{"v=STSv1; id=" + std::string(32, 'x')}, std::string(32, 'x')},
      {{"v=STSv1; id=" + std::string(33, 'x')}, {}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(find_id(c.texts), c.id) << (c.texts.empty() ? "none" : c.texts.front());
  }
}

// RFC 8461 3.2
TEST(StsPolicyTest, IsReadAsItIsPublished) {
  const auto policy = parse_policy(
      "version: STSv1\nmode: enforce\nmx: mail.example.com\nmx: *.example.net\n"
      "mx: backupmx.example.com\nmax_age: 604800\n");
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->mode, Mode::enforce);
  EXPECT_EQ(policy->mx, (Texts{"mail.example.com", "*.example.net", "backupmx.example.com"}));
  EXPECT_EQ(policy->max_age, 604800s);
}

TEST(StsPolicyTest, TakesWhatIsSoundInItsForm) {
  const Policy enforce{Mode::enforce, {"mx.test"}, 86400s};
  const Policy testing{Mode::testing, {"mx.test"}, 86400s};
  const struct {
    std::string file;
    std::optional<Policy> policy;
  } cases[] = {
      {"version: STSv1\r\nmode: enforce\r\nmx: MX.test\r\nmax_age: 86400\r\n", enforce},
      {"version:STSv1\nmode:\tenforce  \nmx: mx.test\nmax_age: 86400", enforce},
      {"mode: testing\nmax_age: 86400\n\nmx: mx.test\nversion: STSv1", testing},
      {"version: STSv1\nmode: testing\nmode: enforce\nmx: mx.test\nmax_age: 86400\nmax_age: 1",
       testing},
      {"version: STSv1\nmode: testing\nmx: mx.test\nmax_age: 86400\nx_new: a: b\n", testing},
      {"version: STSv1\nmode: none\nmax_age: 86400\n", Policy{Mode::none, {}, 86400s}},
      {"version: STSv1\nmode: none\nmax_age: 9999999999\n", Policy{Mode::none, {}, kLongestAge}},
      {"", {}},
      {"version: STSv2\nmode: none\nmax_age: 86400\n", {}},
      {"mode: none\nmax_age: 86400\n", {}},
      {"version: STSv1\nmax_age: 86400\n", {}},
      {"version: STSv1\nmode: none\n", {}},
      {"version: STSv1\nmode: Enforce\nmx: mx.test\nmax_age: 86400\n", {}},
      {"version: STSv1\nmode: enforce\nmax_age: 86400\n", {}},
      {"version: STSv1\nmode: none\nmax_age: -1\n", {}},
      {"version: STSv1\nmode: none\nmax_age: 1d\n", {}},
      {"version: STSv1\nmode: none\nmax_age: 00000000001\n", {}},
      {"version: STSv1\nmode: enforce\nmx: *.\nmax_age: 86400\n", {}},
      {"version: STSv1\nmode: enforce\nmx: mx.*.test\nmax_age: 86400\n", {}},
      {"version: STSv1\nmode: enforce\nmx: a b\nmax_age: 86400\n", {}},
      {"<html>not found</html>", {}},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_policy(c.file), c.policy) << c.file;
}

TEST(StsPolicyTest, HoldsSoManyPatternsAndNoMore) {
  std::string file = "version: STSv1\nmode: enforce\nmax_age: 86400\n";
  for (std::size_t i = 0; i < kMostPatterns; ++i) file += "mx: mx.test\n";
  EXPECT_TRUE(parse_policy(file));
  EXPECT_FALSE(parse_policy(file + "mx: mx.test\n"));
}

// RFC 8461 4.1
TEST(StsPolicyTest, NamesAHostByItsNameOrByAllLabelsButOne) {
  const Policy policy{Mode::enforce, {"mail.example.com", "*.example.net"}, 1s};
  for (const char* host : {"mail.example.com", "a.example.net"}) {
    EXPECT_TRUE(names_host(policy, host)) << host;
  }
  for (const char* host : {"example.com", "a.mail.example.com", "example.net", ".example.net",
                           "a.b.example.net", "aexample.net", ""}) {
    EXPECT_FALSE(names_host(policy, host)) << host;
  }
}

}  // namespace
}  // namespace waybill::relay::sts
