// What somebody is told who is not let in. The words do not tell a token that never was from one
// that is no more.
#pragma once

#include "http/problem.h"

namespace waybill::control {

http::Problem credentials_missing();
http::Problem credentials_refused();
http::Problem tokens_unread();
http::Problem keys_unread();
http::Problem too_many_requests();
http::Problem reason_required();

}  // namespace waybill::control
