#include "query/search_follow.h"

#include <algorithm>
#include <set>

#include "query/feed/filter.h"
#include "query/question.h"
#include "query/search_events.h"
#include "query/search_plan.h"
#include "runtime/hex.h"
#include "schemas/field_shape.h"

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

// Gathers what the feed is asked for, condition by condition.
class FeedPlanner {
 public:
  explicit FeedPlanner(runtime::WallTime now) : now_(now) {}

  // Why not, as a sentence; empty: it was taken.
  std::string take(const Condition& condition, const std::string& text) {
    if (all_are<search::StateTerm>(condition)) return {};
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
    if (is_of_feed_alone(condition)) {
      return "New events are followed by one address in any role, one domain of ours and one list "
             "of classes: leave out " +
             text + ".";
    }
    const std::string why = further_.take(condition);
    return why.empty() ? why : "New events are not followed by it. " + why + ".";
  }

  std::string target(const std::set<std::string>& kinds) const {
    std::string out = "/v1/feed";
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
    add("class", classes_);
    const std::string further = further_.parameters();
    if (!further.empty()) out += (out.find('?') == out.npos ? "?" : "&") + further;
    return out;
  }

 private:
  bool take_named(const Condition& condition) {
    if (const auto* const address = address_in(condition); address && address_.empty()) {
      address_ = address->address.text();
      roles_ = roles_of(address->role);
      return true;
    }
    if (const auto* const domain = domain_in(condition); domain && domain_.empty()) {
      domain_ = domain->domain;
      return true;
    }
    if (!all_are<search::ClassTerm>(condition) || !classes_.empty()) return false;
    for (const search::Term& term : condition.any_of) {
      if (!classes_.empty()) classes_ += ',';
      classes_ += schemas::word_of(*schemas::pb::BounceClass_descriptor(),
                                   std::get<search::ClassTerm>(term).report);
    }
    return true;
  }

  // The feed has these parameters of its own, with fewer forms.
  static bool is_of_feed_alone(const Condition& condition) {
    return std::any_of(condition.any_of.begin(), condition.any_of.end(), [](const auto& term) {
      if (std::holds_alternative<search::ClassTerm>(term)) return true;
      if (const auto* const one = std::get_if<search::AddressTerm>(&term)) {
        return one->role == search::Role::any;
      }
      if (const auto* const one = std::get_if<search::PrefixTerm>(&term)) {
        return one->role == search::Role::any;
      }
      const auto* const domain = std::get_if<search::DomainTerm>(&term);
      return domain != nullptr && domain->role == search::Role::any &&
             domain->owner == search::Owner::ours;
    });
  }

  const runtime::WallTime now_;
  SearchEvents further_;
  std::string address_;
  std::string roles_;
  std::string domain_;
  std::string classes_;
};

}  // namespace

std::variant<std::string, NotFollowed> feed_of(const search::Query& query, runtime::WallTime now) {
  if (query.all_of.empty()) return NotFollowed{"Nothing is asked for yet that could be followed."};
  const auto kinds = kinds_of(query);
  if (!kinds) {
    return NotFollowed{
        "A state is of a delivery, and events have kinds: ask for those, such as is:bounced."};
  }
  if (kinds->empty()) return NotFollowed{"No kind of event is left that could be followed."};
  FeedPlanner planner(now);
  for (std::size_t i = 0; i < query.all_of.size(); ++i) {
    const std::string text = i < query.chips.size() ? query.chips[i].query : std::string("it");
    if (auto why = planner.take(query.all_of[i], text); !why.empty()) {
      return NotFollowed{std::move(why)};
    }
  }
  return planner.target(*kinds);
}

boost::json::object follow_json(const search::Query& query, runtime::WallTime now) {
  const auto feed = feed_of(query, now);
  if (const auto* const not_followed = std::get_if<NotFollowed>(&feed)) {
    return {{"refused", not_followed->words}};
  }
  return {{"target", std::get<std::string>(feed)}};
}

}  // namespace waybill::query
