#include "app/config/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace waybill::app {
namespace {

using relay::routes::Found;
using relay::routes::Lookup;
using relay::routes::UnknownAlias;
using relay::routes::UnknownDomain;
using schemas::DropSilently;
using schemas::ForwardTo;
using schemas::RejectWith;

Config config_of(const std::string& text) {
  Loaded loaded = read_config(text);
  if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
    for (const Complaint& complaint : *complaints) ADD_FAILURE() << to_string(complaint, "f");
    loaded = read_config("");
  }
  return std::get<Config>(std::move(loaded));
}

TEST(ConfigTest, HasADefaultForEverything) {
  const Config config = config_of("");
  EXPECT_FALSE(config.host_name.empty());
  EXPECT_EQ(config.node, config.host_name);
  EXPECT_EQ(config.data_dir, "data");
  ASSERT_EQ(config.smtp_listen.size(), 1u);
  EXPECT_EQ(to_string(config.smtp_listen[0]), "127.0.0.1:2525");
  EXPECT_EQ(to_string(config.http_listen), "127.0.0.1:8025");
  EXPECT_TRUE(config.dns_servers.empty());
  EXPECT_FALSE(config.dnssec);
  EXPECT_TRUE(config.tls.mta_sts);
  EXPECT_EQ(config.dns_trust_anchor, "/usr/share/dns/root.key");
  ASSERT_TRUE(config.routes);
  EXPECT_TRUE(config.routes->domains().empty());
}

// Somebody has to answer for a report (RFC 8460 4.4).
TEST(ConfigTest, ReportsAboutTlsAreSentOnceThereIsAContact) {
  EXPECT_FALSE(config_of("[tls.report]\norganization = \"X\"\n").tls.report.enabled);
  const std::string contact = "[tls.report]\ncontact = \"tls@a.example\"\n";
  EXPECT_FALSE(config_of(contact + "enabled = false\n").tls.report.enabled);
  TlsReportConfig report =
      config_of("[server]\nhost_name = \"mx.a.example\"\n" + contact).tls.report;
  EXPECT_TRUE(report.enabled);
  EXPECT_EQ(report.contact->text(), "tls@a.example");
  EXPECT_FALSE(report.from);
  EXPECT_EQ(report.organization, "mx.a.example");
  report = config_of(contact +
                     "from = \"r@b.example\"\norganization = \"A & B\"\n"
                     "private_networks = [\"10.0.0.0/8\", \"::1\"]\n")
               .tls.report;
  EXPECT_EQ(report.from->text(), "r@b.example");
  EXPECT_EQ(report.organization, "A & B");
  EXPECT_EQ(report.private_networks.size(), 2U);
}

TEST(ConfigTest, ReadsEveryKey) {
  const Config config = config_of(R"(
[server]
host_name = "MX.Bücher.example."
node = "mx-1_a.b"
data_dir = "/var/lib/way bill"
listen = ["127.0.0.1:0", "127.0.0.1:0", "[::1]:2525"]
threads = 2
log_level = "error"
log_format = "json"
[limits]
max_message_size = "64 KiB"
max_recipients = 1
max_transactions = 2
max_sessions = 3
max_sessions_per_client = 3
memory_per_message = 4096
max_spool = "1 GB"
min_data_rate = "1 KiB"
final_deadline = "9 min"
rcpt_deadline = "1 s"
[journal]
max_size = "1 MiB"
keep = "72 h"
[http]
listen = "[::1]:0"
[dns]
servers = ["127.0.0.1:5353", "192.0.2.53", "2001:db8::53", "[2001:db8::53]:5353"]
)");
  EXPECT_EQ(config.host_name, "mx.xn--bcher-kva.example");
  EXPECT_EQ(config.node, "mx-1_a.b");
  EXPECT_EQ(config.data_dir, "/var/lib/way bill");
  ASSERT_EQ(config.smtp_listen.size(), 3u);
  EXPECT_EQ(to_string(config.smtp_listen[1]), "127.0.0.1:0");
  EXPECT_EQ(to_string(config.smtp_listen[2]), "[::1]:2525");
  EXPECT_EQ(config.threads, 2u);
  EXPECT_EQ(config.log_level, runtime::Level::error);
  EXPECT_EQ(config.log_format, runtime::LogFormat::json);
  EXPECT_EQ(config.limits.smtp.max_message_octets, 65536u);
  EXPECT_EQ(config.limits.smtp.max_recipients, 1u);
  EXPECT_EQ(config.limits.smtp.max_transactions, 2u);
  EXPECT_EQ(config.limits.max_sessions, 3u);
  EXPECT_EQ(config.limits.max_sessions_per_client, 3u);
  EXPECT_EQ(config.limits.memory_per_message, 4096u);
  EXPECT_EQ(config.limits.max_spool, 1'000'000'000u);
  EXPECT_EQ(config.limits.min_data_rate, 1024u);
  EXPECT_EQ(config.limits.final_deadline, std::chrono::minutes(9));
  EXPECT_EQ(config.limits.rcpt_deadline, std::chrono::seconds(1));
  EXPECT_EQ(config.journal_max, 1u << 20);
  EXPECT_EQ(config.journal_keep, std::chrono::hours(72));
  EXPECT_EQ(to_string(config.http_listen), "[::1]:0");
  EXPECT_EQ(config.dns_servers, (std::vector<std::string>{"127.0.0.1@5353", "192.0.2.53@53",
                                                          "2001:db8::53@53", "2001:db8::53@5353"}));
}

TEST(ConfigTest, TellsOtherNodesAnAddressThatTheyCanAsk) {
  const std::string trust = "secret_file = \"s\"\ncertificate = \"c\"\nkey = \"k\"\n";
  const std::string node = "[server]\nhost_name = \"p1.example\"\n[cluster]\n" + trust;
  const auto advertised = [&](const std::string& lines) {
    return config_of(node + lines).cluster.advertise;
  };
  EXPECT_EQ(advertised("listen = \"192.0.2.1:8026\"\n"), "https://192.0.2.1:8026");
  EXPECT_EQ(advertised("listen = \"0.0.0.0:8026\"\n"), "https://p1.example:8026");
  EXPECT_EQ(advertised("listen = \"[::]:8026\"\n"), "https://p1.example:8026");
  EXPECT_EQ(advertised("listen = \"0.0.0.0:8026\"\nadvertise = \"https://n.example:1\"\n"),
            "https://n.example:1");
}

TEST(ConfigTest, FitsSessionsOfOneClientIntoAll) {
  EXPECT_EQ(config_of("[limits]\nmax_sessions = 10\n").limits.max_sessions_per_client, 10u);
  EXPECT_EQ(config_of("[limits]\nmax_sessions = 60\n").limits.max_sessions_per_client, 50u);
}

TEST(ConfigTest, TakesASmallSpoolWhereMemoryHoldsEveryMessage) {
  const Config config = config_of(
      "[limits]\nmax_message_size = \"1 MiB\"\nmemory_per_message = \"1 MiB\"\nmax_spool = 0\n");
  EXPECT_EQ(config.limits.max_spool, 0u);
}

constexpr const char* kDomains = R"(
[domains."their.example"]
log_subject = true
sign_forwarded = true
rescue = "rewrite-from"
[domains."their.example".aliases]
Buzz = "buzz@Example.NET"
"first.last" = ["a@example.net", "b@example.com:2525", "c@[192.0.2.7]:2525"]
'"two words"' = "d@example.net"
spam = { reject = "551 5.7.1 No spam, please" }
default = { reject = true }
void.drop = true
"jürgen" = "juergen@example.net"

[domains."Bücher.example"]
local_part = "exact"
subaddress = ""
catch_all = "all@example.net"
aliases = { Buzz = "upper@example.net", PostMaster = "p@example.net" }

[domains."dash.example"]
subaddress = "-"
catch_all = { reject = "550 5.1.1" }
aliases.list = "list@example.net"
)";

std::string told(const Lookup& lookup) {
  if (std::holds_alternative<UnknownDomain>(lookup)) return "unknown domain";
  if (std::holds_alternative<UnknownAlias>(lookup)) return "unknown alias";
  const auto& found = std::get<Found>(lookup);
  std::string out = found.route + " ->";
  if (const auto* forward = std::get_if<ForwardTo>(found.action)) {
    for (const auto& target : forward->targets) out += " " + target.text();
  } else if (const auto* reject = std::get_if<RejectWith>(found.action)) {
    const schemas::Reply& reply = reject->reply;
    out += " " + std::to_string(reply.code) + "/" + reply.enhanced + "/" + reply.text;
  } else {
    out += " dropped";
  }
  return out;
}

TEST(ConfigTest, MakesRoutes) {
  const Config config = config_of(kDomains);
  const struct {
    const char* recipient;
    const char* told;
  } cases[] = {
      {"buzz@their.example", "buzz@their.example -> buzz@example.net"},
      {"BUZZ+tag@their.example", "buzz@their.example -> buzz@example.net"},
      {"First.Last@their.example",
       "first.last@their.example -> a@example.net b@example.com:2525 c@[192.0.2.7]:2525"},
      {"\"Two Words\"@their.example", "two words@their.example -> d@example.net"},
      {"spam@their.example", "spam@their.example -> 551/5.7.1/No spam, please"},
      {"default@their.example",
       "default@their.example -> 550/5.7.1/Mail to this address is refused"},
      {"void@their.example", "void@their.example -> dropped"},
      {"jürgen@their.example", "jürgen@their.example -> juergen@example.net"},
      {"postmaster@their.example", "unknown alias"},
      {"Buzz@xn--bcher-kva.example", "Buzz@xn--bcher-kva.example -> upper@example.net"},
      {"buzz@bücher.example", "*@xn--bcher-kva.example -> all@example.net"},
      {"Buzz+tag@bücher.example", "*@xn--bcher-kva.example -> all@example.net"},
      {"POSTMASTER@bücher.example", "postmaster@xn--bcher-kva.example -> p@example.net"},
      {"list-all@dash.example", "list@dash.example -> list@example.net"},
      {"list+all@dash.example", "*@dash.example -> 550/5.1.1/Mail to this address is refused"},
      {"buzz@example.net", "unknown domain"},
  };
  for (const auto& c : cases) {
    const auto recipient = schemas::Address::parse(c.recipient);
    ASSERT_TRUE(recipient) << c.recipient;
    EXPECT_EQ(told(config.routes->find(*recipient)), c.told) << c.recipient;
  }
  EXPECT_TRUE(config.routes->domains().at("their.example").log_subject);
  EXPECT_FALSE(config.routes->domains().at("dash.example").log_subject);
  EXPECT_TRUE(config.routes->domains().at("their.example").sign_forwarded);
  EXPECT_FALSE(config.routes->domains().at("dash.example").sign_forwarded);
  EXPECT_EQ(config.routes->domains().at("their.example").rescue, schemas::Rescue::rewrite_from);
  EXPECT_EQ(config.routes->domains().at("dash.example").rescue, schemas::Rescue::off);
}

TEST(ConfigTest, ReadsLineEndsOfEveryKind) {
  EXPECT_EQ(config_of("[server]\r\nnode = \"a\"\r\n").node, "a");
  EXPECT_EQ(config_of("\xef\xbb\xbf[server]\nnode = \"a\"").node, "a");
}

class FileTest : public testing::Test {
 protected:
  void TearDown() override { std::remove(path_.c_str()); }

  std::vector<std::string> complaints_of(const std::string& path) {
    std::vector<std::string> out;
    const Loaded loaded = load_config(path);
    if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
      for (const Complaint& complaint : *complaints) out.push_back(to_string(complaint, "f"));
    }
    return out;
  }

  std::string path_ = testing::TempDir() + "waybill_config_test_" + std::to_string(::getpid());
};

TEST_F(FileTest, IsReadWhole) {
  std::ofstream(path_) << "[server]\nnode = \"a\"\n" << std::string(200'000, '#') << "\nx = 1\n";
  EXPECT_EQ(
      complaints_of(path_),
      std::vector<std::string>{"f:4:1: server.x: unknown key; the nearest known one is \"node\""});
}

TEST_F(FileTest, ThatCannotBeReadIsOneComplaint) {
  EXPECT_EQ(complaints_of(path_),
            std::vector<std::string>{"f: cannot open the file: No such file or directory"});
  EXPECT_EQ(complaints_of(testing::TempDir()), std::vector<std::string>{"f: cannot read the file"});
}

}  // namespace
}  // namespace waybill::app
