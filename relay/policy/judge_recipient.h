// judge_recipient: what stands against a recipient, in the order in which it is looked for. The
// transaction gathers the facts and puts the refusal on record; nothing is decided there.
//
// A return path is judged by its address alone first, so that forged and expired ones cost no
// look-up; then by what the views say of it. Pure functions.
#pragma once

#include <optional>
#include <vector>

#include "relay/policy/judge_client.h"
#include "relay/policy/rules.h"
#include "relay/returnpath/directory.h"
#include "relay/routes/route_table.h"
#include "runtime/time.h"
#include "schemas/reply.h"

namespace waybill::relay::policy {

// An address of a return path's form in a domain of ours. Whoever asks about one that is live hears
// 250, and that from the address alone: servers that verify a sender by calling back do so while we
// ask them to take its first mail, when nothing is on record yet. The body decides.
struct ReturnPathFacts {
  // When its id was made; nullopt: this server did not make it for that domain.
  std::optional<runtime::WallTime> began{};
  runtime::Duration window{};  // for reports
};

// The SMTP core's own refusal of MAIL, by the rule that it speaks for.
Refusal judge_mail(const schemas::Reply& core_refusal);

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
  // Of the client, where the domain asks something of it.
  std::optional<ClientClaims> client{};
  const door::DoorSettings* door = nullptr;  // with `client`
  // MAIL says that this very address is being asked for (relay/smtp/asked.h).
  bool asked_already = false;
  runtime::WallTime now{};
};

// nullopt: nothing stands against it. It is then a return path, or its route forwards or drops.
std::optional<Refusal> judge_recipient(const RcptFacts& facts);

// Whether the address alone does not say if the window is over: a retry of a mail goes on under the
// id of its first try (kRetryLife), and the window is counted from the hand-over.
bool is_window_unsure(const ReturnPathFacts& facts, runtime::WallTime now);

// Then the views say it.
std::optional<Refusal> judge_window(const runtime::Result<schemas::ReturnPath>& path,
                                    const ReturnPathFacts& facts, runtime::WallTime now);

}  // namespace waybill::relay::policy
