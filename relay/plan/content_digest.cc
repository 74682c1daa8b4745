#include "relay/plan/content_digest.h"

#include <algorithm>
#include <array>

#include "relay/message/header_fields.h"
#include "relay/plan/tries.h"
#include "runtime/crypto.h"

namespace waybill::relay::plan {

using message::Spool;
using runtime::Result;
using runtime::Task;

namespace {

constexpr std::array<std::string_view, 7> kTraceFields = {"return-path",
                                                          "received",
                                                          "authentication-results",
                                                          "dkim-signature",
                                                          "arc-seal",
                                                          "arc-message-signature",
                                                          "arc-authentication-results"};

bool is_trace(const message::HeaderField& field) {
  return std::any_of(kTraceFields.begin(), kTraceFields.end(),
                     [&](std::string_view name) { return is_field(field, name); });
}

}  // namespace

Task<Result<std::string>> content_digest(Spool& spool) {
  const std::string_view head = spool.head();
  runtime::Sha256 hash;
  std::uint64_t body = 0;
  for (const message::HeaderField& field : message::split_header(head)) {
    if (!is_trace(field)) hash.update(head.substr(field.begin, field.end - field.begin));
    body = field.end;
  }
  // What is left out stands in the header.
  std::uint64_t offset = body - spool.left_out();
  while (offset < spool.size()) {
    const auto piece = co_await spool.read(offset);
    if (!piece) co_return piece.error();
    hash.update(*piece);
    offset += piece->size();
  }
  const runtime::Digest digest = hash.finish();
  co_return std::string(digest.begin(), digest.begin() + kContentDigestOctets);
}

}  // namespace waybill::relay::plan
