#include <gtest/gtest.h>

#include "app/config/config.h"

namespace waybill::app {
namespace {

const std::string kSinkGood = "[[sinks]]\nname = \"siem\"\ntransport = \"file\"\nto = \"e.log\"\n";

std::vector<SinkConfig> sinks_of(const std::string& text) {
  const auto loaded = read_config(text);
  const auto* const config = std::get_if<Config>(&loaded);
  if (config == nullptr) {
    for (const Complaint& one : std::get<std::vector<Complaint>>(loaded)) {
      ADD_FAILURE() << to_string(one, "f");
    }
    return {};
  }
  return config->sinks;
}

std::vector<std::string> complaints_of_sinks(const std::string& text) {
  const auto loaded = read_config(text);
  std::vector<std::string> out;
  if (const auto* const list = std::get_if<std::vector<Complaint>>(&loaded)) {
    for (const Complaint& one : *list) out.push_back(to_string(one, "f"));
  }
  return out;
}

TEST(SinksSectionTest, ReadsWhatItSays) {
  const auto sinks = sinks_of(kSinkGood + R"([[sinks]]
name = "relp_2"
transport = "relp"
to = "tls://[2001:db8::1]:2514"
format = "ocsf"
begin = "start"
kinds = ["bounced", "rejected"]
domains = ["Example.ORG"]
classes = "hard"
rules = ["dmarc"]
drop = ["subject"]
max_record = "64 KiB"
certificate = "c.pem"
key = "k.pem"
server_name = "siem.example"
[[sinks]]
name = "hook"
transport = "webhook"
to = "https://hooks.example/x"
secret_file = ["new", "old"]
allow_private = ["10.0.0.0/8"]
)");
  ASSERT_EQ(sinks.size(), 3U);
  EXPECT_EQ(sinks[0].transport, SinkTransport::file);
  EXPECT_EQ(sinks[0].format, stream::Format::waybill);
  EXPECT_FALSE(sinks[0].from_start);
  const SinkConfig& relp = sinks[1];
  EXPECT_EQ(relp.wire, SinkWire::tls);
  EXPECT_EQ(relp.host, "2001:db8::1");
  EXPECT_EQ(relp.port, 2514);
  EXPECT_EQ(relp.server_name, "siem.example");
  EXPECT_EQ(relp.format, stream::Format::ocsf);
  EXPECT_TRUE(relp.from_start);
  EXPECT_EQ(relp.filter.kinds, (std::set{schemas::Kind::rejected, schemas::Kind::bounced}));
  EXPECT_TRUE(relp.filter.domains.contains("example.org"));
  EXPECT_EQ(relp.filter.bounce_classes.size(), 1U);
  EXPECT_EQ(relp.fields.size(), 1U);
  EXPECT_EQ(relp.max_record, 64U << 10);
  EXPECT_EQ(sinks[2].secret_files, (std::vector<std::string>{"new", "old"}));
}

TEST(SinksSectionTest, TheFormatIsThatWhichReceiversOfTheTransportKnow) {
  const std::pair<const char*, stream::Format> rows[] = {
      {"transport = \"syslog\"\nto = \"udp://h:514\"", stream::Format::cef},
      {"transport = \"bulk\"\nto = \"https://h:9200\"", stream::Format::ecs},
      {"transport = \"hec\"\nto = \"https://h:8088\"\nsecret_file = \"t\"", stream::Format::cim},
      {"transport = \"otlp\"\nto = \"http://h:4318\"", stream::Format::ocsf}};
  for (const auto& [text, format] : rows) {
    const auto sinks = sinks_of("[[sinks]]\nname = \"a\"\n" + std::string(text) + "\n");
    ASSERT_EQ(sinks.size(), 1U) << text;
    EXPECT_EQ(sinks[0].format, format) << text;
  }
}

TEST(SinksSectionTest, SaysWhatIsWrongAndWhere) {
  const std::pair<std::string, const char*> rows[] = {
      {"sinks = 1\n", "sinks: expected [[sinks]]"},
      {"[[sinks]]\ntransport = \"file\"\nto = \"e\"\n", "sinks[0].name: expected a name"},
      {"[[sinks]]\nname = \"a/b\"\ntransport = \"file\"\nto = \"e\"\n", "f:2:8: sinks[0].name"},
      {kSinkGood + kSinkGood, "f:6:8: sinks[1].name: expected a name of its own"},
      {"[[sinks]]\nname = \"a\"\nto = \"e\"\n", "sinks[0].transport: expected one of"},
      {"[[sinks]]\nname = \"a\"\ntransport = \"telex\"\nto = \"e\"\n",
       "f:3:13: sinks[0].transport"},
      {"[[sinks]]\nname = \"a\"\ntransport = \"file\"\n", "sinks[0].to: expected where"},
      {"[[sinks]]\nname = \"a\"\ntransport = \"relp\"\nto = \"udp://h:1\"\n", "f:4:6: sinks[0].to"},
      {"[[sinks]]\nname = \"a\"\ntransport = \"syslog\"\nto = \"tls://h\"\n", "f:4:6: sinks[0].to"},
      {"[[sinks]]\nname = \"a\"\ntransport = \"syslog\"\nto = \"tls://h:70000\"\n", "f:4:6"},
      {"[[sinks]]\nname = \"a\"\ntransport = \"bulk\"\nto = \"h:9200\"\n", "https://host:port"},
      {"[[sinks]]\nname = \"a\"\ntransport = \"hec\"\nto = \"https://h\"\n",
       "secret_file: expected"},
      {kSinkGood + "format = \"xml\"\n", "f:5:10: sinks[0].format"},
      {kSinkGood + "kinds = [\"lost\"]\n", "f:5:10: sinks[0].kinds[0]"},
      {kSinkGood + "classes = [\"firm\"]\n", "f:5:12: sinks[0].classes[0]"},
      {kSinkGood + "domains = [\"a b\"]\n", "f:5:12: sinks[0].domains[0]"},
      {kSinkGood + "drop = [\"colour\"]\n", "f:5:9: sinks[0].drop[0]"},
      {kSinkGood + "hash = [\"sender\"]\n", "sinks[0].hash_key_file: expected"},
      {kSinkGood + "max_record = \"10 B\"\n", "f:5:14: sinks[0].max_record"},
      {kSinkGood + "certificate = \"c\"\n", "sinks[0].key: expected a file beside"},
      {kSinkGood + "colour = 1\n", "sinks[0].colour"},
  };
  for (const auto& [text, wanted] : rows) {
    const auto complaints = complaints_of_sinks(text);
    ASSERT_FALSE(complaints.empty()) << text;
    EXPECT_NE(complaints.front().find(wanted), std::string::npos) << complaints.front();
  }
}

}  // namespace
}  // namespace waybill::app
