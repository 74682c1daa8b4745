#include "tests/sim/tries_checker.h"

#include <algorithm>
#include <map>
#include <set>

#include "tests/sim/domain.h"
#include "tests/sim/reports.h"

namespace waybill::tests {

using runtime::WallTime;
using schemas::Event;
using schemas::Reply;

namespace {

// One copy of a message at a mailbox.
using Copy = std::pair<std::string, std::string>;  // Message-ID, mailbox

// Of the transaction that a mail came by, as its Received field has it.
std::string transaction_of(const std::string& octets) {
  constexpr std::string_view kWord = " id ";
  const std::size_t field = octets.find("Received: from ");
  const std::size_t at = field == std::string::npos ? field : octets.find(kWord, field);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + kWord.size();
  const auto id = schemas::MessageId::parse(octets.substr(begin, octets.find(';', begin) - begin));
  return id ? id->bytes() : std::string();
}

// What an event says of one delivery of a mail that was tried; empty: nothing.
std::string target_of(const Event& event) {
  if (event.delivery_id().empty() || !event.reported_delivery_id().empty()) return {};
  if (event.has_forwarded()) return event.forwarded().target();
  if (event.has_rejected()) return event.rejected().target();
  if (event.has_deferred()) return event.deferred().target();
  return event.has_in_doubt() ? event.in_doubt().target() : std::string();
}

bool is_greylisted(const Reply& reply) {
  return reply.text.find("Greylisted") != std::string::npos;
}

class TriesChecker {
 public:
  TriesChecker(const std::vector<Event>& events, const Transactions& transactions,
               const std::vector<WallTime>& ends, std::vector<std::string>& broken)
      : events_(events), transactions_(transactions), ends_(ends), broken_(broken) {}

  // As the log has it: a delivery goes on only while it is put off.
  void deliveries_end_once() {
    std::map<std::string, const Event*> last;
    for (const Event& event : events_) {
      if (event.has_accepted()) {
        for (const auto& target : event.accepted().targets()) {
          const Event* before = last[target.delivery_id()];
          expect(before == nullptr || before->has_deferred() || before->has_dropped(),
                 "a return path stands for another message after its delivery ended");
        }
      } else if (is_outcome(event) && !event.delivery_id().empty()) {
        last[event.delivery_id()] = &event;
      }
    }
  }

  // As the next hop has it. `clients` have what their senders heard.
  void copies_are_owed(const SimNextHop& hop, const std::vector<const SimClient*>& clients) {
    std::map<std::string, const SentMessage*> sent;
    for (const SimClient* client : clients) {
      for (const SentMessage& one : client->sent()) sent[one.message_id] = &one;
    }
    std::set<std::string> paths;
    std::set<Copy> by_transaction;
    std::map<Copy, WallTime> done;
    for (const TakenMail& mail : hop.taken()) {
      expect(mail.sender.empty() || paths.insert(mail.sender).second,
             "two mails were taken from one return path");
      const std::string id = transaction_of(mail.octets);
      const Transaction* transaction = transactions_.find(id);
      expect(transaction != nullptr, "a mail came by no transaction on record");
      if (transaction == nullptr) continue;
      const Copy copy{message_id_of(mail.octets), mail.recipient};
      what_ = copy.first + " at " + copy.second + ": ";
      expect(by_transaction.insert({id, mail.recipient}).second,
             "one transaction brought it twice");
      const auto before = done.find(copy);
      expect(before == done.end() || before->second <= transaction->accepted_at,
             "it came once more after it was known to be there");
      const SentMessage* message = sent[copy.first];
      expect(message != nullptr, "nobody sent it");
      if (message != nullptr) done[copy] = known_until(*message, *transaction, mail);
      what_.clear();
      taken_.insert(copy);
    }
  }

  // A target that was put off, and whose sender knows it, is asked from the same return path.
  void return_path_stays(const SentMessage& sent) {
    if (sent.sender.empty() || sent.regular) return;
    struct Last {
      const Event* event = nullptr;
      std::size_t number = 0;
    };
    std::map<Copy, Last> last;  // by alias and target
    for (const Event* event : of_sender(sent.sender)) {
      const std::size_t number = number_of(sent, schemas::wall_time(event->occurred_at()));
      Last& before = last[{event->alias(), target_of(*event)}];
      const bool goes_on = before.event != nullptr && before.event->has_deferred() &&
                           sent.tries[before.number].heard_of(event->alias());
      expect(!goes_on || before.event->delivery_id() == event->delivery_id(),
             sent.message_id + " for " + event->alias() + " went on under another return path");
      before = {event, number};
    }
  }

  // With its least pause a sender passes every greylist at the second try.
  void greylist_is_passed(const SentMessage& sent) {
    if (sent.regular) return;
    for (std::size_t i = 0; i + 1 < sent.tries.size(); ++i) {
      const std::set<std::string> before = greylisted(sent.tries[i]);
      for (const std::string& alias : greylisted(sent.tries[i + 1])) {
        expect(!before.contains(alias),
               sent.message_id + " for " + alias + " was greylisted twice in a row");
      }
    }
  }

  // Each target of a recipient that was answered 250 has it, or its refusal was told.
  void nothing_is_lost(const SentMessage& sent) {
    for (std::size_t i = 0; i < sent.tries.size(); ++i) {
      for (const auto& [alias, reply] : sent.tries[i].verdicts) {
        const auto targets = sim_targets().find(alias);
        if (!reply.positive() || targets == sim_targets().end()) continue;
        for (const std::string& mailbox : targets->second) {
          expect(taken_.contains({sent.message_id, mailbox}) || is_told(sent, i, alias, mailbox),
                 sent.message_id + " was answered 250 for " + alias + " and " + mailbox +
                     " neither has it nor is its refusal told");
        }
      }
    }
  }

  // A live return path is taken for a sender before anything of it is on record.
  void callers_are_told(const SimNextHop& hop) {
    for (const CallBack& call : hop.called_back()) {
      expect(!call.reply || !call.reply->permanent(),
             call.return_path + " was refused when it was called back");
    }
  }

 private:
  void expect(bool kept, const std::string& otherwise) {
    if (!kept) broken_.push_back(what_ + otherwise);
  }

  // The try under way at that time.
  static std::size_t number_of(const SentMessage& sent, WallTime at) {
    std::size_t number = 0;
    while (number + 1 < sent.tries.size() && sent.tries[number + 1].began <= at) ++number;
    return number;
  }

  // Until when the relay knows that the mail is there, or its sender does not come again. A sender
  // that lost the reply of a mail that all have comes again (RFC 1047): of one that had come again
  // before the relay remembers it while it lives, of another not at all.
  WallTime known_until(const SentMessage& sent, const Transaction& transaction,
                       const TakenMail& mail) const {
    const Event* outcome = transaction.outcome_at(mail.recipient);
    const bool known = outcome != nullptr && outcome->has_forwarded() &&
                       outcome->forwarded().reply().text() == mail.reply_text;
    if (!known) return WallTime::min();
    const std::size_t number = number_of(sent, transaction.accepted_at);
    const bool told = sent.tries[number].heard_of(outcome->alias());
    if (transaction.open() || told) return WallTime::max();
    const bool own = schemas::delivery_number(outcome->delivery_id(), outcome->message_id()) != 0;
    if (own) return WallTime::min();
    const auto end = std::lower_bound(ends_.begin(), ends_.end(), transaction.accepted_at);
    return end == ends_.end() ? WallTime::max() : *end;
  }

  bool is_told(const SentMessage& sent, std::size_t number, const std::string& alias,
               const std::string& mailbox) const {
    const Transaction* transaction = transactions_.of_try(sent, number);
    if (transaction == nullptr) return false;
    const Event* outcome = transaction->outcome_at(mailbox);
    return outcome != nullptr && outcome->alias() == alias && outcome->has_rejected() &&
           transactions_.is_told(*outcome);
  }

  // Of aliases with one target, whose reply to RCPT is the greylister's.
  static std::set<std::string> greylisted(const SentTry& tried) {
    std::set<std::string> out;
    for (const auto& [alias, reply] : tried.rcpt) {
      if (alias.starts_with("grey") && is_greylisted(reply)) out.insert(alias);
    }
    return out;
  }

  const std::vector<const Event*>& of_sender(const std::string& sender) {
    if (by_sender_.empty()) {
      for (const Event& event : events_) {
        if (!target_of(event).empty()) by_sender_[event.sender()].push_back(&event);
      }
    }
    return by_sender_[sender];
  }

  const std::vector<Event>& events_;
  const Transactions& transactions_;
  const std::vector<WallTime>& ends_;
  std::vector<std::string>& broken_;
  std::string what_;
  std::set<Copy> taken_;
  std::map<std::string, std::vector<const Event*>> by_sender_;
};

}  // namespace

void check_tries(const std::vector<Event>& events, const Transactions& transactions,
                 const std::vector<const SimClient*>& clients, const SimNextHop& hop,
                 const std::vector<WallTime>& ends, std::vector<std::string>& broken) {
  TriesChecker checker(events, transactions, ends, broken);
  checker.deliveries_end_once();
  checker.copies_are_owed(hop, clients);
  for (const SimClient* client : clients) {
    for (const SentMessage& sent : client->sent()) {
      checker.return_path_stays(sent);
      checker.greylist_is_passed(sent);
      checker.nothing_is_lost(sent);
    }
  }
  checker.callers_are_told(hop);
}

}  // namespace waybill::tests
