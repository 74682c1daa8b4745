#include "tests/sim/checker.h"

#include <map>
#include <set>

#include "ingest/journal_offsets.h"
#include "projector/history.h"
#include "schemas/event.h"
#include "schemas/ids.h"
#include "tests/sim/report_checker.h"

namespace waybill::tests {

using schemas::Event;
using schemas::Reply;
namespace pb = schemas::pb;

bool says_unrecorded(const Reply& reply) {
  return reply.text.find("put on record") != std::string::npos;
}

std::string mailbox_of(const std::string& target) {
  const std::string literal = target.substr(0, target.rfind(']') + 1);
  return literal.empty() ? target : literal;
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
  }

  const std::vector<Event>& events() const { return events_; }

  // I3: each acceptance has exactly one outcome for each of its targets, and no outcome is without
  // one.
  void every_acceptance_ends() {
    for (const auto& [id, fate] : fates_) {
      expect(fate.acceptances == 1,
             "a delivery was accepted " + std::to_string(fate.acceptances) + " times");
      expect(fate.outcomes.size() == 1, "a delivery to " + alias_of(fate) + " has " +
                                            std::to_string(fate.outcomes.size()) + " outcomes");
    }
  }

  // I1, seen by the sender.
  void every_reply_is_on_record(const SimClient& client) {
    for (const SentMessage& sent : client.sent()) {
      for (const auto& [alias, reply] : sent.rcpt) {
        if (!reply.positive() && !says_unrecorded(reply))
          ++refusals_seen_[{alias, as_told(static_cast<std::uint32_t>(reply.code))}];
      }
      if (sent.final && !says_unrecorded(*sent.final)) final_is_on_record(sent);
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
      const auto found = history.message(*message);
      expect(found && found->events.size() == count, "a message is found without its events");
    }
  }

  void expect(bool kept, const std::string& otherwise) {
    if (!kept) broken_.push_back(otherwise);
  }

  static std::string alias_of(const Fate& fate) {
    return fate.accepted != nullptr ? fate.accepted->alias() : "an unknown alias";
  }

  static bool is_outcome(const Event& event) {
    if (event.has_rejected()) return event.rejected().stage() == pb::STAGE_BODY;
    if (event.has_deferred()) return event.deferred().stage() == pb::STAGE_BODY;
    return event.has_forwarded() || event.has_dropped() || event.has_in_doubt();
  }

  void read(std::size_t i) {
    Event& event = events_[i];
    expect(event.ParseFromString(records_[i].value), "a record does not decode");
    expect(event.node_seq() == i + 1, "node_seq is not dense");
    expect(event_ids_.insert(event.event_id()).second, "an event id stands twice in the log");
    if (event.has_accepted()) {
      const std::string& id = event.accepted().rfc5322_message_id();
      accepted_[id].push_back(&event);
      for (const auto& target : event.accepted().targets()) {
        expect(schemas::delivery_number(target.delivery_id(), event.message_id()) != 0,
               "the id of a delivery is not its message's");
        Fate& fate = fates_[target.delivery_id()];
        fate.accepted = &event;
        ++fate.acceptances;
        ++chosen_[{id, mailbox_of(target.target())}];
      }
    } else if (is_outcome(event) && !event.delivery_id().empty()) {
      fates_[event.delivery_id()].outcomes.push_back(&event);
    }
    if (event.has_rejected()) ++refusals_[{event.alias(), event.rejected().reply().code()}];
    if (event.has_deferred()) {
      ++refusals_[{event.alias(), as_told(event.deferred().reply().code())}];
    }
    if (event.has_accepted() && !event.reported_delivery_id().empty()) {
      notices_[event.reported_delivery_id()].push_back(&event);
    }
  }

  // A next hop's 421 is our 451.
  static std::uint32_t as_told(std::uint32_t code) { return code == 421 ? 451 : code; }

  // A notice on that delivery is with its sender's server.
  bool is_told(const Event& outcome) {
    for (const Event* notice : notices_[outcome.delivery_id()]) {
      for (const auto& home : notice->accepted().targets()) {
        for (const Event* end : fates_[home.delivery_id()].outcomes) {
          if (end->has_forwarded()) return true;
        }
      }
    }
    return false;
  }

  // The outcomes of one message, over all its recipients.
  std::vector<const Event*> outcomes_of(const std::string& message_id) {
    std::vector<const Event*> out;
    for (const Event* accepted : accepted_[message_id]) {
      for (const auto& target : accepted->accepted().targets()) {
        const auto& outcomes = fates_[target.delivery_id()].outcomes;
        out.insert(out.end(), outcomes.begin(), outcomes.end());
      }
    }
    return out;
  }

  void final_is_on_record(const SentMessage& sent) {
    const auto outcomes = outcomes_of(sent.message_id);
    const Reply& final = *sent.final;
    std::size_t taken = 0;
    std::size_t refused = 0;
    std::size_t open = 0;
    for (const Event* outcome : outcomes) {
      taken += outcome->has_forwarded() || outcome->has_dropped();
      refused += outcome->has_rejected();
      open += outcome->has_deferred() || outcome->has_in_doubt();
    }
    const std::string what = sent.message_id + " was answered " + std::to_string(final.code);
    expect(!outcomes.empty(), what + " and nothing is on record");
    if (final.positive()) {
      expect(open == 0 && taken > 0, what + " and not every target has it");
      for (const Event* outcome : outcomes) {
        expect(!outcome->has_rejected() || is_told(*outcome), what + " and a refusal is not told");
      }
      std::size_t recipients = 0;
      for (const auto& [alias, reply] : sent.rcpt) recipients += reply.positive();
      expect(accepted_[sent.message_id].size() == recipients, what + " for other recipients");
    } else if (final.permanent()) {
      expect(refused > 0 && open == 0, what + " and no refusal is on record");
    } else if (final.code != 421) {
      expect(open > 0, what + " and nothing open is on record");
    }
  }

  std::vector<std::string>& broken_;
  std::vector<ingest::JournalRecord> records_;
  std::vector<Event> events_;
  std::set<std::string> event_ids_;
  std::map<std::string, Fate> fates_;
  std::map<std::string, std::vector<const Event*>> accepted_;
  std::map<std::pair<std::string, std::uint32_t>, int> refusals_;
  std::map<std::pair<std::string, std::uint32_t>, int> refusals_seen_;
  std::map<std::string, std::vector<const Event*>> notices_;  // by the delivery that they tell of
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
  checker.views_are_the_fold(disks);
  return broken;
}

}  // namespace waybill::tests
