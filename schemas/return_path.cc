#include "schemas/return_path.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "runtime/check.h"
#include "runtime/hex.h"
#include "schemas/json_members.h"

namespace waybill::schemas {

namespace json = boost::json;
using runtime::Errc;
using runtime::Result;

namespace {

void read_reports(JsonMembers& members, std::vector<ReturnPath::Report>& reports) {
  for (const json::value& value : members.array("reports")) {
    if (!value.is_object()) return members.expected("reports", "objects");
    JsonMembers said(value.as_object(), "reports", members);
    auto digest = runtime::unhex(said.text("digest"));
    const bool done = said.flag("done");
    const bool sized = digest && digest->size() == ReturnPath::kDigestOctets;
    if (!sized) said.expected("digest", "32 octets in hexadecimal digits");
    if (!said.whole()) return;
    reports.push_back({{}, std::move(*digest), done});
  }
}

// RFC 8601 2.7.2.
bool was_in_doubt(const pb::Accepted& accepted, std::string_view method) {
  const auto& results = accepted.authentication();
  return std::any_of(results.begin(), results.end(), [&](const auto& one) {
    return one.method() == method && one.result() == "temperror";
  });
}

}  // namespace

void open_return_path(const Event& accepted, std::string_view target, ReturnPath& out) {
  const auto message = MessageId::from_bytes(accepted.message_id());
  runtime::check(message.has_value(), "a return path is opened by an event with a message id");
  const pb::Accepted& body = accepted.accepted();
  out.message = *message;
  out.alias = accepted.alias();
  out.domain = accepted.domain();
  out.sender = accepted.sender();
  out.target = target;
  out.route = body.route();
  out.verified = body.originator_verified();
  out.reason = body.originator_reason();
  out.spf_in_doubt = !out.verified && was_in_doubt(body, "spf");
  out.client_ip = out.spf_in_doubt ? accepted.client_ip() : std::string();
  out.helo = out.spf_in_doubt ? body.helo() : std::string();
  out.smtputf8 = body.smtputf8();
  read_dsn_request(body.dsn(), out.dsn);
  out.rfc5322_message_id = body.rfc5322_message_id();
  out.header_from = body.header_from();
  out.accepted_at = wall_time(accepted.occurred_at());
  out.reports.clear();
}

std::string to_json(const ReturnPath& path) {
  json::object out;
  out["message_id"] = path.message.text();
  out["alias"] = path.alias;
  out["domain"] = path.domain;
  out["sender"] = path.sender;
  out["target"] = path.target;
  out["route"] = path.route;
  out["verified"] = path.verified;
  out["reason"] = path.reason;
  if (path.spf_in_doubt) {
    out["spf_in_doubt"] = true;
    out["client_ip"] = path.client_ip;
    out["helo"] = path.helo;
  }
  out["smtputf8"] = path.smtputf8;
  out["ret"] = path.dsn.ret;
  out["envid"] = path.dsn.envid;
  out["notify"] = path.dsn.notify;
  out["orcpt"] = path.dsn.orcpt;
  out["rfc5322_message_id"] = path.rfc5322_message_id;
  out["header_from"] = path.header_from;
  out["accepted_at"] = nanoseconds(path.accepted_at);
  json::array reports;
  for (const ReturnPath::Report& report : path.reports) {
    json::object one;
    one["digest"] = runtime::hex(report.digest);
    one["done"] = report.done;
    reports.push_back(std::move(one));
  }
  out["reports"] = std::move(reports);
  return json::serialize(out);
}

Result<ReturnPath> return_path_from_json(std::string_view text) {
  boost::system::error_code wrong;
  const json::value value = json::parse(text, wrong);
  if (wrong || !value.is_object()) return make_error_code(Errc::corrupt);
  JsonMembers members(value.as_object());
  ReturnPath out;
  const auto message = MessageId::parse(members.text("message_id"));
  if (!message) return make_error_code(Errc::corrupt);
  out.message = *message;
  out.alias = members.text("alias");
  out.domain = members.text("domain");
  out.sender = members.text("sender");
  out.target = members.text("target");
  out.route = members.text("route");
  out.verified = members.flag("verified");
  out.reason = members.text("reason");
  // Said where it is so, and by no older release.
  if (members.find("spf_in_doubt") != nullptr) {
    out.spf_in_doubt = members.flag("spf_in_doubt");
    out.client_ip = members.text("client_ip");
    out.helo = members.text("helo");
  }
  out.smtputf8 = members.flag("smtputf8");
  out.dsn.ret = members.text("ret");
  out.dsn.envid = members.text("envid");
  out.dsn.notify = members.text("notify");
  out.dsn.orcpt = members.text("orcpt");
  out.rfc5322_message_id = members.text("rfc5322_message_id");
  out.header_from = members.text("header_from");
  out.accepted_at = wall_time(members.number("accepted_at"));
  read_reports(members, out.reports);
  if (!members.whole()) return make_error_code(Errc::corrupt);
  return out;
}

}  // namespace waybill::schemas
