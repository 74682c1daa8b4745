// The keys of the file whose values are numbers with bounds: read, compared and shown by one table.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "app/config/config.h"

namespace waybill::app {

class TomlReader;

enum class Quantity {
  count,
  octets,   // an integer, or "50 MiB"
  seconds,  // "300 s"
  hours,    // "7 d"; whole hours
};

struct NumberKey {
  std::string_view section;
  std::string_view key;
  Quantity quantity;
  std::uint64_t least;  // both bounds belong to the range; times in seconds
  std::uint64_t most;
  std::uint64_t (*get)(const Config&);
  void (*set)(Config&, std::uint64_t);
};

std::span<const NumberKey> number_keys();

// A value as the file would write it: "50 MiB", "5 min", "100".
std::string number_text(Quantity quantity, std::uint64_t value);

// Reads every key of that section into `config`.
void read_numbers(TomlReader& reader, std::string_view section, Config& config);

}  // namespace waybill::app
