#include "relay/trust/dkim/verify.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "relay/message/header_fields.h"
#include "relay/trust/dkim/body_watch.h"
#include "relay/trust/dkim/key_record.h"
#include "relay/trust/dkim/opendkim_message.h"
#include "relay/trust/dkim/signature.h"
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
  std::vector<KeyRecord> records;
  Fault fault;  // without any record
};

// One signature on its way.
struct Judged {
  std::size_t field = 0;  // its place in the header
  Signature signature;
  std::optional<Fault> fault;
  std::optional<KeyRecord> key;
};

using Fields = std::vector<message::HeaderField>;
using Signatures = std::vector<Judged>;
using Keys = std::map<std::string, FoundKeys>;

DkimResult result_of(const Judged& one, DkimWord word, std::string reason) {
  DkimResult out;
  out.word = word;
  out.domain = one.signature.domain;
  out.selector = one.signature.selector;
  out.identity = one.signature.identity;
  out.algorithm = one.signature.algorithm;
  out.reason = std::move(reason);
  if (one.key && one.key->has_flag("y")) out.key = KeyMode::testing;
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

// A signature field with a tab before its colon is one that libopendkim does not see.
bool is_seen(const message::HeaderField& field) {
  return field.octets.substr(0, field.octets.find(':')).find('\t') == std::string_view::npos;
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
    if (!one.fault && !is_seen(fields[i])) {
      one.fault = Fault{DkimWord::neutral, "the field's name is not written plainly"};
    }
    // An unsigned one could be what the reader is shown.
    if (!one.fault && one.signature.times_signed("FROM") < senders) {
      one.fault = Fault{DkimWord::permerror, "a From field is not signed"};
    }
    out.push_back(std::move(one));
  }
  return out;
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
  FoundKeys found{{}, {DkimWord::permerror, "the key is malformed"}};
  for (const std::string& text : answer->records) {
    if (auto record = parse_key_record(text)) found.records.push_back(std::move(*record));
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
  runtime::Scope scope(co_await boost::asio::this_coro::executor);
  for (const Judged& one : signatures) {
    if (one.fault) continue;
    const auto [place, is_new] = keys.try_emplace(one.signature.key_name());
    if (is_new) scope.spawn("dkim key", fetch(resolver, place->first, deadline, place->second));
  }
  co_await scope.join();
  co_return keys;
}

// There may be keys of both types at a name; of two that fit, nobody knows which (RFC 6376
// 3.6.2.2).
void choose_key(const FoundKeys& found, Judged& one) {
  one.fault = found.fault;
  std::size_t fitting = 0;
  for (const KeyRecord& record : found.records) {
    const auto fault = unfit(record, one.signature);
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

// What libopendkim is shown: all fields, but of the signatures only those that it shall verify. It
// forms hashes for every other too.
std::vector<OpendkimMessage::Field> shown(const Fields& fields, const Signatures& signatures) {
  std::vector<OpendkimMessage::Field> out(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!message::is_field(fields[i], kFieldName)) out[i].octets = fields[i].octets;
  }
  for (const Judged& one : signatures) {
    if (one.fault) continue;
    out[one.field].octets = fields[one.field].octets;
    out[one.field].key = one.key->key;
    out[one.field].is_ed25519 = one.signature.key_type == KeyType::ed25519;
  }
  return out;
}

// A signature may sign other signatures (RFC 6376 5.4); those that are not shown would be missed.
void refuse_signed_signatures(const Fields& fields, Signatures& signatures) {
  const auto all = std::count_if(
      fields.begin(), fields.end(),
      [](const message::HeaderField& field) { return message::is_field(field, kFieldName); });
  const auto left = std::count_if(signatures.begin(), signatures.end(),
                                  [](const Judged& one) { return !one.fault; });
  if (left == all) return;
  for (Judged& one : signatures) {
    if (!one.fault && one.signature.times_signed("DKIM-SIGNATURE") > 0) {
      one.fault = Fault{DkimWord::policy, "it signs a signature that is not accepted"};
    }
  }
}

std::string_view complaint_of(BodyWatch::Found found) {
  return found == BodyWatch::Found::long_line ? "the body has too long a line"
                                              : "the body has a bare CR or LF";
}

// Nothing to complain of, or why no hash of this body would mean anything.
Task<Result<std::string_view>> hash_body(BodySource& body, OpendkimMessage& message) {
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  BodyWatch watch;
  while (true) {
    auto piece = co_await body.next();
    if (!piece) co_return piece.error();
    if (piece->empty()) break;
    for (std::string_view rest = *piece; !rest.empty();) {
      const std::string_view now = rest.substr(0, kHashedOctets);
      rest.remove_prefix(now.size());
      const BodyWatch::Found found = watch.see(now);
      if (found != BodyWatch::Found::lines) co_return complaint_of(found);
      message.body(now);
      co_await boost::asio::post(executor, boost::asio::use_awaitable_t<runtime::Executor>());
    }
  }
  if (watch.ends_in_cr()) co_return complaint_of(BodyWatch::Found::bare_line_end);
  message.body(watch.missing_end());
  co_return std::string_view();
}

DkimResult found_of(const Judged& one, const OpendkimMessage& message) {
  using Finding = OpendkimMessage::Finding;
  const Finding finding = message.finding(one.field);
  const unsigned bits = message.rsa_bits(one.field);
  // RFC 8301 3.2
  if (one.signature.key_type == KeyType::rsa && finding != Finding::unprocessed &&
      finding != Finding::bad_key && bits < kMinRsaBits) {
    return result_of(one, DkimWord::policy, "the RSA key is too short");
  }
  switch (finding) {
    case Finding::holds: return result_of(one, DkimWord::pass, {});
    case Finding::header_differs: return result_of(one, DkimWord::fail, "the header differs");
    case Finding::body_differs: return result_of(one, DkimWord::fail, "the body differs");
    case Finding::bad_key: return result_of(one, DkimWord::permerror, "the key is malformed");
    case Finding::unprocessed: break;
  }
  return result_of(one, DkimWord::neutral, "libopendkim cannot process it");
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
  const Keys keys = co_await fetch_all(resolver, signatures, deadline);
  choose_keys(keys, signatures);
  refuse_signed_signatures(fields, signatures);

  OpendkimMessage message;
  std::string_view complaint;
  if (any_left(signatures)) {
    message.begin(shown(fields, signatures));
    const auto hashed = co_await hash_body(body, message);
    if (!hashed) co_return hashed.error();
    complaint = *hashed;
    message.end();
  }
  std::vector<DkimResult> results;
  for (const Judged& one : signatures) {
    if (one.fault) {
      results.push_back(result_of(one, one.fault->word, one.fault->reason));
    } else if (!complaint.empty()) {
      results.push_back(result_of(one, DkimWord::neutral, std::string(complaint)));
    } else {
      results.push_back(found_of(one, message));
    }
  }
  co_return results;
}

}  // namespace waybill::relay::trust::dkim
