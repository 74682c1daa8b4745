#include "tests/sim/checker.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "ingest/journal_offsets.h"
#include "projector/history.h"
#include "schemas/event.h"
#include "schemas/ids.h"
#include "tests/sim/domain.h"
#include "tests/sim/report_checker.h"
#include "tests/sim/transactions.h"
#include "tests/sim/tries_checker.h"

namespace waybill::tests {

using schemas::Event;
using schemas::Reply;
namespace pb = schemas::pb;

bool says_unrecorded(const Reply& reply) {
  return reply.text.find("put on record") != std::string::npos;
}

namespace {

struct Fate {
  const Event* accepted = nullptr;
  int acceptances = 0;
  std::vector<const Event*> outcomes;
};

class Checker {
 public:
  Checker(const Disks& disks, std::vector<std::string>& broken) : broken_(broken) {
    const auto records = disks.journal.read(schemas::SequenceNumber(1), SIZE_MAX, SIZE_MAX);
    runtime::check(records.has_value(), "the journal can be read");
    records_ = *records;
    events_.resize(records_.size());
    for (std::size_t i = 0; i < records_.size(); ++i) read(i);
    transactions_.emplace(events_);
  }

  const std::vector<Event>& events() const { return events_; }

  const Transactions& transactions() const { return *transactions_; }

  // I3: each acceptance has exactly one outcome for each of its targets, and no outcome is without
  // one.
  void every_acceptance_ends() {
    for (const auto& [id, fate] : fates_) {
      expect(fate.acceptances == 1, "a delivery was accepted " + std::to_string(fate.acceptances) +
                                        " times in one transaction");
      expect(fate.outcomes.size() == 1, "a delivery to " + alias_of(fate) + " has " +
                                            std::to_string(fate.outcomes.size()) + " outcomes");
    }
  }

  // I1, seen by the sender.
  void every_reply_is_on_record(const SimClient& client) {
    for (const SentMessage& sent : client.sent()) {
      for (std::size_t i = 0; i < sent.tries.size(); ++i) {
        for (const auto& [alias, reply] : sent.tries[i].rcpt) {
          if (!reply.positive() && !says_unrecorded(reply))
            ++refusals_seen_[{alias, as_told(alias, static_cast<std::uint32_t>(reply.code))}];
        }
        verdicts_are_on_record(sent, i);
      }
    }
  }

  void refusals_are_counted() {
    for (const auto& [refusal, seen] : refusals_seen_) {
      expect(seen <= refusals_[refusal], "the sender saw " + std::to_string(refusal.second) +
                                             " for " + refusal.first +
                                             " more often than it is on record");
    }
  }

  // I1, seen by the next hop: what it took was accepted before, and has an outcome.
  void every_mail_taken_is_on_record(const SimNextHop& hop, const SimNextHop& home) {
    std::set<std::string> texts;
    for (const TakenMail& mail : home.taken()) texts.insert(mail.reply_text);
    for (const TakenMail& mail : hop.taken()) {
      const std::string id = message_id_of(mail.octets);
      expect(!id.empty(), "mail without Message-ID arrived");
      ++taken_[{id, mail.recipient}];
      texts.insert(mail.reply_text);
      bodies_[id].push_back(mail.octets);
    }
    for (const auto& [what, count] : taken_) {
      expect(count <= chosen_[what],
             what.first + " was taken for " + what.second + " more often than it was accepted");
    }
    for (const Event& event : events_) {
      if (!event.has_forwarded()) continue;
      expect(texts.count(event.forwarded().reply().text()) == 1,
             "Forwarded names a reply that the next hop never gave");
    }
  }

  // Behind our two fields every octet is the sender's.
  void bytes_are_the_senders(const SimClient& client) {
    for (const SentMessage& sent : client.sent()) {
      for (const std::string& octets : bodies_[sent.message_id]) {
        expect(octets.starts_with("Authentication-Results: mx.test"),
               "our trace fields are not in front");
        expect(octets.ends_with("\r\n" + sent.body) &&
                   octets.find("\r\nReceived:") == octets.rfind("\r\nReceived: from client.test "),
               "the message was altered on its way");
      }
    }
  }

  // I4: the views are the fold of the log, each event once.
  void views_are_the_fold(const Disks& disks) {
    projector::MemoryViewStore fresh;
    auto projector = projector::Projector::open(fresh, 0);
    std::vector<ingest::LogRecord> records;
    for (const ingest::JournalRecord& record : records_) {
      records.push_back({0, ingest::offset_of(record.seq), record.value});
    }
    if (!records.empty()) {
      expect((*projector)->project(records).has_value(), "the log cannot be folded again");
    }
    const auto kept = projector::digest_views(disks.views);
    const auto again = projector::digest_views(fresh);
    expect(kept && again && *kept == *again, "the views are not the fold of the log");
    const auto progress = projector::read_progress(disks.views);
    expect(progress && progress->next_index == schemas::EventIndex(records_.size()),
           "the views have not every event exactly once");
    messages_are_whole(disks.views);
  }

 private:
  void messages_are_whole(const projector::ViewStore& views) {
    std::map<std::string, std::size_t> events;
    for (const Event& event : events_) ++events[event.message_id()];
    const projector::History history(views);
    for (const auto& [id, count] : events) {
      const auto message = schemas::MessageId::from_bytes(id);
      if (!message) continue;
      const auto found = history.message(*message, schemas::Sight::all());
      expect(found && found->events.size() == count, "a message is found without its events");
    }
  }

  void expect(bool kept, const std::string& otherwise) {
    if (!kept) broken_.push_back(otherwise);
  }

  static std::string alias_of(const Fate& fate) {
    return fate.accepted != nullptr ? fate.accepted->alias() : "an unknown alias";
  }

  void read(std::size_t i) {
    Event& event = events_[i];
    expect(event.ParseFromString(records_[i].value), "a record does not decode");
    expect(event.node_seq() == i + 1, "node_seq is not dense");
    expect(event_ids_.insert(event.event_id()).second, "an event id stands twice in the log");
    if (event.has_accepted()) {
      const std::string& id = event.accepted().rfc5322_message_id();
      for (const auto& target : event.accepted().targets()) {
        // That of a retry may be an earlier try's, of which nothing is on record where it was cut.
        expect(schemas::delivery_number(target.delivery_id(), event.message_id()) != 0 ||
                   !event.sender().empty(),
               "the id of a delivery is not its message's");
        Fate& fate = fates_[{event.message_id(), target.delivery_id()}];
        fate.accepted = &event;
        ++fate.acceptances;
        ++chosen_[{id, mailbox_of(target.target())}];
      }
    } else if (is_outcome(event) && !event.delivery_id().empty()) {
      fates_[{event.message_id(), event.delivery_id()}].outcomes.push_back(&event);
    }
    if (event.has_rejected()) ++refusals_[{event.alias(), event.rejected().reply().code()}];
    if (event.has_deferred()) {
      ++refusals_[{event.alias(), as_told(event.alias(), event.deferred().reply().code())}];
    }
  }

  // A next hop's 421 is our 451, as is any 4yz of several targets.
  static std::uint32_t as_told(const std::string& alias, std::uint32_t code) {
    const auto targets = sim_targets().find(alias);
    const bool several = targets != sim_targets().end() && targets->second.size() > 1;
    return code == 421 || (several && code / 100 == 4) ? 451 : code;
  }

  // What the sender heard of the body in one try.
  void verdicts_are_on_record(const SentMessage& sent, std::size_t number) {
    const SentTry& tried = sent.tries[number];
    const bool on_record =
        std::none_of(tried.verdicts.begin(), tried.verdicts.end(),
                     [](const auto& verdict) { return says_unrecorded(verdict.second); });
    if (tried.verdicts.empty() || !on_record) return;
    const Transaction* transaction = transactions_->of_try(sent, number);
    const std::string what = sent.message_id + " in try " + std::to_string(number + 1);
    expect(transaction != nullptr || tried.verdicts.begin()->second.code == 421,
           what + " was answered and nothing is on record");
    if (transaction == nullptr) return;
    expect(transaction->accepted.size() == tried.verdicts.size() || !tried.whole,
           what + " was accepted for other recipients");
    if (!tried.for_each) {
      verdict_is_true(what, tried.verdicts.begin()->second, transaction->outcomes_of());
      return;
    }
    for (const auto& [alias, reply] : tried.verdicts) {
      verdict_is_true(what + " for " + alias, reply, transaction->outcomes_of(alias));
    }
    if (tried.whole) whole_is_true(what, tried);
  }

  void verdict_is_true(std::string what, const Reply& verdict,
                       const std::vector<const Event*>& outcomes) {
    what += " was answered " + std::to_string(verdict.code);
    std::size_t taken = 0;
    std::size_t refused = 0;
    std::size_t open = 0;
    for (const Event* outcome : outcomes) {
      taken += outcome->has_forwarded() || outcome->has_dropped();
      refused += outcome->has_rejected();
      open += outcome->has_deferred() || outcome->has_in_doubt();
    }
    expect(!outcomes.empty(), what + " and nothing is on record");
    if (verdict.positive()) {
      expect(open == 0 && taken > 0, what + " and not every target has it");
      for (const Event* outcome : outcomes) {
        expect(!outcome->has_rejected() || transactions_->is_told(*outcome),
               what + " and a refusal is not told");
      }
    } else if (verdict.permanent()) {
      expect(refused > 0 && open == 0, what + " and no refusal is on record");
    } else if (verdict.code != 421) {
      expect(open > 0, what + " and nothing open is on record");
    }
  }

  // With PRDR: true of one recipient at least, the best of all.
  void whole_is_true(const std::string& what, const SentTry& tried) {
    bool taken = false;
    bool open = false;
    for (const auto& [alias, reply] : tried.verdicts) {
      taken = taken || reply.positive();
      open = open || reply.code / 100 == 4;
    }
    const int kind = taken ? 2 : open ? 4 : 5;
    expect(tried.whole->code / 100 == kind,
           what + " as a whole was answered " + std::to_string(tried.whole->code));
  }

  std::vector<std::string>& broken_;
  std::vector<ingest::JournalRecord> records_;
  std::vector<Event> events_;
  std::set<std::string> event_ids_;
  std::optional<Transactions> transactions_;
  std::map<std::pair<std::string, std::string>, Fate> fates_;  // by message and delivery
  std::map<std::pair<std::string, std::uint32_t>, int> refusals_;
  std::map<std::pair<std::string, std::uint32_t>, int> refusals_seen_;
  std::map<std::pair<std::string, std::string>, int> chosen_;
  std::map<std::pair<std::string, std::string>, int> taken_;
  std::map<std::string, std::vector<std::string>> bodies_;
};

}  // namespace

std::set<std::string> rules_on_record(const Disks& disks) {
  std::set<std::string> out;
  const auto records = disks.journal.read(schemas::SequenceNumber(1), SIZE_MAX, SIZE_MAX);
  for (const ingest::JournalRecord& record : *records) {
    Event event;
    if (!event.ParseFromString(record.value)) continue;
    if (event.has_rejected()) out.insert(event.rejected().rule());
    if (event.has_deferred()) out.insert(event.deferred().rule());
    if (event.has_dropped()) out.insert(event.dropped().rule());
  }
  return out;
}

std::vector<std::string> broken_promises(const Disks& disks, const Witnesses& seen) {
  std::vector<std::string> broken;
  Checker checker(disks, broken);
  checker.every_acceptance_ends();
  for (const SimClient* client : seen.clients) checker.every_reply_is_on_record(*client);
  checker.refusals_are_counted();
  checker.every_mail_taken_is_on_record(seen.hop, seen.home);
  for (const SimClient* client : seen.clients) checker.bytes_are_the_senders(*client);
  check_reports(checker.events(), seen.clients, seen.bridgehead, seen.home.taken(), broken);
  check_tries(checker.events(), checker.transactions(), seen.clients, seen.hop, seen.ends, broken);
  checker.views_are_the_fold(disks);
  return broken;
}

}  // namespace waybill::tests
