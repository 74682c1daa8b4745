#include "query/search_events.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "projector/views/event_terms.h"
#include "projector/views/spelling.h"
#include "query/events_question.h"
#include "runtime/ascii.h"
#include "runtime/hex.h"
#include "runtime/network.h"
#include "schemas/field_shape.h"

namespace waybill::query {
namespace {

using search::Condition;
using search::Owner;
using search::Sense;

const char* parameter_of(search::Role role) {
  switch (role) {
    case search::Role::any: return "address";
    case search::Role::sender: return "sender";
    case search::Role::recipient: return "recipient";
    case search::Role::alias: return "alias";
    case search::Role::target: return "target";
  }
  return "address";
}

// A term as a parameter.
struct Written {
  std::string name;
  std::string value;
  bool leads = true;
  std::string refused{};  // why it is none
};

Written refuse(std::string words) { return {"", "", false, std::move(words)}; }

// A "*" of the local part, which may stand bare in one (RFC 5321 4.1.2), as a letter of it.
std::string quoted_star(const std::string& address) {
  const std::size_t at = address.rfind('@');
  if (address.starts_with('"') || address.find(kAnyEnding) == address.npos) return address;
  return "\"" + address.substr(0, at) + "\"" + address.substr(at);
}

// All of a mailbox, as a history has it: with any tag (projector/views/spelling.h). Aliases are
// told apart by the domain's own rule when mail comes, and stand in events as what they came to.
std::string mailbox(const schemas::Address& address, search::Role role) {
  if (role == search::Role::alias) return quoted_star(address.text());
  const std::string whole = projector::common_spelling(address.text());
  const std::size_t at = whole.rfind('@');
  const std::string local = whole.substr(0, at);
  const bool may_have_tag = !local.starts_with('"') && local.find(kAnyEnding) == local.npos;
  if (!may_have_tag) return quoted_star(whole);
  return whole + kEither + local + "+" + kAnyEnding + whole.substr(at);
}

// One function for each kind of term; the compiler names one that is missing.
struct Writer {
  Written operator()(const search::AddressTerm& term) const {
    return {parameter_of(term.role), mailbox(term.address, term.role)};
  }
  Written operator()(const search::PrefixTerm& term) const {
    std::string value = term.local + kAnyEnding;
    if (!term.domain.empty()) value += "@" + term.domain;
    return {parameter_of(term.role), value, !term.domain.empty()};
  }
  Written operator()(const search::DomainTerm& term) const {
    if (term.role != search::Role::any) return {parameter_of(term.role), "*@" + term.domain};
    return {term.owner == Owner::ours ? "domain" : "other_domain", term.domain};
  }
  Written operator()(const search::NullSenderTerm&) const { return {"sender", "<>", false}; }
  Written operator()(const search::ReturnPathTerm& term) const {
    return {"alias", term.address.text()};
  }
  Written operator()(const search::NetworkTerm& term) const {
    const std::string text = runtime::to_string(term.network);
    switch (term.side) {
      case search::Side::client: return {"client", text, false};
      case search::Side::next_hop: return {"next_hop", text, term.network.is_single()};
      case search::Side::any: break;
    }
    return {"ip", text, false};
  }
  Written operator()(const search::HopTerm& term) const { return {"next_hop", term.host}; }
  Written operator()(const search::RuleTerm& term) const { return {"rule", listed(term.word)}; }
  Written operator()(const search::StatusTerm& term) const {
    if (!term.text.starts_with('2')) return {"status", term.text};
    return refuse("What went well has no index by its code: ask for is:forwarded");
  }
  Written operator()(const search::ClassTerm& term) const {
    return {"class", schemas::word_of(*schemas::pb::BounceClass_descriptor(), term.report)};
  }
  Written operator()(const search::SubjectTerm& term) const {
    const std::size_t most = projector::kMaxSubjectWords;
    const std::size_t words = projector::words_of_subject(term.text, most + 1).size();
    if (words == 0) return refuse("There is no word in what subject: names");
    if (words > most) {
      return refuse("Of a subject the first " + std::to_string(most) +
                    " words are known: ask for fewer");
    }
    return {"subject", listed(term.text)};
  }
  Written operator()(const search::WordTerm& term) const {
    const auto words = projector::words_of_subject(term.text, 2);
    if (words.size() == 1 && words.front() == runtime::ascii::lower(term.text)) {
      return {"word", words.front(), false};
    }
    return refuse(
        "Words beside others are to say what they are of: write alias:word* or subject:word");
  }
  Written operator()(const search::MessageIdTerm&) const {
    return refuse("A Message-ID is looked up whole: leave out the rest");
  }
  Written operator()(const search::IdTerm&) const {
    return refuse("An id is looked up whole: leave out the rest");
  }
  // These narrow (search_plan.cc).
  Written operator()(const search::StateTerm&) const { return {}; }
  Written operator()(const search::FromTimeTerm&) const { return {}; }
  Written operator()(const search::ToTimeTerm&) const { return {}; }
};

// "a.test,b.test" as all addresses there: "*@a.test,*@b.test".
std::string parts_of(const std::string& domains) {
  std::string out = "*@";
  for (const char c : domains) {
    out += c;
    if (c == kEither) out += "*@";
  }
  return out;
}

}  // namespace

std::string SearchEvents::take(const Condition& condition) {
  std::string name, value;
  const bool is_not = condition.sense == Sense::is_not;
  bool all_lead = !is_not;
  // Of `x@y` without brackets the address is meant where it stands beside others.
  const std::size_t terms = is_bare_address(condition) ? 1 : condition.any_of.size();
  for (std::size_t i = 0; i < terms; ++i) {
    const Written written = std::visit(Writer{}, condition.any_of[i]);
    if (!written.refused.empty()) return written.refused;
    if (i > 0 && name != written.name) return "What is of several kinds has no index yet";
    name = written.name;
    all_lead = all_lead && written.leads;
    if (i > 0) value += kEither;
    if (is_not) value += kWithout;
    value += written.value;
  }
  leads_ = leads_ || all_lead;
  if (name != "domain" || ++domains_ == 1) {
    add(name, value, condition.sense);
    return {};
  }
  // No event is of two domains: mail is meant that each of them takes part in.
  if (domains_ == 2) {
    add("address", parts_of(std::exchange(parameters_["domain"], {})), Sense::is);
  }
  add("address", parts_of(value), Sense::is);
  return {};
}

void SearchEvents::add(const std::string& name, const std::string& value, Sense sense) {
  std::string& held = parameters_[name];
  // What is left out stands in the same list as what is not.
  const bool is_second = sense == Sense::is && !with_.insert(name).second;
  if (!held.empty()) held += is_second ? kBoth : kEither;
  held += value;
}

std::string SearchEvents::parameters() const {
  std::string out;
  for (const auto& [name, value] : parameters_) {
    if (value.empty()) continue;
    out += (out.empty() ? "" : "&") + name + "=" + runtime::percent_encode(value);
  }
  return out;
}

std::string SearchEvents::target() const { return "/v1/events?" + parameters(); }

}  // namespace waybill::query
