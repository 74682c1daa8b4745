#include "relay/forward/hop_words.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "runtime/ascii.h"

namespace waybill::relay::forward {
namespace {

using policy::Rule;
using std::string_view;

// Replies longer than this say it at their beginning; the rest is addresses and links.
constexpr std::size_t kOctetsRead = 1024;

// Without what stands in angle brackets and what has an "@": whoever chose an address chose no
// words of the server's.
std::string without_addresses(string_view text) {
  std::string out;
  std::string word;
  bool in_brackets = false;
  const auto end_word = [&] {
    if (word.find('@') == std::string::npos) out += word;
    word.clear();
  };
  for (const char c : text) {
    if (c == '<') in_brackets = true;
    if (c == ' ' || c == '\n') end_word();
    if (!in_brackets) word += c;
    if (c == '>') in_brackets = false;
  }
  end_word();
  return out;
}

// In lower case; what is no letter, digit or one of "-[]./" is one space, so that words have the
// same distance whatever a server puts between them. Begins and ends with a space.
std::string words_of(string_view text) {
  std::string out = " ";
  for (const char c : without_addresses(text.substr(0, kOctetsRead))) {
    const bool kept =
        runtime::ascii::is_alphanumeric(c) || string_view("-[]./").find(c) != string_view::npos;
    if (kept) {
      out += runtime::ascii::lower(c);
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

bool has(string_view words, string_view what) { return words.find(what) != string_view::npos; }

// Whether any of the phrases stands there; one with a "*" is there if its parts are, in order and
// with less than kGap octets between them.
constexpr std::size_t kGap = 48;

bool has_phrase(string_view words, string_view phrase) {
  const std::size_t star = phrase.find('*');
  if (star == string_view::npos) return has(words, phrase);
  const string_view first = phrase.substr(0, star);
  for (std::size_t at = words.find(first); at != string_view::npos;
       at = words.find(first, at + 1)) {
    const string_view behind = words.substr(at + first.size());
    if (has_phrase(behind.substr(0, kGap + phrase.size() - star), phrase.substr(star + 1))) {
      return true;
    }
  }
  return false;
}

template <std::size_t N>
bool has_any(string_view words, const std::array<string_view, N>& phrases) {
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](string_view phrase) { return has_phrase(words, phrase); });
}

// What speaks of somebody else: a mailbox, its owner, the sender's address, a link in the message.
constexpr auto kOfOthers = std::to_array<string_view>({
    "mailbox",
    "recipient has blocked",
    "recipient blocked",
    "blocked by recipient",
    "by the recipient",
    "blacklisted by recipient",
    "blocked by user",
    "user has blocked",
    "blocked sender",
    "sender blocked",
    "sender is blocked",
    "sender address",
    "sender domain",
    "sending domain",
    "sender * blacklisted",
    "sender * blocked",
    "sender has been blocked",
    "from address",
    "your domain",
    "your email address",
    "your e-mail address",
    "sending email address",
    "recipient address rejected",
    "unverified address",
    "to this recipient",
    "for this recipient",
    " group ",
    "the list ",
    " url ",
    " urls ",
    " uri ",
    "surbl",
    "uribl",
    " link ",
    " links ",
    "attachment",
    "virus",
    "malware",
    " account ",
    "over quota",
    "overquota",
    "quota exceeded",
    "too many recipients",
    "file type",
    "too large",
    "message size",
    "content",
    "body contains",
    "spamassassin",
    "spam filter",
    "dlp",
    "lookup fail",
    "look up",
    "greylist",
    "graylist",
    "domain * listed",
    "domain * blocked",
    "blacklisted domain",
    "envelope blocked",
});

// Codes of providers, which stand for a text of theirs.
struct Code {
  string_view code;
  Rule rule;
};
constexpr auto kCodes = std::to_array<Code>({
    // Microsoft, consumer and business.
    {" rp-001 ", Rule::next_hop_throttles},
    {" rp-002 ", Rule::next_hop_throttles},
    {" rp-003 ", Rule::next_hop_throttles},
    {" sc-001 ", Rule::next_hop_blocks},
    {" sc-002 ", Rule::next_hop_blocks},
    {" sc-003 ", Rule::next_hop_blocks},
    {" sc-004 ", Rule::next_hop_blocks},
    {" dy-001 ", Rule::next_hop_blocks},
    {" dy-002 ", Rule::next_hop_blocks},
    {" ou-001 ", Rule::next_hop_blocks},
    {" ou-002 ", Rule::next_hop_blocks},
    {" s3140 ", Rule::next_hop_blocks},
    {" s3150 ", Rule::next_hop_blocks},
    {" s775 ", Rule::next_hop_reputation},
    {" s77719 ", Rule::next_hop_throttles},
    {" as780090 ", Rule::next_hop_blocks},
    // Yahoo and AOL.
    {"[tss", Rule::next_hop_throttles},
    {"[ts01]", Rule::next_hop_reputation},
    {"[ts02]", Rule::next_hop_reputation},
    {"[ts03]", Rule::next_hop_blocks},
    {"[bl2", Rule::next_hop_blocks},
    {" rly b", Rule::next_hop_blocks},
    {" dyn t", Rule::next_hop_blocks},
    // Comcast.
    {" rl00000", Rule::next_hop_throttles},
    {" bl000000 ", Rule::next_hop_blocks},
    {" bl000001 ", Rule::next_hop_blocks},
    // Orange.
    {" ofr004 104 ", Rule::next_hop_throttles},
    {" ofr 506 ", Rule::next_hop_blocks},
    {" lpn007 510 ", Rule::next_hop_blocks},
});

constexpr auto kAuthentication = std::to_array<string_view>({
    "unauthenticated email",
    "unauthenticated mail",
    "unauthenticated message",
    "sender is unauthenticated",
    "dmarc * reject",
    "dmarc * fail",
    "dmarc * policy",
    "fail* dmarc",
    "reject* dmarc",
    "not pass dmarc",
    "dmarcrejection",
    "spf * fail",
    "fail* spf",
    "spf * not pass",
    "spf * not allowed",
    "spf * unauthorized",
    "not permitted by * spf",
    "dkim * fail",
    "fail* dkim",
    "dkim * not pass",
    "not authorized to send * on behalf",
    "authentication checks",
    "authentication * did not pass",
    "required authentication level",
});

constexpr auto kThrottles = std::to_array<string_view>({
    "rate limit",
    "rate-limit",
    "ratelimit",
    "limit the rate",
    "throttl",
    "slow down",
    "unusual rate",
    "unusual number",
    "at a rate that",
    "too quickly",
    "unexpected volume",
    "unusual volume",
    "frequency limit",
    "frequency * exceed",
    "too frequent",
    "too fast",
    "too many connection",
    "too many concurrent",
    "too many simultaneous",
    "too many sessions",
    "too many messages",
    "too many mails",
    "too many emails",
    "too many requests",
    "too much mail",
    "too many errors from",
    "simultaneous connections",
    "concurrent * limit",
    "connections * limit",
    "connection limit",
    "connection rate",
    "message rate",
    "sending rate",
    "hourly * limit",
    "daily * limit",
    "per hour * limit",
    "per minute * limit",
    "limit* per hour",
    "limit* per minute",
    "limit* per day",
    "messages per connection",
    "exceeded * rate",
    "rate * exceed",
    "resources restricted",
    "mail flood",
    "receivingrate",
    "trop de connexions",
});

constexpr auto kReputation = std::to_array<string_view>({
    "reputation",
    "user complaints",
    "complaints",
    "sender score",
    "senderscore",
    "unsolicited mail originating from",
    "poor sender history",
});

constexpr auto kBlocks = std::to_array<string_view>({
    "our block list",
    "our blocklist",
    "our blacklist",
    "our black list",
    "our rbl",
    "blocklisting",
    "black listed",
    "ip * block list",
    "ip * blocklist",
    "ip * blacklist",
    "ip * black list",
    "ip * black-list",
    "network * block list",
    "server * blacklist",
    "server * blocklist",
    "server * black list",
    "host * blacklist",
    "host * blocklist",
    "client * blacklist",
    "[ * blacklist",
    "[ * blocklist",
    "[ * block list",
    " dnsbl",
    " rbl ",
    "client host * blocked",
    "client host [",
    "host * blocked using",
    "ip * blocked",
    "server * blocked",
    "network * blocked",
    "blocked * ip ",
    "blocked - see http",
    "spamhaus * ip",
    "ip * spamhaus",
    "ip * banned",
    "banned * ip",
    "access denied * ip ",
    " ip * listed",
    "listed * ip ",
    "[ * is listed",
    "[ * listed in",
    "[ * listed on",
    "refused connection",
    "connections will not be accepted",
    "connections not accepted",
    "not accept* from your server",
    "not accept* from your ip",
    "not accept* from this ip",
    " ip * not authorized to send",
    " ip * not in whitelist",
    "weren t sent",
    " ip * denied",
    "dynamic ip",
    "dynamic/residential",
    "residential",
    "no smtp service",
    " ip * rejected",
    "ipcheck",
    "client host rejected",
    "reverse dns",
    "cannot find your hostname",
    "ptr record",
    " tosa ",
    "ip * problem occurred",
    "will be permanently deferred",
});

// RFC 7372, RFC 8617; Google's own (7.30, 7.32, 7.40) and Microsoft's (7.509, 7.515).
constexpr auto kOfAuthentication =
    std::to_array<string_view>({"7.20", "7.21", "7.22", "7.23", "7.24", "7.26", "7.27", "7.30",
                                "7.32", "7.40", "7.509", "7.515"});

bool is_code_of(string_view enhanced, string_view detail) {
  return enhanced.size() > 2 && enhanced.substr(2) == detail;
}

// Subject and detail of RFC 3463, as IANA lists them, and what Microsoft has in their place.
std::optional<Rule> by_status(const schemas::Reply& reply) {
  const string_view status = reply.enhanced;
  for (const string_view detail : kOfAuthentication) {
    if (is_code_of(status, detail)) return Rule::next_hop_authentication;
  }
  if (is_code_of(status, "7.25")) return Rule::next_hop_blocks;  // the address has no name in DNS
  if (is_code_of(status, "7.28")) return Rule::next_hop_throttles;
  if (is_code_of(status, "7.650")) return Rule::next_hop_reputation;
  if (is_code_of(status, "7.708")) return Rule::next_hop_blocks;
  const bool by_microsoft = status.starts_with("5.7.6") && status.size() == 7;
  if (by_microsoft) return Rule::next_hop_blocks;  // 5.7.606 to 5.7.649: the address is banned
  const bool busy = status.starts_with("4.7.5") && status.size() == 7;
  if (busy) return Rule::next_hop_throttles;
  return std::nullopt;
}

}  // namespace

std::optional<Rule> about_us(const schemas::Reply& reply) {
  if (reply.positive()) return std::nullopt;
  // A mailbox that is not there (X.1), is full or takes no more (X.2) is itself meant, whatever is
  // said of it; so is the size of a message, and how many recipients it names.
  const string_view subject = string_view(reply.enhanced).substr(0, 4);
  const bool of_others = subject.ends_with(".1.") || subject.ends_with(".2.") ||
                         is_code_of(reply.enhanced, "3.4") || is_code_of(reply.enhanced, "5.3");
  const std::string text = words_of(reply.text);
  for (const Code& code : kCodes) {
    if (has(text, code.code)) return code.rule;
  }
  if (const auto rule = by_status(reply)) return rule;
  if (of_others || reply.code == 552 || has_any(text, kOfOthers)) return std::nullopt;
  if (has_any(text, kAuthentication)) return Rule::next_hop_authentication;
  if (has(text, "reputation")) return Rule::next_hop_reputation;
  if (has_any(text, kThrottles)) return Rule::next_hop_throttles;
  if (has_any(text, kReputation)) return Rule::next_hop_reputation;
  if (has_any(text, kBlocks)) return Rule::next_hop_blocks;
  return std::nullopt;
}

namespace {

constexpr auto kLeave = std::to_array<string_view>({
    "relay access denied",
    "relay denied",
    "relay is denied",
    "relay not permitted",
    "relay not allowed",
    "relay prohibited",
    "relaying denied",
    "relaying is denied",
    "relaying not permitted",
    "relaying not allowed",
    "relaying is not",
    "relaying prohibited",
    "relaying is prohibited",
    "unable to relay",
    "cannot relay",
    "not permitted to relay",
    "not allowed to relay",
    "we do not relay",
    "we don t relay",
    "rcpthosts",
    "authentication required",
    "authentication is required",
    "sender address rejected",
    "sender rejected",
    "sender not allowed",
    "send as this sender",
    "not permitted to send",
    "not allowed to send",
    "not authorized to send",
    "not authorised to send",
    "not owned by user",
});

// RFC 3463 3.2 and 3.3 but for the sender's own address (5.1.7, 5.1.8): of a mailbox of theirs.
bool is_of_mailbox(string_view enhanced) {
  if (enhanced == "5.1.7" || enhanced == "5.1.8") return false;
  return enhanced.starts_with("5.1.") || enhanced.starts_with("5.2.");
}

// RFC 3463 3.4 and 3.7: what the sender of the message has to hear.
bool is_of_message(const schemas::Reply& reply) {
  return reply.code == 552 || reply.enhanced.starts_with("5.3.") ||
         reply.enhanced.starts_with("5.6.");
}

}  // namespace

bool refuses_to_send_for_us(const schemas::Reply& reply, string_view command,
                            string_view return_path) {
  if (!reply.permanent()) return false;
  if (command == "connect" || command == "EHLO") return true;
  // RFC 4954 4 and 6.
  if (reply.code == 530 || reply.code == 535 || reply.code == 538) return true;
  if (is_of_message(reply)) return false;
  if (command == "MAIL") return true;
  if (reply.enhanced == "5.1.7" || reply.enhanced == "5.1.8") return true;
  if (is_of_mailbox(reply.enhanced)) return false;
  const std::string said = runtime::ascii::lower(string_view(reply.text).substr(0, kOctetsRead));
  if (!return_path.empty() && has(said, runtime::ascii::lower(return_path))) return true;
  return has_any(words_of(reply.text), kLeave);
}

}  // namespace waybill::relay::forward
