// judge_recipient: what stands against a recipient, in the order in which it is looked for. The
// transaction gathers the facts and puts the refusal on record; nothing is decided there.
//
// A return path is judged by its address alone first, so that forged and expired ones cost no
// look-up; then by what the views say of it. Pure functions.
#pragma once

#include <optional>
#include <vector>

#include "relay/policy/rules.h"
#include "relay/returnpath/directory.h"
#include "relay/routes/route_table.h"
#include "runtime/time.h"
#include "schemas/reply.h"

namespace waybill::relay::policy {

// An address of a return path's form in a domain of ours.
struct ReturnPathFacts {
  enum class Sender { null, named };
  Sender sender = Sender::null;
  // When its delivery's window closes; nullopt: this server did not make it for that domain.
  std::optional<runtime::WallTime> closes{};
};

// What is known of a recipient from the command alone.
struct RcptFacts {
  // The SMTP core's own refusal of the command.
  std::optional<schemas::Reply> core_refusal{};
  // What the transaction has taken already.
  enum class Taken { nothing, mail, report };
  Taken taken = Taken::nothing;
  std::optional<ReturnPathFacts> return_path{};
  // Of an address that has no return path's form.
  routes::Lookup route = routes::UnknownDomain{};
  runtime::WallTime now{};
};

// nullopt: nothing stands against it. It is then a return path, or its route forwards or drops.
std::optional<Refusal> judge_recipient(const RcptFacts& facts);

// At RCPT: what the views say of a return path; the error where they do not.
std::optional<Refusal> judge_return_path(const runtime::Result<schemas::ReturnPath>& path);

}  // namespace waybill::relay::policy
