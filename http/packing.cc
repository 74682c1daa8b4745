#include "http/packing.h"

#include <utility>

#include "http/choice.h"
#include "runtime/gzip.h"

namespace waybill::http {

namespace {

// nullptr: it goes as it is, to everybody.
Response* worth_packing(Answer& answer) {
  auto* const response = std::get_if<Response>(&answer);
  return response == nullptr || response->body.size() < kWorthPacking ? nullptr : response;
}

// RFC 9110 12.5.5: whoever keeps answers for others keeps these two apart.
void tell_apart(Response& response) { response.fields.emplace_back("Vary", "Accept-Encoding"); }

}  // namespace

bool reads_packed(std::string_view accept_encoding) { return reads_gzip(accept_encoding); }

std::optional<Answer> told_apart(std::optional<Answer> answer) {
  if (answer) {
    if (Response* const response = worth_packing(*answer)) tell_apart(*response);
  }
  return answer;
}

Read packed(Read read, std::string_view accept_encoding) {
  return [read = std::move(read), packs = reads_packed(accept_encoding)]() mutable {
    Answer answer = read();
    Response* const response = worth_packing(answer);
    if (response == nullptr) return answer;
    tell_apart(*response);
    if (!packs) return answer;
    response->body = runtime::gzip(response->body);
    response->fields.emplace_back("Content-Encoding", "gzip");
    return answer;
  };
}

}  // namespace waybill::http
