#include "schemas/compact_record.h"

#include <optional>

#include "schemas/compact_numbers.h"
#include "schemas/record_identity.h"
#include "schemas/trace.h"

namespace waybill::schemas {
namespace {

using runtime::Errc;
using runtime::Result;

// Behind those of compact_numbers.h.
enum LeftOut : std::uint64_t {
  kNodeSeq = kFirstFree << 0,
  kTrace = kFirstFree << 1,
  kDomain = kFirstFree << 2,
  kRecipient = kFirstFree << 3,
  kRoute = kFirstFree << 4,
  kReturnPath = kFirstFree << 5,
  kHeaderFrom = kFirstFree << 6,
  kReason = kFirstFree << 7,
  kAuthentication = kFirstFree << 8,
  kBounceUntil = kFirstFree << 9,
  // Bits 17 and 19 are of compact_numbers.h.
  kJournal = kFirstFree << 11,
};

static_assert(kBounceUntil < kIdOfSalt && kIdOfSalt < kJournal && kJournal < kOfMessage);

constexpr char kCompact = 7;
constexpr char kAsIs = 6;
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
bool leave_out(std::string* field, std::string_view whole) {
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
  if (leave_out(accepted.mutable_route(), event.alias())) out |= kRoute;
  if (cut_bracketed(*accepted.mutable_header_from(), event.sender())) out |= kHeaderFrom;
  if (cut_end(*accepted.mutable_originator_reason(), domain)) out |= kReason;
  if (shorten_authentication(accepted, domain)) out |= kAuthentication;
  return out;
}

// Each step reads only what the steps behind it leave alone: restore() goes the other way.
std::uint64_t shorten(Event& event) {
  std::uint64_t out = 0;
  if (is_trace_of(event.trace(), event.message_id(), event.event_id())) {
    event.clear_trace();
    out |= kTrace;
  }
  if (leave_out(event.mutable_domain(), domain_of(event.alias()))) out |= kDomain;
  if (leave_out(recipient_of(event), event.alias())) out |= kRecipient;
  if (event.has_forwarded() && event.delivery_id().size() == kIdOctets &&
      event.forwarded().bounce_until() > began_at(event.delivery_id())) {
    pb::Forwarded& body = *event.mutable_forwarded();
    body.set_bounce_until(body.bounce_until() - began_at(event.delivery_id()));
    out |= kBounceUntil;
  }
  if (leave_out(return_path_of(event), event.delivery_id())) out |= kReturnPath;
  if (event.has_accepted()) out |= shorten_accepted(event);
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

// False: no shorten() left this out of such an event.
bool restore(Event& event, std::uint64_t left_out) {
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

// What the journal has appended behind the event's own serialisation.
enum class Form { other, nothing, node_seq, identity };

// What `record` ends with, going by its tags.
Form end_of(std::string_view record) {
  const auto tag_at = [&](std::size_t back) {
    return record.size() >= back ? record[record.size() - back] : '\0';
  };
  if (tag_at(kIdentityOctets) == kNodeSeqTag &&
      tag_at(kIdentityOctets - kNodeSeqOctets) == kJournalTag) {
    return Form::identity;
  }
  return tag_at(kNodeSeqOctets) == kNodeSeqTag ? Form::node_seq : Form::nothing;
}

void append_end(std::string& record, Form form, std::uint64_t node_seq, std::uint32_t journal) {
  if (form == Form::identity) append_identity(record, node_seq, journal);
  if (form == Form::node_seq) append_node_seq(record, node_seq);
}

// Takes out of `event` what is appended behind it.
void clear_end(Event& event, Form form) {
  if (form == Form::identity) event.clear_journal();
  if (form == Form::identity || form == Form::node_seq) event.clear_node_seq();
}

Form form_of(std::string_view record, Event& event) {
  thread_local std::string whole;
  const std::uint64_t node_seq = event.node_seq();
  const std::uint32_t journal = event.journal();
  for (const Form form : {end_of(record), Form::nothing}) {
    clear_end(event, form);
    event.SerializeToString(&whole);
    event.set_node_seq(node_seq);
    event.set_journal(journal);
    append_end(whole, form, node_seq, journal);
    if (whole == record) return form;
  }
  return Form::other;
}

// The octets behind the mark of a record that stands as it is; nullopt: it does not.
std::optional<std::string_view> as_is(std::string_view octets) {
  if (!octets.empty() && octets.front() == kCompact) return std::nullopt;
  const bool marked = !octets.empty() && octets.front() == kAsIs;
  return octets.substr(marked ? 1 : 0);
}

// Of a record that does not stand as it is; gives what was left out of it.
Result<std::uint64_t> restore_from(std::string_view octets, Event& out) {
  octets.remove_prefix(1);
  std::uint64_t left_out = 0;
  std::uint64_t journal = 0;
  std::uint64_t node_seq = 0;
  CompactNumbers numbers;
  const bool whole = take_varint(octets, left_out) &&
                     (!(left_out & kJournal) || take_varint(octets, journal)) &&
                     (!(left_out & kNodeSeq) || take_varint(octets, node_seq)) &&
                     take_numbers(octets, left_out, numbers) &&
                     out.ParseFromArray(octets.data(), static_cast<int>(octets.size())) &&
                     put_back(numbers, left_out, out) && restore(out, left_out);
  if (!whole) return make_error_code(Errc::corrupt);
  if (left_out & kNodeSeq) out.set_node_seq(node_seq);
  if (left_out & kJournal) out.set_journal(static_cast<std::uint32_t>(journal));
  return left_out;
}

}  // namespace

void append_as_is(std::string_view record, std::string& out) {
  if (!record.empty() && (record.front() == kAsIs || record.front() == kCompact)) out += kAsIs;
  out += record;
}

void append_compact(std::string_view record, Event& event, std::string& out) {
  const Form form = form_of(record, event);
  if (form == Form::other) return append_as_is(record, out);
  thread_local std::string numbers;
  numbers.clear();
  std::uint64_t left_out = shorten(event);
  if (form == Form::identity) {
    left_out |= kJournal;
    append_varint(numbers, event.journal());
  }
  if (form == Form::identity || form == Form::node_seq) {
    left_out |= kNodeSeq;
    append_varint(numbers, event.node_seq());
  }
  clear_end(event, form);
  left_out |= move_numbers(event, numbers);
  out += kCompact;
  append_varint(out, left_out);
  out += numbers;
  event.AppendToString(&out);
}

Result<void> read_compact(std::string_view octets, Event& out) {
  if (const auto whole = as_is(octets)) {
    if (out.ParseFromArray(whole->data(), static_cast<int>(whole->size()))) return {};
    return make_error_code(Errc::corrupt);
  }
  const auto restored = restore_from(octets, out);
  if (!restored) return restored.error();
  return {};
}

Result<std::string> record_of_compact(std::string_view octets) {
  if (const auto whole = as_is(octets)) return std::string(*whole);
  Event event;
  const auto left_out = restore_from(octets, event);
  if (!left_out) return left_out.error();
  const Form form = (*left_out & kJournal)   ? Form::identity
                    : (*left_out & kNodeSeq) ? Form::node_seq
                                             : Form::nothing;
  const std::uint64_t node_seq = event.node_seq();
  const std::uint32_t journal = event.journal();
  clear_end(event, form);
  std::string record = event.SerializeAsString();
  append_end(record, form, node_seq, journal);
  return record;
}

}  // namespace waybill::schemas
