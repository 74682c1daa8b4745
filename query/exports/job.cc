#include "query/exports/job.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "schemas/event.h"
#include "schemas/json_members.h"

namespace waybill::query::exports {
namespace {

namespace json = boost::json;
using runtime::Errc;
using runtime::Failure;

void put_time(json::object& out, const char* name, const std::optional<runtime::WallTime>& time) {
  if (time) out[name] = schemas::rfc3339(*time);
}

// What both forms have.
json::object common(const Job& job) {
  json::object out;
  out["id"] = job.id;
  out["state"] = word_of(job.state);
  if (!job.why.empty()) out["why"] = job.why;
  out["principal"] = job.principal;
  if (!job.reason.empty()) out["reason"] = job.reason;
  out["created_at"] = schemas::rfc3339(job.created_at);
  out["looked_at"] = job.looked_at;
  out["of"] = job.of;
  out["count"] = job.count;
  out["octets"] = job.octets;
  if (!job.sha256.empty()) out["sha256"] = job.sha256;
  if (!job.file_sha256.empty()) out["file_sha256"] = job.file_sha256;
  put_time(out, "finished_at", job.finished_at);
  put_time(out, "expires_at", job.expires_at);
  return out;
}

// Parameters that name nobody. The others are told to few: that there is an export, and not of
// whom, may be told to each who may list them.
constexpr std::string_view kOfNobody[] = {"class",    "domain",       "from", "kind", "match",
                                          "next_hop", "other_domain", "role", "rule", "status",
                                          "to"};

// Lists of words that are no text of anybody's.
constexpr std::string_view kLists[] = {"kind", "class"};

template <std::size_t N>
bool is_among(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

json::array words_of(std::string_view list) {
  json::array out;
  for (std::size_t comma = 0; comma != list.npos;) {
    comma = list.find(',');
    out.emplace_back(list.substr(0, comma));
    list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
  }
  return out;
}

json::object query_of(const Order& order, bool is_theirs) {
  json::object out;
  for (const auto& [name, text] : order.said) {
    if (!is_theirs && !is_among(kOfNobody, name)) continue;
    if (is_among(kLists, name)) {
      out[name] = words_of(text);
    } else {
      out[name] = text;
    }
  }
  return out;
}

}  // namespace

bool Job::shows_to(const schemas::Principal& asker) const {
  return asker.sight.covers(order.filter.sight) &&
         !feed::scope_missing(order.filter.kinds, asker.scopes);
}

std::string file_name(const Job& job) { return "export-" + job.id + "." + suffix_of(job.order); }

json::object to_json(const Job& job) {
  json::object out = common(job);
  out["order"] = to_json(job.order);
  return out;
}

json::object shown(const Job& job, const schemas::Principal& asker) {
  json::object out = common(job);
  const bool theirs = job.principal == asker.text() || asker.scopes.has(schemas::Scope::access);
  if (!theirs) {
    out.erase("principal");
    out.erase("reason");
  }
  json::object order = to_json(job.order);
  out["format"] = order["format"];
  out["packing"] = order["packing"];
  out["query"] = query_of(job.order, theirs);
  if (job.order.lag) out["lag"] = *job.order.lag;
  out["file_name"] = file_name(job);
  if (job.state == State::done) out["file"] = "/v1/exports/" + job.id + "/file";
  return out;
}

runtime::Explained<Job> job_of(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  const json::object* const object = value.if_object();
  if (error || object == nullptr) return Failure{Errc::invalid, "it is no JSON object"};
  schemas::JsonMembers members(*object);
  Job out;
  out.id = members.text("id");
  const auto* const state =
      std::find(std::begin(kStates), std::end(kStates), members.text("state"));
  if (state == std::end(kStates)) {
    members.expected("state", "a word that is known");
  } else {
    out.state = static_cast<State>(state - std::begin(kStates));
  }
  if (members.find("why") != nullptr) out.why = members.text("why");
  out.principal = members.text("principal");
  if (members.find("reason") != nullptr) out.reason = members.text("reason");
  out.created_at = read_time(members, "created_at").value_or(runtime::WallTime());
  out.looked_at = members.number("looked_at");
  out.of = members.number("of");
  out.count = members.number("count");
  out.octets = members.number("octets");
  if (members.find("sha256") != nullptr) out.sha256 = members.text("sha256");
  if (members.find("file_sha256") != nullptr) out.file_sha256 = members.text("file_sha256");
  out.finished_at = read_time(members, "finished_at");
  out.expires_at = read_time(members, "expires_at");
  const json::object* const order = schemas::object_member(*object, "order");
  if (order == nullptr) members.expected("order", "an object");
  if (members.fault()) return *members.fault();
  auto read = order_of(*order);
  if (!read) return read.error();
  out.order = std::move(*read);
  return out;
}

}  // namespace waybill::query::exports
