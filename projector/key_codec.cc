#include "projector/key_codec.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "runtime/check.h"
#include "runtime/crypto.h"

namespace waybill::projector {
namespace {

constexpr char kByMessage = 'm';
constexpr char kByRfc5322 = 'r';

static_assert(std::endian::native == std::endian::little, "big-endian is the other way round");

std::uint32_t swapped(std::uint32_t number) { return __builtin_bswap32(number); }
std::uint64_t swapped(std::uint64_t number) { return __builtin_bswap64(number); }

template <class Number>
void append_be(std::string& out, Number number) {
  number = swapped(number);
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <class Number>
Number read_be(std::string_view octets) {
  runtime::check(octets.size() >= sizeof(Number), "a number is read from enough octets");
  Number number;
  std::memcpy(&number, octets.data(), sizeof number);
  return swapped(number);
}

void append_hash(std::string& out, std::string_view text) {
  const runtime::Digest digest = runtime::sha256(text);
  out.append(reinterpret_cast<const char*>(digest.data()), kPrefix);
}

}  // namespace

void append_be32(std::string& out, std::uint32_t number) { append_be(out, number); }
void append_be64(std::string& out, std::uint64_t number) { append_be(out, number); }
std::uint32_t read_be32(std::string_view octets) { return read_be<std::uint32_t>(octets); }
std::uint64_t read_be64(std::string_view octets) { return read_be<std::uint64_t>(octets); }

std::string archive_key(std::uint64_t index) {
  std::string key;
  append_be64(key, index);
  return key;
}

std::string_view address_in_role(Role role, std::string_view address) {
  if (role != Role::target) return address;
  const std::size_t end = address.find_last_not_of("0123456789");
  const bool has_port =
      end != std::string_view::npos && end + 1 < address.size() && address[end] == ':';
  // "user@[2001:db8::1]" ends in a bracket and is left whole.
  return has_port ? address.substr(0, end) : address;
}

Prefix timeline_prefix(Role role, std::string_view address) {
  // One buffer and one hash: cheaper than a hash fed in parts.
  thread_local std::string name;
  name.assign(1, static_cast<char>(role));
  name += address_in_role(role, address);
  const runtime::Digest digest = runtime::sha256(name);
  Prefix prefix;
  std::copy_n(digest.begin(), kPrefix, prefix.begin());
  return prefix;
}

void append_timeline_key(std::string& out, const Prefix& prefix, std::uint64_t time,
                         std::uint64_t index) {
  out.append(prefix.data(), prefix.size());
  append_be64(out, ~time);
  append_be64(out, ~index);
}

std::string timeline_key(const Prefix& prefix, std::uint64_t time, std::uint64_t index) {
  std::string key;
  append_timeline_key(key, prefix, time, index);
  return key;
}

std::uint64_t timeline_time(std::string_view key) { return ~read_be64(key.substr(kPrefix)); }
std::uint64_t timeline_index(std::string_view key) { return ~read_be64(key.substr(kPrefix + 8)); }

std::string_view bare_message_id(std::string_view message_id) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = message_id.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  message_id = message_id.substr(first, message_id.find_last_not_of(kSpace) - first + 1);
  if (message_id.size() >= 2 && message_id.front() == '<' && message_id.back() == '>') {
    message_id = message_id.substr(1, message_id.size() - 2);
  }
  return message_id;
}

std::string message_prefix(std::string_view message_id) {
  runtime::check(message_id.size() == kIdOctets, "a message id is 16 octets");
  std::string key(1, kByMessage);
  key += message_id;
  return key;
}

void append_message_key(std::string& out, std::string_view message_id, std::uint64_t index) {
  runtime::check(message_id.size() == kIdOctets, "a message id is 16 octets");
  out += kByMessage;
  out += message_id;
  append_be64(out, index);
}

std::string message_key(std::string_view message_id, std::uint64_t index) {
  std::string key;
  append_message_key(key, message_id, index);
  return key;
}

std::string rfc5322_prefix(std::string_view rfc5322_message_id) {
  std::string key(1, kByRfc5322);
  append_hash(key, bare_message_id(rfc5322_message_id));
  return key;
}

void append_rfc5322_key(std::string& out, std::string_view rfc5322_message_id,
                        std::string_view message_id) {
  runtime::check(message_id.size() == kIdOctets, "a message id is 16 octets");
  out += kByRfc5322;
  append_hash(out, bare_message_id(rfc5322_message_id));
  for (const char octet : message_id) out += static_cast<char>(~octet);
}

std::string rfc5322_key(std::string_view rfc5322_message_id, std::string_view message_id) {
  std::string key;
  append_rfc5322_key(key, rfc5322_message_id, message_id);
  return key;
}

std::string message_id_of_rfc5322_key(std::string_view key) {
  runtime::check(key.size() == 1 + kPrefix + kIdOctets, "the key ends in a message id");
  std::string message_id;
  for (const char octet : key.substr(1 + kPrefix)) message_id += static_cast<char>(~octet);
  return message_id;
}

void append_counters_key(std::string& out, std::string_view domain, std::uint32_t hour) {
  out += domain;
  out += '\0';
  append_be32(out, hour);
}

std::string counters_key(std::string_view domain, std::uint32_t hour) {
  std::string key;
  append_counters_key(key, domain, hour);
  return key;
}

std::uint32_t hour_of(std::uint64_t time) {
  // Any 64-bit time fits: 2^64 ns are some 5 million hours.
  return static_cast<std::uint32_t>(time / static_cast<std::uint64_t>(kHour.count()));
}

std::uint32_t counters_hour(std::string_view key) {
  runtime::check(key.size() >= 4, "the key ends in an hour");
  return read_be32(key.substr(key.size() - 4));
}

std::string after_prefix(std::string_view prefix) {
  std::string after(prefix);
  while (!after.empty()) {
    if (after.back() != static_cast<char>(0xff)) {
      after.back() = static_cast<char>(after.back() + 1);
      return after;
    }
    after.pop_back();
  }
  return after;
}

}  // namespace waybill::projector
