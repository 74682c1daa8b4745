// DomainRoutes: what one domain of ours does with its mail. A value, said in the configuration's
// words: waybill.toml writes it by hand, to_json() for programs, relay/routes finds in it.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/failure.h"
#include "schemas/address.h"
#include "schemas/reply.h"
#include "schemas/target.h"

namespace waybill::schemas {

// The party that a bounce is sent to.
struct ReportsTo {
  enum class Whom {
    sender,  // the original sender, if verified
    owner,   // an address of the alias's owner
    nobody,  // it is only recorded
  };
  Whom whom = Whom::sender;
  std::optional<Target> owner{};  // set for owner
  friend bool operator==(const ReportsTo&, const ReportsTo&) = default;
};
// Written in place of the owner's address.
inline constexpr std::string_view kReportsToSender = "sender";
inline constexpr std::string_view kReportsToNobody = "absorb";

// What a message is worth that fails DMARC where its author's domain asks for rejection.
enum class DmarcMode { enforce, tag, ignore };
// Which sender a DKIM signature that passed makes one who may be told (I6): the mailbox that is the
// author, or everybody in the domain that signed.
enum class DkimVerifies { mailbox, domain };
// What a spam filter may do with mail for the domain: refuse it; mark it alone; nothing.
enum class SpamMode { enforce, tag, ignore };
// Whether mail for the domain is judged by the rules of the door: its client's HELO, name, lists
// and rates.
enum class DoorMode { enforce, ignore };
// What becomes of mail that the next server would refuse, for its author's domain asks for that by
// DMARC and SPF alone vouched for it: it goes as it is, or From names the alias.
enum class Rescue { off, rewrite_from };
// Their words, by value; those of LocalPartCase likewise.
inline constexpr std::array<std::string_view, 3> kDmarcModes = {"enforce", "tag", "ignore"};
inline constexpr std::array<std::string_view, 2> kDkimVerifies = {"mailbox", "domain"};
inline constexpr std::array<std::string_view, 3> kSpamModes = {"enforce", "tag", "ignore"};
inline constexpr std::array<std::string_view, 2> kDoorModes = {"enforce", "ignore"};
inline constexpr std::array<std::string_view, 2> kRescues = {"off", "rewrite-from"};
inline constexpr std::array<std::string_view, 2> kLocalPartCases = {"fold", "exact"};
constexpr std::string_view word_of(DmarcMode mode) {
  return kDmarcModes[static_cast<std::size_t>(mode)];
}
constexpr std::string_view word_of(DkimVerifies verifies) {
  return kDkimVerifies[static_cast<std::size_t>(verifies)];
}
constexpr std::string_view word_of(SpamMode mode) {
  return kSpamModes[static_cast<std::size_t>(mode)];
}
constexpr std::string_view word_of(DoorMode mode) {
  return kDoorModes[static_cast<std::size_t>(mode)];
}
constexpr std::string_view word_of(Rescue rescue) {
  return kRescues[static_cast<std::size_t>(rescue)];
}
constexpr std::string_view word_of(LocalPartCase local_case) {
  return kLocalPartCases[static_cast<std::size_t>(local_case)];
}
static_assert(word_of(DmarcMode::enforce) == "enforce" && word_of(DmarcMode::tag) == "tag" &&
              word_of(DmarcMode::ignore) == "ignore");
static_assert(word_of(DkimVerifies::mailbox) == "mailbox" &&
              word_of(DkimVerifies::domain) == "domain");
static_assert(word_of(SpamMode::enforce) == "enforce" && word_of(SpamMode::tag) == "tag" &&
              word_of(SpamMode::ignore) == "ignore");
static_assert(word_of(DoorMode::enforce) == "enforce" && word_of(DoorMode::ignore) == "ignore");
static_assert(word_of(Rescue::off) == "off" && word_of(Rescue::rewrite_from) == "rewrite-from");
static_assert(word_of(LocalPartCase::fold) == "fold" && word_of(LocalPartCase::keep) == "exact");

struct ForwardTo {
  std::vector<Target> targets;  // 1 to kMaxTargets, each once
  // The domain's, where not set.
  std::optional<ReportsTo> reports_to{};
  std::optional<bool> redact{};
  friend bool operator==(const ForwardTo&, const ForwardTo&) = default;
};
struct RejectWith {
  Reply reply;  // default 550 5.7.1 "Mail to this address is refused"
  friend bool operator==(const RejectWith&, const RejectWith&) = default;
};
struct DropSilently {
  friend bool operator==(const DropSilently&, const DropSilently&) = default;
};

using RouteAction = std::variant<ForwardTo, RejectWith, DropSilently>;

// Targets of one alias. Each is a connection of its own while the sender waits, and one more chance
// that the whole message has to be tried again.
inline constexpr std::size_t kMaxTargets = 100;

struct DomainRoutes {
  std::string name;  // A-label
  LocalPartCase local_case = LocalPartCase::fold;
  std::optional<char> subaddress_separator;  // of kSeparators; '+' by default in the file
  bool log_subject = false;
  ReportsTo reports_to{};
  bool redact = true;  // a bounce that goes home never names the target
  std::chrono::seconds bounce_window = std::chrono::hours(72);
  DmarcMode dmarc = DmarcMode::enforce;
  DkimVerifies dkim_verifies = DkimVerifies::mailbox;
  DoorMode door = DoorMode::enforce;
  SpamMode spam = SpamMode::enforce;
  bool sign_forwarded = false;  // what is handed on bears a DKIM signature of the domain
  Rescue rescue = Rescue::off;
  std::map<std::string, RouteAction, std::less<>>
      aliases;  // by local part, folded where folds() says so
  std::optional<RouteAction> catch_all;
  friend bool operator==(const DomainRoutes&, const DomainRoutes&) = default;
};

// What may separate a tag from an alias: marks that a local part may hold unquoted (RFC 5322 3.2.3)
// and that no name is spelt with.
inline constexpr std::string_view kSeparators = "+-_=#~!$%&*/?^|";

// RFC 5321 4.5.1: in any case of letters.
bool is_postmaster(std::string_view local_part);

// The address as `domain`, which it is in, names it: postmaster is meant in any case of letters
// (RFC 5321 4.5.1), other local parts where the domain folds them.
Address named_by(const DomainRoutes& domain, const Address& address);

// "550 5.7.1 text", "550 5.7.1": a code 5xx (RFC 5321 4.2.1), an enhanced code 5.x.x (RFC 3463 2)
// and printable ASCII. Nothing for anything else.
std::optional<Reply> parse_refusal(std::string_view text);
// That of a rejection without a reply of its own.
Reply default_refusal();

// {"domain", "local_part", "subaddress", "log_subject", "bounces", "redact", "bounce_window" in
// seconds, "dmarc", "dkim_verifies", "door", "spam", "sign_forwarded", "rescue", "aliases":
// {LOCAL-PART: ACTION}, "catch_all": ACTION or null}; an ACTION is {"forward": [TARGET], "bounces",
// "redact"}, the last two only where set, {"reject": "550 5.7.1 text"} or {"drop": true}. Every
// member is there, and no other one.
std::string to_json(const DomainRoutes& domain);
// Errc::invalid, with the words that name the member, for what is not written so or breaks a rule
// of the values above. Whether a target lies in a domain of ours, one domain alone cannot say.
runtime::Explained<DomainRoutes> domain_routes_from_json(std::string_view json);

}  // namespace waybill::schemas
