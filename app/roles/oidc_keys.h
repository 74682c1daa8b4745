// OidcKeys: the keys of an OpenID provider, fetched when the process starts, every hour, and when a
// token names one that is not known. Where the provider is away, those before stay in force. Where
// browsers sign in there, it also learns by which endpoints.
#pragma once

#include <memory>
#include <string>

#include "app/config/config.h"
#include "control/subjects.h"
#include "query/dashboard/sign_in.h"
#include "runtime/http_client.h"
#include "runtime/time.h"
#include "runtime/workers.h"

namespace waybill::app {

class OidcKeys {
 public:
  // Errc::invalid: http.oidc.ca is no file of certificates. `clock` outlives it.
  static runtime::Explained<std::unique_ptr<OidcKeys>> make(const OidcConfig& config,
                                                            runtime::Clock& clock);

  // A fetch that is under way is waited for, a few seconds.
  ~OidcKeys();

  // Any thread; it outlives this.
  std::shared_ptr<control::Subjects> subjects() const { return subjects_; }

  // Any thread; it outlives this. Null: no browser signs in there.
  std::shared_ptr<const query::dashboard::SignIn> sign_in() const;

  // Fetches what is due. One thread; it does not block.
  void tick();

 private:
  struct Fetch;
  OidcKeys(std::shared_ptr<Fetch> fetch, std::shared_ptr<control::Subjects> subjects,
           runtime::Clock& clock);

  const std::shared_ptr<Fetch> fetch_;
  const std::shared_ptr<control::Subjects> subjects_;
  runtime::Clock& clock_;
  runtime::Instant next_{};
  runtime::Instant asked_at_{};
  bool wanted_ = false;
  // Behind what its jobs use.
  const std::unique_ptr<runtime::Workers> worker_;
};

}  // namespace waybill::app
