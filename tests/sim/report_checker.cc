#include "tests/sim/report_checker.h"

#include <algorithm>
#include <map>
#include <set>

#include "relay/policy/limits.h"
#include "relay/returnpath/token.h"
#include "runtime/crypto.h"
#include "tests/sim/checker.h"
#include "tests/sim/domain.h"
#include "tests/sim/transactions.h"

namespace waybill::tests {

using runtime::WallTime;
using schemas::Event;
using schemas::Reply;
namespace pb = schemas::pb;

namespace {

// One report to one return path: its digest and the delivery's id.
using ReportKey = std::pair<std::string, std::string>;

// What the log says of one.
struct Story {
  std::map<std::string, int> bounced;  // by final recipient
  std::vector<const Event*> bounces;
  int forwarded = 0;
  int refused = 0;  // by home
  int held = 0;     // Dropped in the first place
  int held_late = 0;
  int again = 0;  // Dropped because it was done
  int open = 0;   // deferred
  int in_doubt = 0;
  int at_home = 0;
  int done() const { return forwarded + refused + held + held_late; }
};

struct Reported {
  std::string delivery;  // 16 octets
  const Event* accepted = nullptr;
};

std::string digest_of(const std::string& octets) {
  const runtime::Digest digest = runtime::sha256(octets);
  return {digest.begin(), digest.end()};
}

class ReportChecker {
 public:
  ReportChecker(const std::vector<Event>& events, const std::vector<const SimClient*>& clients,
                std::vector<std::string>& broken)
      : broken_(broken) {
    for (const SimClient* client : clients) {
      for (const SentMessage& sent : client->sent()) sent_[sent.message_id] = &sent;
    }
    for (const Event& event : events) read_acceptance(event);
    for (const Event& event : events) read_rest(event);
  }

  void at_home(const std::vector<TakenMail>& mails) {
    for (const TakenMail& mail : mails) arrived(mail);
    what_.clear();
    for (const auto& [key, story] : stories_) {
      expect(story.forwarded <= story.at_home, "a report never came home, but the log says so");
    }
  }

  void said(const std::deque<SentReport>& reports) {
    for (const SentReport& report : reports) {
      what_ = "report " + report.id + " to " + report.to + ": ";
      const ReportKey key{digest_of(report.octets), delivery_of(report)};
      Story& story = stories_[key];
      if (known_.insert(key).second) taken_on_[key.second] += !story.bounces.empty();
      for (const ReportAttempt& attempt : report.attempts) {
        rcpt_is_right(report, attempt);
        for (const auto& reply : {attempt.rcpt, attempt.final}) {
          if (reply && is_used_up(*reply)) used_up_.insert(key.second);
        }
      }
      is_on_record(report, story);
      is_handled(report, story);
      replies_are_on_record(report, story);
    }
    what_.clear();
    for (const auto& [key, story] : stories_) {
      expect(known_.count(key) == 1 || our_own_.count(key) == 1,
             "a report is on record that nobody sent");
    }
    for (const auto& [delivery, count] : taken_on_) {
      expect(count <= relay::kReportsPerReturnPath, "a return path took too many reports");
      expect(used_up_.count(delivery) == 0 || count == relay::kReportsPerReturnPath,
             "a return path was used up too soon");
    }
    for (const auto& [refusal, seen] : refusals_seen_) {
      expect(seen <= refusals_[refusal], "\"" + refusal.second + "\" was said of " + refusal.first +
                                             " more often than it is on record");
    }
  }

 private:
  void expect(bool kept, const std::string& otherwise) {
    if (!kept) broken_.push_back(what_ + otherwise);
  }

  void read_acceptance(const Event& event) {
    if (!event.has_accepted()) return;
    const auto& accepted = event.accepted();
    if (!event.reported_delivery_id().empty()) {
      expect(keys_.count(event.message_id()) == 0, "a report was accepted for two recipients");
      keys_[event.message_id()] = {accepted.content_digest(), event.reported_delivery_id()};
      by_text_["<" + schemas::uuid_text(event.message_id()) + "@mx.test>"] = event.message_id();
      stories_[keys_[event.message_id()]];
      if (accepted.size() == 0) our_own_.insert(keys_[event.message_id()]);
      const auto began = accepted_at_.find(event.reported_delivery_id());
      expect(began != accepted_at_.end(), "a report was taken before the mail it is about");
      if (began == accepted_at_.end()) return;
      if (schemas::wall_time(event.occurred_at()) > began->second + kWindow) {
        late_.insert(event.message_id());
      }
      return;
    }
    for (const auto& target : accepted.targets()) {
      accepted_at_[target.delivery_id()] = schemas::wall_time(event.occurred_at());
      deliveries_[{accepted.rfc5322_message_id(), mailbox_of(target.target())}].push_back(
          {target.delivery_id(), &event});
    }
  }

  void read_rest(const Event& event) {
    if (event.has_bounced()) {
      Story& story = stories_[{event.bounced().report_digest(), event.delivery_id()}];
      ++story.bounced[event.bounced().final_recipient()];
      story.bounces.push_back(&event);
    }
    if (event.has_rejected()) {
      ++refusals_[{event.rejected().recipient(), event.rejected().reply().text()}];
    }
    if (event.has_deferred()) {
      ++refusals_[{event.deferred().recipient(), event.deferred().reply().text()}];
    }
    const auto key = keys_.find(event.message_id());
    if (key == keys_.end() || event.has_accepted()) return;
    Story& story = stories_[key->second];
    expect(late_.count(event.message_id()) == 0 || event.has_dropped(),
           "a report was handed on when the window had closed");
    story.forwarded += event.has_forwarded();
    story.in_doubt += event.has_in_doubt();
    if (event.has_forwarded() || event.has_in_doubt()) may_be_home_.insert(event.message_id());
    story.refused += event.has_rejected() && !event.delivery_id().empty();
    story.open += event.has_deferred();
    if (!event.has_dropped()) return;
    const std::string& rule = event.dropped().rule();
    ++(rule == "report-again" ? story.again : rule == "report-late" ? story.held_late : story.held);
  }

  // The delivery that was made of the mail, as the log has it: its last try is the one that the
  // mail came by. Of a mail that came twice the token says which.
  const Reported* reported_by(const SentReport& report) const {
    const auto found = deliveries_.find({report.mail_id, report.mailbox});
    if (found == deliveries_.end() || !report.delivery) return nullptr;
    const std::string id = report.delivery->bytes();
    const auto last = std::find_if(found->second.rbegin(), found->second.rend(),
                                   [&](const Reported& one) { return one.delivery == id; });
    return last == found->second.rend() ? nullptr : &*last;
  }

  std::string delivery_of(const SentReport& report) {
    const Reported* reported = reported_by(report);
    expect(reported != nullptr, "the mail's return path does not name its delivery");
    return reported == nullptr ? std::string() : reported->delivery;
  }

  // I5: what is no live return path is refused at RCPT, and what is one is not.
  void rcpt_is_right(const SentReport& report, const ReportAttempt& attempt) {
    if (!attempt.rcpt) return;
    const Reply& reply = *attempt.rcpt;
    if (says_unrecorded(reply) || reply.code == 421) return;
    if (!reply.positive()) ++refusals_seen_[{report.to, reply.text}];
    if (!is_genuine(report.trick)) {
      expect(reply.permanent(), "it was not refused at RCPT: " + reply.text);
      return;
    }
    if (!report.delivery) return;
    // The window is counted from the acceptance; the address alone says when its id was made.
    const WallTime least = schemas::time_of(*report.delivery) + kWindow;
    const auto accepted = accepted_at_.find(report.delivery->bytes());
    const WallTime end = accepted == accepted_at_.end() ? least : accepted->second + kWindow;
    const bool expired = reply.text.find("expired") != std::string::npos;
    const bool used_up = is_used_up(reply);
    expect(attempt.rcpt_said <= end || expired, "it came late and was not refused: " + reply.text);
    expect(attempt.rcpt_heard > least || !expired,
           "it was refused as late before its time was over");
    expect(expired || used_up || !reply.permanent(), "it was refused at RCPT: " + reply.text);
  }

  static bool is_used_up(const Reply& reply) {
    return reply.text.find("all the reports") != std::string::npos;
  }

  bool was_taken(const SentReport& report) const {
    return std::any_of(
        report.attempts.begin(), report.attempts.end(),
        [](const ReportAttempt& attempt) { return attempt.final && attempt.final->positive(); });
  }

  void is_on_record(const SentReport& report, const Story& story) {
    if (!is_genuine(report.trick)) {
      expect(story.bounces.empty(), "it is on record although it was refused");
      return;
    }
    for (const std::string& recipient : report.recipients) {
      const auto found = story.bounced.find(recipient);
      const int count = found == story.bounced.end() ? 0 : found->second;
      expect(count <= 1, "it is on record " + std::to_string(count) + " times");
      expect(count == 1 || !was_taken(report), "it was answered 250 and is not on record");
    }
    expect(story.bounced.size() <= report.recipients.size(), "it is on record for others");
    const Reported* reported = reported_by(report);
    for (const Event* bounce : story.bounces) {
      expect(reported != nullptr && bounce->message_id() == reported->accepted->message_id() &&
                 bounce->alias() == reported->accepted->alias() &&
                 bounce->sender() == reported->accepted->sender(),
             "it is tied to another message");
    }
  }

  // Who is to be told; empty: nobody.
  std::string addressee(const SentReport& report) const {
    const auto sent = sent_.find(report.mail_id);
    if (sent == sent_.end() || report.mailbox.starts_with("bounce-absorbed")) return {};
    const ReportKind kind = report.kind;
    const bool failure = kind != ReportKind::delayed && kind != ReportKind::delivered;
    if (report.mailbox.starts_with("bounce-owned")) return failure ? kKeeper : "";
    const std::string& notify = sent->second->notify;
    const auto asked = [&](const char* word) { return notify.find(word) != std::string::npos; };
    const bool wanted = failure                       ? notify.empty() || asked("FAILURE")
                        : kind == ReportKind::delayed ? asked("DELAY")
                                                      : asked("SUCCESS");
    const std::string& sender = sent->second->sender;
    return wanted && sender.ends_with(std::string("@") + kVerifiedDomain) ? sender : "";
  }

  // Once done it is done; and nothing is done with it that is not owed.
  void is_handled(const SentReport& report, const Story& story) {
    expect(story.done() <= 1, "it was done " + std::to_string(story.done()) + " times");
    expect(story.again == 0 || story.done() == 1, "it was done again before it was done");
    if (was_taken(report)) expect(story.done() == 1, "it was answered 250 and nothing was done");
    const bool owed = !addressee(report).empty();
    if (owed) {
      expect(story.held == 0, "it was held, and somebody was owed it");
    } else {
      const int sent = story.forwarded + story.refused + story.open + story.in_doubt;
      expect(sent == 0 && story.at_home == 0, "it was handed on, and nobody was to be told");
    }
    const Reported* reported = reported_by(report);
    if (story.held_late > 0 && reported != nullptr) {
      const WallTime end = schemas::wall_time(reported->accepted->occurred_at()) + kWindow;
      const auto late = [&](const ReportAttempt& attempt) {
        return attempt.rcpt && (!attempt.final || attempt.final_heard > end);
      };
      expect(std::any_of(report.attempts.begin(), report.attempts.end(), late),
             "it was held as late, and it was not");
    }
    for (const Event* bounce : story.bounces) {
      const auto& bounced = bounce->bounced();
      const bool handed_on = bounced.handling() == pb::HANDLING_HANDED_ON;
      expect(handed_on == (owed && !bounced.late()), "its handling is not what was owed");
      expect(handed_on || !bounced.handling_reason().empty(), "it was held without a reason");
      if (handed_on) expect(bounced.handed_on_to() == addressee(report), "for somebody else");
    }
  }

  void replies_are_on_record(const SentReport& report, const Story& story) {
    int open = 0;
    for (const ReportAttempt& attempt : report.attempts) {
      if (!attempt.final || says_unrecorded(*attempt.final)) continue;
      const Reply& reply = *attempt.final;
      const bool put_off = reply.text.find("come again to have it") != std::string::npos;
      open += put_off;
      if (!reply.positive() && !put_off) ++refusals_seen_[{report.to, reply.text}];
      const bool used_up = is_used_up(reply);
      expect(!reply.permanent() || used_up, "its body was refused: " + reply.text);
      if (used_up) expect(story.bounces.empty(), "it is on record although it was refused");
    }
    expect(open <= story.open + story.in_doubt, "it was put off more often than is on record");
  }

  void arrived(const TakenMail& mail) {
    what_ = "a mail at home for " + mail.recipient + ": ";
    expect(mail.sender.empty(), "its sender is not the null sender");
    for (const char* hidden : {"hidden", "hop.test", "192.0.2.10"}) {
      expect(mail.octets.find(hidden) == std::string::npos, std::string("it names ") + hidden);
    }
    const auto report = by_text_.find(message_id_of(mail.octets));
    expect(report != by_text_.end(), "no report on record is its cause");
    if (report == by_text_.end()) return;
    expect(may_be_home_.erase(report->second) == 1, "it was taken more often than is on record");
    const ReportKey& key = keys_[report->second];
    ++stories_[key].at_home;
    for (const auto& [about, made] : deliveries_) {
      for (const Reported& reported : made) {
        if (reported.delivery != key.second) continue;
        const std::string& alias = reported.accepted->alias();
        expect(mail.octets.find(alias) != std::string::npos, "it does not name the alias");
        const bool owned = about.second.starts_with("bounce-owned");
        const auto sent = sent_.find(about.first);
        const std::string right = owned ? kKeeper : sent == sent_.end() ? "" : sent->second->sender;
        expect(mail.recipient == right, "it is for " + right);
        expect(owned || right.ends_with(kVerifiedDomain), "nobody vouched for this sender");
      }
    }
  }

  std::vector<std::string>& broken_;
  std::string what_;
  std::map<std::string, const SentMessage*> sent_;  // by Message-ID
  // By Message-ID and mailbox.
  std::map<std::pair<std::string, std::string>, std::vector<Reported>> deliveries_;
  std::map<std::string, ReportKey> keys_;        // by the message id of a report's transaction
  std::map<std::string, std::string> by_text_;   // that id, by the Message-ID of what goes home
  std::map<std::string, WallTime> accepted_at_;  // by delivery
  std::set<std::string> late_;                   // ids of those that were whole too late
  std::set<std::string> may_be_home_;            // ids of those that home took, or may have taken
  std::map<ReportKey, Story> stories_;
  std::set<ReportKey> known_;
  std::set<ReportKey> our_own_;                  // notices of ours, which nobody sent
  std::map<std::string, std::size_t> taken_on_;  // reports on record, by delivery
  std::set<std::string> used_up_;                // deliveries, by what was said
  // By the recipient as given and the reply's text.
  std::map<std::pair<std::string, std::string>, int> refusals_;
  std::map<std::pair<std::string, std::string>, int> refusals_seen_;
};

}  // namespace

void check_reports(const std::vector<Event>& events, const std::vector<const SimClient*>& clients,
                   const Bridgehead& bridgehead, const std::vector<TakenMail>& at_home,
                   std::vector<std::string>& broken) {
  ReportChecker checker(events, clients, broken);
  checker.at_home(at_home);
  checker.said(bridgehead.reports());
}

}  // namespace waybill::tests
