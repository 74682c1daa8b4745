#include "relay/signing.h"

#include "relay/message/header_fields.h"
#include "relay/trust/dkim/hash_body.h"
#include "runtime/clock.h"
#include "runtime/workers.h"

namespace waybill::relay {

using runtime::Digest;
using runtime::Result;
using runtime::Task;
using trust::dkim::SigningKey;

namespace {

// Owns what it needs: the lane's thread goes on meanwhile.
struct Signing {
  std::string header;
  Digest body_hash;
  std::vector<SigningKey> keys;
  runtime::WallTime now;

  Result<std::string> operator()() const { return trust::dkim::sign(header, body_hash, keys, now); }
};

}  // namespace

Task<std::string> dkim_signatures(Lane& lane, std::string domain, std::string header,
                                  Digest body_hash) {
  Signing job{std::move(header), body_hash, lane.signing.of(domain), lane.clock.wall()};
  if (job.keys.empty()) co_return std::string();
  Signing here = job;
  auto fields = co_await runtime::run_on(*lane.spool.workers, std::move(job));
  if (!fields) fields = here();
  co_return std::move(*fields);
}

Task<std::string> dkim_signatures(Lane& lane, std::string domain, std::string_view text) {
  const Digest digest = trust::dkim::relaxed_body_hash(text);
  std::string header(text.substr(0, message::body_begin(text)));
  co_return co_await dkim_signatures(lane, std::move(domain), std::move(header), digest);
}

Task<Result<Digest>> body_hash_of(message::Spool& spool) {
  // What the spool leaves out stands in the header.
  const std::uint64_t begin = message::body_begin(spool.head()) - spool.left_out();
  trust::dkim::SpoolBody body(spool, begin);
  trust::dkim::BodyHashes hashes;
  hashes.ask(trust::dkim::Form::relaxed, {});
  const auto hashed = co_await trust::dkim::hash_body(body, hashes);
  if (!hashed) co_return hashed.error();
  co_return hashes.hash(trust::dkim::Form::relaxed, {}).digest;
}

}  // namespace waybill::relay
