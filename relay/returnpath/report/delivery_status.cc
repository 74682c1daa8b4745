#include "relay/returnpath/report/delivery_status.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "relay/returnpath/report/clean_text.h"
#include "relay/returnpath/report/fields.h"
#include "relay/returnpath/report/status_code.h"

namespace waybill::relay::returnpath::report {
namespace {

// The fields of one recipient that are gathered, one bit each.
enum Seen : unsigned { kFinal = 1, kOriginal = 2, kAction = 4, kStatus = 8 };

class Recipients {
 public:
  explicit Recipients(ReportFacts& facts) : facts_(facts) {}

  void take(const Field& field) {
    if (field.name == "final-recipient") {
      now(kFinal).final_recipient = typed_address(field.value);
    } else if (field.name == "original-recipient") {
      now(kOriginal).original_recipient = typed_address(field.value);
    } else if (field.name == "action") {
      const std::string_view word = std::string_view(field.value);
      now(kAction).action = lower(trim(word.substr(0, word.find_first_of("( ;"))));
    } else if (field.name == "status") {
      now(kStatus).status = read_status(field.value);
    } else if (field.name == "diagnostic-code") {
      current_.diagnostic_code = typed_diagnostic(field.value);
    } else if (field.name == "will-retry-until") {
      current_.retried = true;
    } else if (field.name == "remote-mta") {
      current_.remote_mta = typed_mta(field.value);
    }
  }

  // Some leave empty lines between the fields of one recipient: its action ends it.
  void end_group() {
    if ((seen_ & kAction) != 0 && (seen_ & (kFinal | kOriginal)) != 0) end();
  }

  void end() {
    const bool known = seen_ != 0 && facts_.recipients.size() < kMaxRecipients;
    if (current_.final_recipient.empty()) current_.final_recipient = current_.original_recipient;
    if (current_.status.empty()) current_.status = find_reply(current_.diagnostic_code).enhanced;
    current_.kind = class_of(current_);
    if (known) facts_.recipients.push_back(std::move(current_));
    current_ = {};
    seen_ = 0;
  }

 private:
  RecipientFacts& now(Seen field) {
    if ((seen_ & field) != 0) end();
    seen_ |= field;
    return current_;
  }

  ReportFacts& facts_;
  RecipientFacts current_;
  unsigned seen_ = 0;
};

void take_report_field(const Field& field, ReportFacts& facts) {
  if (field.name == "reporting-mta" && facts.reporting_mta.empty()) {
    facts.reporting_mta = typed_mta(field.value);
  } else if (field.name == "original-envelope-id" && facts.original_envelope_id.empty()) {
    facts.original_envelope_id = clean_line(field.value, kMaxFact);
  } else if (field.name == "arrival-date" && !facts.arrival_date) {
    facts.arrival_date = read_date(field.value);
  }
}

bool is_status_field(std::string_view name) {
  constexpr std::array<std::string_view, 7> kNames = {
      "reporting-mta", "arrival-date", "final-recipient", "original-recipient",
      "action",        "status",       "diagnostic-code"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::string_view next_word(std::string_view& text) {
  const std::size_t begin = text.find_first_not_of(" \t,");
  if (begin == std::string_view::npos) return text = {};
  text.remove_prefix(begin);
  const std::size_t end = std::min(text.find_first_of(" \t,"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

std::optional<int> number(std::string_view digits, int least, int most) {
  int value = 0;
  const char* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value < least || value > most) return {};
  return value;
}

unsigned month_of(std::string_view word) {
  constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  const std::size_t at = word.size() < 3 ? kMonths.npos : kMonths.find(lower(word.substr(0, 3)));
  return at == kMonths.npos || at % 3 != 0 ? 0 : static_cast<unsigned>(at / 3 + 1);
}

// "+0900", "-0500"; names of zones are obsolete and count as UTC (RFC 5322 4.3).
std::chrono::minutes zone_of(std::string_view word) {
  if (word.size() != 5 || (word[0] != '+' && word[0] != '-')) return {};
  const auto hours = number(word.substr(1, 2), 0, 23);
  const auto minutes = number(word.substr(3), 0, 59);
  if (!hours || !minutes) return {};
  const std::chrono::minutes east{*hours * 60 + *minutes};
  return word[0] == '-' ? -east : east;
}

std::optional<std::chrono::seconds> time_of(std::string_view word) {
  const std::size_t first = word.find(':');
  if (first == std::string_view::npos) return {};
  const std::size_t second = word.find(':', first + 1);
  const bool whole = second != std::string_view::npos;
  const auto hours = number(word.substr(0, first), 0, 23);
  const auto minutes = number(word.substr(first + 1, second - first - 1), 0, 59);
  const auto seconds = whole ? number(word.substr(second + 1), 0, 60) : std::optional<int>(0);
  if (!hours || !minutes || !seconds) return {};
  return std::chrono::seconds{*hours * 3600 + *minutes * 60 + *seconds};
}

}  // namespace

void read_delivery_status(std::string_view text, ReportFacts& facts) {
  Recipients recipients(facts);
  for (const Fields& group : read_field_groups(text)) {
    for (const Field& field : group) {
      take_report_field(field, facts);
      recipients.take(field);
    }
    recipients.end_group();
  }
  recipients.end();
}

std::string_view find_delivery_status(std::string_view prose) {
  std::string_view rest = prose;
  std::size_t begin = std::string_view::npos;
  bool recipient = false;
  while (!rest.empty()) {
    const std::size_t at = prose.size() - rest.size();
    const std::string_view line = take_line(rest);
    if (begin != std::string_view::npos && line.starts_with("--")) {
      return recipient ? prose.substr(begin, at - begin) : std::string_view();
    }
    if (!begins_field(line)) continue;
    const std::string name = lower(trim(line.substr(0, line.find(':'))));
    if (is_status_field(name) && begin == std::string_view::npos) begin = at;
    recipient = recipient || name == "final-recipient" || name == "original-recipient";
  }
  return recipient ? prose.substr(begin) : std::string_view();
}

std::optional<std::chrono::sys_seconds> read_date(std::string_view field) {
  std::string_view rest = field;
  std::string_view word = next_word(rest);
  if (!word.empty() && is_letter(word.front())) word = next_word(rest);
  const auto day = number(word, 1, 31);
  const unsigned month = month_of(next_word(rest));
  const auto year = number(next_word(rest), 1970, 9999);
  const auto time = time_of(next_word(rest));
  if (!day || month == 0 || !year || !time) return {};
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{month},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return {};
  const std::chrono::sys_seconds found =
      std::chrono::sys_days{date} + *time - zone_of(next_word(rest));
  return is_on_record(found) ? std::optional(found) : std::nullopt;
}

}  // namespace waybill::relay::returnpath::report
