#include "query/search_log.h"

#include <algorithm>
#include <set>
#include <utility>

#include "query/feed/filter.h"
#include "query/question.h"
#include "query/search_events.h"
#include "query/search_plan.h"
#include "runtime/hex.h"
#include "schemas/event.h"

namespace waybill::query {
namespace {

using search::Condition;

const char* roles_of(search::Role role) {
  switch (role) {
    case search::Role::any: return "alias,sender,target";
    case search::Role::recipient: return "alias,target";
    case search::Role::alias: return "alias";
    case search::Role::sender: return "sender";
    case search::Role::target: return "target";
  }
  return "";
}

template <typename Term>
bool all_are(const Condition& condition) {
  return std::all_of(condition.any_of.begin(), condition.any_of.end(),
                     [](const auto& term) { return std::holds_alternative<Term>(term); });
}

// A bare `x@y` may be a Message-ID as well: what comes is told of the address.
const search::AddressTerm* address_in(const Condition& condition) {
  const search::AddressTerm* found = nullptr;
  for (const search::Term& term : condition.any_of) {
    const auto* const address = std::get_if<search::AddressTerm>(&term);
    if (address == nullptr && !std::holds_alternative<search::MessageIdTerm>(term)) return nullptr;
    if (address != nullptr && std::exchange(found, address) != nullptr) return nullptr;
  }
  return found;
}

const search::DomainTerm* domain_in(const Condition& condition) {
  if (condition.any_of.size() != 1) return nullptr;
  const auto* const domain = std::get_if<search::DomainTerm>(&condition.any_of.front());
  if (domain == nullptr) return nullptr;
  const bool is_of_alias =
      domain->role == search::Role::alias ||
      (domain->role == search::Role::any && domain->owner == search::Owner::ours);
  return is_of_alias ? domain : nullptr;
}

// Of what begins or ends: the latest beginning, and the earliest end.
struct TimesSaid {
  std::optional<runtime::WallTime> from, to;

  bool take(const search::Term& term) {
    if (const auto* const one = std::get_if<search::FromTimeTerm>(&term)) {
      from = from ? std::max(*from, one->at) : one->at;
      return true;
    }
    const auto* const one = std::get_if<search::ToTimeTerm>(&term);
    if (one != nullptr) to = to ? std::min(*to, one->at) : one->at;
    return one != nullptr;
  }
};

// Gathers what a reader of the log is asked for, condition by condition.
class LogPlanner {
 public:
  LogPlanner(LogUse use, runtime::WallTime now) : use_(use), now_(now) {}

  // Why not, as a sentence; empty: it was taken.
  std::string take(const Condition& condition, const std::string& text) {
    if (all_are<search::StateTerm>(condition)) return {};
    if (condition.any_of.size() == 1 && use_ == LogUse::exported &&
        span_.take(condition.any_of.front())) {
      return {};
    }
    for (const search::Term& term : condition.any_of) {
      if (std::holds_alternative<search::ToTimeTerm>(term)) {
        return "What ends at a time is not followed: leave out " + text + ".";
      }
      const auto* const from = std::get_if<search::FromTimeTerm>(&term);
      if (from != nullptr && from->at > now_) {
        return "What begins later is not followed yet: leave out " + text + ".";
      }
      if (from != nullptr) return {};
    }
    if (condition.sense == search::Sense::is && take_named(condition)) return {};
    if (is_another_domain(condition)) {
      return "One list of domains of ours is what events of the log are asked for by: leave out " +
             text + ".";
    }
    if (is_of_any_role(condition)) join_addresses();
    const std::string why = further_.take(condition);
    if (why.empty()) return why;
    return (use_ == LogUse::followed ? "New events are not followed by it. "
                                     : "Events are not exported by it. ") +
           why + ".";
  }

  std::string target(const std::set<std::string>& kinds) const {
    std::string out(use_ == LogUse::followed ? feed::kFeedRoute : "/v1/exports");
    const auto add = [&](const char* name, const std::string& value) {
      if (value.empty()) return;
      out += (out.find('?') == out.npos ? "?" : "&") + std::string(name) + "=" + value;
    };
    add("address", runtime::percent_encode(address_));
    add("role", roles_);
    add("domain", domain_);
    std::string list;
    for (const std::string& kind : kinds) list += (list.empty() ? "" : ",") + kind;
    if (kinds.size() != event_kinds().size()) add("kind", list);
    if (span_.from) add("from", runtime::percent_encode(schemas::rfc3339(*span_.from)));
    if (span_.to) add("to", runtime::percent_encode(schemas::rfc3339(*span_.to)));
    const std::string further = further_.parameters();
    if (!further.empty()) out += (out.find('?') == out.npos ? "?" : "&") + further;
    return out;
  }

 private:
  bool take_named(const Condition& condition) {
    const auto* const address = address_in(condition);
    if (address != nullptr && address_.empty() && !further_.has("address")) {
      address_ = address->address.text();
      roles_ = roles_of(address->role);
      named_ = &condition;
      return true;
    }
    const auto* const domain = domain_in(condition);
    if (domain == nullptr || !domain_.empty() || further_.has("domain")) return false;
    domain_ = domain->domain;
    return true;
  }

  template <typename Term>
  static bool is_any(const Term* term) {
    return term != nullptr && term->role == search::Role::any;
  }
  // Whether it stands in the parameter in which the named address is.
  static bool is_of_any_role(const Condition& condition) {
    return std::any_of(condition.any_of.begin(), condition.any_of.end(), [](const auto& term) {
      return is_any(std::get_if<search::AddressTerm>(&term)) ||
             is_any(std::get_if<search::PrefixTerm>(&term));
    });
  }
  bool is_another_domain(const Condition& condition) const {
    return std::any_of(condition.any_of.begin(), condition.any_of.end(), [&](const auto& term) {
      const auto* const domain = std::get_if<search::DomainTerm>(&term);
      return is_any(domain) && domain->owner == search::Owner::ours && !domain_.empty();
    });
  }
  // The named address becomes one of several, which have no spellings of a history.
  void join_addresses() {
    if (named_ == nullptr) return;
    (void)further_.take(*std::exchange(named_, nullptr));
    address_.clear();
    roles_.clear();
  }

  const LogUse use_;
  const runtime::WallTime now_;
  SearchEvents further_;
  const Condition* named_ = nullptr;  // of the query; that of `address_`
  std::string address_;
  std::string roles_;
  std::string domain_;
  TimesSaid span_;
};

}  // namespace

std::variant<std::string, NotRead> log_of(const search::Query& query, LogUse use,
                                          runtime::WallTime now) {
  const std::string used = use == LogUse::followed ? "followed." : "exported.";
  if (query.all_of.empty()) return NotRead{"Nothing is asked for yet that could be " + used};
  const auto kinds = kinds_of(query);
  if (!kinds) {
    return NotRead{
        "A state is of a delivery, and events have kinds: ask for those, such as is:bounced."};
  }
  if (kinds->empty()) return NotRead{"No kind of event is left that could be " + used};
  LogPlanner planner(use, now);
  for (std::size_t i = 0; i < query.all_of.size(); ++i) {
    const std::string text = i < query.chips.size() ? query.chips[i].query : std::string("it");
    if (auto why = planner.take(query.all_of[i], text); !why.empty()) {
      return NotRead{std::move(why)};
    }
  }
  return planner.target(*kinds);
}

boost::json::object log_json(const search::Query& query, LogUse use, runtime::WallTime now) {
  const auto target = log_of(query, use, now);
  if (const auto* const not_read = std::get_if<NotRead>(&target)) {
    return {{"refused", not_read->words}};
  }
  return {{"target", std::get<std::string>(target)}};
}

}  // namespace waybill::query
