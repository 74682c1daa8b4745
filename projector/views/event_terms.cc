#include "projector/views/event_terms.h"

#include <algorithm>

#include "projector/views/destination.h"
#include "projector/views/timeline_key.h"
#include "runtime/ascii.h"
#include "schemas/field_shape.h"
#include "schemas/kind.h"

namespace waybill::projector {

namespace ascii = runtime::ascii;
namespace pb = schemas::pb;
using schemas::Event;

namespace {

constexpr std::uint32_t kFirstOfNoSuccess = 300;  // RFC 5321 4.2.1

bool is_in_a_word(char c) { return ascii::is_alphanumeric(c) || !ascii::is_ascii(c); }

template <class Visit>
void for_each_word(std::string_view subject, std::size_t most, Visit visit) {
  std::size_t words = 0;
  for (std::size_t at = 0; at < subject.size() && words < most;) {
    std::size_t end = at;
    while (end < subject.size() && is_in_a_word(subject[end])) ++end;
    if (end > at) {
      visit(subject.substr(at, end - at));
      ++words;
    }
    at = end + 1;
  }
}

}  // namespace

std::vector<std::string> words_of_subject(std::string_view subject, std::size_t most) {
  std::vector<std::string> out;
  for_each_word(subject, most, [&](std::string_view word) { out.push_back(ascii::lower(word)); });
  return out;
}

void EventTerms::add(TermOf of, std::string_view text) {
  if (text.empty() || text.find(kBehindTerm) != text.npos) return;
  if (is_in_stretches(of) && text.size() > kMaxTerm) return;
  prefixes_ += static_cast<char>(of);
  prefixes_ += text;
  prefixes_ += kBehindTerm;
  sizes_.push_back(text.size() + 2);
}

void EventTerms::add_lower(TermOf of, std::string_view text) {
  const std::size_t before = prefixes_.size();
  add(of, text);
  for (std::size_t i = before + 1; i < prefixes_.size(); ++i) {
    prefixes_[i] = ascii::lower(prefixes_[i]);
  }
}

void EventTerms::add_address(TermOf of, TermOf of_domain, std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == address.npos) return;
  if (addresses_ == Addresses::with) add_lower(of, address);
  add_lower(of_domain, address.substr(at + 1));
}

// "mx1.example.org", and "example.org".
void EventTerms::add_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  add_lower(TermOf::next_hop, host);
  for (std::size_t above = 0; above < kMaxNamesAbove; ++above) {
    const std::size_t dot = host.find('.');
    if (dot == host.npos) return;
    host.remove_prefix(dot + 1);
    if (host.find('.') == host.npos) return;
    add_lower(TermOf::next_hop, host);
  }
}

void EventTerms::add_hop(const pb::NextHop& hop) {
  if (!hop.mx_host().empty()) add_host(hop.mx_host());
  add(TermOf::next_hop_ip, hop.ip());
}

void EventTerms::add_status(std::string_view status) {
  if (status.starts_with('2')) return;
  add(TermOf::status, status);
  add(TermOf::status, status.substr(0, 1));
}

void EventTerms::add_reply(const pb::Reply& reply) {
  if (reply.code() < kFirstOfNoSuccess) return;
  const std::string code = std::to_string(reply.code());
  add(TermOf::reply_code, code);
  add(TermOf::reply_code, code.substr(0, 1));
  add_status(reply.enhanced());
}

void EventTerms::read_body(const Event& event) {
  switch (event.body_case()) {
    case Event::kAccepted: {
      const pb::Accepted& accepted = event.accepted();
      for (const pb::ChosenTarget& chosen : accepted.targets()) {
        add_address(TermOf::target, TermOf::target_domain,
                    address_in_role(Role::target, chosen.target()));
      }
      if (!accepted.has_subject()) return;
      for_each_word(accepted.subject(), kMaxSubjectWords,
                    [&](std::string_view word) { add_lower(TermOf::subject, word); });
      return;
    }
    case Event::kForwarded:
      add_hop(event.forwarded().next_hop());
      add_reply(event.forwarded().reply());
      return;
    case Event::kRejected:
      add(TermOf::rule, event.rejected().rule());
      add_hop(event.rejected().next_hop());
      add_reply(event.rejected().reply());
      return;
    case Event::kDeferred:
      add(TermOf::rule, event.deferred().rule());
      add_hop(event.deferred().next_hop());
      add_reply(event.deferred().reply());
      return;
    case Event::kDropped: add(TermOf::rule, event.dropped().rule()); return;
    case Event::kBounced:
      add(TermOf::bounce_class,
          schemas::word_of(*pb::BounceClass_descriptor(), event.bounced().class_()));
      add_status(event.bounced().status());
      add_hop(event.bounced().next_hop());
      add_reply(event.bounced().reply());
      return;
    case Event::kInDoubt: add_hop(event.in_doubt().next_hop()); return;
    case Event::kControl:
    case Event::kAccess:
    case Event::BODY_NOT_SET: return;
  }
}

void EventTerms::read(const Event& event) {
  sizes_.clear();
  prefixes_.clear();
  const schemas::KindTraits* const kind = schemas::find_kind(event.body_case());
  if (kind == nullptr || !kind->speaks_of_delivery) return;
  add(TermOf::kind, kind->word);
  add(TermOf::domain, event.domain());
  add_address(TermOf::alias, TermOf::domain, event.alias());
  if (addresses_ == Addresses::with) add(TermOf::client_ip, event.client_ip());
  if (event.has_sender()) {
    const bool is_null = event.sender().empty() && addresses_ == Addresses::with;
    if (is_null) add(TermOf::sender, kNullSender);
    add_address(TermOf::sender, TermOf::sender_domain, event.sender());
  }
  add_address(TermOf::target, TermOf::target_domain,
              address_in_role(Role::target, target_of(event)));
  read_body(event);
}

}  // namespace waybill::projector
