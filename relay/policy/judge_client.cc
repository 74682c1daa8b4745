#include "relay/policy/judge_client.h"

namespace waybill::relay::policy {

using door::ClientName;
using door::Exceeded;
using door::HeloClaim;
using door::HeloRule;
using door::ReverseDns;
using schemas::Reply;

namespace {

std::optional<std::string> against_helo(const ClientClaims& claims, HeloRule rule) {
  if (rule == HeloRule::off) return std::nullopt;
  const std::string said = schemas::clean_reply_text(claims.helo);
  if (claims.helo_claim == HeloClaim::ours) return "You say HELO as this server: " + said;
  if (rule != HeloRule::strict) return std::nullopt;
  if (claims.helo_claim == HeloClaim::no_name) return "Your HELO is no host name: " + said;
  if (claims.helo_claim == HeloClaim::another) {
    return "Your HELO is not your address " + claims.address + ": " + said;
  }
  return std::nullopt;
}

// RFC 7372 3.2: 5.7.25, and 4.7.25 where DNS does not say.
std::optional<Reply> against_name(const ClientClaims& claims, ReverseDns asked) {
  if (asked == ReverseDns::off) return std::nullopt;
  switch (claims.facts.name_is) {
    case ClientName::not_asked:
    case ClientName::confirmed: return std::nullopt;
    case ClientName::unknown:
      return Reply{450, "4.7.25",
                   "DNS gave no answer for the name of " + claims.address + "; try again later"};
    case ClientName::none:
      return Reply{550, "5.7.25", "Your address " + claims.address + " has no name in DNS"};
    case ClientName::unconfirmed: break;
  }
  if (asked == ReverseDns::named) return std::nullopt;
  return Reply{550, "5.7.25",
               "The name of your address, " + schemas::clean_reply_text(claims.facts.name) +
                   ", does not lead back to " + claims.address};
}

std::string listed_words(const ClientClaims& claims) {
  std::string zones;
  for (const door::Listing& one : claims.facts.listings) {
    if (one.weight > 0) zones += (zones.empty() ? "" : ", ") + one.zone;
  }
  return "Your address " + claims.address + " is listed by " + zones;
}

}  // namespace

std::optional<Refusal> judge_client(const ClientClaims& claims,
                                    const door::DoorSettings& settings) {
  if (auto words = against_helo(claims, settings.helo)) {
    return refusal_by(Rule::helo, reply_of(Rule::helo, std::move(*words)));
  }
  if (auto reply = against_name(claims, settings.reverse_dns)) {
    return refusal_by(Rule::client_name, std::move(*reply));
  }
  if (claims.facts.score() >= static_cast<int>(settings.refuse_at)) {
    return refusal_by(Rule::client_listed, reply_of(Rule::client_listed, listed_words(claims)));
  }
  return std::nullopt;
}

Refusal judge_rate(Exceeded exceeded, const door::DoorSettings& settings) {
  const auto refusal = [](Rule rule, std::string_view who, std::uint32_t most) {
    std::string words("Recipients from ");
    words.append(who).append(": ").append(std::to_string(most));
    return refusal_by(rule, reply_of(rule, words + " in an hour are taken; try again later"));
  };
  switch (exceeded) {
    case Exceeded::client:
      return refusal(Rule::client_rate, "your address", settings.recipients_per_client);
    case Exceeded::network:
      return refusal(Rule::network_rate, "your network", settings.recipients_per_network);
    case Exceeded::sender_domain: break;
  }
  return refusal(Rule::sender_domain_rate, "your sender's domain",
                 settings.recipients_per_sender_domain);
}

Refusal judge_greylisted(std::chrono::seconds left) {
  return refusal_by(Rule::greylist,
                    reply_of(Rule::greylist, "Greylisted: try again in " +
                                                 std::to_string(left.count()) + " seconds"));
}

}  // namespace waybill::relay::policy
