// Who may ask this process for history: tokens, the owner of its data directory, and this machine.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/parts/http_part.h"
#include "app/process/process.h"
#include "app/roles/oidc_keys.h"
#include "app/roles/shown_certificates.h"
#include "control/tokens.h"
#include "ingest/event_appender.h"
#include "runtime/secret_file.h"

namespace waybill::app {

class AskersPart final : public Part {
 public:
  // The log of this process, where tokens and who asked are on record; asked for at start().
  struct Log {
    ingest::EventAppender* log = nullptr;
    std::uint32_t partition = 0;  // where its views are
    // Every token that is on record. Errc::temporary: the views are not so far yet.
    std::function<runtime::Result<std::vector<schemas::Event>>()> tokens;
  };

  using OpenLog = std::function<Log()>;

  // none: nothing is written, and the owner of the data directory is anybody.
  enum class Owner { known, none };

  // Without a log there are no tokens, and nobody's questions are put on record.
  explicit AskersPart(Process& process, OpenLog open_log = {}, Owner owner = Owner::known)
      : process_(process), open_log_(std::move(open_log)), has_owner_(owner == Owner::known) {}

  // From start() on: who asks at this site, and what of it is put on record.
  void guard(HttpPart::Site& site);
  // Where records of who asked are; nullopt: nowhere.
  std::optional<std::uint32_t> access_partition() const;
  // How a browser gets a JWT of the provider; null: in no way.
  std::shared_ptr<const query::dashboard::SignIn> sign_in() const;

  std::string_view name() const override { return "askers"; }
  runtime::Explained<void> start() override;
  // The certificate is read again.
  runtime::Explained<Change> reload(const Config&) override;
  void tick() override;
  void stop(Ending&) override { oidc_.reset(); }

 private:
  void learn_tokens();

  Process& process_;
  const OpenLog open_log_;
  const bool has_owner_;
  std::optional<Log> log_;
  bool said_unreadable_ = false;
  const std::shared_ptr<control::Tokens> tokens_ = std::make_shared<control::Tokens>();
  std::optional<runtime::SharedSecret> owner_;
  std::optional<ShownCertificates> certificate_;
  std::unique_ptr<OidcKeys> oidc_;
  std::shared_ptr<control::Subjects> subjects_;  // null: no provider vouches for anybody
  // Of the server's thread.
  std::unique_ptr<runtime::Chance> chance_ = runtime::system_chance();
};

}  // namespace waybill::app
