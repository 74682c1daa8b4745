// Dashboard: the pages for people at "/", which ask the API from the browser. They hold no mail:
// anybody may have them, and what they show is answered to the reader's own questions.
//
// Each is sent with a policy that lets it load and ask from this server alone (Content Security
// Policy, level 3), as gzip to a client that reads it, and with a strong entity tag (RFC 9110
// 8.8.3): the same release is transferred once. Parameters are refused.
#pragma once

#include "http/router.h"

namespace waybill::query::dashboard {

// GET "/" and each file that it loads.
void add_routes(http::Router& router);

}  // namespace waybill::query::dashboard
