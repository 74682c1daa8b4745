#include "relay/trust/auth_results.h"

#include <algorithm>
#include <optional>

#include "relay/message/header_fields.h"
#include "runtime/ascii.h"

namespace waybill::relay::trust {
namespace {

constexpr std::string_view kFieldName = "Authentication-Results";
constexpr std::size_t kMaxColumns = 78;
constexpr std::string_view kFold = "\r\n\t";
constexpr std::size_t kTabColumns = 8;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 2045 5.1: everything printable but tspecials.
bool is_token_octet(char c) {
  return c > ' ' && c <= '~' &&
         std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_octet);
}

// RFC 5322 3.2.3, without the dots.
bool is_atom(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
  });
}

bool is_dot_atom(std::string_view text) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_atom(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_domain(std::string_view text) {
  return is_dot_atom(text) && std::all_of(text.begin(), text.end(), [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
         });
}

// "ann@origin.test" or "@origin.test", which a pvalue may be without quotes.
bool is_plain_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return false;
  return (at == 0 || is_dot_atom(text.substr(0, at))) && is_domain(text.substr(at + 1));
}

std::string cleaned(std::string_view text) {
  std::string out(text.substr(0, kMaxAuthValue));
  for (char& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

std::string quoted_string(std::string_view clean) {
  std::string out = "\"";
  for (const char c : clean) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string value_of(std::string_view text) {
  std::string clean = cleaned(text);
  if (is_token(clean) || is_plain_address(clean)) return clean;
  return quoted_string(clean);
}

std::string keyword(std::string_view text) {
  std::string out = cleaned(text.substr(0, kMaxKeyword));
  for (char& c : out) {
    if (!is_alphanumeric(c) && c != '_') c = '-';
  }
  return out.empty() ? "-" : out;
}

// Words set one behind the other, a new line taken where the next does not fit.
class FoldedField {
 public:
  explicit FoldedField(std::string_view begin) : text_(begin), column_(begin.size()) {}

  void add(std::string_view word) {
    if (column_ + 1 + word.size() > kMaxColumns) {
      new_line();
    } else if (!at_line_begin_) {
      put(" ");
    }
    put(word);
  }
  // Right behind the last word.
  void put(std::string_view octets) {
    text_ += octets;
    column_ += octets.size();
    at_line_begin_ = false;
  }
  void new_line() {
    text_ += kFold;
    column_ = kTabColumns;
    at_line_begin_ = true;
  }
  std::string finish() && { return std::move(text_) + "\r\n"; }

 private:
  std::string text_;
  std::size_t column_;
  bool at_line_begin_ = false;
};

// A reader of structured field text (RFC 5322 3.2).
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // Comments, which nest, and white space. False for a comment without end.
  bool skip_space() {
    std::size_t depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '(') {
        ++depth;
      } else if (depth > 0 && c == ')') {
        --depth;
      } else if (depth > 0 && c == '\\') {
        ++at_;
      } else if (depth == 0 && !is_space(c)) {
        break;
      }
    }
    return depth == 0;
  }

  // A quoted string or what stands up to white space, a comment or ";"; nothing if there is none.
  std::optional<std::string> word() {
    if (at_ < text_.size() && text_[at_] == '"') return quoted_string();
    std::string out;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (is_space(c) || c == '(' || c == ';') break;
      out += c;
    }
    if (out.empty()) return std::nullopt;
    return out;
  }

  // A version may stand behind the authserv-id, and then ";" or the end.
  bool ends_rightly() {
    if (!skip_space()) return false;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return skip_space() && (at_ >= text_.size() || text_[at_] == ';');
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

  std::optional<std::string> quoted_string() {
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return out;
      }
      if (c == '\r' || c == '\n') continue;
      if (c == '\\' && ++at_ == text_.size()) break;
      out += text_[at_];
    }
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string comparable(std::string_view authserv_id) {
  if (authserv_id.ends_with('.')) authserv_id.remove_suffix(1);
  return runtime::ascii::upper(authserv_id);
}

// Without what may stand between the octets of a name, however it is written.
std::string solid(std::string_view text) {
  std::string out;
  for (const char c : runtime::ascii::upper(text)) {
    const bool between = c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\\' || c == '"';
    if (!between) out += c;
  }
  return out;
}

// A field that says our name nowhere is nobody's idea of ours, however it is read.
bool names_us(std::string_view value, const std::string& ours) {
  return solid(value).find(solid(ours)) != std::string::npos;
}

bool may_be_ours(std::string_view value, const std::string& ours) {
  if (!names_us(value, ours)) return false;
  Reader reader(value);
  if (!reader.skip_space()) return true;
  const auto id = reader.word();
  if (!id || comparable(*id) == ours) return true;
  return !reader.ends_rightly();
}

}  // namespace

std::string write_auth_results(std::string_view authserv_id,
                               const std::vector<AuthResult>& results) {
  FoldedField field(std::string(kFieldName) + ":");
  field.add(value_of(authserv_id));
  field.put(";");
  if (results.empty()) field.add("none");
  for (const AuthResult& one : results) {
    if (&one != &results.front()) field.put(";");
    field.new_line();
    field.add(keyword(one.method) + "=" + keyword(one.result));
    if (!one.reason.empty()) field.add("reason=" + quoted_string(cleaned(one.reason)));
    for (const AuthProperty& property : one.properties) {
      field.add(keyword(property.type) + "." + keyword(property.name) + "=" +
                value_of(property.value));
    }
  }
  return std::move(field).finish();
}

std::vector<OctetRange> find_auth_results(std::string_view header, std::string_view authserv_id) {
  const std::string ours = comparable(authserv_id);
  std::vector<OctetRange> found;
  for (const message::HeaderField& field : message::split_header(header)) {
    if (message::is_field(field, kFieldName) && may_be_ours(field.value, ours)) {
      found.push_back({field.begin, field.end});
    }
  }
  return found;
}

}  // namespace waybill::relay::trust
