// [smarthost] and the keys of a log-in: what they come to, and every complaint about them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/config/summary.h"

namespace waybill::app {
namespace {

using relay::forward::TlsLevel;
using relay::smtp::Mechanism;
using testing::ElementsAre;

Config config_with_login(const std::string& text) {
  Loaded loaded = read_config(text);
  if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
    for (const Complaint& complaint : *complaints) ADD_FAILURE() << to_string(complaint, "f");
    return {};
  }
  return std::get<Config>(loaded);
}

std::vector<std::string> complaints_of(const std::string& text) {
  std::vector<std::string> out;
  const Loaded loaded = read_config(text);
  if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
    for (const Complaint& complaint : *complaints) out.push_back(to_string(complaint, "f"));
  }
  return out;
}

TEST(LoginConfigTest, ALoginIsVerifiedUnlessItsDomainSaysRequiredOrMore) {
  const Config config = config_with_login(R"([dns]
dnssec = true
[next_hops."a.test"]
user = "u"
password_file = "p"
[next_hops."b.test"]
tls = "required"
user = "u"
token_file = "t"
[next_hops."c.test"]
tls = "dane"
user = "ü"
password_file = "p"
mechanisms = ["login", "PLAIN"]
[next_hops."[192.0.2.1]"]
user = "u"
token_file = "t"
mechanisms = "xoauth2"
)");
  EXPECT_EQ(config.tls.by_domain.at("a.test"), TlsLevel::verified);
  EXPECT_EQ(config.tls.by_domain.at("b.test"), TlsLevel::required);
  EXPECT_EQ(config.tls.by_domain.at("c.test"), TlsLevel::dane);
  EXPECT_THAT(config.logins.at("a.test").mechanisms,
              ElementsAre(Mechanism::plain, Mechanism::login));
  EXPECT_THAT(config.logins.at("b.test").mechanisms,
              ElementsAre(Mechanism::oauthbearer, Mechanism::xoauth2));
  EXPECT_EQ(config.logins.at("b.test").file, "t");
  EXPECT_THAT(config.logins.at("c.test").mechanisms,
              ElementsAre(Mechanism::plain, Mechanism::login))
      << "the strongest first";
  EXPECT_EQ(config.logins.at("c.test").user, "ü");
  EXPECT_THAT(config.logins.at("[192.0.2.1]").mechanisms, ElementsAre(Mechanism::xoauth2));
  EXPECT_EQ(describe_difference(config_with_login(""), config),
            "next_hops.tls, next_hops.user, dns.dnssec");
}

TEST(LoginConfigTest, ALoginLowersNothing) {
  const Config config = config_with_login(
      "[dns]\ndnssec = true\n[tls]\nto_next_hops = \"dane\"\n[next_hops.\"a.test\"]\n"
      "user = \"u\"\npassword_file = \"p\"\n");
  EXPECT_EQ(config.tls.by_domain.at("a.test"), TlsLevel::dane);
}

TEST(LoginConfigTest, WrongLoginsAreComplaints) {
  const std::string hop = "[next_hops.\"a.test\"]\n";
  const std::string name = "next_hops.\"a.test\".";
  const struct {
    std::string text;
    std::vector<std::string> complaints;
  } cases[] = {
      {hop + "user = \"u\"\n",
       {"f:2:8: " + name + "user: expected password_file or token_file beside it, found \"u\""}},
      {hop + "password_file = \"p\"\n",
       {"f:2:17: " + name + "password_file: expected user beside it, found \"p\""}},
      {hop + "token_file = \"p\"\n",
       {"f:2:14: " + name + "token_file: expected user beside it, found \"p\""}},
      {hop + "mechanisms = [\"PLAIN\"]\n",
       {"f:2:14: " + name + "mechanisms: expected user beside it, found an array"}},
      {hop + "user = \"u\"\npassword_file = \"p\"\ntoken_file = \"t\"\n",
       {"f:4:14: " + name + "token_file: expected no password_file beside it, found \"t\""}},
      {hop + "user = \"u\"\npassword_file = \"p\"\nmechanisms = [\"CRAM-MD5\", \"XOAUTH2\"]\n",
       {"f:4:15: " + name +
            "mechanisms[0]: expected \"PLAIN\" or \"LOGIN\", which take a password, found "
            "\"CRAM-MD5\"",
        "f:4:27: " + name +
            "mechanisms[1]: expected \"PLAIN\" or \"LOGIN\", which take a password, found "
            "\"XOAUTH2\""}},
      {hop + "user = \"u\"\ntoken_file = \"t\"\nmechanisms = [\"XOAUTH2\", \"xoauth2\"]\n",
       {"f:4:26: " + name + "mechanisms[1]: expected every mechanism once, found \"xoauth2\""}},
      {hop + "user = \"u\\u0000v\"\npassword_file = \"p\"\n",
       {"f:2:8: " + name +
        "user: expected a name of 320 octets at most, without control octets, found "
        "\"u\\x00v\""}},
      {hop + "tls = \"none\"\nuser = \"u\"\npassword_file = \"p\"\n",
       {"f:2:7: " + name +
        "tls: expected \"required\" or more beside user: no log-in goes out in clear, found "
        "\"none\""}},
      {hop + "tls = \"opportunistic\"\nuser = \"u\"\npassword_file = \"p\"\n",
       {"f:2:7: " + name +
        "tls: expected \"required\" or more beside user: no log-in goes out in clear, found "
        "\"opportunistic\""}},
  };
  for (const auto& c : cases) EXPECT_EQ(complaints_of(c.text), c.complaints) << c.text;
}

TEST(SmarthostConfigTest, ItsKeysStandInItself) {
  const Config config = config_with_login(R"([smarthost]
host = "Smtp.Provider.test"
port = 465
source = "192.0.2.10"
user = "u"
password_file = "p"
except = ["Internal.test", "[192.0.2.1]"]
[next_hops."internal.test"]
tls = "none"
)");
  const auto& smarthost = config.limits.smarthost;
  EXPECT_EQ(smarthost.host, "smtp.provider.test");
  EXPECT_TRUE(smarthost.tls_from_start());
  EXPECT_THAT(smarthost.except, ElementsAre("[192.0.2.1]", "internal.test"));
  EXPECT_EQ(config.tls.by_domain.at("smtp.provider.test"), TlsLevel::verified);
  EXPECT_EQ(config.logins.at("smtp.provider.test").user, "u");
  EXPECT_TRUE(config.limits.sources.by_domain.at("smtp.provider.test").v4);
  const std::string said = summary(config);
  EXPECT_NE(said.find("smarthost.host                    smtp.provider.test\n"), std::string::npos);
  EXPECT_NE(said.find("smarthost.port                    465\n"), std::string::npos);
  EXPECT_NE(said.find("u by PLAIN LOGIN, secret in p\n"), std::string::npos) << said;
  EXPECT_TRUE(config_with_login("").limits.smarthost.host.empty());
  EXPECT_EQ(summary(config_with_login("")).find("smarthost"), std::string::npos);
  EXPECT_EQ(config_with_login("[smarthost]\nhost = \"192.0.2.8\"\n").limits.smarthost.port, 587);
  EXPECT_FALSE(
      config_with_login("[smarthost]\nhost = \"h.test\"\n").tls.by_domain.contains("h.test"));
  EXPECT_EQ(describe_difference(config_with_login(""),
                                config_with_login("[smarthost]\nhost = \"h.test\"\n")),
            "smarthost.host");
}

TEST(SmarthostConfigTest, WrongOnesAreComplaints) {
  const struct {
    std::string text;
    std::vector<std::string> complaints;
  } cases[] = {
      {"[smarthost]\nport = 25\n",
       {"f:1:1: smarthost.host: expected the name of the smarthost, found nothing"}},
      {"[dns]\n[smarthost.inner]\n",
       {"f:2:1: smarthost.host: expected the name of the smarthost, found nothing",
        "f:2:12: smarthost.inner: unknown key; the nearest known one is \"user\""}},
      {"\nsmarthost.port = 25\n",
       {"f:2:1: smarthost.host: expected the name of the smarthost, found nothing"}},
      {"smarthost = {}\n",
       {"f:1:13: smarthost.host: expected the name of the smarthost, found nothing"}},
      {"[smarthost]\nhost = \"a.test\"\nuser = \"u\"\npassword_file = \"p\"\n"
       "[next_hops.\"a.test\"]\ntls = \"none\"\n",
       {"f:2:8: smarthost.host: expected a host that is not in next_hops: its keys stand here, "
        "found \"a.test\""}},
      {"[smarthost]\nhost = \"a b\"\n",
       {"f:2:8: smarthost.host: expected a host name such as \"smtp.example.org\", or an IP "
        "address, found \"a b\""}},
      {"[smarthost]\nhost = \"a.test:587\"\n",
       {"f:2:8: smarthost.host: expected a host name such as \"smtp.example.org\", or an IP "
        "address, found \"a.test:587\""}},
      {"[smarthost]\nhost = \"a.test\"\nport = 0\n",
       {"f:3:8: smarthost.port: expected an integer from 1 to 65535, found 0"}},
      {"[smarthost]\nhost = \"a.test\"\nexcept = [\"b@c.test\"]\n",
       {"f:3:11: smarthost.except[0]: expected the domain of a target, or an address literal, "
        "found \"b@c.test\""}},
      {"[smarthost]\nhost = \"a.test\"\n[next_hops.\"a.test\"]\ntls = \"none\"\n",
       {"f:2:8: smarthost.host: expected a host that is not in next_hops: its keys stand here, "
        "found \"a.test\""}},
      {"[smarthost]\nhost = \"a.test\"\ntls = \"none\"\nuser = \"u\"\npassword_file = \"p\"\n",
       {"f:3:7: smarthost.tls: expected \"required\" or more beside user: no log-in goes out in "
        "clear, found \"none\""}},
      {"[smarthost]\nhost = \"a.test\"\nhosts = \"b.test\"\n",
       {"f:3:1: smarthost.hosts: unknown key; the nearest known one is \"host\""}},
  };
  for (const auto& c : cases) EXPECT_EQ(complaints_of(c.text), c.complaints) << c.text;
}

}  // namespace
}  // namespace waybill::app
