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

constexpr std::array<std::string_view, 6> kTraceFields = {"return-path",
                                                          "received",
                                                          "authentication-results",
                                                          "arc-seal",
                                                          "arc-message-signature",
                                                          "arc-authentication-results"};

}  // namespace

std::vector<Spool::Range> trace_ranges(std::string_view head) {
  std::vector<Spool::Range> out;
  for (const message::HeaderField& field : message::split_header(head)) {
    const bool trace = std::any_of(kTraceFields.begin(), kTraceFields.end(),
                                   [&](std::string_view name) { return is_field(field, name); });
    if (trace) out.push_back({field.begin, field.end});
  }
  return out;
}

Task<Result<std::string>> content_digest(Spool& spool) {
  const std::vector<Spool::Range> trace = trace_ranges(spool.head());
  runtime::Sha256 hash;
  std::uint64_t offset = 0;
  auto skipped = trace.begin();
  while (offset < spool.size()) {
    const auto read = co_await spool.read(offset);
    if (!read) co_return read.error();
    std::string_view piece = *read;
    while (!piece.empty()) {
      while (skipped != trace.end() && skipped->end <= offset) ++skipped;
      const bool inside = skipped != trace.end() && skipped->begin <= offset;
      const std::uint64_t until = skipped == trace.end() ? UINT64_MAX
                                  : inside               ? skipped->end
                                                         : skipped->begin;
      const std::string_view part = piece.substr(0, until - offset);
      if (!inside) hash.update(part);
      offset += part.size();
      piece.remove_prefix(part.size());
    }
  }
  const runtime::Digest digest = hash.finish();
  co_return std::string(digest.begin(), digest.begin() + kContentDigestOctets);
}

}  // namespace waybill::relay::plan
