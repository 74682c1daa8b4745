#include "query/cursor.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "runtime/base64url.h"
#include "runtime/crypto.h"
#include "schemas/event.h"

namespace waybill::query {
namespace {

using runtime::Errc;
using runtime::make_error_code;
using schemas::EventIndex;

constexpr char kVersion = 2;
constexpr std::size_t kHashOctets = 8;
constexpr std::size_t kCursorOctets = 1 + 8 + 4 + 8 + kHashOctets;
constexpr char kMessagesVersion = 3;
constexpr std::size_t kMessagesOctets = 1 + schemas::MessageId::kOctets + 4 + 8 + kHashOctets;
constexpr char kIndexVersion = 4;
constexpr char kEventsVersion = 5;
constexpr std::size_t kIndexOctets = 1 + 8 + kHashOctets;

void put_u64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 255);
}

void put_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 255);
}

std::uint32_t get_u32(std::string_view octets) {
  std::uint32_t value = 0;
  for (const char c : octets.substr(0, 4)) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

std::uint64_t get_u64(std::string_view octets) {
  std::uint64_t value = 0;
  for (const char c : octets.substr(0, 8)) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

// nullopt: it is cut short, or too long.
std::optional<std::uint64_t> take_varint(std::string_view& octets) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !octets.empty(); shift += 7) {
    const auto octet = static_cast<std::uint8_t>(octets.front());
    octets.remove_prefix(1);
    value |= static_cast<std::uint64_t>(octet & 0x7f) << shift;
    if (octet < 0x80) return value;
  }
  return std::nullopt;
}

// Each part with its length, so that no two questions write the same octets.
void put_text(std::string& out, std::string_view text) {
  put_u64(out, text.size());
  out += text;
}

void put_time(std::string& out, const std::optional<runtime::WallTime>& time) {
  out += time ? '\1' : '\0';
  put_u64(out, time ? schemas::nanoseconds(*time) : 0);
}

std::string hash_of(std::string_view octets) {
  const auto digest = runtime::sha256(octets);
  return {digest.begin(), digest.begin() + kHashOctets};
}

std::string question_hash(const projector::HistoryQuestion& question) {
  std::string octets(1, static_cast<char>(question.role));
  // A cursor without spellings means all, and of an address that has but one any.
  if (projector::has_spellings(question.role) && question.spellings != projector::Spellings{}) {
    octets +=
        static_cast<char>(0x80 | question.spellings.any_case | question.spellings.any_tag << 1);
  }
  put_text(octets, question.address);
  put_time(octets, question.from);
  put_time(octets, question.to);
  auto kinds = question.kinds;
  std::sort(kinds.begin(), kinds.end());
  for (const auto& kind : kinds) put_text(octets, kind);
  return hash_of(octets);
}

}  // namespace

projector::TimelineCursor after(const HistoryPlace& place, std::uint32_t partition) {
  if (partition == place.partition) return {place.time, place.index};
  // Of the same moment, what is in higher partitions came before, what is in lower ones comes next.
  return {place.time, partition > place.partition ? EventIndex(0) : EventIndex::last()};
}

std::string write_cursor(const HistoryPlace& place, const projector::HistoryQuestion& question) {
  std::string octets(1, kVersion);
  put_u64(octets, schemas::nanoseconds(place.time));
  put_u32(octets, place.partition);
  put_u64(octets, place.index.value());
  octets += question_hash(question);
  return runtime::to_base64url(octets);
}

runtime::Result<HistoryPlace> read_cursor(std::string_view text,
                                          const projector::HistoryQuestion& question) {
  const auto octets = runtime::from_base64url(text);
  if (!octets || octets->size() != kCursorOctets || octets->front() != kVersion) {
    return make_error_code(Errc::invalid);
  }
  const std::string_view rest = std::string_view(*octets).substr(1);
  if (rest.substr(20) != question_hash(question)) return make_error_code(Errc::refused);
  return HistoryPlace{schemas::wall_time(get_u64(rest)), get_u32(rest.substr(8)),
                      EventIndex(get_u64(rest.substr(12)))};
}

projector::MessagesStart start(const MessagePlace& place, std::uint32_t partition) {
  if (partition == place.partition) return {place.message, place.index};
  return {place.message, partition > place.partition ? EventIndex(0) : EventIndex::last()};
}

std::string write_cursor(const MessagePlace& place, std::string_view question) {
  std::string octets(1, kMessagesVersion);
  octets += place.message.bytes();
  put_u32(octets, place.partition);
  put_u64(octets, place.index.value());
  octets += hash_of(question);
  return runtime::to_base64url(octets);
}

runtime::Result<MessagePlace> read_cursor(std::string_view text, std::string_view question) {
  constexpr std::size_t kId = schemas::MessageId::kOctets;
  const auto octets = runtime::from_base64url(text);
  if (!octets || octets->size() != kMessagesOctets || octets->front() != kMessagesVersion) {
    return make_error_code(Errc::invalid);
  }
  const std::string_view rest = std::string_view(*octets).substr(1);
  if (rest.substr(kId + 12) != hash_of(question)) return make_error_code(Errc::refused);
  return MessagePlace{*schemas::MessageId::from_bytes(rest.substr(0, kId)),
                      get_u32(rest.substr(kId)), EventIndex(get_u64(rest.substr(kId + 4)))};
}

std::string write_cursor(EventIndex index, std::string_view question) {
  std::string octets(1, kIndexVersion);
  put_u64(octets, index.value());
  octets += hash_of(question);
  return runtime::to_base64url(octets);
}

std::string write_cursor(const EventsPlace& place, std::string_view question) {
  std::string octets(1, kEventsVersion);
  for (const auto& [partition, index] : place) {
    put_varint(octets, partition);
    put_varint(octets, index.value());
  }
  octets += hash_of(question);
  return runtime::to_base64url(octets);
}

runtime::Result<EventsPlace> read_events_cursor(std::string_view text, std::string_view question) {
  const auto octets = runtime::from_base64url(text);
  if (!octets || octets->size() < 1 + kHashOctets || octets->front() != kEventsVersion) {
    return make_error_code(Errc::invalid);
  }
  std::string_view rest = std::string_view(*octets).substr(1);
  const std::string_view hash = rest.substr(rest.size() - kHashOctets);
  if (hash != hash_of(question)) return make_error_code(Errc::refused);
  rest.remove_suffix(kHashOctets);
  EventsPlace out;
  while (!rest.empty()) {
    const auto partition = take_varint(rest);
    const auto index = take_varint(rest);
    if (!partition || !index || *partition > std::numeric_limits<std::uint32_t>::max()) {
      return make_error_code(Errc::invalid);
    }
    out.emplace(static_cast<std::uint32_t>(*partition), EventIndex(*index));
  }
  return out;
}

runtime::Result<EventIndex> read_index_cursor(std::string_view text, std::string_view question) {
  const auto octets = runtime::from_base64url(text);
  if (!octets || octets->size() != kIndexOctets || octets->front() != kIndexVersion) {
    return make_error_code(Errc::invalid);
  }
  const std::string_view rest = std::string_view(*octets).substr(1);
  if (rest.substr(8) != hash_of(question)) return make_error_code(Errc::refused);
  return EventIndex(get_u64(rest));
}

}  // namespace waybill::query
