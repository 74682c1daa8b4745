// HandOverPlan: all deliveries of one message, from the first question to a next hop to the reply
// to the body. It owns their connections, their order, their deadlines and their tries.
//
// Recipients come one by one; the targets of each are asked side by side (cut-through), and the
// message goes to all targets side by side, each with its own verdict (plan/verdict_rule.h has the
// one reply). A retry of the same mail goes on where the earlier try ended (plan/tries.h).
//
// Promises: a next hop's refusal at RCPT is on record before it is returned; the acceptance is on
// record before the last octet of the message goes to a next hop; each delivery's outcome is on
// record before the sender hears of it. Where the log does not take an event, the reply is 451
// instead. Nothing begins after the deadline. Owner's thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "relay/acceptance.h"
#include "relay/homecoming.h"
#include "relay/outgoing.h"
#include "relay/plan/content_digest.h"
#include "relay/plan/tries.h"
#include "relay/plan/verdict_rule.h"
#include "relay/sender_envelope.h"

namespace waybill::relay {

// Deliveries of one message that are asked, or handed over, at one time. More wait for their turn:
// an alias of many targets costs a stranger's one command no more connections than this.
inline constexpr std::size_t kSideBySide = 10;
// Connections that one message holds between RCPT and its body. Recipients beyond are asked, their
// connections are let go, and they are asked again when their turn comes: rounds on the same
// connections, below what next hops allow one client (Postfix: 50).
inline constexpr std::size_t kHeldPerMessage = 10;

struct Delivery {
  schemas::DeliveryId id;
  std::optional<schemas::Target> target;  // nullopt: the route drops it
  plan::TryKey key;
  bool lent = false;     // the id is an earlier try's
  plan::Loan loan;       // of that
  bool put_off = false;  // the id is there for the next try
  std::unique_ptr<forward::Handover> handover;
  forward::HopAnswer answer;  // the last one
  bool done_before = false;
  bool ended = false;  // its outcome is on its way to the record

  bool asked_well() const { return answer.kind == forward::HopAnswer::Kind::accepted; }
  // A next hop was asked, and neither took anything by the id nor refused it for good.
  bool deferred() const {
    return handover != nullptr && answer.kind == forward::HopAnswer::Kind::deferred;
  }
};

struct Recipient {
  Subject subject;
  routes::Found found;
  smtp::RcptDsn dsn;
  std::vector<Delivery> deliveries;  // of a route that drops: one, without target

  bool drops() const { return std::holds_alternative<schemas::DropSilently>(*found.action); }
  bool redacts() const;
};

class HandOverPlan {
 public:
  // Both outlive it.
  HandOverPlan(Lane& lane, const SenderEnvelope& envelope) : lane_(lane), envelope_(envelope) {}
  ~HandOverPlan();
  HandOverPlan(const HandOverPlan&) = delete;
  HandOverPlan& operator=(const HandOverPlan&) = delete;

  const std::vector<Recipient>& recipients() const { return recipients_; }
  // The acceptance is on record.
  bool accepted() const { return accepted_; }

  // A recipient whose route forwards or drops. Asks its next hops; the reply to RCPT. It is taken
  // where one of them takes it: what became of the others is part of the verdict on the body.
  runtime::Task<schemas::Reply> take(Recipient recipient);

  // Records the acceptance, hands over, records the outcomes. The reply to the body; with PRDR one
  // for each of recipients() too, where there are several.
  runtime::Task<plan::BodyReply> hand_over(WholeMessage message, Trusted trusted);

 private:
  struct Turn {
    Recipient* recipient;
    Delivery* delivery;
  };
  // What the side-by-side tasks of one message share.
  struct Round {
    std::vector<Turn> turns;
    std::size_t next = 0;
    runtime::Instant deadline;
    message::Spool* spool = nullptr;
    const Outgoing* outgoing = nullptr;
    Acceptance* acceptance = nullptr;
    plan::ContentDigest digest;  // empty octets: no retry can go to a part of the targets
    bool may_be_retry = false;
    std::optional<runtime::Error> unrecorded;
  };

  schemas::DeliveryId new_id();
  Delivery new_delivery(const Recipient& recipient, const schemas::Target& target);
  runtime::Task<void> borrow(const Recipient& recipient, Delivery& delivery,
                             runtime::Instant deadline);
  runtime::Task<bool> is_ours(const Delivery& delivery, runtime::Instant deadline);
  static forward::HopAnswer out_of_time();
  void begin_anew(Delivery& delivery);
  runtime::Task<void> renew_loans(runtime::Instant deadline);
  void end_loan(Delivery& delivery);
  void put_off(Delivery& delivery) const;
  void put_off_deferred();
  smtp::MailParameters mail_for(const Recipient& recipient, const Delivery& delivery) const;
  std::uint16_t partition_of(const Recipient& recipient) const;
  runtime::Task<schemas::Reply> ask_targets(Recipient recipient);
  runtime::Task<void> ask_in_turn(Round& round);
  // Of connections that wait for the body `most` stay. True: some were let go.
  bool hold_few(Recipient* newest, std::size_t most);
  static void let_go_beyond(Recipient& recipient, std::size_t most, std::size_t& held);
  bool may_be_retry() const;
  runtime::Task<plan::ContentDigest> digest_of(message::Spool& spool, bool tried_before);
  void find_done(const plan::ContentDigest& digest);
  std::vector<schemas::Event> accepted_events(const WholeMessage& message) const;
  schemas::Event accepted_event_of(const Recipient& recipient, const WholeMessage& message) const;
  void end_at_once(const Recipient& recipient, std::vector<schemas::Event>& events) const;
  runtime::Task<void> hand_over_in_turn(Round& round);
  runtime::Task<void> hand_over_one(Round& round, Turn turn);
  schemas::Event outcome_of(const Round& round, const Turn& turn,
                            runtime::Duration time_spent) const;
  // Recipients that one reply speaks of.
  using Group = std::span<const Recipient>;
  runtime::Task<plan::BodyReply> verdict(const WholeMessage& message, const Round& round);
  runtime::Task<schemas::Reply> verdict_on(Group group, const WholeMessage& message,
                                           runtime::Instant deadline);
  void remember(const Round& round, bool comes_again);
  runtime::Task<bool> tell_of_refused(Group group, const WholeMessage& message,
                                      runtime::Instant deadline);
  void tell_relayed(const std::vector<const Recipient*>& taken, const WholeMessage& message);
  schemas::ReturnPath path_of(const Recipient& recipient, const Delivery& delivery,
                              const WholeMessage& message) const;
  Homecoming homecoming_of(const Recipient& recipient, const Delivery& delivery,
                           const WholeMessage& message) const;
  schemas::Reply not_recorded(const runtime::Error& error);

  Lane& lane_;
  const SenderEnvelope& envelope_;
  std::vector<Recipient> recipients_;
  std::uint64_t deliveries_ = 0;  // that were given an id
  Trusted trusted_;
  bool accepted_ = false;
};

}  // namespace waybill::relay
