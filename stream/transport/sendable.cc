#include "stream/transport/sendable.h"

#include <cstring>

#include "schemas/utf8.h"

namespace waybill::stream {
namespace {

// No octet of it is above ASCII.
bool is_ascii(const char* octets) {
  std::uint64_t word = 0;
  std::memcpy(&word, octets, sizeof word);
  return (word & 0x8080808080808080u) == 0;
}

}  // namespace

void Sendable::settle(Fate fate) {
  for (const std::size_t place : places) outcome.records[place].fate = fate;
}

Outcome Sendable::trouble(Trouble trouble, runtime::Failure why,
                          std::optional<runtime::Duration> after) {
  settle(Fate::again);
  outcome.trouble = trouble;
  outcome.why = std::move(why);
  outcome.retry_after = after;
  return std::move(outcome);
}

Sendable sendable(std::span<const Record> batch, const RecordFault& fault) {
  Sendable out{.outcome = Outcome::all(batch.size(), Fate::again)};
  out.places.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    std::string why = fault(batch[i]);
    if (why.empty()) {
      out.places.push_back(i);
    } else {
      out.outcome.records[i] = {.fate = Fate::refused, .why = std::move(why)};
    }
  }
  return out;
}

std::string text_fault(const Record& record) {
  if (record.id.empty()) return "the record has no id";
  if (!is_utf8(record.id) || !is_utf8(record.body)) return "the record is not UTF-8";
  return {};
}

std::string json_fault(const Record& record) {
  if (record.body.empty() || record.body.front() != '{') return "the record is no object of JSON";
  if (std::memchr(record.body.data(), '\n', record.body.size()) != nullptr) {
    return "the record is not one line";
  }
  return text_fault(record);
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (text.size() >= sizeof(std::uint64_t) && is_ascii(text.data())) {
      text.remove_prefix(sizeof(std::uint64_t));
      continue;
    }
    const std::size_t size = schemas::utf8_character(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

void append_json(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < ' ') {
      out += "\\u00";
      out += kHex[octet >> 4];
      out += kHex[octet & 0xf];
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace waybill::stream
