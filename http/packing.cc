#include "http/packing.h"

#include <utility>

#include "http/choice.h"
#include "runtime/gzip.h"

namespace waybill::http {

Read packed(Read read, std::string_view accept_encoding) {
  return [read = std::move(read), packs = reads_gzip(accept_encoding)]() mutable {
    Answer answer = read();
    auto* const response = std::get_if<Response>(&answer);
    if (response == nullptr || response->body.size() < kWorthPacking) return answer;
    // RFC 9110 12.5.5: whoever keeps answers for others keeps these two apart.
    response->fields.emplace_back("Vary", "Accept-Encoding");
    if (!packs) return answer;
    response->body = runtime::gzip(response->body);
    response->fields.emplace_back("Content-Encoding", "gzip");
    return answer;
  };
}

}  // namespace waybill::http
