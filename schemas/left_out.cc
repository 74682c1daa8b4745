#include "schemas/left_out.h"

#include "schemas/compact_numbers.h"
#include "schemas/ids.h"
#include "schemas/trace.h"

namespace waybill::schemas {
namespace {

// Stands for a domain that was left out: no text that the relay writes has it (clean_reply_text).
constexpr char kThatDomain = 1;

std::string_view domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

// Those of the body's fields that repeat the envelope's; nullptr where the body has none.
std::string* recipient_of(Event& event) {
  switch (event.body_case()) {
    case Event::kAccepted: return event.mutable_accepted()->mutable_recipient();
    case Event::kRejected: return event.mutable_rejected()->mutable_recipient();
    case Event::kDeferred: return event.mutable_deferred()->mutable_recipient();
    case Event::kForwarded:
    case Event::kDropped:
    case Event::kBounced:
    case Event::kInDoubt:
    case Event::kControl:
    case Event::kAccess:
    case Event::BODY_NOT_SET: return nullptr;
  }
  return nullptr;
}
std::string* return_path_of(Event& event) {
  if (event.has_forwarded()) return event.mutable_forwarded()->mutable_return_path_id();
  if (event.has_bounced()) return event.mutable_bounced()->mutable_return_path_id();
  return nullptr;
}

// Empties `field` if it says what `whole` does.
bool clear_same(std::string* field, std::string_view whole) {
  if (field == nullptr || field->empty() || *field != whole) return false;
  field->clear();
  return true;
}
bool cut_end(std::string& text, std::string_view end) {
  if (end.empty() || !text.ends_with(end)) return false;
  text.resize(text.size() - end.size());
  return true;
}
std::string bracketed(std::string_view address) {
  return std::string(1, '<').append(address).append(1, '>');
}
// The same end, cut without a copy of it.
bool cut_bracketed(std::string& text, std::string_view address) {
  const std::size_t size = address.size() + 2;
  if (address.empty() || text.size() < size || text.back() != '>') return false;
  const std::size_t begin = text.size() - size;
  if (text[begin] != '<' || std::string_view(text).substr(begin + 1, address.size()) != address) {
    return false;
  }
  text.resize(begin);
  return true;
}

bool has_mark(const pb::Accepted& accepted) {
  for (const auto& one : accepted.authentication()) {
    if (one.domain().starts_with(kThatDomain) || one.reason().starts_with(kThatDomain)) return true;
  }
  return false;
}

bool shorten_authentication(pb::Accepted& accepted, std::string_view domain) {
  if (accepted.authentication().empty() || has_mark(accepted)) return false;
  for (auto& one : *accepted.mutable_authentication()) {
    if (!one.domain().empty() && one.reason().starts_with(one.domain())) {
      one.mutable_reason()->replace(0, one.domain().size(), 1, kThatDomain);
    }
    if (!domain.empty() && one.domain() == domain) one.set_domain(std::string(1, kThatDomain));
  }
  return true;
}
void restore_authentication(pb::Accepted& accepted, std::string_view domain) {
  for (auto& one : *accepted.mutable_authentication()) {
    if (one.domain().starts_with(kThatDomain)) one.set_domain(std::string(domain));
    if (one.reason().starts_with(kThatDomain)) {
      one.mutable_reason()->replace(0, 1, one.domain());
    }
  }
}

std::uint64_t shorten_accepted(Event& event) {
  std::uint64_t out = 0;
  pb::Accepted& accepted = *event.mutable_accepted();
  const std::string_view domain = domain_of(event.sender());
  if (clear_same(accepted.mutable_route(), event.alias())) out |= kRoute;
  if (cut_bracketed(*accepted.mutable_header_from(), event.sender())) out |= kHeaderFrom;
  if (cut_end(*accepted.mutable_originator_reason(), domain)) out |= kReason;
  if (shorten_authentication(accepted, domain)) out |= kAuthentication;
  return out;
}

void restore_accepted(Event& event, std::uint64_t left_out) {
  pb::Accepted& accepted = *event.mutable_accepted();
  const std::string_view domain = domain_of(event.sender());
  if (left_out & kRoute) accepted.set_route(event.alias());
  if (left_out & kHeaderFrom) accepted.mutable_header_from()->append(bracketed(event.sender()));
  if (left_out & kReason) accepted.mutable_originator_reason()->append(domain);
  if (left_out & kAuthentication) restore_authentication(accepted, domain);
}

// The delivery that an event speaks of, or of an acceptance the first; nullptr: neither.
std::string* first_delivery(Event& event) {
  if (!event.delivery_id().empty()) return event.mutable_delivery_id();
  if (!event.has_accepted() || event.accepted().targets_size() == 0) return nullptr;
  return event.mutable_accepted()->mutable_targets(0)->mutable_delivery_id();
}

}  // namespace

// Each step reads only what the steps behind it leave alone: put_back() goes the other way.
std::uint64_t leave_out(Event& event) {
  std::uint64_t out = 0;
  if (is_trace_of(event.trace(), event.message_id(), event.event_id())) {
    event.clear_trace();
    out |= kTrace;
  }
  if (clear_same(event.mutable_domain(), domain_of(event.alias()))) out |= kDomain;
  if (clear_same(recipient_of(event), event.alias())) out |= kRecipient;
  if (event.has_forwarded() && event.delivery_id().size() == kIdOctets &&
      event.forwarded().bounce_until() > began_at(event.delivery_id())) {
    pb::Forwarded& body = *event.mutable_forwarded();
    body.set_bounce_until(body.bounce_until() - began_at(event.delivery_id()));
    out |= kBounceUntil;
  }
  if (clear_same(return_path_of(event), event.delivery_id())) out |= kReturnPath;
  if (event.has_accepted()) out |= shorten_accepted(event);
  return out;
}

bool put_back(Event& event, std::uint64_t left_out) {
  constexpr std::uint64_t kOfAccepted = kRoute | kHeaderFrom | kReason | kAuthentication;
  if (left_out & kOfAccepted) {
    if (!event.has_accepted()) return false;
    restore_accepted(event, left_out);
  }
  if (left_out & kReturnPath) {
    std::string* const id = return_path_of(event);
    if (id == nullptr) return false;
    *id = event.delivery_id();
  }
  if (left_out & kBounceUntil) {
    if (!event.has_forwarded() || event.delivery_id().size() != kIdOctets) return false;
    pb::Forwarded& body = *event.mutable_forwarded();
    body.set_bounce_until(body.bounce_until() + began_at(event.delivery_id()));
  }
  if (left_out & kRecipient) {
    std::string* const recipient = recipient_of(event);
    if (recipient == nullptr) return false;
    *recipient = event.alias();
  }
  if (left_out & kDomain) event.set_domain(std::string(domain_of(event.alias())));
  if (left_out & kTrace) {
    if (event.event_id().size() != kIdOctets) return false;
    event.set_trace(trace_of(event.message_id(), event.event_id()));
  }
  return true;
}

// What leave_out() reads goes after it.
std::uint64_t leave_out_for_log(Event& event) {
  std::uint64_t out = leave_out(event);
  std::string* const delivery = first_delivery(event);
  if (delivery != nullptr && delivery_number(*delivery, event.message_id()) == 1) {
    out |= event.delivery_id().empty() ? kFirstChosen : kFirstDelivery;
    delivery->clear();
  }
  if (is_id_of_salt(event)) {
    event.clear_event_id();
    out |= kIdOfSalt;
  }
  return out;
}

bool put_back_first(Event& event, std::uint64_t left_out) {
  if (!(left_out & (kFirstDelivery | kFirstChosen))) return true;
  if (event.message_id().size() != kIdOctets) return false;
  const std::string first = delivery_of(event.message_id(), 1);
  if (left_out & kFirstDelivery) event.set_delivery_id(first);
  if (!(left_out & kFirstChosen)) return true;
  if (!event.has_accepted() || event.accepted().targets_size() == 0) return false;
  event.mutable_accepted()->mutable_targets(0)->set_delivery_id(first);
  return true;
}

bool put_back_for_log(Event& event, std::uint64_t left_out) {
  if (left_out & ~kLeftOutForLog) return false;
  if (left_out & kIdOfSalt) {
    if (event.occurred_at() >> 63 != 0) return false;
    event.set_event_id(event_id_of(wall_time(event.occurred_at()), event.salt()).bytes());
  }
  return put_back_first(event, left_out) && put_back(event, left_out);
}

}  // namespace waybill::schemas
