// What HandOverPlan knows of earlier tries of the same mail, and leaves for later ones.

#include <algorithm>

#include "relay/hand_over_plan.h"
#include "relay/plan/content_digest.h"
#include "runtime/clock.h"

namespace waybill::relay {

using forward::HopAnswer;
using runtime::Instant;
using runtime::Task;

namespace {

Task<void> give_back(plan::Loans& loans, plan::Loan loan) {
  co_await loans.give_back(std::move(loan));
}

}  // namespace

void HandOverPlan::end_loan(Delivery& delivery) {
  if (!std::exchange(delivery.lent, false)) return;
  lane_.tries.spent(delivery.key, delivery.id);
  lane_.scope.spawn("give a loan back", give_back(lane_.loans, std::move(delivery.loan)));
}

// Only once all that is to be said of this try is on its way to the record: from here on another
// session may accept a message under the id.
void HandOverPlan::put_off(Delivery& delivery) const {
  // Mails from the null sender have no return path to go on under, and are many.
  if (delivery.put_off || !envelope_.mail.sender) return;
  delivery.put_off = true;
  lane_.tries.put_off(delivery.key, delivery.id);
}

void HandOverPlan::put_off_deferred() {
  for (Recipient& recipient : recipients_) {
    for (Delivery& delivery : recipient.deliveries) {
      if (delivery.ended && delivery.deferred()) put_off(delivery);
    }
  }
}

HopAnswer HandOverPlan::out_of_time() {
  return forward::body_answer(HopAnswer::Kind::deferred, HopAnswer::By::relay,
                              policy::Rule::out_of_time);
}

// What another relay may go on under too is ours only once its owner says so.
Task<bool> HandOverPlan::is_ours(const Delivery& delivery, Instant deadline) {
  const Instant until = runtime::sooner(deadline, lane_.clock.now() + plan::kLoanTimeout);
  co_return co_await lane_.loans.take(delivery.loan, until);
}

void HandOverPlan::begin_anew(Delivery& delivery) {
  lane_.tries.spent(delivery.key, delivery.id);
  delivery.lent = false;
  delivery.id = new_id();
}

// A body may take longer than a loan lasts: it is taken again for its whole life before anything is
// accepted under it.
Task<void> HandOverPlan::renew_loans(Instant deadline) {
  for (Recipient& recipient : recipients_) {
    for (Delivery& delivery : recipient.deliveries) {
      if (!delivery.lent) continue;
      const bool ours = co_await is_ours(delivery, deadline);
      if (ours) continue;
      // Its next hop was told the other's return path.
      delivery.handover->let_go();
      delivery.answer = out_of_time();
      begin_anew(delivery);
    }
  }
}

// Whether some target of it was put off, or had a message, of late: then this may be a retry.
bool HandOverPlan::may_be_retry() const {
  for (const Recipient& recipient : recipients_) {
    if (recipient.drops()) continue;
    for (const Delivery& delivery : recipient.deliveries) {
      if (delivery.lent || lane_.tries.any_done(delivery.key, lane_.clock.wall())) return true;
    }
  }
  return false;
}

// Empty: the whole message is one delivery, or the disk of the spool failed; a retry then brings
// the message to all its targets.
Task<plan::ContentDigest> HandOverPlan::digest_of(message::Spool& spool, bool tried_before) {
  std::size_t deliveries = 0;
  for (const Recipient& recipient : recipients_) {
    if (!recipient.drops()) deliveries += recipient.deliveries.size();
  }
  if (deliveries < 2 && !tried_before) co_return plan::ContentDigest();
  auto digest = co_await plan::content_digest(spool);
  co_return digest ? std::move(*digest) : plan::ContentDigest();
}

// A sender comes again because some target is still open. Where none is, the same words without a
// name are another message: to drop it would be a loss.
void HandOverPlan::find_done(const plan::ContentDigest& digest) {
  if (digest.octets.empty()) return;
  std::vector<Delivery*> done;
  bool some_open = false;
  for (Recipient& recipient : recipients_) {
    for (Delivery& delivery : recipient.deliveries) {
      if (recipient.drops()) continue;
      const bool here =
          lane_.tries.done(delivery.key, digest.octets, lane_.clock.wall()).has_value();
      some_open = some_open || !here;
      if (here) done.push_back(&delivery);
    }
  }
  if (!digest.is_named && !some_open) return;
  for (Delivery* const delivery : done) delivery->done_before = true;
}

// Where the sender comes again, what is done is not done twice. A sender that came again before may
// do so once more, having lost our reply (RFC 1047).
void HandOverPlan::remember(const Round& round, bool comes_again) {
  if (round.digest.octets.empty()) return;
  for (const Recipient& recipient : recipients_) {
    if (recipient.drops()) continue;
    for (const Delivery& delivery : recipient.deliveries) {
      if (!delivery.done_before && !delivery.asked_well()) continue;
      if (!comes_again && !round.may_be_retry) continue;
      lane_.tries.remember_done(delivery.key, round.digest.octets, delivery.id, lane_.clock.wall());
    }
  }
}

}  // namespace waybill::relay
