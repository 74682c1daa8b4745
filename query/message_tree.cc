#include "query/message_tree.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace waybill::query {
namespace {

namespace json = boost::json;

std::string_view member(const json::object& of, std::string_view name) {
  const json::value* const value = of.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                : std::string_view();
}

const json::object* inner(const json::object& of, std::string_view name) {
  const json::value* const value = of.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

std::string_view inner_member(const json::object& of, std::string_view body,
                              std::string_view name) {
  const json::object* const found = inner(of, body);
  return found == nullptr ? std::string_view() : member(*found, name);
}

// What is an object of a list.
std::vector<const json::object*> objects_of(const json::value* list) {
  std::vector<const json::object*> out;
  const json::array* const array = list == nullptr ? nullptr : list->if_array();
  if (array == nullptr) return out;
  for (const json::value& one : *array) {
    if (const json::object* const object = one.if_object()) out.push_back(object);
  }
  return out;
}

struct TreeReport {
  std::string digest;      // of the report; empty: nobody said
  std::string message_id;  // its own message; empty: it has none on record
  json::array bounced;
  json::array way_home;
};

struct TreeDelivery {
  std::string target;
  json::array events;
  std::vector<TreeReport> reports;
};

struct TreeRecipient {
  std::string alias;
  json::array events;
  std::vector<std::string> order;  // of its deliveries
  std::map<std::string, TreeDelivery> deliveries;

  TreeDelivery& at(const std::string& id) {
    const auto [found, is_new] = deliveries.try_emplace(id);
    if (is_new) order.push_back(id);
    return found->second;
  }
};

class Tree {
 public:
  void add(const json::object& event) {
    if (!seen_.emplace(member(event, "event_id")).second) return;
    const std::string alias(member(event, "alias"));
    const std::string id(member(event, "delivery_id"));
    const std::string about(member(event, "reported_delivery_id"));
    if (!about.empty()) {
      add_home(owner_of(about, alias).at(about), event);
    } else if (!id.empty()) {
      add_outcome(owner_of(id, alias).at(id), event);
    } else if (!alias.empty()) {
      add_to_recipient(recipient(alias), event);
    } else {
      events_.push_back(event);
    }
  }

  json::object told(const std::map<std::string, json::object>& answers) && {
    json::array recipients;
    for (TreeRecipient& one : recipients_) recipients.push_back(told(one, answers));
    json::object out;
    out["recipients"] = std::move(recipients);
    out["events"] = std::move(events_);
    return out;
  }

 private:
  TreeRecipient& recipient(const std::string& alias) {
    const auto found = std::find_if(recipients_.begin(), recipients_.end(),
                                    [&](const TreeRecipient& one) { return one.alias == alias; });
    if (found != recipients_.end()) return *found;
    recipients_.push_back({alias, {}, {}, {}});
    return recipients_.back();
  }

  // A report is for a return path, and names no alias.
  TreeRecipient& owner_of(const std::string& delivery, const std::string& alias) {
    for (TreeRecipient& one : recipients_) {
      if (one.deliveries.contains(delivery)) return one;
    }
    return recipient(alias);
  }

  static void add_to_recipient(TreeRecipient& to, const json::object& event) {
    to.events.push_back(event);
    const json::object* const accepted = inner(event, "accepted");
    if (accepted == nullptr) return;
    for (const json::object* const chosen : objects_of(accepted->if_contains("targets"))) {
      const std::string id(member(*chosen, "delivery_id"));
      if (!id.empty()) to.at(id).target = member(*chosen, "target");
    }
  }

  static void add_outcome(TreeDelivery& to, const json::object& event) {
    if (to.target.empty()) to.target = inner_member(event, member(event, "kind"), "target");
    if (member(event, "kind") != "bounced") return to.events.push_back(event);
    report_of(to, inner_member(event, "bounced", "report_digest"), {}).bounced.push_back(event);
  }

  static void add_home(TreeDelivery& to, const json::object& event) {
    report_of(to, inner_member(event, "accepted", "content_digest"), member(event, "message_id"))
        .way_home.push_back(event);
  }

  // The one of that message or of that digest, which are of one report where both are known.
  static TreeReport& report_of(TreeDelivery& of, std::string_view digest,
                               std::string_view message) {
    const auto is_it = [&](const TreeReport& one) {
      if (!message.empty() && one.message_id == message) return true;
      return !digest.empty() && one.digest == digest && (message.empty() || one.message_id.empty());
    };
    const auto found = std::find_if(of.reports.begin(), of.reports.end(), is_it);
    TreeReport& report = found != of.reports.end() ? *found : of.reports.emplace_back();
    if (report.digest.empty()) report.digest = digest;
    if (report.message_id.empty()) report.message_id = message;
    return report;
  }

  static json::object told(TreeReport& report) {
    json::object out;
    if (!report.message_id.empty()) out["message_id"] = report.message_id;
    out["bounced"] = std::move(report.bounced);
    out["way_home"] = std::move(report.way_home);
    return out;
  }

  static json::object told(TreeRecipient& of, const std::map<std::string, json::object>& answers) {
    json::array deliveries;
    for (const std::string& id : of.order) {
      TreeDelivery& delivery = of.deliveries.at(id);
      json::object one;
      one["delivery_id"] = id;
      if (!delivery.target.empty()) one["target"] = delivery.target;
      if (const auto answer = answers.find(id); answer != answers.end()) {
        for (const char* name : {"state", "accepted_at", "changed_at", "story"}) {
          if (const auto* value = answer->second.if_contains(name)) one[name] = *value;
        }
      }
      one["events"] = std::move(delivery.events);
      json::array reports;
      for (TreeReport& report : delivery.reports) reports.push_back(told(report));
      one["reports"] = std::move(reports);
      deliveries.push_back(std::move(one));
    }
    json::object out;
    if (!of.alias.empty()) out["alias"] = of.alias;
    out["events"] = std::move(of.events);
    out["deliveries"] = std::move(deliveries);
    return out;
  }

  std::vector<TreeRecipient> recipients_;  // in the order in which events named them
  json::array events_;
  std::set<std::string, std::less<>> seen_;
};

}  // namespace

std::vector<std::string> deliveries_named(const json::array& events) {
  std::vector<std::string> out;
  const auto name = [&](std::string_view id) {
    if (!id.empty() && std::find(out.begin(), out.end(), id) == out.end()) out.emplace_back(id);
  };
  for (const json::value& one : events) {
    const json::object* const event = one.if_object();
    if (event == nullptr) continue;
    const json::object* const accepted = inner(*event, "accepted");
    if (accepted != nullptr) {
      for (const json::object* const chosen : objects_of(accepted->if_contains("targets"))) {
        name(member(*chosen, "delivery_id"));
      }
    }
    const std::string_view about = member(*event, "reported_delivery_id");
    name(about.empty() ? member(*event, "delivery_id") : about);
  }
  return out;
}

json::object message_tree(const json::array& events,
                          const std::map<std::string, json::object>& deliveries) {
  Tree tree;
  for (const json::value& event : events) {
    if (const json::object* const object = event.if_object()) tree.add(*object);
  }
  for (const auto& [id, delivery] : deliveries) {
    for (const json::object* const event : objects_of(delivery.if_contains("events"))) {
      tree.add(*event);
    }
  }
  return std::move(tree).told(deliveries);
}

}  // namespace waybill::query
