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

// The first octet says what a cursor is of, and how it is written. Lower numbers are never given.
constexpr char kHistoryVersion = 6;
constexpr char kMessagesVersion = 7;
constexpr char kIndexVersion = 8;
constexpr char kEventsVersion = 9;
constexpr std::size_t kHashOctets = 4;

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

// The cursor whose place is `octets`: its version and what follows.
std::string seal(std::string octets, std::string_view question) {
  octets += hash_of(question);
  octets += hash_of(octets);
  return runtime::to_base64url(octets);
}

// The place of a cursor of that version, without its version.
runtime::Result<std::string> unseal(std::string_view text, char version,
                                    std::string_view question) {
  auto octets = runtime::from_base64url(text);
  if (!octets || octets->size() < 1 + 2 * kHashOctets || octets->front() != version) {
    return make_error_code(Errc::invalid);
  }
  const std::string check = octets->substr(octets->size() - kHashOctets);
  octets->resize(octets->size() - kHashOctets);
  if (hash_of(*octets) != check) return make_error_code(Errc::invalid);
  const std::string asked = octets->substr(octets->size() - kHashOctets);
  octets->resize(octets->size() - kHashOctets);
  if (hash_of(question) != asked) return make_error_code(Errc::refused);
  return octets->substr(1);
}

std::string text_of(const projector::HistoryQuestion& question) {
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
  return octets;
}

}  // namespace

projector::TimelineCursor after(const HistoryPlace& place, std::uint32_t partition) {
  if (partition == place.partition) return {place.time, place.index};
  // Of the same moment, what is in higher partitions came before, what is in lower ones comes next.
  return {place.time, partition > place.partition ? EventIndex(0) : EventIndex::last()};
}

std::string write_cursor(const HistoryPlace& place, const projector::HistoryQuestion& question) {
  std::string octets(1, kHistoryVersion);
  put_u64(octets, schemas::nanoseconds(place.time));
  put_u32(octets, place.partition);
  put_u64(octets, place.index.value());
  return seal(std::move(octets), text_of(question));
}

runtime::Result<HistoryPlace> read_cursor(std::string_view text,
                                          const projector::HistoryQuestion& question) {
  const auto place = unseal(text, kHistoryVersion, text_of(question));
  if (!place) return place.error();
  if (place->size() != 8 + 4 + 8) return make_error_code(Errc::invalid);
  const std::string_view rest = *place;
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
  return seal(std::move(octets), question);
}

runtime::Result<MessagePlace> read_cursor(std::string_view text, std::string_view question) {
  constexpr std::size_t kId = schemas::MessageId::kOctets;
  const auto place = unseal(text, kMessagesVersion, question);
  if (!place) return place.error();
  if (place->size() != kId + 4 + 8) return make_error_code(Errc::invalid);
  const std::string_view rest = *place;
  return MessagePlace{*schemas::MessageId::from_bytes(rest.substr(0, kId)),
                      get_u32(rest.substr(kId)), EventIndex(get_u64(rest.substr(kId + 4)))};
}

std::string write_cursor(EventIndex index, std::string_view question) {
  std::string octets(1, kIndexVersion);
  put_u64(octets, index.value());
  return seal(std::move(octets), question);
}

runtime::Result<EventIndex> read_index_cursor(std::string_view text, std::string_view question) {
  const auto place = unseal(text, kIndexVersion, question);
  if (!place) return place.error();
  if (place->size() != 8) return make_error_code(Errc::invalid);
  return EventIndex(get_u64(*place));
}

std::string write_cursor(const EventsPlace& place, std::string_view question) {
  std::string octets(1, kEventsVersion);
  for (const auto& [partition, index] : place) {
    put_varint(octets, partition);
    put_varint(octets, index.value());
  }
  return seal(std::move(octets), question);
}

runtime::Result<EventsPlace> read_events_cursor(std::string_view text, std::string_view question) {
  const auto place = unseal(text, kEventsVersion, question);
  if (!place) return place.error();
  std::string_view rest = *place;
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

}  // namespace waybill::query
