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

constexpr std::array<std::string_view, 6> kTraceFields = {
    "return-path", "authentication-results", "dkim-signature",
    "arc-seal",    "arc-message-signature",  "arc-authentication-results"};

bool is_trace(const message::HeaderField& field) {
  return std::any_of(kTraceFields.begin(), kTraceFields.end(),
                     [&](std::string_view name) { return is_field(field, name); });
}

bool is_received(const message::HeaderField& field) { return is_field(field, "received"); }

// RFC 5322 3.6.4: it is of one message alone.
bool is_named(const std::vector<message::HeaderField>& header) {
  return std::any_of(header.begin(), header.end(), [](const message::HeaderField& field) {
    return is_field(field, "message-id") &&
           field.value.find_first_not_of(" \t\r\n") != std::string_view::npos;
  });
}

}  // namespace

Task<Result<ContentDigest>> content_digest(Spool& spool) {
  const std::string_view head = spool.head();
  const auto header = message::split_header(head);
  const bool named = is_named(header);
  // The sender's server, whose queue has the message, dates it there and gives it an id.
  const bool queued = std::any_of(header.begin(), header.end(), is_received);
  runtime::Sha256 hash;
  std::uint64_t body = 0;
  for (const message::HeaderField& field : header) {
    const bool counts = is_received(field) ? !named : !is_trace(field);
    if (counts) hash.update(head.substr(field.begin, field.end - field.begin));
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
  ContentDigest out;
  out.octets.assign(digest.begin(), digest.begin() + kContentDigestOctets);
  out.is_named = named || queued;
  co_return out;
}

}  // namespace waybill::relay::plan
