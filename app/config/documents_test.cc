// What docs/ says of the configuration is what the reader does.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "app/config/config.h"
#include "app/config/number_keys.h"

namespace waybill::app {
namespace {

const std::string kDocs = WAYBILL_SOURCE_DIR "/docs/";
const std::string kExample = kDocs + "waybill.example.toml";

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(DocumentsTest, TheExampleIsWithoutComplaint) {
  const Loaded loaded = load_config(kExample);
  if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
    for (const Complaint& complaint : *complaints) ADD_FAILURE() << to_string(complaint, kExample);
  }
}

TEST(DocumentsTest, TheExampleShowsEveryNumberWithItsDefault) {
  const Loaded example = load_config(kExample);
  ASSERT_TRUE(std::holds_alternative<Config>(example));
  const Config defaults = std::get<Config>(read_config(""));
  const std::string text = text_of(kExample);
  for (const NumberKey& number : number_keys()) {
    EXPECT_NE(text.find("\n" + std::string(number.key) + " = "), std::string::npos) << number.key;
    EXPECT_EQ(number.get(std::get<Config>(example)), number.get(defaults)) << number.key;
  }
}

TEST(DocumentsTest, ThePageHasARowForEveryNumber) {
  const Config defaults = std::get<Config>(read_config(""));
  const std::string page = text_of(kDocs + "configuration.md");
  for (const NumberKey& number : number_keys()) {
    const auto written = [&](std::uint64_t value) { return number_text(number.quantity, value); };
    const std::string row = "\n| `" + std::string(number.key) + "` | " +
                            written(number.get(defaults)) + " | " + written(number.least) + " to " +
                            written(number.most) + " | ";
    EXPECT_NE(page.find(row), std::string::npos) << row;
  }
}

constexpr const char* kOtherKeys[] = {
    "host_name",
    "postmaster",
    "node",
    "data_dir",
    "listen",
    "local",
    "exports_keep",
    "exports_max_size",
    "record_access",
    "require_reason",
    "issuer",
    "audience",
    "jwks",
    "scope_claim",
    "domain_claim",
    "client_id",
    "scopes",
    "token",
    "log_level",
    "log_format",
    "log_transactions",
    "servers",
    "local_part",
    "subaddress",
    "log_subject",
    "catch_all",
    "aliases",
    "key_file",
    "bounces",
    "redact",
    "bounce_window",
    "dmarc",
    "bootstrap",
    "ack",
    "properties",
    "advertise",
    "secret_file",
    "certificate",
    "key",
    "ca",
    "dkim_verifies",
    "to_next_hops",
    "tls",
    "exempt",
    "helo",
    "reverse_dns",
    "greylist",
    "weight",
    "answers",
    "door",
    "url",
    "on_failure",
    "header_fields",
    "spam",
    "proxy_from",
    "user",
    "dkim_dir",
    "sign_forwarded",
    "source",
    "dnssec",
    "trust_anchor",
    "mta_sts",
    "enabled",
    "contact",
    "organization",
    "from",
    "private_networks",
    "password_file",
    "token_file",
    "mechanisms",
    "host",
    "except",
    "rescue",
    "rate",
    "hosts",
    "name",
    "transport",
    "to",
    "format",
    "begin",
    "kinds",
    "domains",
    "classes",
    "rules",
    "drop",
    "hash",
    "hash_key_file",
    "max_record",
    "server_name",
    "secret_file",
    "index",
    "proxy",
    "gzip",
    "allow_private",
};

TEST(DocumentsTest, ThePageHasARowForEveryOtherKey) {
  const std::string page = text_of(kDocs + "configuration.md");
  for (const char* const key : kOtherKeys) {
    EXPECT_NE(page.find("\n| `" + std::string(key) + "` | "), std::string::npos) << key;
  }
}

}  // namespace
}  // namespace waybill::app
