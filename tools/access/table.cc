#include "tools/access/table.h"

#include <boost/json/array.hpp>

#include "schemas/json_members.h"
#include "schemas/utf8.h"

namespace waybill::tools {
namespace {

namespace json = boost::json;
using schemas::text_member;

constexpr std::string_view kGap = "  ";

void add(std::string& out, std::string_view part) {
  if (part.empty()) return;
  if (!out.empty()) out += kGap;
  out += schemas::printable(part);
}

std::string joined(const json::object& object, std::string_view name) {
  std::string out;
  const json::array* const list = schemas::array_member(object, name);
  if (list == nullptr) return out;
  for (const json::value& one : *list) {
    if (!one.is_string()) continue;
    out += (out.empty() ? "" : ",") + std::string(one.as_string());
  }
  return out;
}

// Times of the API have nine digits behind the second, which people do not need.
std::string to_seconds(std::string_view time) {
  const std::size_t dot = time.find('.');
  if (dot == std::string_view::npos) return std::string(time);
  return std::string(time.substr(0, dot)) + "Z";
}

}  // namespace

std::string access_line(const json::object& access) {
  std::string out = to_seconds(text_member(access, "time"));
  std::string who(text_member(access, "principal"));
  if (const auto name = text_member(access, "name"); !name.empty()) {
    who += " (" + std::string(name) + ")";
  }
  add(out, who);
  add(out, text_member(access, "client_ip"));
  add(out, std::to_string(schemas::number_member(access, "status").value_or(0)));
  add(out, std::to_string(schemas::number_member(access, "rows").value_or(0)) + " rows");
  add(out,
      std::string(text_member(access, "method")) + " " + std::string(text_member(access, "query")));
  add(out, text_member(access, "reason"));
  return out;
}

std::string token_line(const json::object& token) {
  std::string out(text_member(token, "id"));
  add(out, text_member(token, "state"));
  add(out, joined(token, "scopes"));
  const json::value* const all = token.if_contains("all_domains");
  const bool is_all = all != nullptr && all->is_bool() && all->as_bool();
  add(out, is_all ? "all domains" : joined(token, "domains"));
  add(out, text_member(token, "name"));
  if (const auto until = text_member(token, "expires_at"); !until.empty()) {
    add(out, "until " + to_seconds(until));
  }
  return out;
}

}  // namespace waybill::tools
