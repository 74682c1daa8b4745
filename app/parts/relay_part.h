// The relay of this process: takes mail once all that it stands on has started, and is the first to
// stop.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "app/parts/dkim_part.h"
#include "app/parts/doors_part.h"
#include "app/parts/journal_part.h"
#include "app/parts/logins_part.h"
#include "app/parts/routes_part.h"
#include "app/parts/tls_part.h"
#include "app/process/process.h"
#include "app/roles/relay_role.h"
#include "relay/door/greylist.h"

namespace waybill::app {

class RelayPart final : public Part {
 public:
  // Asked for at start(), and valid until stopped().
  using Directory = std::function<relay::returnpath::ReturnPathDirectory&()>;
  // Fills in what is known of earlier tries, before mail is taken.
  using Learn = std::function<void(relay::plan::Tries&)>;
  // Asked for as the directory is.
  using Loans = std::function<relay::plan::Loans&()>;

  RelayPart(Process& process, JournalPart& journal, RoutesPart& routes, KeysPart& keys,
            DkimPart& dkim, TlsPart& tls, LoginsPart& logins, DoorsPart& doors,
            Directory return_paths, Learn learn, Loans loans = nullptr)
      : process_(process),
        journal_(journal),
        routes_(routes),
        keys_(keys),
        dkim_(dkim),
        tls_(tls),
        logins_(logins),
        doors_(doors),
        return_paths_(std::move(return_paths)),
        learn_(std::move(learn)),
        loans_(std::move(loans)) {}

  // What this relay knows of tries; from the beginning on.
  relay::plan::Tries& tries() { return tries_; }

  std::string_view name() const override { return "relay"; }
  runtime::Explained<void> start() override;
  // Lets mail under way end. Where that takes too long the process ends at once: what was accepted
  // is in doubt at the next start.
  void stop(Ending& ending) override;
  void stopped() override { relay_.reset(); }

 private:
  Process& process_;
  JournalPart& journal_;
  RoutesPart& routes_;
  KeysPart& keys_;
  DkimPart& dkim_;
  TlsPart& tls_;
  LoginsPart& logins_;
  DoorsPart& doors_;
  const Directory return_paths_;
  const Learn learn_;
  const Loans loans_;
  relay::plan::NobodyElseLends alone_;
  relay::plan::Tries tries_;
  std::optional<relay::door::Greylist> greylist_;
  std::unique_ptr<RelayRole> relay_;
};

}  // namespace waybill::app
