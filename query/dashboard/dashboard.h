// Dashboard: the pages for people at "/", which ask the API from the browser. They hold no mail:
// anybody may have them, and what they show is answered to the reader's own questions.
//
// Each is sent with a policy that lets it load and ask from this server alone (Content Security
// Policy, level 3), as gzip to a client that reads it, and with a strong entity tag (RFC 9110
// 8.8.3): the same release is transferred once. Parameters are refused.
//
// "/signed-in" is the same page for those whom an OpenID provider sends back, with parameters. It
// alone may also ask the origin of the provider's token endpoint.
#pragma once

#include <memory>

#include "http/router.h"
#include "query/dashboard/sign_in.h"

namespace waybill::query::dashboard {

// As it is registered at the provider, behind the scheme, host and port of this server.
inline constexpr char kReturnPath[] = "/signed-in";

// GET "/" and each file that it loads, "/signed-in" and "/v1/sign-in". Without `sign_in` nobody is
// sent to a provider.
void add_routes(http::Router& router, std::shared_ptr<const SignIn> sign_in = nullptr);

}  // namespace waybill::query::dashboard
