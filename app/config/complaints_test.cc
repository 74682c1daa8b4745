// Wrong files and what is said of them: every complaint, in order, with line and column.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/config/config.h"

namespace waybill::app {
namespace {

using namespace std::string_literals;

struct WrongFile {
  std::string text;
  std::vector<std::string> complaints;
};

void expect_all(const std::vector<WrongFile>& files) {
  for (const WrongFile& file : files) {
    std::vector<std::string> said;
    const Loaded loaded = read_config(file.text);
    if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
      for (const Complaint& complaint : *complaints) said.push_back(to_string(complaint, "f"));
    }
    EXPECT_EQ(said, file.complaints) << file.text;
  }
}

TEST(ComplaintsTest, OfTomlItself) {
  expect_all({
      {"[server", {"f:1:8: Error while parsing table header: encountered end-of-file"}},
      {"[server]\nnode = \"a\"\nnode = \"b\"\n",
       {"f:3:8: Error while parsing key-value pair: cannot redefine existing string 'node'"}},
      {"[dns]\n[http]\n[dns]\n",
       {"f:3:1: Error while parsing table header: cannot redefine existing table 'dns'"}},
      {"[server]\nnode = \"\xff\"\n", {"f:2:8: Encountered invalid utf-8 sequence"}},
  });
}

TEST(ComplaintsTest, OfUnknownKeysNamingTheNearest) {
  expect_all({
      {"[sever]\n", {"f:1:2: sever: unknown key; the nearest known one is \"server\""}},
      {"[domain.\"a.example\"]\n",
       {"f:1:2: domain: unknown key; the nearest known one is \"domains\""}},
      {"[server]\nhostname = \"mx.example\"\n",
       {"f:2:1: server.hostname: unknown key; the nearest known one is \"host_name\""}},
      {"[limits]\n\n  max_recipient = 3\n",
       {"f:3:3: limits.max_recipient: unknown key; the nearest known one is \"max_recipients\""}},
      {"[http]\n\"a b\" = 3\n",
       {"f:2:1: http.\"a b\": unknown key; the nearest known one is \"key\""}},
      {"[domains.\"a.example\"]\nalias = { x = \"y@b.example\" }\n",
       {"f:2:1: domains.\"a.example\".alias: unknown key; the nearest known one is \"aliases\""}},
  });
}

TEST(ComplaintsTest, OfTypes) {
  expect_all({
      {"server = 3\n", {"f:1:10: server: expected a table, found 3"}},
      {"[[dns]]\n", {"f:1:1: dns: expected a table, found an array"}},
      {"domains = []\n", {"f:1:11: domains: expected a table, found an empty array"}},
      {"[server]\nnode = 1979-05-27\n",
       {"f:2:8: server.node: expected a string that is not empty, found a date or time"}},
      {"[server]\nlisten = 2525\n",
       {"f:2:10: server.listen: expected a string or an array of strings, found 2525"}},
      {"[server]\nlisten = []\n",
       {"f:2:10: server.listen: expected a string or an array of strings, found an empty array"}},
      {"[server]\nlisten = [\n  \"127.0.0.1:25\",\n  25.5,\n]\n",
       {"f:4:3: server.listen[1]: expected a string, found a number with a fraction"}},
      {"[domains]\n\"a.example\" = true\n",
       {"f:2:15: domains.\"a.example\": expected a table, found true"}},
  });
}

TEST(ComplaintsTest, OfServer) {
  const std::string kListen = ": expected \"ip:port\" such as \"127.0.0.1:2525\" or \"[::1]:2525\"";
  expect_all({
      {"[server]\nhost_name = \"mx_1.example.org\"\n",
       {"f:2:13: server.host_name: expected a host name such as \"mx.example.org\", found "
        "\"mx_1.example.org\""}},
      {"[server]\nhost_name = \"\"\n",
       {"f:2:13: server.host_name: expected a string that is not empty, found \"\""}},
      {"[server]\nnode = \"a b\"\n",
       {"f:2:8: server.node: expected at most 64 letters, digits, \"-\", \"_\" and \".\", found "
        "\"a b\""}},
      {"[server]\ndata_dir = \"a\\u0000b\"\n",
       {"f:2:12: server.data_dir: expected a path, found \"a\\x00b\""}},
      {"[server]\nlisten = \"localhost:25\"\n",
       {"f:2:10: server.listen" + kListen + ", found \"localhost:25\""}},
      {"[server]\nlisten = [\"127.0.0.1\", \"::1:25\"]\n",
       {"f:2:11: server.listen[0]" + kListen + ", found \"127.0.0.1\"",
        "f:2:24: server.listen[1]" + kListen + ", found \"::1:25\""}},
      {"[server]\nlisten = [\"[::1]:25\", \"[0::1]:25\"]\n",
       {"f:2:23: server.listen[1]: expected every address once, found \"[0::1]:25\""}},
      {"[server]\nthreads = 257\n",
       {"f:2:11: server.threads: expected an integer from 0 to 256, found 257"}},
      {"[server]\nlog_level = \"warning\"\n",
       {"f:2:13: server.log_level: expected \"debug\", \"info\", \"warn\" or \"error\", found "
        "\"warning\""}},
      {"[server]\nlog_format = false\n",
       {"f:2:14: server.log_format: expected \"text\" or \"json\", found false"}},
  });
}

TEST(ComplaintsTest, OfLimitsSayingTheBounds) {
  expect_all({
      {"[limits]\nmax_message_size = 65535\n",
       {"f:2:20: limits.max_message_size: expected a size such as \"64 MiB\" or 65536, from 64 KiB "
        "to 1 GiB, found 65535"}},
      {"[limits]\nmax_message_size = \"50 Mb\"\n",
       {"f:2:20: limits.max_message_size: expected a size such as \"64 MiB\" or 65536, from 64 KiB "
        "to 1 GiB, found \"50 Mb\""}},
      {"[limits]\nmax_recipients = \"100\"\n",
       {"f:2:18: limits.max_recipients: expected an integer from 1 to 10000, found \"100\""}},
      {"[limits]\nmax_sessions = -1\n",
       {"f:2:16: limits.max_sessions: expected an integer from 1 to 100000, found -1"}},
      {"[limits]\nmin_data_rate = 0\n",
       {"f:2:17: limits.min_data_rate: expected a size such as \"64 MiB\" or 65536, from 1 B to 1 "
        "MiB, found 0"}},
      {"[limits]\nfinal_deadline = \"10 min\"\n",
       {"f:2:18: limits.final_deadline: expected a time such as \"90 s\" or \"5 min\", from 1 s to "
        "570 s, found \"10 min\""}},
      {"[limits]\nrcpt_deadline = 120\n",
       {"f:2:17: limits.rcpt_deadline: expected a time such as \"90 s\" or \"5 min\", from 1 s to "
        "280 s, found 120"}},
      {"[journal]\nkeep = \"90 min\"\n",
       {"f:2:8: journal.keep: expected a time such as \"72 h\" or \"7 d\", from 1 h to 3650 d, "
        "found \"90 min\""}},
      {"[journal]\nmax_size = \"1023 KiB\"\n",
       {"f:2:12: journal.max_size: expected a size such as \"64 MiB\" or 65536, from 1 MiB to "
        "16384 "
        "GiB, found \"1023 KiB\""}},
  });
}

TEST(ComplaintsTest, OfLimitsThatContradictEachOther) {
  expect_all({
      {"[limits]\nmax_sessions = 10\nmax_sessions_per_client = 11\n",
       {"f:3:27: limits.max_sessions_per_client: expected at most max_sessions (10), found 11"}},
      {"[limits]\nmax_spool = \"49 MiB\"\n",
       {"f:2:13: limits.max_spool: expected at least max_message_size (50 MiB), found \"49 MiB\""}},
  });
}

TEST(ComplaintsTest, OfWhoMayReadHistory) {
  expect_all({
      {"[http]\nlisten = \"0.0.0.0:8025\"\n",
       {"f:2:10: http.listen: expected a loopback address, or http.certificate and http.key "
        "beside it (tokens and history would cross the network in clear), found "
        "\"0.0.0.0:8025\""}},
      {"[http]\nlocal = \"all\"\n",
       {"f:2:9: http.local: expected \"none\", \"read\" or \"admin\", found \"all\""}},
      {"[http]\ncertificate = \"c.pem\"\n",
       {"f:2:15: http.certificate: expected key beside it, found \"c.pem\""}},
      {"[http]\nrequests_per_second = 0\n",
       {"f:2:23: http.requests_per_second: expected an integer from 1 to 1000000, found 0"}},
      {"[http]\nrequire_reason = [\"a.example\", \"a b\"]\n",
       {"f:2:32: http.require_reason[1]: expected a domain of ours, or \"*\" for all, found \"a "
        "b\""}},
      {"[http]\nrecord_access = false\nrequire_reason = \"*\"\n",
       {"f:3:18: http.require_reason: expected record_access = true: a reason is for the record, "
        "found \"*\""}},
      {"[http]\nlisten = \"8025\"\n",
       {"f:2:10: http.listen: expected \"ip:port\" such as \"127.0.0.1:8025\", found \"8025\""}},
      {"[http]\nlisten = \"127.0.0.1:2525\"\n",
       {"f:2:10: http.listen: expected an address that is not in server.listen or tls.listen, "
        "found "
        "\"127.0.0.1:2525\""}},
  });
}

TEST(ComplaintsTest, OfTheOpenIdProvider) {
  const std::string good = "[http.oidc]\nissuer = \"https://id.example\"\naudience = \"waybill\"\n";
  expect_all({
      {good, {}},
      {good + "client_id = \"pages\"\nscopes = [\"email\"]\ntoken = \"id_token\"\n", {}},
      {"[http.oidc]\nissuer = \"http://id.example\"\naudience = \"waybill\"\n",
       {"f:2:10: http.oidc.issuer: expected \"https://...\", or http:// at localhost, found "
        "\"http://id.example\"",
        "f:3:12: http.oidc.audience: expected issuer beside it, found \"waybill\""}},
      {"[http.oidc]\nclient_id = \"pages\"\n",
       {"f:2:13: http.oidc.client_id: expected issuer beside it, found \"pages\""}},
      {good + "scopes = \"email\"\ntoken = \"id_token\"\n",
       {"f:4:10: http.oidc.scopes: expected client_id beside it, found \"email\"",
        "f:5:9: http.oidc.token: expected client_id beside it, found \"id_token\""}},
      {good + "client_id = \"pages\"\nscopes = [\"openid email\"]\n",
       {"f:5:11: http.oidc.scopes[0]: expected a scope, without blanks and quotes, found \"openid "
        "email\""}},
      {good + "client_id = \"pages\"\ntoken = \"jwt\"\n",
       {"f:5:9: http.oidc.token: expected \"access_token\" or \"id_token\", found \"jwt\""}},
  });
}

TEST(ComplaintsTest, OfProxies) {
  const std::string expected =
      "expected an IP address or a network such as \"192.0.2.1\", \"10.0.0.0/8\" or "
      "\"2001:db8::/32\", found ";
  expect_all({
      {"[server]\nproxy_from = [\"10.0.0.0/8\", \"10.0.0.1/8\"]\n",
       {"f:2:29: server.proxy_from[1]: " + expected + "\"10.0.0.1/8\""}},
      {"[server]\nproxy_from = \"balancer\"\n",
       {"f:2:14: server.proxy_from: " + expected + "\"balancer\""}},
  });
}

TEST(ComplaintsTest, OfProviders) {
  expect_all({
      {"[providers.\"google\"]\nrate = -1\nhosts = [\"a b\"]\n",
       {"f:2:8: providers.google.rate: expected messages a minute, 0 (no limit) to 1000000, "
        "found -1",
        "f:3:10: providers.google.hosts[0]: expected the domain of its mail servers, such as "
        "\"google.com\", found \"a b\""}},
      {"[providers.\"goggle\"]\nrate = 100\n",
       {"f:1:12: providers.goggle: expected `hosts`: no provider of that name is known"}},
      {"[providers.\"Other\"]\nhosts = [\"a.example\"]\n",
       {"f:1:12: providers.Other: expected a name of small letters, digits, \"-\" and \".\", "
        "not \"other\""}},
  });
}

TEST(ComplaintsTest, OfSources) {
  const std::string expected =
      "expected an IP address of this host, such as \"192.0.2.10\", found ";
  expect_all({
      {"[server]\nsource = \"eth0\"\n", {"f:2:10: server.source: " + expected + "\"eth0\""}},
      {"[server]\nsource = [\"::\"]\n", {"f:2:11: server.source[0]: " + expected + "\"::\""}},
      {"[server]\nsource = [\"192.0.2.1\", \"2001:db8::1\", \"192.0.2.2\"]\n",
       {"f:2:39: server.source[2]: expected one address of each family at most, found "
        "\"192.0.2.2\""}},
      {"[next_hops.\"a.example\"]\nsource = \"224.0.0.1\"\n",
       {"f:2:10: next_hops.\"a.example\".source: " + expected + "\"224.0.0.1\""}},
      {"[next_hops.\"a.example\"]\nsource = \"192.0.2.1\"\n[next_hops.\"A.example\"]\n",
       {"f:1:12: next_hops.\"a.example\": the same domain as another one here"}},
  });
}

TEST(ComplaintsTest, OfTls) {
  expect_all({
      {"[tls]\ncertificate = \"c\"\n",
       {"f:2:15: tls.certificate: expected key beside it, found \"c\""}},
      {"[tls]\nkey = \"k\"\n", {"f:2:7: tls.key: expected certificate beside it, found \"k\""}},
      {"[tls]\ncertificate = [\"c\", \"d\"]\nkey = \"k\"\n",
       {"f:3:7: tls.key: expected as many as there are certificates, found \"k\""}},
      {"[tls]\nlisten = \"127.0.0.1:2525\"\n",
       {"f:2:10: tls.listen: expected an address that is in no other list, found "
        "\"127.0.0.1:2525\""}},
      {"[tls]\nto_next_hops = \"always\"\n",
       {"f:2:16: tls.to_next_hops: expected \"none\", \"opportunistic\", \"required\", "
        "\"verified\" or \"dane\", found \"always\""}},
      {"[tls]\nto_next_hops = \"dane\"\n",
       {"f:2:16: tls.to_next_hops: expected dns.dnssec = true beside it, found \"dane\""}},
      {"[next_hops.\"a.example\"]\ntls = \"dane\"\n[dns]\ndnssec = false\n",
       {"f:2:7: next_hops.\"a.example\".tls: expected dns.dnssec = true beside it, found "
        "\"dane\""}},
      {"[tls]\nto_next_hops = \"dane\"\n[dns]\ndnssec = true\n", {}},
      {"[tls.report]\nenabled = true\n",
       {"f:2:11: tls.report.enabled: expected contact beside it, found true"}},
      {"[tls.report]\ncontact = \"x\"\nfrom = \"ü@a.example\"\nprivate_networks = \"10/8\"\n",
       {"f:2:11: tls.report.contact: expected an address in ASCII such as \"tls@example.org\", "
        "found \"x\"",
        "f:3:8: tls.report.from: expected an address in ASCII such as \"tls@example.org\", found "
        "\"ü@a.example\"",
        "f:4:20: tls.report.private_networks: expected an IP address or a network such as "
        "\"192.0.2.1\", \"10.0.0.0/8\" or \"2001:db8::/32\", found \"10/8\""}},
      {"[next_hops]\ntls = \"required\"\n",
       {"f:2:7: next_hops.tls: expected a table, found \"required\""}},
      {"[next_hops.\"[junk\"]\ntls = \"required\"\n",
       {"f:1:12: next_hops.\"[junk\": expected the domain of a target such as \"example.org\", or "
        "an "
        "address literal such as \"[192.0.2.1]\" or \"[IPv6:2001:db8::1]\""}},
      {"[next_hops.\"a.example\"]\ntls = \"required\"\n[next_hops.\"A.example\"]\ntls = "
       "\"none\"\n",
       {"f:1:12: next_hops.\"a.example\": the same domain as another one here"}},
  });
}

TEST(ComplaintsTest, OfDns) {
  expect_all({
      {"[dns]\nservers = [\"192.0.2.53\", \"ns.example\", \"127.0.0.1@53\"]\n",
       {"f:2:26: dns.servers[1]: expected \"ip\" or \"ip:port\" such as \"127.0.0.1:5353\", found "
        "\"ns.example\"",
        "f:2:40: dns.servers[2]: expected \"ip\" or \"ip:port\" such as \"127.0.0.1:5353\", found "
        "\"127.0.0.1@53\""}},
  });
}

TEST(ComplaintsTest, ComeAllAtOnceInTheOrderOfLines) {
  expect_all({
      {"[http]\nlisten = 1\n[domains.\"a.example\".aliases]\nx = 2\n[server]\nnode = 3\nmode = 4\n",
       {"f:2:10: http.listen: expected a string that is not empty, found 1",
        "f:4:5: domains.\"a.example\".aliases.x: expected an address, an array of addresses, { "
        "forward = ... }, { reject = \"550 5.7.1 text\" } or { drop = true }, found 2",
        "f:6:8: server.node: expected a string that is not empty, found 3",
        "f:7:1: server.mode: unknown key; the nearest known one is \"node\""}},
  });
}

TEST(ComplaintsTest, CannotForgeALine) {
  expect_all({
      {"[server]\nnode = \"a\\nb\\u001b[31m\\\"\"\n",
       {"f:2:8: server.node: expected at most 64 letters, digits, \"-\", \"_\" and \".\", found "
        "\"a\\x0ab\\x1b[31m\\\"\""}},
      {"[server]\nnode = tr\nx = 1\n",
       {"f:2:10: Error while parsing boolean: expected 'true', saw 'tr\\x0a'"}},
      {"\"a\\nb\" = 1\n", {"f:1:1: \"a\\x0ab\": unknown key; the nearest known one is \"dns\""}},
  });
}

TEST(ComplaintsTest, OfTheDoor) {
  expect_all({
      {"[door]\nhelo = \"on\"\n",
       {"f:2:8: door.helo: expected \"off\", \"not-ours\" or \"strict\", found \"on\""}},
      {"[door]\nexempt = \"192.0.2.1/24\"\n",
       {"f:2:10: door.exempt: expected an IP address or a network such as \"192.0.2.1\", "
        "\"10.0.0.0/8\" or \"2001:db8::/32\", found \"192.0.2.1/24\""}},
      {"[door]\ngreylist_wait = \"1 h\"\ngreylist_retry = \"1 h\"\n",
       {"f:3:18: door.greylist_retry: expected more than greylist_wait, found \"1 h\""}},
      {"[door.lists.\"bl.test\"]\nweight = 0\nanswers = \"127.0.0.*\"\n",
       {"f:2:10: door.lists.\"bl.test\".weight: expected an integer from -100 to 100, and not 0: "
        "below 0 the list speaks for a client, found 0",
        "f:3:11: door.lists.\"bl.test\".answers: expected answers that are listings, such as "
        "\"127.0.0.2\" or \"127.0.0.2-11\", found \"127.0.0.*\""}},
      {"[door.lists.\"bl.test\"]\n[door.lists.\"BL.test.\"]\n",
       {"f:1:13: door.lists.\"bl.test\": the same list as another one here"}},
      {"[door.lists.\"a b.test\"]\n",
       {"f:1:13: door.lists.\"a b.test\": expected the zone of a DNS list such as "
        "\"dnsbl.example.org\""}},
      {"[door.lists.zen.spamhaus.org]\nweight = 3\n",
       {"f:1:13: door.lists.zen: the zone of a list has dots and is quoted, expected "
        "[door.lists.\"dnsbl.example.org\"]"}},
  });
}

}  // namespace
}  // namespace waybill::app
