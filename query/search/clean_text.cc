#include "query/search/clean_text.h"

#include <algorithm>
#include <cstdint>

#include "runtime/ascii.h"
#include "schemas/utf8.h"

namespace waybill::query::search {
namespace {

// Unicode's zero-width and format characters that text carries along unseen.
bool is_invisible(std::uint32_t point) {
  return point == 0x00ad || point == 0x061c || point == 0x180e || point == 0xfeff ||
         (point >= 0x200b && point <= 0x200f) || (point >= 0x202a && point <= 0x202e) ||
         (point >= 0x2060 && point <= 0x206f);
}

bool is_wide_blank(std::uint32_t point) {
  return point == 0x00a0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200a) ||
         point == 0x2028 || point == 0x2029 || point == 0x202f || point == 0x205f ||
         point == 0x3000;
}

bool is_typographic_quote(std::uint32_t point) { return point >= 0x201c && point <= 0x201f; }

// What stands in the clean text for a character; '\0': the character itself.
char plain_form(std::uint32_t point, bool carriage_return_alone) {
  if (point == '\t' || is_wide_blank(point)) return ' ';
  if (point == '\n' || carriage_return_alone) return '\n';
  if (is_typographic_quote(point)) return '"';
  return '\0';
}

std::string number_text(std::uint32_t point) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out = "U+";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[point >> shift & 0xf];
  return out;
}

class Cleaner {
 public:
  explicit Cleaner(std::string_view given) : given_(given) {}

  Read<CleanText> run() {
    while (at_ < given_.size()) {
      const std::size_t octets = schemas::utf8_character(given_.substr(at_));
      if (octets == 0) return not_utf8();
      if (auto refused = character(given_.substr(at_, octets))) return std::move(*refused);
      at_ += octets;
    }
    out_.origin.push_back(given_.size());
    add_notes();
    return std::move(out_);
  }

 private:
  Fault not_utf8() const {
    return {Wrong::not_utf8, "This octet is no UTF-8, so it is unknown which letter it stands for.",
            Span{at_, 1}, std::nullopt};
  }

  // What refuses it, if anything does.
  std::optional<Fault> character(std::string_view octets) {
    const std::uint32_t point = schemas::code_point(octets);
    const bool before_newline = given_.substr(at_ + 1).starts_with('\n');
    if (point == '\r' && before_newline) return std::nullopt;
    if (is_invisible(point)) {
      invisible_.push_back(Span{at_, octets.size()});
      if (std::find(points_.begin(), points_.end(), point) == points_.end()) {
        points_.push_back(point);
      }
      return std::nullopt;
    }
    if (const char plain = plain_form(point, point == '\r')) {
      if (plain == '"') quotes_.push_back(Span{at_, octets.size()});
      // "\r\n" is one end of a line.
      const bool behind_return = point == '\n' && at_ > 0 && given_[at_ - 1] == '\r';
      out_.text += plain;
      out_.origin.push_back(behind_return ? at_ - 1 : at_);
      return std::nullopt;
    }
    if (schemas::is_control(octets)) {
      return Fault{Wrong::control,
                   "The control character " + number_text(point) + " is part of no query.",
                   Span{at_, octets.size()}, std::nullopt};
    }
    for (std::size_t i = 0; i < octets.size(); ++i) out_.origin.push_back(at_ + i);
    out_.text += octets;
    return std::nullopt;
  }

  void add_notes() {
    if (!invisible_.empty()) {
      std::string words = "Characters that nobody sees were left out:";
      for (const std::uint32_t point : points_) words += ' ' + number_text(point);
      out_.notes.push_back({words + '.', std::move(invisible_)});
    }
    if (!quotes_.empty()) {
      out_.notes.push_back({"Typographic quotes were read as plain ones.", std::move(quotes_)});
    }
  }

  std::string_view given_;
  std::size_t at_ = 0;
  std::vector<Span> invisible_;
  std::vector<std::uint32_t> points_;
  std::vector<Span> quotes_;
  CleanText out_;
};

}  // namespace

Span CleanText::given(const Span& clean) const {
  const std::size_t at = origin[std::min(clean.at, text.size())];
  if (clean.length == 0) return {at, 0};
  const std::size_t end = std::min(clean.at + clean.length, text.size());
  return {at, std::max(origin[end], at) - at};
}

Read<CleanText> clean_text(std::string_view given) { return Cleaner(given).run(); }

Span trimmed(std::string_view text, Span span) {
  const std::string_view inner = text.substr(span.at, span.length);
  const std::size_t front = inner.find_first_not_of(" \n");
  if (front == std::string_view::npos) return {span.at, 0};
  return {span.at + front, inner.find_last_not_of(" \n") - front + 1};
}

}  // namespace waybill::query::search
