#include "query/exports/conditions.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <string>
#include <utility>

namespace waybill::query::exports {
namespace {

namespace json = boost::json;
using projector::EventCondition;
using projector::Role;
using projector::TermAsked;
using projector::TermOf;
using schemas::JsonMembers;

constexpr std::pair<TermOf, std::string_view> kTerms[] = {
    {TermOf::domain, "domain"},
    {TermOf::sender_domain, "sender_domain"},
    {TermOf::target_domain, "target_domain"},
    {TermOf::next_hop, "next_hop"},
    {TermOf::next_hop_ip, "next_hop_ip"},
    {TermOf::kind, "kind"},
    {TermOf::rule, "rule"},
    {TermOf::reply_code, "reply_code"},
    {TermOf::status, "status"},
    {TermOf::bounce_class, "bounce_class"},
    {TermOf::subject, "subject"},
    {TermOf::alias, "alias"},
    {TermOf::sender, "sender"},
    {TermOf::target, "target"},
    {TermOf::client_ip, "client_ip"},
};
constexpr std::pair<Role, std::string_view> kRoles[] = {
    {Role::alias, "alias"}, {Role::sender, "sender"}, {Role::target, "target"}};

template <class Value, std::size_t N>
std::string_view word_of(Value value, const std::pair<Value, std::string_view> (&words)[N]) {
  const auto* const at = std::find_if(std::begin(words), std::end(words),
                                      [&](const auto& one) { return one.first == value; });
  return at == std::end(words) ? std::string_view() : at->second;
}

template <class Value, std::size_t N>
Value read_word(JsonMembers& members, std::string_view name,
                const std::pair<Value, std::string_view> (&words)[N]) {
  const std::string_view text = members.text(name);
  const auto* const at = std::find_if(std::begin(words), std::end(words),
                                      [&](const auto& one) { return one.second == text; });
  if (at == std::end(words)) members.expected(name, "a word that is known");
  return at == std::end(words) ? words[0].first : at->first;
}

// read(members of one) of each object of a list.
template <class Read>
auto read_each(JsonMembers& members, std::string_view name, Read read) {
  std::vector<decltype(read(members))> out;
  for (const json::value& one : members.array(name)) {
    const json::object* const object = one.if_object();
    if (object == nullptr) {
      members.expected(name, "a list of objects");
      continue;
    }
    JsonMembers inner(*object, members.name(name), members);
    out.push_back(read(inner));
  }
  return out;
}

json::object to_json(const feed::Part& part) {
  const projector::Spellings spellings = part.address.spellings();
  return {{"role", word_of(part.role, kRoles)},
          {"address", part.address.address()},
          {"any_case", spellings.any_case},
          {"any_tag", spellings.any_tag}};
}

feed::Part read_part(JsonMembers& members) {
  const Role role = read_word(members, "role", kRoles);
  projector::Spellings spellings;
  spellings.any_case = members.flag("any_case");
  spellings.any_tag = members.flag("any_tag");
  return {role, projector::Sought(members.text("address"), spellings)};
}

json::object to_json(const EventCondition& condition) {
  json::array any_of;
  for (const TermAsked& asked : condition.any_of) {
    any_of.push_back(json::object{{"of", word_of(asked.of, kTerms)},
                                  {"text", asked.text},
                                  {"beginning", asked.beginning},
                                  {"domain", asked.at_domain}});
  }
  return {{"not", condition.is_not}, {"any_of", std::move(any_of)}};
}

TermAsked read_term(JsonMembers& members) {
  TermAsked out;
  out.of = read_word(members, "of", kTerms);
  out.text = members.text("text");
  out.beginning = members.flag("beginning");
  out.at_domain = members.text("domain");
  const bool is_ip = out.of == TermOf::client_ip || out.of == TermOf::next_hop_ip;
  if (!is_ip || out.text.find('/') == out.text.npos) return out;
  out.network = runtime::network_of(out.text);
  if (!out.network) members.expected("text", "a network");
  return out;
}

EventCondition read_condition(JsonMembers& members) {
  EventCondition out;
  out.is_not = members.flag("not");
  out.any_of = read_each(members, "any_of", read_term);
  return out;
}

projector::Phrase read_phrase(const json::value& phrase, JsonMembers& members) {
  projector::Phrase out;
  const json::array* const words = phrase.if_array();
  if (words == nullptr) members.expected("phrases", "lists of lists of texts");
  if (words == nullptr) return out;
  for (const json::value& word : *words) {
    if (word.is_string()) {
      out.emplace_back(word.get_string());
    } else {
      members.expected("phrases", "lists of lists of texts");
    }
  }
  return out;
}

std::vector<projector::Phrase> read_phrases(const json::value& phrases, JsonMembers& members) {
  std::vector<projector::Phrase> out;
  const json::array* const list = phrases.if_array();
  if (list == nullptr) members.expected("phrases", "lists of lists of texts");
  if (list == nullptr) return out;
  for (const json::value& phrase : *list) out.push_back(read_phrase(phrase, members));
  return out;
}

json::array to_json(const std::vector<projector::Phrase>& phrases) {
  json::array out;
  for (const projector::Phrase& phrase : phrases)
    out.emplace_back(json::array(phrase.begin(), phrase.end()));
  return out;
}

}  // namespace

json::object conditions_json(const feed::Filter& filter) {
  json::array parts, all_of, phrases;
  for (const feed::Part& part : filter.parts) parts.push_back(to_json(part));
  for (const EventCondition& one : filter.wanted.all_of) all_of.push_back(to_json(one));
  for (const auto& group : filter.wanted.phrases) phrases.emplace_back(to_json(group));
  return {
      {"parts", std::move(parts)}, {"all_of", std::move(all_of)}, {"phrases", std::move(phrases)}};
}

void read_conditions(const json::object& object, std::string_view name, JsonMembers& outer,
                     feed::Filter& filter) {
  JsonMembers members(object, outer.name(name), outer);
  filter.parts = read_each(members, "parts", read_part);
  filter.wanted.all_of = read_each(members, "all_of", read_condition);
  for (const json::value& group : members.array("phrases")) {
    filter.wanted.phrases.push_back(read_phrases(group, members));
  }
}

}  // namespace waybill::query::exports
