// Keys of the views' tables: what a row is found by, in octets. Numbers are big-endian, so that
// keys sort as the numbers do; a number that is to sort newest first is stored as its complement
// (~).
//
//   archive     index 8 (one store is one partition)
//   timeline    SHA-256(role octet, address)[0..16) | ~time 8 | ~index 8
//   deliveries  delivery id 16
//   messages    'm' | message id 16 | index 8
//               'r' | SHA-256(RFC 5322 Message-ID)[0..16) | ~message id 16
//   counters    domain | 0 | hours since 1970, 4
//   return_paths 'd' | delivery id 16
//               'h': how far the rows are erased (views/return_paths.h)
//
// A message id is a UUIDv7: its complement sorts the newest message first and is unique as well.
// Pure functions; any thread. Keys of `timeline` are never shorter than kPrefix (RocksDB's prefix
// extractor asks for that).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/time.h"

namespace waybill::projector {

// As whom an address took part.
enum class Role : std::uint8_t { alias = 1, sender = 2, target = 3 };

// Octets of a truncated SHA-256: two addresses meet by chance only after some 2^64 of them, and a
// row repeats its address, so that even then no page shows another's history.
inline constexpr std::size_t kPrefix = 16;
using Prefix = std::array<char, kPrefix>;

inline constexpr std::size_t kTimelineKey = kPrefix + 8 + 8;
inline constexpr std::size_t kIdOctets = 16;
inline constexpr std::chrono::nanoseconds kHour = std::chrono::hours(1);

void append_be32(std::string& out, std::uint32_t number);
void append_be64(std::string& out, std::uint64_t number);
// `octets` holds at least 4 or 8.
std::uint32_t read_be32(std::string_view octets);
std::uint64_t read_be64(std::string_view octets);

std::string archive_key(std::uint64_t index);

// A target's history is one, whichever port a copy went to: "user@domain:2525" is found as
// "user@domain". Addresses of the other roles are taken as they are.
std::string_view address_in_role(Role role, std::string_view address);
Prefix timeline_prefix(Role role, std::string_view address);
void append_timeline_key(std::string& out, const Prefix& prefix, std::uint64_t time,
                         std::uint64_t index);
std::string timeline_key(const Prefix& prefix, std::uint64_t time, std::uint64_t index);
// Of a key that is kTimelineKey long.
std::uint64_t timeline_time(std::string_view key);
std::uint64_t timeline_index(std::string_view key);

// RFC 5322 3.6.4: `<left@right>`, taken without the angle brackets and the white space around them.
std::string_view bare_message_id(std::string_view message_id);
// Keys of `messages` without and with their last part; ids are 16 octets.
std::string message_prefix(std::string_view message_id);
std::string message_key(std::string_view message_id, std::uint64_t index);
void append_message_key(std::string& out, std::string_view message_id, std::uint64_t index);
std::string rfc5322_prefix(std::string_view rfc5322_message_id);
std::string rfc5322_key(std::string_view rfc5322_message_id, std::string_view message_id);
void append_rfc5322_key(std::string& out, std::string_view rfc5322_message_id,
                        std::string_view message_id);
// The message id at the end of such a key.
std::string message_id_of_rfc5322_key(std::string_view key);

std::string counters_key(std::string_view domain, std::uint32_t hour);
void append_counters_key(std::string& out, std::string_view domain, std::uint32_t hour);
std::uint32_t hour_of(std::uint64_t time);
// Of a key that counters_key() made.
std::uint32_t counters_hour(std::string_view key);

// The first key that does not begin with `prefix`; empty (the end of the table) if there is none.
std::string after_prefix(std::string_view prefix);

}  // namespace waybill::projector
