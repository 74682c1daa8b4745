#include "relay/trust/dkim/verify.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "relay/message/header_fields.h"
#include "relay/trust/dkim/body_hash.h"
#include "relay/trust/dkim/hash_body.h"
#include "relay/trust/dkim/kept_keys.h"
#include "relay/trust/dkim/signature.h"
#include "relay/trust/dkim/signed_header.h"
#include "runtime/scope.h"

namespace waybill::relay::trust::dkim {

using runtime::Errc;
using runtime::Instant;
using runtime::Result;
using runtime::Task;

namespace {

constexpr std::string_view kFieldName = "DKIM-Signature";

// What DNS gave for one key name.
struct FoundKeys {
  std::vector<std::shared_ptr<const KeyRecord>> records;
  Fault fault;  // without any record
};

// One signature on its way.
struct Judged {
  std::size_t field = 0;  // its place in the header
  Signature signature;
  std::optional<Fault> fault;
  std::shared_ptr<const KeyRecord> key;
};

using Fields = std::vector<message::HeaderField>;
using Signatures = std::vector<Judged>;
using Keys = std::map<std::string, FoundKeys>;

DkimResult result_of(const Judged& one) {
  DkimResult out;
  out.word = one.fault ? one.fault->word : DkimWord::pass;
  out.domain = one.signature.domain;
  out.selector = one.signature.selector;
  out.identity = one.signature.identity;
  out.algorithm = one.signature.algorithm;
  if (one.fault) out.reason = one.fault->reason;
  if (one.key != nullptr && one.key->has_flag("y")) out.key = KeyMode::testing;
  return out;
}

std::vector<DkimResult> one_result(DkimWord word, std::string reason) {
  DkimResult out;
  out.word = word;
  out.reason = std::move(reason);
  return {out};
}

std::optional<std::string_view> beyond_limits(std::string_view header, const Fields& fields) {
  if (header.size() > kMaxHeaderOctets) return "the header is too large";
  if (fields.size() > kMaxFields) return "the header has too many fields";
  return std::nullopt;
}

Signatures collect(const Fields& fields, runtime::WallTime now) {
  const auto senders =
      static_cast<std::size_t>(std::count_if(fields.begin(), fields.end(), [](const auto& field) {
        return message::is_field(field, "From");
      }));
  Signatures out;
  for (std::size_t i = 0; i < fields.size() && out.size() < kMaxSignatures; ++i) {
    if (!message::is_field(fields[i], kFieldName)) continue;
    Judged one;
    one.field = i;
    one.signature = parse_signature(fields[i].value);
    one.fault = one.signature.fault;
    if (!one.fault) one.fault = fault_at(one.signature, now);
    // An unsigned one could be what the reader is shown.
    if (!one.fault && one.signature.times_signed("FROM") < senders) {
      one.fault = Fault{DkimWord::permerror, "a From field is not signed"};
    }
    out.push_back(std::move(one));
  }
  return out;
}

// Of this thread.
KeptKeys& kept_keys() {
  thread_local KeptKeys keys;
  return keys;
}

FoundKeys read_answer(const Result<runtime::dns::Answer<std::string>>& answer) {
  if (!answer) {
    switch (runtime::errc_of(answer.error())) {
      case Errc::invalid: return {{}, {DkimWord::permerror, "no such key name"}};
      case Errc::corrupt: return {{}, {DkimWord::permerror, "the key is malformed"}};
      default: return {{}, {DkimWord::temperror, "the key could not be fetched"}};
    }
  }
  if (answer->records.empty()) return {{}, {DkimWord::permerror, "there is no key"}};
  if (answer->records.size() > kMaxKeysAtName) {
    return {{}, {DkimWord::permerror, "there are too many keys"}};
  }
  FoundKeys found{{}, {DkimWord::permerror, "the key is malformed"}};
  for (const std::string& text : answer->records) {
    if (auto record = kept_keys().read(text)) found.records.push_back(std::move(record));
  }
  return found;
}

Task<void> fetch(runtime::dns::Resolver& resolver, std::string name, Instant deadline,
                 FoundKeys& out) {
  const auto answer = co_await resolver.txt(std::move(name), deadline);
  out = read_answer(answer);
}

// All at one time: they share the deadline.
Task<Keys> fetch_all(runtime::dns::Resolver& resolver, const Signatures& signatures,
                     Instant deadline) {
  Keys keys;
  for (const Judged& one : signatures) {
    if (!one.fault) keys.try_emplace(one.signature.key_name());
  }
  if (keys.size() == 1) {
    auto& [name, found] = *keys.begin();
    co_await fetch(resolver, name, deadline, found);
    co_return keys;
  }
  runtime::Scope scope(co_await boost::asio::this_coro::executor);
  for (auto& [name, found] : keys) {
    scope.spawn("dkim key", fetch(resolver, name, deadline, found));
  }
  co_await scope.join();
  co_return keys;
}

// There may be keys of both types at a name; of two that fit, nobody knows which (RFC 6376
// 3.6.2.2).
void choose_key(const FoundKeys& found, Judged& one) {
  one.fault = found.fault;
  std::size_t fitting = 0;
  for (const auto& record : found.records) {
    const auto fault = unfit(*record, one.signature);
    if (fitting == 0) one.fault = fault;
    if (fault) continue;
    ++fitting;
    one.key = record;
  }
  if (fitting > 1) one.fault = Fault{DkimWord::permerror, "there are several keys"};
}

void choose_keys(const Keys& keys, Signatures& signatures) {
  for (Judged& one : signatures) {
    if (!one.fault) choose_key(keys.at(one.signature.key_name()), one);
  }
}

bool any_left(const Signatures& signatures) {
  return std::any_of(signatures.begin(), signatures.end(),
                     [](const Judged& one) { return !one.fault; });
}

Task<void> check_headers(const Fields& fields, Signatures& signatures) {
  const SignedHeader header(fields);
  bool first = true;
  for (Judged& one : signatures) {
    if (one.fault) continue;
    if (!first) co_await give_way();
    first = false;
    const runtime::Digest digest = header.hash(one.signature, one.field);
    if (!one.key->key->has_signed(digest, one.signature.data)) {
      one.fault = Fault{DkimWord::fail, "the header differs"};
    }
  }
}

void ask_for_hashes(const Signatures& signatures, BodyHashes& hashes) {
  for (const Judged& one : signatures) {
    if (!one.fault) hashes.ask(one.signature.body_form, one.signature.length);
  }
}

// Why the body is not the one that the signature is of, or not all of it.
std::optional<Fault> fault_of(const Signature& signature, const BodyHashes::Hash& hash) {
  const std::string_view digest(reinterpret_cast<const char*>(hash.digest.data()),
                                hash.digest.size());
  if (signature.length && *signature.length > hash.octets) {
    return Fault{DkimWord::fail, "the body is shorter than l="};
  }
  if (signature.body_hash != digest) return Fault{DkimWord::fail, "the body differs"};
  // Anybody may have added what is behind (RFC 6376 8.2).
  if (signature.length && *signature.length < hash.octets) {
    return Fault{DkimWord::policy, "l= leaves the end of the body unsigned"};
  }
  return std::nullopt;
}

void check_bodies(const BodyHashes& hashes, Signatures& signatures) {
  for (Judged& one : signatures) {
    if (one.fault) continue;
    const Signature& signature = one.signature;
    one.fault = fault_of(signature, hashes.hash(signature.body_form, signature.length));
  }
}

}  // namespace

Task<Result<std::vector<DkimResult>>> verify(runtime::dns::Resolver& resolver,
                                             std::string_view header, BodySource& body,
                                             runtime::WallTime now, Instant deadline) {
  const Fields fields = message::split_header(header);
  if (!fields.empty()) header = header.substr(0, fields.back().end);
  Signatures signatures = collect(fields, now);
  if (signatures.empty()) co_return one_result(DkimWord::none, {});
  if (const auto reason = beyond_limits(header, fields)) {
    co_return one_result(DkimWord::policy, std::string(*reason));
  }
  if (!message::has_plain_lines(header)) {
    co_return one_result(DkimWord::permerror, "the header has a NUL or a bare CR or LF");
  }
  if (any_left(signatures)) {
    const Keys keys = co_await fetch_all(resolver, signatures, deadline);
    choose_keys(keys, signatures);
  }
  // Headers first: they cost least, and the body is read for those alone that hold so far.
  if (any_left(signatures)) co_await check_headers(fields, signatures);
  if (any_left(signatures)) {
    BodyHashes hashes;
    ask_for_hashes(signatures, hashes);
    const auto hashed = co_await hash_body(body, hashes);
    if (!hashed) co_return hashed.error();
    check_bodies(hashes, signatures);
  }
  std::vector<DkimResult> results;
  for (const Judged& one : signatures) results.push_back(result_of(one));
  co_return results;
}

}  // namespace waybill::relay::trust::dkim
