#include "relay/trust/spf/check_host.h"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include "relay/trust/spf/evaluation.h"
#include "relay/trust/spf/record.h"
#include "runtime/ascii.h"
#include "runtime/dns/domain_name.h"
#include "runtime/dns/question_name.h"

namespace waybill::relay::trust::spf {
namespace {

using runtime::Task;

// Octets of a name in a sentence for people.

// RFC 7208 4.3: a fully qualified name of sound labels. A bracketed literal is none.
bool is_judgeable(std::string_view domain) {
  return runtime::dns::is_question_name(domain) && domain.find('.') != std::string_view::npos &&
         domain.find_first_of("[] ") == std::string_view::npos;
}

runtime::IpAddress plain(const runtime::IpAddress& ip) {
  if (!ip.is_v6() || !ip.to_v6().is_v4_mapped()) return ip;
  return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, ip.to_v6());
}

// RFC 7208 2.4, 4.3.
MacroValues values_of(const SpfRequest& request) {
  MacroValues out;
  const bool null_sender = request.sender.empty();
  const std::string sender = null_sender ? "postmaster@" + request.helo : request.sender;
  const std::size_t at = sender.rfind('@');
  out.sender_local = at == std::string::npos ? "" : sender.substr(0, at);
  if (out.sender_local.empty()) out.sender_local = "postmaster";
  out.sender_domain = at == std::string::npos ? sender : sender.substr(at + 1);
  if (out.sender_domain.ends_with('.')) out.sender_domain.pop_back();
  out.domain = out.sender_domain;
  out.client = plain(request.client);
  out.helo = request.helo;
  out.receiver = request.receiver;
  out.validated_name = "unknown";
  out.now = request.now;
  return out;
}

std::string explained(SpfCode code, const std::string& domain, const std::string& mechanism) {
  const std::string name = printable(domain, kMaxShown);
  const std::string by = mechanism.empty() ? "by default" : "by " + printable(mechanism, kMaxShown);
  switch (code) {
    case SpfCode::none: return name + " has no SPF record";
    case SpfCode::neutral: return name + " says nothing of this client (" + by + ")";
    case SpfCode::pass: return name + " names this client as its sender (" + by + ")";
    case SpfCode::fail: return name + " does not send from this client (" + by + ")";
    case SpfCode::softfail: return name + " probably does not send from this client (" + by + ")";
    case SpfCode::temperror: return "DNS gave no answer for the SPF record of " + name;
    case SpfCode::permerror: return "The SPF record of " + name + " cannot be used";
  }
  return {};
}

}  // namespace

std::string_view word(SpfCode code) {
  switch (code) {
    case SpfCode::none: return "none";
    case SpfCode::neutral: return "neutral";
    case SpfCode::pass: return "pass";
    case SpfCode::fail: return "fail";
    case SpfCode::softfail: return "softfail";
    case SpfCode::temperror: return "temperror";
    case SpfCode::permerror: return "permerror";
  }
  return "";
}

Task<SpfResult> check_host(runtime::dns::Resolver& resolver, SpfRequest request,
                           runtime::Instant deadline) {
  SpfResult out;
  out.identity = request.sender.empty() ? SpfIdentity::helo : SpfIdentity::mail_from;
  const MacroValues values = values_of(request);
  if (!is_judgeable(values.domain)) {
    out.reason = printable(values.domain, kMaxShown) + " is no domain that SPF can judge";
    co_return out;
  }
  out.domain = runtime::ascii::lower(values.domain);
  Evaluation evaluation(resolver, values, deadline);
  const Finding finding = co_await evaluation.judge(values.domain, 0);
  out.code = finding.code;
  out.mechanism = finding.mechanism;
  out.reason = explained(out.code, out.domain, out.mechanism);
  if (!finding.detail.empty()) out.reason += ": " + finding.detail;
  if (out.code == SpfCode::fail && finding.explanation) {
    out.explanation = co_await evaluation.explain(*finding.explanation, finding.domain);
  }
  co_return out;
}

}  // namespace waybill::relay::trust::spf
