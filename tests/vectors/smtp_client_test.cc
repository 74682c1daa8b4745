// Published cases for the sending side of SMTP: what is written to a next hop, and what must never
// be.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "relay/smtp/client_core.h"
#include "schemas/address.h"

namespace waybill::relay::smtp {
namespace {

namespace json = boost::json;

const char* const kCases = WAYBILL_SOURCE_DIR "/../shared/cases/smtp/dialogues.jsonl";

std::vector<json::object> cases_of(std::string_view level) {
  std::vector<json::object> found;
  std::ifstream file(kCases);
  for (std::string line; std::getline(file, line);) {
    json::object one = json::parse(line).as_object();
    if (one.at("level").as_string() == level) found.push_back(std::move(one));
  }
  return found;
}

std::string text_of(const json::object& one, std::string_view field) {
  const auto* value = one.if_contains(field);
  return value != nullptr ? std::string(value->as_string()) : std::string();
}

bool has_bare_line_end(std::string_view message) {
  for (std::size_t i = 0; i < message.size(); ++i) {
    if (message[i] == '\r' && (i + 1 == message.size() || message[i + 1] != '\n')) return true;
    if (message[i] == '\n' && (i == 0 || message[i - 1] != '\r')) return true;
  }
  return false;
}

// How often any server known to be too generous would see the data end: after CR or LF or both,
// with NULs dropped, a dot alone, and CR or LF again.
int ends_seen(std::string_view wire) {
  std::string seen = "\n";
  for (const char c : wire) {
    if (c != '\0') seen += c == '\r' ? '\n' : c;
  }
  int ends = 0;
  for (std::size_t at = seen.find("\n.\n"); at != std::string::npos;
       at = seen.find("\n.\n", at + 1)) {
    ++ends;
  }
  return ends;
}

class SmtpClientVectors : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kCases)) GTEST_SKIP() << "no published cases at " << kCases;
  }
};

TEST_F(SmtpClientVectors, EveryBodyIsRefusedOrEndsExactlyOnce) {
  const auto cases = cases_of("data-writer");
  EXPECT_GE(cases.size(), 20u);
  for (const auto& one : cases) {
    SCOPED_TRACE(text_of(one, "name"));
    const std::string message = text_of(one, "message");
    BodyWriter writer;
    std::string wire;
    const bool taken = writer.write(message, wire) && writer.finish(wire);
    if (!taken) continue;
    EXPECT_FALSE(has_bare_line_end(message));
    EXPECT_EQ(ends_seen(wire), 1);
    EXPECT_TRUE(wire.ends_with(".\r\n"));
  }
}

TEST_F(SmtpClientVectors, WellFormedBodiesAreWrittenAsTheCasesSay) {
  int compared = 0;
  for (const auto& one : cases_of("data-writer")) {
    const std::string message = text_of(one, "message");
    if (!one.contains("expect_wire")) continue;
    SCOPED_TRACE(text_of(one, "name"));
    BodyWriter writer;
    std::string wire;
    const bool taken = writer.write(message, wire).has_value();
    // Other servers mend a bare LF here; this one never lets it come so far.
    EXPECT_EQ(taken, !has_bare_line_end(message));
    if (!taken) continue;
    const bool with_end = text_of(one, "property").find("no end marker") == std::string::npos;
    if (with_end) {
      ASSERT_TRUE(writer.finish(wire));
    }
    EXPECT_EQ(wire, text_of(one, "expect_wire"));
    ++compared;
  }
  EXPECT_GE(compared, 6);
}

TEST_F(SmtpClientVectors, NoInjectedArgumentBecomesAnAddressOrAName) {
  const auto cases = cases_of("client-argument");
  EXPECT_GE(cases.size(), 4u);
  for (const auto& one : cases) {
    const std::string argument = text_of(one, "argument");
    EXPECT_FALSE(schemas::Address::parse(argument)) << text_of(one, "name");
    EXPECT_FALSE(schemas::normalise_domain(argument)) << text_of(one, "name");
  }
}

using SmtpClientVectorsDeathTest = SmtpClientVectors;

TEST_F(SmtpClientVectorsDeathTest, AnInjectedArgumentEndsTheProcessBeforeItIsWritten) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  for (const auto& one : cases_of("client-argument")) {
    const std::string argument = text_of(one, "argument");
    EXPECT_DEATH(ehlo_command(argument), "host name|control octet") << text_of(one, "name");
    MailParameters mail;
    mail.envid = argument;
    Extensions offered;
    offered.dsn = true;
    EXPECT_DEATH(mail_command(mail, offered), "one word|control octet") << text_of(one, "name");
  }
}

}  // namespace
}  // namespace waybill::relay::smtp
