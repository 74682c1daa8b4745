// The two forms in which RSA keys stand in DNS.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waybill::relay::trust::dkim {

// RFC 6376 3.6.1 speaks of an RSAPublicKey (RFC 8017 A.1.1), but its examples and nearly everybody
// use the SubjectPublicKeyInfo (RFC 5280 4.1) around one, which is also all that libopendkim reads.
// Takes base64 of either, without folding, and gives that of the latter. Nothing for malformed
// base64; what is inside the key is not looked at.
std::optional<std::string> subject_public_key_info(std::string_view base64);

}  // namespace waybill::relay::trust::dkim
