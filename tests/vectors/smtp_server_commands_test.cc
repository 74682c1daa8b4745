// Published command lines, each said where it belongs in a session.

#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>
#include <string>

#include "relay/smtp/command.h"
#include "tests/support/smtp_cases.h"
#include "tests/support/smtp_player.h"

namespace waybill::tests {
namespace {

namespace json = boost::json;
using relay::smtp::Command;
using relay::smtp::Verb;

constexpr const char* kNoDomain = "only RCPT has a postmaster without domain (RFC 5321 4.5.1)";
constexpr const char* kNullPath = "a path is <> or a mailbox, and RCPT has no null path";
constexpr const char* kTwice = "a parameter stands once (RFC 5321 4.1.1.11)";
constexpr const char* kMailbox = "no Mailbox of RFC 5321 4.1.2";
constexpr const char* kDots = "carriers give out mailboxes with such dots (schemas/address.h)";

const SmtpExceptions kCommandExceptions{
    {"smtp-proto/parse/MAIL  FROM : <postmaster>", kNoDomain},
    {"smtp-proto/parse/MAIL  FROM : < >", kNullPath},
    {"smtp-proto/parse/RCPT TO:<>", kNullPath},
    {"smtp-proto/parse/MAIL FROM:<> RET=HDRS RET=FULL", kTwice},
    {"smtp-proto/parse/MAIL FROM:<> BODY=BINARYMIME BODY=7BIT BODY=8BITMIME", kTwice},
    {"smtp-proto/parse/MAIL FROM:<foo@bar\"aa\\\" hello world\".com>", kMailbox},
    {"smtp-proto/parse/MAIL FROM:<hi..there@invalid.org>", kDots},
    {"smtp-proto/parse/MAIL FROM:<.hi.there@invalid.org>", kDots},
    {"haraka/rfc1869/MAIL FROM:<postmaster>", kNoDomain},
    {"haraka/rfc1869/RCPT TO:<abuse>", kNoDomain},
};

// What follows from an extension that is not announced: 502, or 555 where it is a parameter.
constexpr std::array<std::string_view, 15> kNotOffered{
    "REQUIRETLS", "CONPERM",      "CONNEG",          "BY=",    "HOLDUNTIL=",
    "HOLDFOR=",   "SOLICIT=",     "TRANSID=",        "MTRK=",  "AUTH=",
    "RRVS=",      "MT-PRIORITY=", "BODY=BINARYMIME", "state=", "foo="};

std::string_view without_end(std::string_view line) { return line.substr(0, line.find('\r')); }

bool names_what_is_not_offered(const std::string& line) {
  const Command command = relay::smtp::parse_command(without_end(line));
  if (command.verb == Verb::not_offered) return true;
  for (const std::string_view word : kNotOffered) {
    if (line.find(' ' + std::string(word)) != std::string::npos) return true;
  }
  return line.find("somekey") != std::string::npos;
}

// RCPT's parameters are published behind a null path, which is refused before them.
std::string with_recipient(const std::string& line) {
  constexpr std::string_view kNull = "RCPT TO:<> ";
  if (!line.starts_with(kNull)) return line;
  return "RCPT TO:<a@b.example> " + line.substr(kNull.size());
}

// The session up to where the command may stand.
void open_session(SmtpPlayer& player, Verb verb) {
  player.say("EHLO client.example\r\n");
  if (verb != Verb::rcpt && verb != Verb::data && verb != Verb::bdat) return;
  player.say("MAIL FROM:<a@b.example> SMTPUTF8\r\n");
  if (verb != Verb::rcpt) player.say("RCPT TO:<a@b.example>\r\n");
}

// The last reply to `line` and, after BDAT, to the octets it announces.
std::string reply_to(const std::string& line) {
  const Command command = relay::smtp::parse_command(without_end(line));
  SmtpPlayer player;
  player.core().offer_tls();
  open_session(player, command.verb);
  std::string reply = player.say(line);
  if (command.verb == Verb::bdat && reply.empty()) {
    reply = player.say(std::string(relay::smtp::parse_chunk_argument(command.argument)->size, 'x'));
  }
  return reply;
}

std::string judge(const json::object& one) {
  const std::string expected = text_of(one, "expect_class");
  std::string line = sent_by(one.at("steps").as_array().front().as_object());
  const bool accepted = expected == "accepted-syntax";
  if (accepted) line = with_recipient(line);
  if (accepted && flag_of(one, "unbracketed_address")) line = with_brackets(line);
  const std::string reply = reply_to(line);
  if (reply.empty()) return "no reply";
  if (is_lenient(one)) return "";
  if (!accepted) return reply[0] == '5' ? "" : reply;
  if (reply[0] == '2' || reply[0] == '3') return "";
  const bool not_offered = reply.starts_with("502") || reply.starts_with("555");
  return not_offered && names_what_is_not_offered(line) ? "" : reply;
}

class SmtpServerCommands : public SmtpCaseTest {};

TEST_F(SmtpServerCommands, AreTakenOrRefusedAsTheySay) {
  SmtpScore score("server core, command lines", kCommandExceptions);
  const auto cases = smtp_cases("command");
  EXPECT_GE(cases.size(), 190u);
  for (const json::object& one : cases) {
    if (one.at("steps").as_array().size() == 1) score.count(one, judge(one));
  }
  score.finish();
}

// The published line ends are bare LFs, which other servers take.
TEST_F(SmtpServerCommands, BordersOfSegmentsDoNotMatter) {
  int compared = 0;
  for (const json::object& one : smtp_cases("command")) {
    const json::array& steps = one.at("steps").as_array();
    if (steps.size() == 1) continue;
    SmtpPlayer cut;
    SmtpPlayer whole;
    std::string all;
    std::string replies;
    for (const json::value& step : steps) {
      std::string octets;
      for (const char c : sent_by(step.as_object())) {
        octets += c == '\n' ? std::string("\r\n") : std::string(1, c);
      }
      replies += cut.say(octets);
      all += octets;
    }
    EXPECT_EQ(replies, whole.say(all)) << text_of(one, "name");
    EXPECT_TRUE(replies.ends_with("221 2.0.0 Bye\r\n")) << replies;
    ++compared;
  }
  EXPECT_GE(compared, 2);
}

}  // namespace
}  // namespace waybill::tests
