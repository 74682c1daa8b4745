#include "relay/forward/asks_for_tls.h"

#include "runtime/ascii.h"

namespace waybill::relay::forward {
namespace {

const std::string kWanted = "The next hop wants TLS or a log-in, which it is not given; it said: ";
constexpr int kAuthenticationRequired = 530;

bool is_about_tls(const schemas::Reply& reply) {
  if (reply.positive()) return false;
  return reply.code == kAuthenticationRequired || reply.enhanced == "5.7.10" ||
         reply.enhanced == "5.7.11" ||
         runtime::ascii::upper(reply.text).find("STARTTLS") != std::string::npos;
}

}  // namespace

std::optional<HopAnswer> asks_for_tls(const Answered& answered) {
  const schemas::Reply& theirs = answered.reply;
  if (!is_about_tls(theirs)) return std::nullopt;
  std::string words = std::to_string(theirs.code);
  if (!theirs.enhanced.empty()) words += ' ' + theirs.enhanced;
  HopAnswer out;
  out.kind = HopAnswer::Kind::deferred;
  out.rule = policy::Rule::next_hop_wants_tls;
  out.reply = policy::reply_of(*out.rule, kWanted + words + ' ' + theirs.text);
  out.by = HopAnswer::By::policy;
  out.quoted_from = kWanted.size();
  out.command = answered.command;
  return out;
}

}  // namespace waybill::relay::forward
