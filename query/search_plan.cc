#include "query/search_plan.h"

#include <algorithm>
#include <optional>
#include <set>

#include "query/events_question.h"
#include "query/handlers.h"
#include "query/question.h"
#include "query/search/lexer.h"
#include "query/search_events.h"
#include "runtime/hex.h"
#include "runtime/network.h"
#include "schemas/event.h"

namespace waybill::query {
namespace {

using search::Condition;
using search::Query;
using search::Sense;

// Of what is no exact look-up, where no time was said (docs/search.md).
constexpr std::chrono::hours kLastDay{24};

constexpr char kOnePage[] = "one seek and one scan of a page";
constexpr char kPageOfEvents[] = "one seek, one scan of a page, and a look-up for each line";
constexpr char kOneRow[] = "one look-up";
constexpr char kByTerms[] =
    "of each word a row for 1,024 events of the log, cut with each other; then a look-up for each "
    "line, 1,000 for a page at most";

// What narrows a history: its own parameters.
struct Narrowing {
  std::optional<runtime::WallTime> from;
  std::optional<runtime::WallTime> to;
  std::vector<std::string> kinds;
  bool is_any() const { return from || to || !kinds.empty(); }

  std::string kind_list() const {
    std::string out;
    for (const std::string& kind : kinds) out += (out.empty() ? "" : ",") + kind;
    return out;
  }
  std::string parameters() const {
    std::string out;
    if (from) out += "&from=" + runtime::percent_encode(schemas::rfc3339(*from));
    if (to) out += "&to=" + runtime::percent_encode(schemas::rfc3339(*to));
    if (!kinds.empty()) out += "&kind=" + kind_list();
    return out;
  }
};

// Makes the look-ups of one term that has answers of its own.
class TermPlanner {
 public:
  // `since`: of what is no exact look-up, where no time was said.
  TermPlanner(const Narrowing& narrowing, runtime::WallTime since, std::size_t limit)
      : narrowing_(narrowing), since_(since) {
    page_ = "limit=" + std::to_string(limit);
  }

  std::vector<LookUp> look_ups;
  std::string none;        // why there is none of its own
  std::string other;       // a term that would have one, in its place
  bool with_kind = false;  // it would have one beside a kind
  // Further ones, of events by what they say.
  bool has_events = false;

  void operator()(const search::AddressTerm& term) {
    const std::string address = term.address.text();
    const bool any = term.role == search::Role::any;
    if (any || term.role == search::Role::alias || term.role == search::Role::recipient)
      history(address, "alias");
    if (any || term.role == search::Role::sender) history(address, "sender");
    if (any || term.role == search::Role::target || term.role == search::Role::recipient) {
      history(address, "target");
    }
  }
  void operator()(const search::NullSenderTerm&) { history("<>", "sender"); }
  void operator()(const search::ReturnPathTerm& term) { history(term.address.text(), "alias"); }
  void operator()(const search::MessageIdTerm& term) {
    // Beside a bare `x@y`, whose other meaning is an address, a filter is the address's.
    if (narrowing_.is_any()) return refuse("A Message-ID is looked up whole: leave out the rest");
    look_ups.push_back(
        {"as Message-ID",
         "/v1/messages?message_id=" + runtime::percent_encode(term.text) + "&" + page_,
         plan_messages,
         {},
         kPageOfEvents,
         term.text});
  }
  void operator()(const search::IdTerm& term) {
    if (narrowing_.is_any()) return refuse("An id is looked up whole: leave out the rest");
    const std::string id =
        schemas::uuid_text({reinterpret_cast<const char*>(term.octets.data()), term.octets.size()});
    look_ups.push_back({"as delivery", "/v1/deliveries/" + id, plan_delivery, {id}, kOneRow, id});
    look_ups.push_back({"as message", "/v1/messages/" + id, plan_message, {id}, kPageOfEvents, id});
  }
  void operator()(const search::NetworkTerm& term) {
    const std::string ip = runtime::to_string(term.network);
    if (!term.network.is_single()) {
      has_events = true;
      return;
    }
    if (term.side != search::Side::next_hop) {
      look_ups.push_back({"as client",
                          "/v1/clients/" + ip + "/history?" + page_ + narrowing_.parameters(),
                          plan_client_history,
                          {ip},
                          kPageOfEvents,
                          ip});
    }
    if (term.side != search::Side::client) events("as next hop", "next_hop", ip, narrowing_);
  }
  void operator()(const search::DomainTerm& term) {
    has_events = true;
    const bool is_page = term.owner == search::Owner::ours && term.role == search::Role::any &&
                         narrowing_.kinds.empty();
    if (!is_page) return;
    std::string target = "/v1/domains/" + term.domain + "/counters";
    std::string rest = narrowing_.parameters();
    if (!rest.empty()) rest.front() = '?';
    look_ups.push_back({"domain of ours",
                        target + rest,
                        plan_counters,
                        {term.domain},
                        "a row for each hour",
                        term.domain});
  }
  void operator()(const search::PrefixTerm& term) {
    using search::Role;
    const bool may_be_alias =
        term.role == Role::any || term.role == Role::alias || term.role == Role::recipient;
    const bool leads = !term.domain.empty() || !narrowing_.kinds.empty();
    has_events = has_events || leads;
    // Names have neither kinds nor times.
    if (may_be_alias && !narrowing_.is_any()) return aliases(term.local, term.domain);
    if (!leads) {
      with_kind = true;
      refuse(
          "The beginning of an address leads to no events by itself: name its domain too, as in "
          "from:bob*@example.net, or a kind (is:)");
    }
  }
  void operator()(const search::WordTerm& term) {
    // A kind leads to events that are looked at; a time alone does not, and names have none.
    if (!narrowing_.kinds.empty()) {
      has_events = true;
      return;
    }
    if (narrowing_.is_any()) {
      other = "subject:" + search::quote(term.text);
      return refuse(
          "A word beside a time is to say what it is of: write subject:word, or alias:word* and a "
          "kind (is:)");
    }
    if (projector::words_of_subject(term.text).empty()) return refuse("There is no word in it");
    if (term.text.find_first_of(" @*\"") == std::string::npos) aliases(term.text, "");
    Narrowing last_day;
    last_day.from = since_;
    events("in the subject", "subject", listed(term.text), last_day);
  }
  void operator()(const search::HopTerm&) { has_events = true; }
  void operator()(const search::RuleTerm&) { has_events = true; }
  void operator()(const search::StatusTerm&) { has_events = true; }
  void operator()(const search::ClassTerm&) { has_events = true; }
  void operator()(const search::SubjectTerm&) { has_events = true; }
  // These are no look-ups, but narrow one.
  void operator()(const search::StateTerm&) {}
  void operator()(const search::FromTimeTerm&) {}
  void operator()(const search::ToTimeTerm&) {}

 private:
  void refuse(const char* words) {
    if (none.empty()) none = words;
  }
  void history(const std::string& address, const char* role) {
    const bool is_alias = role == std::string_view("alias");
    look_ups.push_back({std::string("as ") + role,
                        "/v1/addresses/" + runtime::percent_encode(address) +
                            "/history?role=" + role + "&" + page_ + narrowing_.parameters(),
                        plan_history,
                        {address},
                        is_alias ? kOnePage : kPageOfEvents,
                        address});
  }
  void aliases(const std::string& beginning, const std::string& domain) {
    std::string target = "/v1/aliases?begins=" + runtime::percent_encode(beginning);
    if (!domain.empty()) target += "&domain=" + domain;
    look_ups.push_back({"aliases that begin so",
                        target + "&" + page_,
                        plan_aliases,
                        {},
                        "one seek and one scan for each domain of ours",
                        beginning + "*"});
  }
  void events(const char* title, const char* name, const std::string& value,
              const Narrowing& narrowing) {
    look_ups.push_back({title,
                        "/v1/events?" + std::string(name) + "=" + runtime::percent_encode(value) +
                            "&" + page_ + narrowing.parameters(),
                        plan_events,
                        {},
                        kByTerms,
                        value});
  }

  const Narrowing& narrowing_;
  const runtime::WallTime since_;
  std::string page_;
};

bool narrows(const Condition& condition) {
  return std::all_of(condition.any_of.begin(), condition.any_of.end(), [](const auto& term) {
    return std::holds_alternative<search::StateTerm>(term) ||
           std::holds_alternative<search::FromTimeTerm>(term) ||
           std::holds_alternative<search::ToTimeTerm>(term);
  });
}

// The kinds that a condition leaves of `kinds`. False: it speaks of a state, which no line has.
bool keep_kinds(const Condition& condition, std::set<std::string>& kinds) {
  std::set<std::string> named;
  for (const search::Term& term : condition.any_of) {
    const auto* const state = std::get_if<search::StateTerm>(&term);
    if (state == nullptr) continue;
    if (!state->kind) return false;
    named.insert(state->word);
  }
  if (named.empty()) return true;
  std::erase_if(kinds, [&](const std::string& kind) {
    return named.contains(kind) != (condition.sense == Sense::is);
  });
  return true;
}

// nullopt: something of it cannot narrow a history.
std::optional<Narrowing> narrowing_of(const Query& query) {
  Narrowing out;
  const auto kinds = kinds_of(query);
  if (!kinds || kinds->empty()) return std::nullopt;
  for (const Condition& condition : query.all_of) {
    if (!narrows(condition)) continue;
    for (const search::Term& term : condition.any_of) {
      if (const auto* const from = std::get_if<search::FromTimeTerm>(&term)) out.from = from->at;
      if (const auto* const to = std::get_if<search::ToTimeTerm>(&term)) out.to = to->at;
    }
  }
  const bool is_said = std::any_of(query.all_of.begin(), query.all_of.end(), [](const auto& one) {
    return std::holds_alternative<search::StateTerm>(one.any_of.front());
  });
  if (is_said) out.kinds.assign(kinds->begin(), kinds->end());
  return out;
}

// The query with another text in place of one condition's; empty: it has none.
std::string with_other(const Query& query, std::size_t place, const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < query.chips.size(); ++i) {
    const std::string& one = i == place ? text : query.chips[i].query;
    if (!one.empty()) out += (out.empty() ? "" : " ") + one;
  }
  return out;
}

// Beside what leads to no events by itself.
std::string with_kinds(const Query& query) { return query.canonical + " is:accepted,rejected"; }

bool is_looked_up_whole(const Condition& condition) {
  const search::Term& first = condition.any_of.front();
  return std::holds_alternative<search::IdTerm>(first) ||
         std::holds_alternative<search::MessageIdTerm>(first);
}

// A query that works where this condition of it does not.
std::string instead_of(const Query& query, std::size_t place) {
  const Condition& condition = query.all_of[place];
  if (is_looked_up_whole(condition)) return query.chips[place].query;
  // What went well has no codes in the index, and a kind says it.
  const auto* const status = std::get_if<search::StatusTerm>(&condition.any_of.front());
  const bool went_well = status != nullptr && status->text.starts_with('2');
  const bool is_whole = condition.any_of.size() == 1 && condition.sense == Sense::is;
  return with_other(query, place, went_well && is_whole ? "is:forwarded" : "");
}

// Events that all conditions are true of.
std::variant<std::vector<LookUp>, NoIndex> plan_events_of(const Query& query,
                                                          const Narrowing& narrowing,
                                                          std::size_t limit) {
  SearchEvents events;
  for (std::size_t i = 0; i < query.all_of.size(); ++i) {
    if (narrows(query.all_of[i])) continue;
    const std::string why = events.take(query.all_of[i]);
    if (why.empty()) continue;
    return NoIndex{why + ".", instead_of(query, i)};
  }
  if (!events.leads() && narrowing.kinds.empty()) {
    return NoIndex{
        "Nothing here leads to events by itself: name a domain, a kind (is:), a next hop, a rule "
        "or a code beside it.",
        with_kinds(query)};
  }
  events.set("limit", std::to_string(limit));
  events.set("kind", narrowing.kind_list());
  if (narrowing.from) events.set("from", schemas::rfc3339(*narrowing.from));
  if (narrowing.to) events.set("to", schemas::rfc3339(*narrowing.to));
  return std::vector<LookUp>{
      {"events", events.target(), plan_events, {}, kByTerms, query.canonical}};
}

}  // namespace

std::optional<std::set<std::string>> kinds_of(const Query& query) {
  std::set<std::string> out(event_kinds().begin(), event_kinds().end());
  for (const Condition& condition : query.all_of) {
    if (narrows(condition) && !keep_kinds(condition, out)) return std::nullopt;
  }
  return out;
}

std::variant<std::vector<LookUp>, NoIndex> plan_look_ups(const Query& query, std::size_t limit,
                                                         runtime::WallTime now) {
  if (query.all_of.empty()) return std::vector<LookUp>();
  if (const auto kinds = kinds_of(query); kinds && kinds->empty()) {
    return NoIndex{"No kind of event is left: what is asked for is left out too.", ""};
  }
  auto narrowing = narrowing_of(query);
  if (!narrowing) {
    return NoIndex{
        "A state is of a delivery, and events have kinds: ask for those, such as is:bounced, or "
        "for what a report said, such as class:delivered.",
        ""};
  }
  std::vector<const Condition*> main;
  for (const Condition& condition : query.all_of) {
    if (!narrows(condition)) main.push_back(&condition);
  }
  // An exact look-up asks of all time.
  Narrowing of_events = *narrowing;
  if (query.reach == search::Reach::last_day) of_events.from = now - kLastDay;
  // A time alone means all that came in it: a page of that is no more work than of one kind.
  if (main.empty() && of_events.kinds.empty()) of_events.kinds = event_kinds();
  if (main.size() != 1 || main.front()->sense == Sense::is_not) {
    return plan_events_of(query, of_events, limit);
  }
  const auto place = static_cast<std::size_t>(main.front() - query.all_of.data());
  TermPlanner planner(*narrowing, now - kLastDay, limit);
  for (const search::Term& term : main.front()->any_of) std::visit(planner, term);
  // A bare `x@y` is an address too, and that has an answer.
  if (!planner.none.empty() && (planner.look_ups.empty() || !is_bare_address(*main.front()))) {
    if (planner.with_kind) return NoIndex{planner.none + ".", with_kinds(query)};
    return NoIndex{planner.none + ".", planner.other.empty()
                                           ? query.chips[place].query
                                           : with_other(query, place, planner.other)};
  }
  if (!planner.has_events) return std::move(planner.look_ups);
  auto events = plan_events_of(query, of_events, limit);
  if (planner.look_ups.empty() || std::holds_alternative<NoIndex>(events)) return events;
  for (LookUp& one : std::get<std::vector<LookUp>>(events))
    planner.look_ups.push_back(std::move(one));
  return std::move(planner.look_ups);
}

}  // namespace waybill::query
