// Generator: events as a busy relay writes them, for benchmarks: the same every time, from a number
// alone. And the clocks that benchmarks read.
#pragma once

#include <time.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "schemas/event.h"
#include "schemas/ids.h"
#include "schemas/trace.h"

namespace waybill::bench {

inline constexpr std::uint64_t kAliases = 10'000;
inline constexpr std::uint64_t kSenders = 30'000;
inline constexpr std::uint64_t kEventsOfTheOne = 10;
inline constexpr std::uint64_t kStart = 1'772'366'400'000'000'000;  // 2026-03-01T12:00:00Z
inline constexpr std::uint64_t kBetweenEvents = 5'000'000;          // 200 events a second
inline constexpr std::uint64_t kWindow =
    72ULL * 3600 * 1'000'000'000;  // a bounce is awaited that long
// Messages under way at one time.
inline constexpr std::uint64_t kUnderWay = 40;
inline constexpr char kTheOne[] = "rare@forward.example";

inline double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// A number without a pattern for each number (the finaliser of SplitMix64).
inline std::uint64_t scattered(std::uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

// Mail as it was met: every second event is an Accepted, the others are the outcomes of those
// before them, one in twenty a refusal by the next hop; one in sixteen refuses an alias that nobody
// has. A few aliases and senders have most of the mail, next hops answer as the large providers do.
// Some 530 octets each, as the journal has them, with node_seq at the end.
class Generator {
 public:
  // `under_way`: an outcome comes that many acceptances later.
  explicit Generator(std::uint64_t events, std::uint64_t under_way = kUnderWay)
      : every_(std::max<std::uint64_t>(events / 10, 1)), under_way_(under_way) {}

  static std::string busiest_alias() { return alias_of(1); }
  static std::string rare_sender_domain() { return domain_of_sender(kSenders - 1); }
  static std::string delivery_id(std::uint64_t message) {
    return schemas::delivery_of(id(message, 'm'), 1);
  }

  std::string next() {
    const std::uint64_t n = made_++;
    const bool outcome = n % 2 == 1 && n / 2 >= under_way_;
    const std::uint64_t message = outcome ? n / 2 - under_way_ : messages_++;
    event_.Clear();
    envelope(n, message);
    if (is_unknown(message)) {
      describe_unknown(n);
    } else if (outcome) {
      event_.set_delivery_id(delivery_id(message));
      describe_outcome(message);
    } else {
      describe_acceptance(message);
    }
    std::string record = event_.SerializeAsString();
    record += '\x29';  // as the journal appends node_seq (docs/data.md)
    record.append(reinterpret_cast<const char*>(&n), sizeof n);
    return record;
  }

 private:
  static std::string id(std::uint64_t number, char kind) {
    const std::uint64_t first = scattered(number * 256 + static_cast<std::uint64_t>(kind));
    const std::uint64_t words[2] = {first, scattered(first)};
    std::string octets(reinterpret_cast<const char*>(words), sizeof words);
    const std::uint64_t milliseconds = (kStart + number * 2 * kBetweenEvents) / 1'000'000;
    for (int i = 0; i < 6; ++i) octets[i] = static_cast<char>(milliseconds >> (40 - 8 * i));
    octets[6] = static_cast<char>(0x70 | (octets[6] & 0x0f));
    octets[8] = static_cast<char>(0x80 | (octets[8] & 0x3f));
    return octets;
  }

  static std::string salt(std::uint64_t n) {
    const std::uint64_t words[2] = {scattered(n * 2 + 1), scattered(~n)};
    return std::string(reinterpret_cast<const char*>(words), sizeof words);
  }

  // Letters and digits without a pattern.
  static std::string letters(std::uint64_t seed, std::size_t count, std::string_view of) {
    std::string out;
    for (std::uint64_t number = seed; out.size() < count; number = scattered(number)) {
      for (int i = 0; i < 10 && out.size() < count; ++i) out += of[(number >> (6 * i)) % of.size()];
    }
    return out;
  }
  static constexpr std::string_view kAlphanumeric =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  static constexpr std::string_view kHex = "0123456789abcdef";

  // Of `most`, small numbers far more often: half of them are below the root of it.
  static std::uint64_t skewed(std::uint64_t number, std::uint64_t most) {
    const double part = static_cast<double>(scattered(number) >> 11) * 0x1p-53;
    return static_cast<std::uint64_t>(std::pow(static_cast<double>(most), part)) % most;
  }

  static std::string name(std::uint64_t number) {
    static constexpr const char* kNames[] = {
        "ann",    "bob",   "carol", "dave",   "erin",    "frank",      "grace",    "heidi",
        "victor", "ivan",  "judy",  "peggy",  "olivia",  "rupert",     "trent",    "walter",
        "info",   "sales", "hr",    "office", "billing", "newsletter", "no-reply", "support"};
    return kNames[number % std::size(kNames)];
  }

  static std::string alias_of(std::uint64_t number) {
    return name(number) + "." + name(scattered(number)) + std::to_string(number) +
           "@forward.example";
  }

  static std::uint64_t alias_number(std::uint64_t message) {
    return skewed(message * 3 + 1, kAliases);
  }

  // Half of the events are acceptances: five of them make ten events of the rare address.
  bool is_of_the_one(std::uint64_t message) const {
    return message % every_ == every_ / 4 && message / every_ < kEventsOfTheOne / 2;
  }
  bool is_unknown(std::uint64_t message) const {
    return message % 16 == 5 && !is_of_the_one(message);
  }

  static std::string domain_of_sender(std::uint64_t sender) {
    return "mail" + std::to_string(sender % 40) + ".company" +
           std::to_string(scattered(sender) % 3'000) + ".example";
  }

  void envelope(std::uint64_t n, std::uint64_t message) {
    const std::uint64_t alias = alias_number(message);
    const std::uint64_t sender = skewed(message * 5 + 2, kSenders);
    // A moment of its own: clocks have nanoseconds.
    const std::uint64_t at = kStart + n * kBetweenEvents + scattered(n) % kBetweenEvents;
    event_.set_occurred_at(at);
    event_.set_salt(salt(n));
    event_.set_event_id(schemas::event_id_of(schemas::wall_time(at), event_.salt()).bytes());
    event_.set_node("mx1.forward.example");
    event_.set_domain("forward.example");
    event_.set_message_id(id(message, 'm'));
    event_.set_trace(schemas::trace_of(event_.message_id(), event_.event_id()));
    event_.set_alias(is_of_the_one(message) ? kTheOne : alias_of(alias));
    sender_domain_ = domain_of_sender(sender);
    event_.set_sender(name(sender) + std::to_string(scattered(sender) % 1'000) + "@" +
                      sender_domain_);
    event_.set_client_ip("198.51." + std::to_string(sender % 100) + "." +
                         std::to_string(scattered(sender) % 250));
  }

  std::string target(std::uint64_t message) const {
    const std::uint64_t alias = alias_number(message);
    return name(alias / 7) + std::to_string(scattered(alias) % 100'000) + "@mailbox" +
           std::to_string(alias % 3) + ".example";
  }

  std::string rfc5322_id(std::uint64_t message) const {
    const std::uint64_t seed = scattered(message);
    switch (message % 3) {
      case 0: return "<CA" + letters(seed, 50, kAlphanumeric) + "@mail.gmail.com>";
      case 1:
        return "<" + letters(seed, 8, kAlphanumeric) + "-" + letters(seed + 1, 16, kAlphanumeric) +
               "@" + sender_domain_ + ">";
      default:
        return "<0100019" + letters(seed, 30, kAlphanumeric) + "-000000@email.amazonses.com>";
    }
  }

  void describe_unknown(std::uint64_t n) {
    event_.set_alias(letters(scattered(n), 8, "abcdefghijklmnopqrstuvwxyz234567") +
                     "@forward.example");
    auto& rejected = *event_.mutable_rejected();
    rejected.set_stage(schemas::pb::STAGE_RCPT);
    rejected.set_command("RCPT");
    rejected.set_by(schemas::pb::VERDICT_BY_POLICY);
    rejected.set_rule("unknown-alias");
    rejected.set_recipient(event_.alias());
    reply(*rejected.mutable_reply(), 550, "5.1.1", "No such address here");
  }

  void describe_acceptance(std::uint64_t message) {
    auto& accepted = *event_.mutable_accepted();
    accepted.set_client_port(static_cast<std::uint32_t>(32'768 + scattered(message) % 28'000));
    accepted.set_helo("out." + sender_domain_);
    accepted.set_recipient(event_.alias());
    accepted.set_size(2'000 + scattered(message) % 60'000);
    accepted.set_rfc5322_message_id(rfc5322_id(message));
    accepted.set_header_from("<" + event_.sender() + ">");
    judge(accepted, message % 4 != 0);
    accepted.set_route(event_.alias());
    auto& chosen = *accepted.add_targets();
    chosen.set_delivery_id(delivery_id(message));
    chosen.set_target(target(message));
  }

  void judge(schemas::pb::Accepted& accepted, bool passes) {
    auto& spf = *accepted.add_authentication();
    spf.set_method("spf");
    spf.set_result(passes ? "pass" : "none");
    spf.set_domain(sender_domain_);
    if (!passes) spf.set_reason(sender_domain_ + " has no SPF record");
    for (const char* method : {"dkim", "dmarc"}) {
      auto& one = *accepted.add_authentication();
      one.set_method(method);
      one.set_result("none");
    }
    accepted.set_originator_verified(passes);
    accepted.set_originator_reason(
        (passes ? "SPF passed for "
                : "SPF said none and no DKIM signature that passed speaks for ") +
        sender_domain_);
  }

  void describe_outcome(std::uint64_t message) {
    if (message % 20 == 0) {
      auto& rejected = *event_.mutable_rejected();
      rejected.set_stage(schemas::pb::STAGE_BODY);
      rejected.set_command("body");
      rejected.set_by(schemas::pb::VERDICT_BY_NEXT_HOP);
      rejected.set_target(target(message));
      next_hop(*rejected.mutable_next_hop(), message);
      reply(*rejected.mutable_reply(), 550, "5.7.1",
            "[203.0.113.7] Our system has detected that this message is likely unsolicited mail");
      return;
    }
    auto& forwarded = *event_.mutable_forwarded();
    forwarded.set_target(target(message));
    next_hop(*forwarded.mutable_next_hop(), message);
    forwarded.set_time_spent(80'000'000 + scattered(message) % 400'000'000);
    forwarded.set_return_path_id(event_.delivery_id());
    forwarded.set_bounce_until(kStart + message * 2 * kBetweenEvents + kWindow);
    const std::uint64_t seed = scattered(message + 7);
    switch (alias_number(message) % 3) {
      case 0:
        reply(*forwarded.mutable_reply(), 250, "2.0.0",
              "OK  1772366400 " + letters(seed, 2, kHex) + "-20020a05" + letters(seed, 12, kHex) +
                  "si" + std::to_string(seed % 100'000'000) + "a.217 - gsmtp");
        break;
      case 1:
        reply(*forwarded.mutable_reply(), 250, "2.6.0",
              "<" + letters(seed, 32, kHex) + "@mail.origin.example> [InternalId=" +
                  std::to_string(seed % 10'000'000'000'000) + ", Hostname=AM6PR0" +
                  std::to_string(seed % 9) + "MB" + std::to_string(seed % 9'999) +
                  ".eurprd01.prod.outlook.com] " + std::to_string(seed % 30'000) +
                  " bytes in 0.217, 16.352 KB/sec Queued mail for delivery");
        break;
      default:
        reply(*forwarded.mutable_reply(), 250, "2.0.0",
              "Ok: queued as 4" + letters(seed, 9, "0123456789ABCDEF"));
    }
  }

  static void next_hop(schemas::pb::NextHop& out, std::uint64_t message) {
    const std::uint64_t provider = alias_number(message) % 3;
    out.set_mx_host("mx" + std::to_string(message % 4) + ".mailbox" + std::to_string(provider) +
                    ".example");
    out.set_ip("203.0.113." + std::to_string(provider * 4 + message % 4));
    out.set_port(25);
    out.mutable_tls()->set_version("TLSv1.3");
    out.mutable_tls()->set_cipher("TLS_AES_256_GCM_SHA384");
  }

  static void reply(schemas::pb::Reply& out, std::uint32_t code, const char* enhanced,
                    std::string text) {
    out.set_code(code);
    out.set_enhanced(enhanced);
    out.set_text(std::move(text));
  }

  std::uint64_t every_;
  std::uint64_t under_way_;
  std::uint64_t made_ = 0;
  std::uint64_t messages_ = 0;
  std::string sender_domain_;
  schemas::Event event_;
};

}  // namespace waybill::bench
