// Settings: what an operator decides about the relay. The reader of the configuration checks them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "relay/door/door_settings.h"
#include "relay/forward/providers.h"
#include "relay/forward/smarthost.h"
#include "relay/forward/sources.h"
#include "relay/policy/limits.h"
#include "relay/smtp/server_core.h"
#include "relay/spam/spam_settings.h"
#include "runtime/network.h"

namespace waybill::relay {

struct Settings {
  std::string host_name;
  bool log_transactions = true;  // a line of the log for each
  door::DoorSettings door;
  spam::SpamSettings spam;
  smtp::ServerLimits smtp;
  std::uint32_t max_sessions = 1000;
  std::uint32_t max_sessions_per_client = 50;
  std::uint32_t max_connections_per_hop = 50;  // Postfix takes as many of one client
  std::uint32_t max_connections_per_client = 100;
  std::uint32_t max_refusals = 100;              // in a session since its last message
  std::uint32_t max_refusals_per_client = 1000;  // in an hour
  std::uint64_t memory_per_message = 256 << 10;  // octets; above, an unlinked file
  // What is held of one: the header is judged whole, whatever the operator gives a message.
  std::uint64_t held_of_message() const { return std::max(memory_per_message, kHeaderOctets); }
  std::uint64_t max_memory = 256 << 20;  // octets of messages in memory, in all
  std::uint64_t max_spool = 4ULL << 30;  // octets in such files, in all
  std::string spool_directory = ".";
  std::vector<runtime::Network> proxy_from;  // their connections begin with a PROXY header
  forward::Sources sources;                  // addresses that mail leaves from
  forward::Providers providers = forward::known_providers();
  forward::Smarthost smarthost;
  std::uint16_t next_hop_port = 25;   // where neither target nor DNS names one (RFC 5321 4.5.4.2)
  std::uint32_t min_data_rate = 500;  // octets per second over a body, after kBodyRateGrace
  std::chrono::seconds final_deadline{300};  // all next hops' answers to a body (RFC 1047)
  std::chrono::seconds rcpt_deadline{120};   // next hops' answers to one recipient
};

}  // namespace waybill::relay
