// What an enhanced status code says, in words for whoever wrote the mail: RFC 3463 and the registry
// of RFC 5248. Pure function, any thread.
#pragma once

#include <string_view>

namespace waybill::relay::returnpath::report {

// One sentence in ASCII; of a code that nobody registered, what its subject says; empty for a code
// that says nothing ("5.0.0") and for what is no code.
std::string_view words_of_status(std::string_view status);

}  // namespace waybill::relay::returnpath::report
