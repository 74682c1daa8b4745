// judge_client: what stands against a client, in the order in which it is looked for. It is judged
// for each recipient, so that the refusal is in the history of the alias; return paths and
// postmaster take mail from everybody. Pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "relay/door/client_facts.h"
#include "relay/door/door_settings.h"
#include "relay/door/helo_claim.h"
#include "relay/door/rates.h"
#include "relay/policy/rules.h"

namespace waybill::relay::policy {

struct ClientClaims {
  door::ClientFacts facts;
  door::HeloClaim helo_claim = door::HeloClaim::fine;
  std::string helo;
  std::string address;
};

std::optional<Refusal> judge_client(const ClientClaims& claims, const door::DoorSettings& settings);

Refusal judge_rate(door::Exceeded exceeded, const door::DoorSettings& settings);

// Who has so long to wait.
Refusal judge_greylisted(std::chrono::seconds left);

}  // namespace waybill::relay::policy
