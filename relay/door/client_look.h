// ClientLook: what DNS says of a client, asked for while the client speaks. One for each session.
//
// Promises: begins all questions at once; facts() ends within kLookTimeout of the beginning,
// whoever is silent. A list that gives no answer counts for nothing. One that was silent for
// kSilentLooks looks in a row is not waited for any more: its answers are taken where they come
// before the others', and once it answers it is waited for again. Owner's thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relay/door/client_facts.h"
#include "relay/door/door_settings.h"
#include "runtime/clock.h"
#include "runtime/dns/resolver.h"
#include "runtime/one_shot.h"
#include "runtime/scope.h"

namespace waybill::relay::door {

// A name server near by answers in milliseconds, a list's own within a second or two. A sender
// gives RCPT 5 minutes (RFC 5321 4.5.3.2.3).
inline constexpr std::chrono::seconds kLookTimeout{5};
inline constexpr std::uint32_t kSilentLooks = 3;
// An error that comes sooner costs nobody a wait.
inline constexpr std::chrono::seconds kSilence{2};
// Names of an address that are looked at: an answer may hold hundreds (as RFC 7208 4.6.4 has it).
inline constexpr std::size_t kMaxClientNames = 10;

// Which lists have answered last. One for each I/O thread.
class ListHealth {
 public:
  // Many lists know one family alone.
  struct Asked {
    std::string zone;
    bool of_ipv6 = false;
    friend auto operator<=>(const Asked&, const Asked&) = default;
  };
  void answered(const Asked& asked);
  void silent(const Asked& asked);
  bool waited_for(const Asked& asked) const;

 private:
  std::map<Asked, std::uint32_t> silent_;  // looks in a row
};

// "2.0.0.127.dnsbl.test": where a list is asked for an address (RFC 5782 2.1, 2.4).
std::string list_question(const runtime::IpAddress& client, std::string_view zone);

struct LookParts {
  runtime::dns::Resolver& resolver;
  runtime::Clock& clock;
  runtime::Scope& scope;  // what is asked goes on there, also behind the session's end
  ListHealth& health;
  const DoorSettings& settings;
};

class ClientLook {
 public:
  // Begins to ask. What `parts` names outlives the scope's tasks.
  ClientLook(LookParts parts, runtime::IpAddress client);
  ~ClientLook();
  ClientLook(const ClientLook&) = delete;
  ClientLook& operator=(const ClientLook&) = delete;

  // One caller at a time.
  runtime::Task<const ClientFacts*> facts();

 private:
  struct State;
  static runtime::Task<void> look_up_list(std::shared_ptr<State> state, const DnsList& list,
                                          bool waited_for);
  static runtime::Task<void> look_up_names(std::shared_ptr<State> state);
  static runtime::Task<ClientName> leads_back(std::shared_ptr<State> state, std::string name);
  std::shared_ptr<State> state_;
};

}  // namespace waybill::relay::door
