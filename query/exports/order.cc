#include "query/exports/order.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <set>

#include "query/exports/conditions.h"
#include "schemas/event.h"

namespace waybill::query::exports {
namespace {

namespace json = boost::json;
using schemas::JsonMembers;

template <class Texts>
json::array texts(const Texts& list) {
  json::array out;
  for (const std::string& one : list) out.emplace_back(one);
  return out;
}

std::vector<std::string> read_texts(JsonMembers& members, std::string_view name) {
  std::vector<std::string> out;
  for (const json::value& one : members.array(name)) {
    if (one.is_string()) {
      out.emplace_back(one.get_string());
    } else {
      members.expected(name, "a list of texts");
    }
  }
  return out;
}

template <class Word, std::size_t N>
Word read_word(JsonMembers& members, std::string_view name, const std::string_view (&words)[N]) {
  const auto* const at = std::find(std::begin(words), std::end(words), members.text(name));
  if (at == std::end(words)) {
    members.expected(name, "a word that is known");
    return Word{};
  }
  return static_cast<Word>(at - std::begin(words));
}

schemas::Sight read_sight(JsonMembers& members) {
  if (members.flag("all_domains")) return schemas::Sight::all();
  const auto domains = read_texts(members, "domains");
  return schemas::Sight::of({domains.begin(), domains.end()});
}

void read_said(const json::object& object, JsonMembers& members, Order& out) {
  const json::object* const conditions = schemas::object_member(object, "conditions");
  if (conditions == nullptr) return members.expected("conditions", "an object");
  read_conditions(*conditions, "conditions", members, out.filter);
  const json::object* const said = schemas::object_member(object, "said");
  if (said == nullptr) return members.expected("said", "an object");
  JsonMembers words(*said, "said", members);
  for (const auto& one : *said) out.said[std::string(one.key())] = words.text(one.key());
  out.subjects = read_texts(members, "subjects");
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ",") + word;
  return out;
}

// Orders had no more than this before they had conditions, and do not say how it was said.
void say_as_it_was(Order& order) {
  const feed::Filter& filter = order.filter;
  const auto say = [&](const char* name, const std::string& text) {
    if (!text.empty()) order.said[name] = text;
  };
  say("domain", filter.domain);
  say("address", filter.address);
  say("kind", joined(filter.kinds));
  say("class", joined(filter.classes));
  if (order.from) say("from", schemas::rfc3339(*order.from));
  if (order.to) say("to", schemas::rfc3339(*order.to));
  for (const std::string& subject : {filter.domain, filter.address}) {
    if (!subject.empty()) order.subjects.push_back(subject);
  }
}

}  // namespace

std::optional<runtime::WallTime> read_time(JsonMembers& members, std::string_view name) {
  if (members.find(name) == nullptr) return std::nullopt;
  const auto time = schemas::parse_rfc3339(members.text(name));
  if (time) return *time;
  members.expected(name, "a time of RFC 3339");
  return std::nullopt;
}

bool Order::wants(const schemas::Event& event) const {
  const runtime::WallTime at = schemas::wall_time(event.occurred_at());
  if ((from && at < *from) || (to && at >= *to)) return false;
  return filter.wants(event);
}

std::string suffix_of(const Order& order) {
  std::string out(kFormats[static_cast<std::size_t>(order.format)]);
  if (order.packing == Packing::gzip) out += ".gz";
  if (order.packing == Packing::zstd) out += ".zst";
  return out;
}

std::string_view content_type_of(const Order& order) {
  if (order.packing == Packing::gzip) return "application/gzip";
  if (order.packing == Packing::zstd) return "application/zstd";
  // RFC 4180 3
  return order.format == Format::csv ? "text/csv; charset=utf-8; header=present"
                                     : "application/x-ndjson";
}

json::object to_json(const Order& order) {
  json::object out;
  out["all_domains"] = order.filter.sight.is_all();
  out["domains"] = texts(order.filter.sight.domains());
  out["kinds"] = texts(order.filter.kinds);
  out["classes"] = texts(order.filter.classes);
  out["domain"] = order.filter.domain;
  out["address"] = order.filter.address;
  out["conditions"] = conditions_json(order.filter);
  json::object said;
  for (const auto& [name, text] : order.said) said[name] = text;
  out["said"] = std::move(said);
  out["subjects"] = texts(order.subjects);
  if (order.from) out["from"] = schemas::rfc3339(*order.from);
  if (order.to) out["to"] = schemas::rfc3339(*order.to);
  out["format"] = kFormats[static_cast<std::size_t>(order.format)];
  out["packing"] = kPackings[static_cast<std::size_t>(order.packing)];
  json::array until;
  for (const schemas::EventIndex index : order.until) until.emplace_back(index.value());
  out["until"] = std::move(until);
  if (order.lag) out["lag"] = *order.lag;
  return out;
}

runtime::Explained<Order> order_of(const json::object& object) {
  JsonMembers members(object);
  Order out;
  out.filter.sight = read_sight(members);
  out.filter.kinds = read_texts(members, "kinds");
  out.filter.classes = read_texts(members, "classes");
  out.filter.domain = members.text("domain");
  out.filter.address = members.text("address");
  out.from = read_time(members, "from");
  out.to = read_time(members, "to");
  if (members.find("said") == nullptr) {
    say_as_it_was(out);
  } else {
    read_said(object, members, out);
  }
  out.format = read_word<Format>(members, "format", kFormats);
  out.packing = read_word<Packing>(members, "packing", kPackings);
  for (const json::value& one : members.array("until")) {
    boost::system::error_code failed;
    const auto index = one.to_number<std::uint64_t>(failed);
    if (failed) members.expected("until", "a list of indexes");
    out.until.emplace_back(index);
  }
  if (members.find("lag") != nullptr) out.lag = members.number("lag");
  if (members.fault()) return *members.fault();
  return out;
}

}  // namespace waybill::query::exports
