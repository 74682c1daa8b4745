// A return path as query/return_path_handler.cc writes it.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "app/cluster/remote_return_paths.h"
#include "schemas/event.h"

namespace waybill::app {

namespace json = boost::json;
using relay::returnpath::EarlierReport;
using relay::returnpath::ReturnPath;
using runtime::Errc;
using runtime::Result;

namespace {

// Reads members of one object; what is missing or of another type makes the whole unreadable.
class Members {
 public:
  explicit Members(const json::object& object) : object_(object) {}
  bool whole() const { return whole_; }

  std::string text(std::string_view name) {
    const json::value* value = object_.if_contains(name);
    if (value != nullptr && value->is_string()) return std::string(value->as_string());
    whole_ = false;
    return {};
  }
  bool flag(std::string_view name) {
    const json::value* value = object_.if_contains(name);
    if (value != nullptr && value->is_bool()) return value->as_bool();
    whole_ = false;
    return false;
  }
  std::uint64_t number(std::string_view name) {
    const json::value* value = object_.if_contains(name);
    boost::system::error_code wrong;
    std::uint64_t number = 0;
    if (value != nullptr && value->is_number()) number = value->to_number<std::uint64_t>(wrong);
    if (value == nullptr || !value->is_number() || wrong) whole_ = false;
    return number;
  }
  json::array array(std::string_view name) {
    const json::value* value = object_.if_contains(name);
    if (value != nullptr && value->is_array()) return value->as_array();
    whole_ = false;
    return {};
  }
  void refuse() { whole_ = false; }

 private:
  const json::object& object_;
  bool whole_ = true;
};

std::optional<std::string> octets_of_hex(const std::string& hex) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  std::string out;
  if (hex.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]);
    const int low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

void read_reports(Members& members, std::vector<EarlierReport>& reports) {
  for (const json::value& value : members.array("reports")) {
    if (!value.is_object()) return members.refuse();
    Members report(value.as_object());
    const auto digest = octets_of_hex(report.text("digest"));
    const bool done = report.flag("done");
    if (!digest || !report.whole()) return members.refuse();
    reports.push_back({*digest, done});
  }
}

}  // namespace

Result<ReturnPath> parse_return_path(const std::string& body) {
  boost::system::error_code wrong;
  const json::value value = json::parse(body, wrong);
  if (wrong || !value.is_object()) return make_error_code(Errc::corrupt);
  Members members(value.as_object());
  ReturnPath out;
  const auto message = schemas::MessageId::parse(members.text("message_id"));
  if (!message) return make_error_code(Errc::corrupt);
  out.message = *message;
  out.alias = members.text("alias");
  out.domain = members.text("domain");
  out.sender = members.text("sender");
  out.target = members.text("target");
  out.route = members.text("route");
  out.verified = members.flag("verified");
  out.reason = members.text("reason");
  out.smtputf8 = members.flag("smtputf8");
  out.ret = members.text("ret");
  out.envid = members.text("envid");
  out.notify = members.text("notify");
  out.orcpt = members.text("orcpt");
  out.rfc5322_message_id = members.text("rfc5322_message_id");
  out.header_from = members.text("header_from");
  out.accepted_at = schemas::wall_time(members.number("accepted_at"));
  read_reports(members, out.reports);
  if (!members.whole()) return make_error_code(Errc::corrupt);
  return out;
}

}  // namespace waybill::app
