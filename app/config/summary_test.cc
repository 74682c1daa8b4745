#include "app/config/summary.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::app {
namespace {

std::string summary_of(const std::string& text) {
  const Loaded loaded = read_config(text);
  const auto* config = std::get_if<Config>(&loaded);
  return config == nullptr ? "complaints" : summary(*config);
}

const char kFile[] = R"([server]
host_name = "mx.example.org"
node = "mx1"
data_dir = "/var/lib/waybill"
listen = ["127.0.0.1:2525", "[::1]:2525"]
user = "waybill"
source = ["2001:db8::10", "192.0.2.10"]
proxy_from = ["2001:db8::/32"]
[journal]
max_size = "1 GiB"
[dns]
servers = ["127.0.0.1:5353"]
[next_hops."bank.example"]
source = "192.0.2.11"
[domains."a.example"]
catch_all = ["x@b.example", "y@b.example"]
[domains."c.example".aliases]
buzz = "x@b.example"
[domains."d.example"]
catch_all = { reject = "551 5.1.6 Moved" }
[domains."e.example"]
catch_all = { drop = true }
aliases = { one = "x@b.example", two = "x@b.example" }
[domains."f.example".aliases]
Postmaster = "x@b.example"
)";

const char kSummary[] =
    R"(server.host_name                  mx.example.org
server.node                       mx1
server.user                       waybill
server.data_dir                   /var/lib/waybill
server.key_file                   /var/lib/waybill/return_path.keys
server.dkim_dir                   /var/lib/waybill/dkim
server.listen                     127.0.0.1:2525
server.listen                     [::1]:2525
server.source                     192.0.2.10
server.source                     2001:db8::10
server.proxy_from                 2001:db8::/32
tls.certificate                   of our own making
tls.to_next_hops                  opportunistic
tls.mta_sts                       followed
tls.report                        not sent
next_hops."bank.example".source   192.0.2.11
http.listen                       127.0.0.1:8025
http.local                        read
dns.servers                       127.0.0.1@5353
dns.dnssec                        not validated
server.threads                    0
server.next_hop_port              25
limits.max_message_size           50 MiB
limits.max_recipients             100
limits.max_transactions           1000
limits.max_sessions               1000
limits.max_sessions_per_client    50
limits.max_refusals               100
limits.max_refusals_per_client    1000
limits.max_connections_per_hop    50
limits.max_connections_per_client 100
limits.memory_per_message         256 KiB
limits.max_memory                 256 MiB
limits.max_spool                  4 GiB
limits.min_data_rate              500 B
limits.final_deadline             5 min
limits.rcpt_deadline              2 min
door.greeting_delay               0 s
door.refuse_at                    10
door.recipients_per_client        0
door.recipients_per_network       0
door.recipients_per_sender_domain 0
door.greylist_wait                5 min
door.greylist_retry               2 d
door.greylist_remember            36 d
rspamd.timeout                    20 s
rspamd.max_size                   50 MiB
journal.max_size                  1 GiB
journal.keep                      7 d
views.cache                       64 MiB
http.requests_per_second          50
http.exports_keep                 7 d
http.exports_max_size             16 GiB
domains."a.example"               0 aliases, catch-all forwards to 2 targets
domains."c.example"               1 alias, no catch-all, no postmaster
domains."d.example"               0 aliases, catch-all rejects with 551 5.1.6, no postmaster
domains."e.example"               2 aliases, catch-all drops
domains."f.example"               1 alias, no catch-all
5 domains, 4 aliases
Set server.postmaster, an address: 2 domains take no mail for postmaster (RFC 5321 4.5.1)
)";

TEST(SummaryTest, SaysEverything) { EXPECT_EQ(summary_of(kFile), kSummary); }

TEST(SummaryTest, AsksForNoPostmasterWhereThereIsOne) {
  const std::string text = summary_of(R"([server]
postmaster = "admin@b.example"
[domains."c.example".aliases]
buzz = "x@b.example"
)");
  EXPECT_EQ(text.find("postmaster"), std::string::npos) << text;
}

TEST(SummaryTest, WarnsOfAServerWithoutDomains) {
  const std::string text = summary_of("");
  const std::string last = "0 domains, 0 aliases: every recipient will be refused\n";
  ASSERT_GE(text.size(), last.size());
  EXPECT_EQ(text.substr(text.size() - last.size()), last);
  EXPECT_NE(text.find("dns.servers                       the system's\n"), std::string::npos);
}

TEST(SummaryTest, SaysWhereTheLogIsAndKeepsSecretsToItself) {
  const std::string text = summary_of(R"([kafka]
bootstrap = ["k1:9092", "k2:9092"]
properties = { "security.protocol" = "sasl_ssl", "sasl.password" = "hush" }
[cluster]
listen = "127.0.0.1:8026"
secret_file = "secret"
)");
  for (const char* line : {"kafka.bootstrap                   k1:9092,k2:9092\n",
                           "kafka.properties.security.protocol sasl_ssl\n",
                           "kafka.properties.sasl.password    (not shown)\n",
                           "cluster.advertise                 http://127.0.0.1:8026\n",
                           "kafka.partitions                  12\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  EXPECT_EQ(text.find("hush"), std::string::npos);
}

TEST(SummaryTest, SaysWhoVouchesForPeopleAndWhichOfTheirTokensABrowserShows) {
  const std::string provider =
      "[server]\nhost_name = \"mx.example.org\"\n[http.oidc]\nissuer = \"https://id.example\"\n"
      "audience = \"waybill\"\n";
  const std::string said = summary_of(provider);
  EXPECT_NE(said.find("https://id.example for waybill\n"), std::string::npos) << said;
  EXPECT_EQ(said.find("client_id"), std::string::npos) << said;
  const std::string client = summary_of(provider + "client_id = \"pages\"\n");
  EXPECT_NE(client.find("pages shows its access_token\n"), std::string::npos) << client;
  EXPECT_NE(summary_of(provider + "client_id = \"pages\"\ntoken = \"id_token\"\n")
                .find("pages shows its id_token\n"),
            std::string::npos);
}

}  // namespace
}  // namespace waybill::app
