#include "relay/tlsrpt/report.h"

#include <boost/json/serialize.hpp>
#include <cstdio>

#include "relay/message/received.h"
#include "relay/tlsrpt/policies_json.h"
#include "runtime/base64.h"
#include "runtime/crypto.h"
#include "runtime/hex.h"

namespace waybill::relay::tlsrpt {

namespace json = boost::json;

namespace {

// In no line of base64, and in no line of the text.
constexpr std::string_view kBoundary = "=_waybill_tlsrpt";
// RFC 2045 6.8
constexpr std::size_t kBase64Line = 76;
// Octets of a report's id that tell one from another.
constexpr std::size_t kIdOctets = 12;

constexpr std::chrono::seconds kLastSecond = std::chrono::days(1) - std::chrono::seconds(1);

std::string date_text(Date date) {
  const std::chrono::year_month_day ymd(date);
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02u", static_cast<int>(ymd.year()),
                static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
  return out.data();
}

std::string id_of(const Reporter& reporter, std::string_view domain, Date date,
                  runtime::WallTime begun) {
  const std::string what =
      std::string(domain) + " " + std::to_string(begun.time_since_epoch().count());
  const runtime::Digest digest = runtime::sha256(what);
  const std::string_view octets(reinterpret_cast<const char*>(digest.data()), kIdOctets);
  return date_text(date) + "." + runtime::hex(octets) + "@" + reporter.from.domain();
}

// sender "!" policy-domain "!" begin "!" end "!" unique-id
std::string file_name_of(const Reporter& reporter, std::string_view domain, Date date,
                         std::string_view id) {
  const std::chrono::seconds begin = date.time_since_epoch();
  return reporter.from.domain() + "!" + std::string(domain) + "!" + std::to_string(begin.count()) +
         "!" + std::to_string((begin + kLastSecond).count()) + "!" +
         std::string(id.substr(0, id.find('@'))) + ".json.gz";
}

std::string base64_lines(std::string_view octets) {
  const std::string text = runtime::encode_base64(octets);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += kBase64Line) {
    out += text.substr(at, kBase64Line) + "\r\n";
  }
  return out;
}

std::string begin_part() { return "--" + std::string(kBoundary) + "\r\n"; }

std::string header_of(const Reporter& reporter, const Report& report, const schemas::Address& to,
                      runtime::WallTime now) {
  const std::string submitter = reporter.from.domain();
  std::string out = "From: <" + reporter.from.text() + ">\r\nTo: <" + to.text() + ">\r\n";
  out += "Subject: Report Domain: " + report.domain + "\r\n Submitter: " + submitter +
         "\r\n Report-ID: <" + report.id + ">\r\n";
  out += "Date: " + message::rfc5322_date(now) + "\r\n";
  out += "Message-ID: <" + report.id + ">\r\n";
  out += "TLS-Report-Domain: " + report.domain + "\r\n";
  out += "TLS-Report-Submitter: " + submitter + "\r\n";
  // RFC 8689 3: the servers behind us are not to hold it back for what it reports, either.
  out += "TLS-Required: No\r\n";
  out += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
  out += "Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n boundary=\"" +
         std::string(kBoundary) + "\"\r\n\r\n";
  return out;
}

}  // namespace

Report write_report(const Reporter& reporter, std::string_view domain, Date date,
                    runtime::WallTime begun, const Policies& policies) {
  Report out;
  out.domain = domain;
  out.id = id_of(reporter, domain, date, begun);
  out.file_name = file_name_of(reporter, domain, date, out.id);
  json::object report;
  report["organization-name"] = reporter.organization;
  report["date-range"] = {{"start-datetime", date_text(date) + "T00:00:00Z"},
                          {"end-datetime", date_text(date) + "T23:59:59Z"}};
  report["contact-info"] = reporter.contact;
  report["report-id"] = out.id;
  report["policies"] = json_of(policies);
  out.json = json::serialize(report);
  return out;
}

std::string write_message(const Reporter& reporter, const Report& report,
                          const schemas::Address& to, std::string_view packed,
                          runtime::WallTime now) {
  std::string out = header_of(reporter, report, to, now);
  out += begin_part() + "Content-Type: text/plain; charset=us-ascii\r\n\r\n";
  out += "This is an aggregate report about TLS (RFC 8460) of mail to\r\n" + report.domain +
         ",\r\nsent by " + reporter.from.domain() + ".\r\nQuestions are answered by " +
         reporter.contact + ".\r\n\r\n";
  out +=
      begin_part() + "Content-Type: " + std::string(kPackedType) +
      "\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n filename=\"" +
      report.file_name + "\"\r\n\r\n";
  out += base64_lines(packed) + "\r\n--" + std::string(kBoundary) + "--\r\n";
  return out;
}

}  // namespace waybill::relay::tlsrpt
