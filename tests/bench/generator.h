// Generator: events as a busy relay writes them, for benchmarks: the same every time, from a number
// alone. And the clocks that benchmarks read.
#pragma once

#include <time.h>

#include <algorithm>
#include <string>

#include "schemas/event.h"

namespace waybill::bench {

inline constexpr std::uint64_t kAliases = 10'000;
inline constexpr std::uint64_t kEventsOfTheOne = 10;
inline constexpr std::uint64_t kStart = 1'772'366'400'000'000'000;  // 2026-03-01T12:00:00Z
inline constexpr std::uint64_t kBetweenEvents = 5'000'000;          // 200 events a second
// Messages under way at one time: an outcome comes that many acceptances later.
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

// Every second event is an Accepted, the others are the outcomes of those before them: nine in ten
// Forwarded, the rest Rejected by the next hop. Some 300 octets each.
class Generator {
 public:
  explicit Generator(std::uint64_t events) : every_(std::max<std::uint64_t>(events / 10, 1)) {}

  std::string next() {
    const std::uint64_t n = made_++;
    const bool outcome = n % 2 == 1 && n / 2 >= kUnderWay;
    const std::uint64_t message = outcome ? n / 2 - kUnderWay : messages_++;
    event_.Clear();
    envelope(n, message);
    if (outcome) {
      describe_outcome(message);
    } else {
      describe_acceptance(message);
    }
    return event_.SerializeAsString();
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

  std::uint64_t alias_number(std::uint64_t message) const { return scattered(message) % kAliases; }

  // Half of the events are acceptances: five of them make ten events of the rare address.
  bool is_of_the_one(std::uint64_t message) const {
    return message % every_ == every_ / 4 && message / every_ < kEventsOfTheOne / 2;
  }

  void envelope(std::uint64_t n, std::uint64_t message) {
    const std::uint64_t alias = alias_number(message);
    event_.set_event_id(id(n, 'e'));
    event_.set_occurred_at(kStart + n * kBetweenEvents);
    event_.set_salt(id(n, 's'));
    event_.set_node("mx1.forward.example");
    event_.set_node_seq(n);
    event_.set_domain("forward.example");
    event_.set_message_id(id(message, 'm'));
    event_.set_delivery_id(id(message, 'd'));
    event_.set_alias(is_of_the_one(message) ? kTheOne
                                            : "alias" + std::to_string(alias) + "@forward.example");
    event_.set_sender("sender" + std::to_string(message % 50'000) + "@origin.example");
    event_.set_client_ip("192.0.2.17");
  }

  std::string target(std::uint64_t message) const {
    return "owner" + std::to_string(alias_number(message)) + "@mailbox.example";
  }

  void describe_acceptance(std::uint64_t message) {
    auto& accepted = *event_.mutable_accepted();
    accepted.set_client_port(40'000);
    accepted.set_helo("out.origin.example");
    accepted.set_size(2'000 + message % 30'000);
    accepted.set_rfc5322_message_id("<" + std::to_string(message) + ".20260301@origin.example>");
    accepted.set_originator_verified(true);
    auto& spf = *accepted.add_authentication();
    spf.set_method("spf");
    spf.set_result("pass");
    auto& chosen = *accepted.add_targets();
    chosen.set_delivery_id(event_.delivery_id());
    chosen.set_target(target(message));
  }

  void describe_outcome(std::uint64_t message) {
    if (message % 10 == 0) {
      auto& rejected = *event_.mutable_rejected();
      rejected.set_stage(schemas::pb::STAGE_BODY);
      rejected.set_by(schemas::pb::VERDICT_BY_NEXT_HOP);
      rejected.set_target(target(message));
      reply(*rejected.mutable_reply(), 550, "5.7.1", "message refused, see mailbox.example/why");
      return;
    }
    auto& forwarded = *event_.mutable_forwarded();
    forwarded.set_target(target(message));
    forwarded.mutable_next_hop()->set_mx_host("mx.mailbox.example");
    forwarded.mutable_next_hop()->set_ip("198.51.100.7");
    forwarded.mutable_next_hop()->set_port(25);
    forwarded.set_time_spent(80'000'000);
    forwarded.set_return_path_id(event_.delivery_id());
    reply(*forwarded.mutable_reply(), 250, "2.0.0", "Ok: queued as 4B2C81F00A");
  }

  static void reply(schemas::pb::Reply& out, std::uint32_t code, const char* enhanced,
                    const char* text) {
    out.set_code(code);
    out.set_enhanced(enhanced);
    out.set_text(text);
  }

  std::uint64_t every_;
  std::uint64_t made_ = 0;
  std::uint64_t messages_ = 0;
  schemas::Event event_;
};

}  // namespace waybill::bench
