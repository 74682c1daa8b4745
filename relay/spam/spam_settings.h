// SpamSettings: which rspamd judges messages, and what follows ([rspamd]). A value.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace waybill::relay::spam {

// What becomes of a message that was not judged.
enum class OnFailure { put_off, pass };
inline constexpr std::array<std::string_view, 2> kOnFailureWords = {"defer", "accept"};
inline std::string_view word_of(OnFailure what) {
  return kOnFailureWords[static_cast<std::size_t>(what)];
}

struct SpamSettings {
  std::string url;  // "http://127.0.0.1:11333"; empty: nobody is asked
  OnFailure on_failure = OnFailure::put_off;
  std::chrono::seconds timeout{20};
  std::uint64_t max_octets = 50 << 20;  // a larger message is not judged
  bool header_fields = false;           // those that it asks for are put in front of each message
  friend bool operator==(const SpamSettings&, const SpamSettings&) = default;
};

}  // namespace waybill::relay::spam
