// Bouncer: makes a dustbin a bridgehead: a server that took a message for a mailbox which the
// server behind it does not know, and says so later to the message's return path (RFC 5321 6.1, RFC
// 3464).
//
// A notification that is put off (4xx, or nobody there) is sent again until kTries. One thread.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "relay/message/spool.h"
#include "runtime/dialer.h"
#include "runtime/endpoint.h"
#include "runtime/permits.h"
#include "runtime/scope.h"
#include "runtime/time.h"
#include "runtime/workers.h"
#include "tools/dustbin/record.h"

namespace waybill::tools::dustbin {

inline constexpr std::chrono::seconds kBounceAfter{1};
inline constexpr std::chrono::seconds kBounceAgain{2};
inline constexpr int kTries = 30;

struct BounceSettings {
  std::set<std::string> local_parts;  // lower case
  runtime::Endpoint via;              // the server that takes mail for return paths
  std::string host_name = "bridgehead.localhost";
};

class Bouncer {
 public:
  // `told`: a sentence for each notification that was taken, refused or given up. All outlive it.
  Bouncer(runtime::Clock& clock, runtime::Scope& scope, BounceSettings settings,
          std::function<void(const std::string&)> told);

  // Bounces the message if it was taken, has a sender, and is for one of the local parts.
  void look_at(const Message& message);
  // No further tries; what is being sent ends by its deadline.
  void stop() { stopping_ = true; }

 private:
  runtime::Task<void> bounce(std::string to, std::string octets);
  runtime::Task<schemas::Reply> send(const std::string& to, const std::string& octets);
  std::string notification(const Message& message, const schemas::Address& recipient) const;

  runtime::Clock& clock_;
  runtime::Scope& scope_;
  const BounceSettings settings_;
  std::function<void(const std::string&)> told_;
  std::unique_ptr<runtime::Dialer> dialer_;
  std::unique_ptr<runtime::Workers> workers_;
  runtime::Permits no_files_{0};
  bool stopping_ = false;
};

}  // namespace waybill::tools::dustbin
