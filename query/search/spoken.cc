#include "query/search/spoken.h"

#include <algorithm>

#include "query/search/fields.h"
#include "query/search/times.h"
#include "query/search/values.h"
#include "query/search/writing.h"

namespace waybill::query::search {
namespace {

// A term in words: "from", "any address at example.org".
struct Said {
  std::string label;   // of the chip
  std::string value;   // of the chip
  std::string clause;  // in front of the text
  std::string text;
};

std::string in_quotes(const std::string& text) { return '"' + text + '"'; }

struct RoleWords {
  std::string_view label;
  std::string_view clause;
  std::string_view before;  // an address of that role
  std::string_view behind;
  std::string_view any;  // of several addresses
};

RoleWords words_of(Role role) {
  switch (role) {
    case Role::any:
      return {"address", "with", "", " as sender, alias or target", "a sender, alias or target"};
    case Role::sender: return {"from", "from", "", "", "an address"};
    case Role::recipient: return {"to", "to", "the alias or target ", "", "an alias or target"};
    case Role::alias: return {"alias", "to", "the alias ", "", "an alias"};
    case Role::target: return {"target", "to", "the target ", "", "a target"};
  }
  return {};
}

Said one_address(Role role, const std::string& address) {
  const RoleWords words = words_of(role);
  return {std::string(words.label), address, std::string(words.clause),
          std::string(words.before) + address + std::string(words.behind)};
}

Said some_addresses(Role role, std::string value, const std::string& which) {
  const RoleWords words = words_of(role);
  return {std::string(words.label), std::move(value), std::string(words.clause),
          std::string(words.any) + which};
}

// One function for each kind of term; the compiler names one that is missing.
struct Speaker {
  const Context& context;

  Said operator()(const AddressTerm& term) const {
    return one_address(term.role, term.address.text());
  }
  Said operator()(const PrefixTerm& term) const {
    std::string value = term.local + '*';
    std::string which = " that begins with " + in_quotes(term.local);
    if (!term.domain.empty()) {
      value += '@' + term.domain;
      which += " at " + term.domain;
    }
    return some_addresses(term.role, std::move(value), which);
  }
  Said operator()(const DomainTerm& term) const {
    if (term.role != Role::any) {
      return some_addresses(term.role, '@' + term.domain, " at " + term.domain);
    }
    if (term.owner == Owner::ours) {
      return {"domain", term.domain, "of", "our domain " + term.domain};
    }
    return {"domain", term.domain, "with",
            term.domain + " as domain of the sender or the target, or as next hop"};
  }
  Said operator()(const NullSenderTerm&) const {
    return {"from", "<>", "from", "the null sender <>"};
  }
  Said operator()(const IdTerm& term) const {
    const std::string_view octets(reinterpret_cast<const char*>(term.octets.data()),
                                  term.octets.size());
    const std::string id = schemas::uuid_text(octets);
    return {"id", id, "with", id + " as id of the delivery, the message or an event"};
  }
  Said operator()(const MessageIdTerm& term) const {
    const std::string id = '<' + term.text + '>';
    return {"Message-ID", id, "with the Message-ID", id};
  }
  Said operator()(const ReturnPathTerm& term) const {
    const std::string address = term.address.text();
    return {"return path", address, "with the return path", address};
  }
  Said operator()(const NetworkTerm& term) const {
    const std::string network = to_string(term.network);
    switch (term.side) {
      case Side::any: return {"ip", network, "with the client or next hop", network};
      case Side::client: return {"client", network, "with the client", network};
      case Side::next_hop: return {"hop", network, "with the next hop", network};
    }
    return {};
  }
  Said operator()(const HopTerm& term) const {
    return {"hop", term.host, "with the next hop", term.host};
  }
  Said operator()(const RuleTerm& term) const {
    return {"rule", term.word, "under the rule", term.word};
  }
  Said operator()(const StateTerm& term) const {
    std::string word = term.word;
    std::replace(word.begin(), word.end(), '_', ' ');
    return {"is", term.word, "that is", std::move(word)};
  }
  Said operator()(const StatusTerm& term) const {
    return {"status", term.text, "answered by", term.text};
  }
  Said operator()(const ClassTerm& term) const {
    const std::string value = class_word(term.report);
    std::string word = value;
    std::replace(word.begin(), word.end(), '_', ' ');
    return {"class", value, "with a report that says", std::move(word)};
  }
  Said operator()(const SubjectTerm& term) const {
    return {"subject", in_quotes(term.text), "with", in_quotes(term.text) + " in the subject"};
  }
  Said operator()(const WordTerm& term) const {
    return {"words", in_quotes(term.text), "with",
            in_quotes(term.text) + " at the beginning of an alias or in the subject"};
  }
  Said operator()(const FromTimeTerm& term) const {
    const std::string at = spoken_time(term.at, context);
    return {"after", at, "not before", at};
  }
  Said operator()(const ToTimeTerm& term) const {
    const std::string at = spoken_time(term.at, context);
    return {"before", at, "before", at};
  }
};

std::string negated(const std::string& clause) {
  constexpr std::string_view kThatIs = "that is";
  if (clause == kThatIs) return "that is not";
  return "not " + clause;
}

// Texts of one clause stand behind it once: "from a or b".
std::string clause_of(const Condition& condition, const Context& context) {
  std::string out;
  std::string last;
  for (const Term& term : condition.any_of) {
    const Said said = std::visit(Speaker{context}, term);
    const std::string clause =
        condition.sense == Sense::is_not ? negated(said.clause) : said.clause;
    if (!out.empty()) out += " or ";
    if (clause != last) out += clause + ' ';
    out += said.text;
    last = clause;
  }
  return out;
}

}  // namespace

std::string spoken(const Query& query, const Context& context) {
  if (query.all_of.empty()) {
    return "Nothing is asked yet: what was found in the pasted text is offered.";
  }
  std::string out = "Mail";
  for (std::size_t i = 0; i < query.all_of.size(); ++i) {
    out += (i == 0 ? " " : ", ") + clause_of(query.all_of[i], context);
  }
  switch (query.reach) {
    case Reach::all_time: out += ", of all time"; break;
    case Reach::as_said: break;
    case Reach::last_day: out += ", of the last 24 hours"; break;
  }
  return out + '.';
}

Chip chip_of(const Condition& condition, const std::string& written, const Context& context) {
  Chip out{"", "", written};
  for (const Term& term : condition.any_of) {
    const Said said = std::visit(Speaker{context}, term);
    if (out.label.empty()) out.label = said.label;
    if (out.label.find(said.label) == std::string::npos) out.label += " or " + said.label;
    if (!out.text.empty()) out.text += " or ";
    out.text += said.value;
  }
  if (is_address_or_id(condition)) out.text = written;
  if (condition.sense == Sense::is_not) out.label = "not " + out.label;
  return out;
}

}  // namespace waybill::query::search
