// What keys of the views' tables are made of. Numbers are big-endian, so that keys sort as the
// numbers do; a number that is to sort newest first is stored as its complement (~). The keys of
// each table stand beside its view (views/*_key.h). Pure functions; any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waybill::projector {

// Octets of a truncated SHA-256: two texts meet by chance only after some 2^64 of them, and a row
// repeats its own, so that even then no page shows another's history.
inline constexpr std::size_t kPrefix = 16;
using Prefix = std::array<char, kPrefix>;
Prefix prefix_of(std::string_view text);

inline constexpr std::size_t kIdOctets = 16;
inline constexpr std::chrono::nanoseconds kHour = std::chrono::hours(1);
// Hours since 1970 of a time in ns since then.
std::uint32_t hour_of(std::uint64_t time);

void append_be32(std::string& out, std::uint32_t number);
void append_be64(std::string& out, std::uint64_t number);
// `octets` holds at least 4 or 8.
std::uint32_t read_be32(std::string_view octets);
std::uint64_t read_be64(std::string_view octets);

// A number in as few octets as it needs, 1 to 9: how many follow, and they. Such keys sort as their
// numbers do (rising), or the other way round (falling), and none is the beginning of another.
void append_rising(std::string& out, std::uint64_t number);
void append_falling(std::string& out, std::uint64_t number);
// The number that `octets` are, whole; nullopt: they are none.
std::optional<std::uint64_t> read_rising(std::string_view octets);
std::optional<std::uint64_t> read_falling(std::string_view octets);

// The first key that does not begin with `prefix`; empty (the end of the table) if there is none.
std::string after_prefix(std::string_view prefix);

}  // namespace waybill::projector
