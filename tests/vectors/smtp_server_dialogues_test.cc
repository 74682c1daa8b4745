// Published dialogues, played against the server core. The driver accepts everything, but where a
// case asks for a handler that refuses.

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/smtp_cases.h"
#include "tests/support/smtp_player.h"

namespace waybill::tests {
namespace {

namespace json = boost::json;
using relay::smtp::BodyEnd;
using relay::smtp::MailStep;
using relay::smtp::ServerLimits;
using schemas::Reply;

constexpr const char* kAuth = "AUTH is not built";
constexpr const char* kPolicy = "a verdict of the session, not of the core";
constexpr const char* kOffered = "SMTPUTF8 is offered here";
constexpr const char* kLongLine = "fewer octets than a line may have here, and no line end";
constexpr const char* kBinary = "BINARYMIME is not offered here";
constexpr const char* kGoesOn = "firewalls that mask EHLO rely on 500 and then HELO";
constexpr const char* kEmoji = "an A-label that IDNA 2008 does not know (RFC 5892)";

const SmtpExceptions kDialogueExceptions{
    {"chasquid/dialog/auth_multi_dialog/1", kAuth},
    {"chasquid/dialog/auth_multi_dialog/2", kAuth},
    {"chasquid/dialog/auth_too_many_failures/1", kAuth},
    {"mox/postmaster/postmaster@unknown.example", kPolicy},
    {"chasquid/dialog/bad_data/2", kPolicy},
    {"mox/smtputf8/mjl@mox.example>remote@xn--vg8h.example.org/header-ascii/ascii.txt/client=1",
     kEmoji},
    {"go-smtp/TestServerSMTPUTF8_Disabled", kOffered},
    {"go-smtp/TestServer_tooLongLine", kLongLine},
    {"go-smtp/TestServer_Chunking_Binarymime", kBinary},
    {"mox/non-smtp-first-command", kGoesOn},
};

// The handlers that some cases configure.
struct CasePolicy : SmtpPolicy {
  explicit CasePolicy(std::string config) : config_(std::move(config)) {}

  Reply mail(const MailStep&) override {
    if (says("throws at MAIL")) return {421, "4.3.0", "Internal failure"};
    return {250, "2.1.0", "OK"};
  }
  Reply rcpt(const relay::smtp::RcptStep&) override { return {250, "2.1.5", "OK"}; }
  Reply body_start(std::string_view) override {
    if (says("the handler refuses")) return {555, "5.0.0", "Refused"};
    return {250, "", ""};
  }
  bool says(std::string_view words) const { return config_.find(words) != std::string::npos; }

  const std::string config_;
};

ServerLimits limits_of(const std::string& config) {
  ServerLimits limits;
  for (const auto& [words, unit] : {std::pair<const char*, std::uint64_t>{"max message bytes ", 1},
                                    {"max message size ", 1},
                                    {"max_data_size_mb: ", 1 << 20}}) {
    const std::size_t at = config.find(words);
    if (at == std::string::npos) continue;
    limits.max_message_octets = std::stoull(config.substr(at + std::string(words).size())) * unit;
  }
  return limits;
}

// The last line of each complete reply.
std::vector<std::string> replies_in(const std::string& output) {
  std::vector<std::string> replies;
  for (std::size_t at = 0; at < output.size();) {
    const std::size_t end = output.find("\r\n", at);
    if (output[at + 3] == ' ') replies.push_back(output.substr(at, end - at));
    at = end + 2;
  }
  return replies;
}

bool of_class(const std::string& reply, std::string_view expected) {
  if (expected.starts_with('!')) return !reply.starts_with(expected.substr(1));
  return reply.starts_with(expected.substr(0, 1));
}

bool offers_tls(const std::string& config) { return config == "TLS available"; }

struct Played {
  std::unique_ptr<SmtpPlayer> player;
  std::vector<std::string> last;  // replies to the last step that sent something
  std::string complaint;          // about replies that are of another class than the case says
};

void judge_replies(const json::object& step, const std::vector<std::string>& replies,
                   Played& played) {
  const auto* expected = step.if_contains("expect");
  if (expected == nullptr || !played.complaint.empty()) return;
  const json::array& list = expected->as_array();
  bool good = list.size() == replies.size();
  for (std::size_t i = 0; good && i < list.size(); ++i) {
    good = of_class(replies[i], std::string_view(list[i].as_string()));
  }
  if (good) return;
  played.complaint = "asked for " + json::serialize(*expected) + ", answered";
  for (const std::string& reply : replies) played.complaint += " [" + reply + ']';
}

Played play(const json::object& one) {
  const std::string config = text_of(one, "config");
  Played played{std::make_unique<SmtpPlayer>(limits_of(config), "mx.example",
                                             std::make_shared<CasePolicy>(config)),
                {},
                ""};
  if (offers_tls(config)) played.player->core().offer_tls();
  const bool bracket = flag_of(one, "unbracketed_address");
  bool greeted = false;
  for (const json::value& entry : one.at("steps").as_array()) {
    const json::object& step = entry.as_object();
    if (step.contains("close")) break;
    std::string octets = sent_by(step);
    if (bracket && !played.player->core().in_body()) octets = with_brackets(octets);
    std::string output = greeted ? "" : played.player->greet();
    greeted = true;
    if (!octets.empty()) output += played.player->say(octets);
    const auto replies = replies_in(output);
    judge_replies(step, replies, played);
    if (!octets.empty()) played.last = replies;
  }
  return played;
}

std::string without_cr(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
  return text;
}

// What must hold of every case: never two messages out of one body.
std::string judge_messages(const json::object& one, const Played& played) {
  const auto& messages = played.player->messages();
  if (messages.size() > 1) return "two messages";
  const json::object portable =
      one.contains("portable") ? one.at("portable").as_object() : json::object();
  const std::string forbidden = text_of(portable, "forbidden_sender");
  for (const std::string& seen : played.player->seen()) {
    if (!forbidden.empty() && seen.find(forbidden) != std::string::npos) return "smuggled: " + seen;
  }
  if (portable.contains("noop_answered")) {
    const std::size_t replies = flag_of(portable, "noop_answered") ? 2 : 1;
    if (played.last.size() != replies) return "the octets after the body were not as they should";
  }
  if (flag_of(portable, "single_reply") && played.last.size() != 1) return "more than one reply";
  if (text_of(portable, "connection") == "closed" && !played.player->closed()) return "not closed";
  return "";
}

std::string judge_body(const json::object& one, const Played& played) {
  const auto& messages = played.player->messages();
  const std::string body = messages.empty() ? "" : messages[0].body;
  const std::string expected = text_of(one, "expect_message");
  const std::string expected_lf = text_of(one, "expect_message_lf");
  if (!expected.empty() && body != expected) return "another body: " + body;
  if (!expected_lf.empty() && without_cr(body) != expected_lf) return "another body: " + body;
  return "";
}

class SmtpServerDialogues : public SmtpCaseTest {};

TEST_F(SmtpServerDialogues, AreAnsweredInTheClassTheySay) {
  SmtpScore score("server core, dialogues", kDialogueExceptions);
  const auto cases = smtp_cases("wire");
  EXPECT_GE(cases.size(), 110u);
  for (const json::object& one : cases) {
    const Played played = play(one);
    std::string complaint = judge_messages(one, played);
    const std::string match = text_of(one, "match");
    if (complaint.empty() && match == "class") complaint = played.complaint;
    if (complaint.empty() && match == "class") complaint = judge_body(one, played);
    score.count(one, complaint);
  }
  score.finish();
}

// Where servers differ on whether a body is refused, this one refuses: not one octet behind a bare
// CR or LF is ever accepted.
TEST_F(SmtpServerDialogues, SmugglingIsRefusedNotMended) {
  int smuggled = 0;
  for (const json::object& one : smtp_cases("wire")) {
    const std::string name = text_of(one, "name");
    if (text_of(one, "match") != "messages") continue;
    if (name == "postfix/forbid_bare_newline/CRLF.CRLF") continue;  // the control: a true end
    if (name == "smuggling-tools/inbound/CRLFNUL.CRLF") continue;   // NUL is content, and no end
    SCOPED_TRACE(name);
    const Played played = play(one);
    EXPECT_TRUE(played.player->messages().empty());
    ASSERT_EQ(played.last.size(), 1u);
    EXPECT_TRUE(played.last[0].starts_with("554 5.6.0") || played.last[0].starts_with("552"));
    ++smuggled;
  }
  EXPECT_GE(smuggled, 18);
}

}  // namespace
}  // namespace waybill::tests
