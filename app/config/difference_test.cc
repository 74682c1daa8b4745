#include <gtest/gtest.h>

#include <string>

#include "app/config/config.h"

namespace waybill::app {
namespace {

Config config_with(const std::string& text) {
  Loaded loaded = read_config(text);
  EXPECT_TRUE(std::holds_alternative<Config>(loaded)) << text;
  return std::get<Config>(std::move(loaded));
}

TEST(DifferenceTest, NamesWhatNeedsARestart) {
  const struct {
    const char* before;
    const char* after;
    const char* difference;
  } cases[] = {
      {"", "", "nothing"},
      {"", "[limits]\nmax_recipients = 100\n", "nothing"},  // the default, written out
      {"[limits]\nmax_message_size = \"1 MiB\"\n", "[limits]\nmax_message_size = 1048576\n",
       "nothing"},
      {"[domains.\"a.example\"]\n", "[domains.\"b.example\"]\ncatch_all = { drop = true }\n",
       "nothing"},
      {"", "[server]\nnode = \"other\"\n", "server.node"},
      {"", "[server]\ndata_dir = \"other\"\n", "server.data_dir"},
      {"", "[server]\nlisten = \"127.0.0.1:26\"\n", "server.listen"},
      {"", "[server]\nsource = \"192.0.2.1\"\n", "server.source"},
      {"", "[next_hops.\"a.example\"]\nsource = \"192.0.2.1\"\n", "next_hops.source"},
      {"", "[providers.\"google\"]\nrate = 600\n", "nothing"},
      {"", "[providers.\"google\"]\nrate = 0\n[providers.\"own\"]\nhosts = [\"a.example\"]\n",
       "providers.google, providers.own"},
      {"", "[server]\nuser = \"waybill\"\n", "server.user"},
      {"", "[server]\nproxy_from = \"192.0.2.1\"\n", "server.proxy_from"},
      {"", "[server]\nlog_level = \"debug\"\nlog_format = \"json\"\n",
       "server.log_level, server.log_format"},
      {"[server]\nhost_name = \"a.example\"\n", "[server]\nhost_name = \"b.example\"\n",
       "server.host_name, server.node"},
      {"[server]\nthreads = 1\n", "[server]\nthreads = 2\n", "server.threads"},
      {"[limits]\nrcpt_deadline = \"60 s\"\n", "[limits]\nrcpt_deadline = \"61 s\"\n",
       "limits.rcpt_deadline"},
      {"[journal]\nkeep = \"1 d\"\n", "[journal]\nkeep = \"2 d\"\nmax_size = \"1 GiB\"\n",
       "journal.max_size, journal.keep"},
      {"", "[tls]\nlisten = \"127.0.0.1:465\"\nto_next_hops = \"none\"\nca = \"c\"\n",
       "tls.listen, tls.to_next_hops, tls.ca"},
      {"", "[tls]\nmta_sts = false\n", "tls.mta_sts"},
      {"", "[tls.report]\ncontact = \"tls@a.example\"\n", "tls.report"},
      {"", "[tls]\ncertificate = \"c\"\nkey = \"k\"\n", "tls.certificate"},
      {"[next_hops.\"a.example\"]\ntls = \"required\"\n",
       "[next_hops.\"A.example\"]\ntls = \"verified\"\n", "next_hops.tls"},
      {"", "[http]\nlisten = \"127.0.0.1:80\"\n[dns]\nservers = \"192.0.2.53\"\n",
       "http.listen, dns.servers"},
      {"", "[dns]\ndnssec = true\ntrust_anchor = \"k\"\n", "dns.dnssec, dns.trust_anchor"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(describe_difference(config_with(c.before), config_with(c.after)), c.difference)
        << c.before << " -> " << c.after;
  }
}

}  // namespace
}  // namespace waybill::app
