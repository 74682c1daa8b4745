// https_exchange: one question to a web server whose certificate is trusted and bears its name.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/clock.h"
#include "runtime/dialer.h"
#include "runtime/dns/resolver.h"
#include "runtime/failure.h"
#include "runtime/http_answer.h"
#include "runtime/tls_engine.h"

namespace waybill::app {

struct HttpsWorld {
  runtime::Clock& clock;
  runtime::dns::Resolver& resolver;
  runtime::Dialer& dialer;
  const runtime::TlsContext& trust;  // whom to trust; what is not trusted is not read
};

struct HttpsQuestion {
  std::string host;  // a name
  std::uint16_t port = 443;
  std::string octets;           // of the whole request
  std::size_t most_octets = 0;  // of the answer's body
};

// The answer, whatever its status; redirects are answers. Errc::refused: the certificate is not
// trusted, or not of that name, and nothing was asked; any other code: there is no whole answer.
// The words say why. What `world` refers to outlives the task.
runtime::Task<runtime::Explained<runtime::HttpAnswer>> https_exchange(HttpsWorld world,
                                                                      HttpsQuestion question,
                                                                      runtime::Instant deadline);

}  // namespace waybill::app
