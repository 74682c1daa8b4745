// What a client says about the form of an answer: which it has already, and which codings it reads.
// Pure; whatever is not understood is as if it had not been said, which costs a transfer and never
// gives a wrong answer.
#pragma once

#include <string_view>

namespace waybill::http {

// Whether the answer of this strong `etag`, quotes included, is with the client by its
// If-None-Match (RFC 9110 13.1.2): one of a list, by the weak comparison, or "*".
bool has_already(std::string_view if_none_match, std::string_view etag);

// Content codings (RFC 9110 8.4.1) that answers are sent in.
enum class Coding { identity, gzip, zstd };

// What Accept-Encoding (RFC 9110 12.5.3) likes best of them, by its weights: of two that it likes
// alike zstd before gzip, and gzip before none. zstd (RFC 8878) is taken by its name alone: "*" is
// said by clients too that know only what was there before it. Where all are refused, none.
Coding coding_of(std::string_view accept_encoding);

// Whether Accept-Encoding (RFC 9110 12.5.3) takes gzip: by its name, or by "*" where its name is
// not there. Without the field a client is sent what every client reads.
bool reads_gzip(std::string_view accept_encoding);

}  // namespace waybill::http
