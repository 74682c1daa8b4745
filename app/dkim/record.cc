#include "app/dkim/record.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "relay/trust/dkim/key_record.h"
#include "relay/trust/dkim/tag_list.h"
#include "runtime/asio_clock.h"
#include "runtime/base64.h"
#include "runtime/clock.h"
#include "runtime/dns/unbound_resolver.h"
#include "runtime/scope.h"

namespace waybill::app {

namespace dkim = relay::trust::dkim;
using dkim::SigningKey;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Instant;
using runtime::PrivateKey;
using runtime::Task;

namespace {

// RFC 1035 3.3
constexpr std::size_t kMaxString = 255;
// Domains have a record or two; each question is one datagram.
constexpr std::size_t kAskedAtOnce = 20;

dkim::KeyType type_of(const SigningKey& key) {
  return key.key->type() == PrivateKey::Type::rsa ? dkim::KeyType::rsa : dkim::KeyType::ed25519;
}

// What a verifier would say of a signature by `key`, with this record; empty: it would hold.
std::string fault_of(const dkim::KeyRecord& record, const SigningKey& key) {
  dkim::Signature signature;
  signature.domain = key.domain;
  signature.identity = "@" + key.domain;
  signature.key_type = type_of(key);
  if (const auto fault = dkim::unfit(record, signature)) return fault->reason;
  const runtime::Digest digest = runtime::sha256(key.record_name());
  if (!record.key->has_signed(digest, key.key->sign(digest))) return "the key is another one";
  // RFC 6376 3.6.1
  if (record.has_flag("y")) return "it is in test mode (t=y), so the mail counts as unsigned";
  return {};
}

Explained<void> judge(const std::vector<std::string>& texts, const SigningKey& key) {
  const std::string name = key.record_name();
  std::size_t holds = 0;
  std::string fault = "it is no record of a key";
  for (const std::string& text : texts) {
    const auto record = dkim::parse_key_record(text);
    if (!record) continue;
    const std::string found = fault_of(*record, key);
    if (found.empty()) ++holds;
    if (!found.empty()) fault = found;
  }
  if (holds == 1 && texts.size() == 1) return {};
  if (texts.empty()) return Failure{Errc::not_found, name + " is not in DNS"};
  if (texts.size() > 1) return Failure{Errc::invalid, name + " has several records in DNS"};
  return Failure{Errc::invalid, name + " in DNS fits no signature of the key: " + fault};
}

struct Asking {
  runtime::dns::Resolver& resolver;
  const std::vector<SigningKey>& keys;
  std::vector<Explained<void>>& out;
  Instant deadline;
  std::size_t next = 0;
};

Task<void> ask_in_turn(Asking& asking) {
  while (asking.next < asking.keys.size()) {
    const std::size_t at = asking.next++;
    asking.out[at] = co_await find_dkim_record(asking.resolver, asking.keys[at], asking.deadline);
  }
}

}  // namespace

std::string dkim_record_text(const SigningKey& key) {
  const std::string type = key.key->type() == PrivateKey::Type::rsa ? "rsa" : "ed25519";
  return "v=DKIM1; k=" + type + "; p=" + runtime::encode_base64(key.key->public_octets());
}

std::string dkim_zone_line(const SigningKey& key) {
  const std::string text = dkim_record_text(key);
  std::string out = key.record_name() + ". IN TXT (";
  for (std::size_t at = 0; at < text.size(); at += kMaxString) {
    out += "\n    \"" + text.substr(at, kMaxString) + "\"";
  }
  return out + " )\n";
}

Task<Explained<void>> find_dkim_record(runtime::dns::Resolver& resolver, SigningKey key,
                                       Instant deadline) {
  const auto answer = co_await resolver.txt(key.record_name(), deadline);
  if (!answer) {
    const std::string why = "DNS does not say whether there is " + key.record_name() + ": ";
    co_return Failure{Errc::temporary, why + answer.error().message()};
  }
  co_return judge(answer->records, key);
}

std::vector<Explained<void>> find_dkim_records(const std::vector<std::string>& servers,
                                               const std::vector<SigningKey>& keys,
                                               std::chrono::milliseconds patience) {
  const Failure unasked{Errc::temporary, "DNS was not asked"};
  std::vector<Explained<void>> out(keys.size(), unasked);
  runtime::AsioClock clock;
  runtime::dns::UnboundSettings settings;
  settings.forward_to = servers;
  boost::asio::io_context context(1);
  auto resolver = runtime::dns::unbound_resolver(context.get_executor(), settings);
  if (!resolver) {
    const Failure why{Errc::temporary, "DNS cannot be asked: " + resolver.error().message()};
    return std::vector<Explained<void>>(keys.size(), why);
  }
  Asking asking{**resolver, keys, out, clock.now() + patience};
  runtime::Scope scope(context.get_executor());
  for (std::size_t i = 0; i < kAskedAtOnce; ++i) scope.spawn("ask of keys", ask_in_turn(asking));
  const auto work = boost::asio::make_work_guard(context);
  while (scope.running() > 0) context.run_one();
  return out;
}

}  // namespace waybill::app
