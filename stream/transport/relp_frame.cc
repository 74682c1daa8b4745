#include "stream/transport/relp_frame.h"

#include <algorithm>
#include <charconv>

namespace waybill::stream {
namespace {

using runtime::Errc;

constexpr std::size_t kMostRelpDigits = 9;
constexpr std::size_t kMostRelpCommand = 32;
// What was read is let go once it is this much.
constexpr std::size_t kReadAtOnce = 64 << 10;

bool is_relp_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::uint32_t> relp_number(std::string_view digits) {
  std::uint32_t out = 0;
  const bool all = !digits.empty() && std::all_of(digits.begin(), digits.end(), is_relp_digit);
  if (!all) return std::nullopt;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

bool is_relp_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

void append_relp(std::uint32_t txnr, std::string_view command, std::string_view data,
                 std::string& out) {
  out += std::to_string(txnr);
  out += ' ';
  out += command;
  out += ' ';
  out += std::to_string(data.size());
  if (!data.empty()) {
    out += ' ';
    out += data;
  }
  out += '\n';
}

std::optional<int> relp_status(const RelpFrame& answer) {
  constexpr std::size_t kDigits = 3;
  const std::string_view data = answer.data;
  if (data.size() > kDigits && data[kDigits] != ' ' && data[kDigits] != '\n') return std::nullopt;
  const auto status = relp_number(data.substr(0, kDigits));
  if (!status || data.size() < kDigits) return std::nullopt;
  return static_cast<int>(*status);
}

// Up to one of `ends`, which is left; nullopt: it is not whole yet, or too long (invalid_).
std::optional<std::string_view> RelpReader::word(std::size_t most, std::string_view ends) {
  const auto rest = std::string_view(octets_).substr(scan_);
  const auto size = rest.substr(0, most + 1).find_first_of(ends);
  if (size == std::string_view::npos) {
    invalid_ = rest.size() > most;
    return std::nullopt;
  }
  scan_ += size;
  return rest.substr(0, size);
}

// False: it is not whole, or invalid_.
bool RelpReader::parse(RelpFrame& frame) {
  scan_ = at_;
  const auto txnr = word(kMostRelpDigits, " ");
  if (!txnr) return false;
  const auto of = relp_number(*txnr);
  ++scan_;
  const auto command = word(kMostRelpCommand, " ");
  if (!command) return false;
  ++scan_;
  const auto length = word(kMostRelpDigits, " \n");
  if (!length) return false;
  const auto size = relp_number(*length);
  const bool letters =
      !command->empty() && std::all_of(command->begin(), command->end(), is_relp_letter);
  invalid_ = !of || !letters || !size || *size > kMostRelpData;
  if (invalid_) return false;
  frame.txnr = *of;
  frame.command = *command;
  // A space before LF where there is no data is taken, too.
  invalid_ = *size > 0 && octets_[scan_] != ' ';
  if (invalid_) return false;
  if (octets_[scan_] == ' ') ++scan_;
  if (octets_.size() - scan_ < std::size_t{*size} + 1) return false;
  frame.data = octets_.substr(scan_, *size);
  scan_ += *size;
  invalid_ = octets_[scan_] != '\n';
  ++scan_;
  return !invalid_;
}

runtime::Result<std::optional<RelpFrame>> RelpReader::next() {
  RelpFrame frame;
  const bool whole = !invalid_ && parse(frame);
  if (invalid_) return make_error_code(Errc::invalid);
  if (!whole) return std::optional<RelpFrame>();
  at_ = scan_;
  if (at_ == octets_.size() || at_ >= kReadAtOnce) {
    octets_.erase(0, at_);
    at_ = 0;
  }
  return std::optional<RelpFrame>(std::move(frame));
}

}  // namespace waybill::stream
