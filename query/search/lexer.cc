#include "query/search/lexer.h"

#include <algorithm>

#include "runtime/ascii.h"

namespace waybill::query::search {
namespace {

namespace ascii = runtime::ascii;

bool is_blank(char c) { return c == ' ' || c == '\n'; }
bool is_separator(char c) { return c == ',' || c == ';'; }

// The position behind the closing quote of the string that begins at `at`; npos: none.
std::size_t behind_quoted(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

std::string_view word_at(std::string_view line, std::size_t at) {
  const std::string_view rest = line.substr(at);
  return rest.substr(0, rest.find_first_of(" \n"));
}

bool is_key_letter(char c) { return ascii::is_alphanumeric(c) || c == '_' || c == '-'; }

// Octets of the key and its colon at the front; 0: there is none. Schemes of addresses and IPv6
// have colons too.
std::size_t key_length(std::string_view word) {
  if (word.empty() || !(ascii::is_letter(word.front()) || word.front() == '_')) return 0;
  const std::size_t colon =
      std::find_if_not(word.begin(), word.end(), is_key_letter) - word.begin();
  if (colon == word.size() || word[colon] != ':') return 0;
  for (const std::string_view other : {"mailto:", "http:", "https:", "ipv6:"}) {
    if (ascii::starts_with(word, other)) return 0;
  }
  while (!word.empty() && is_separator(word.back())) word.remove_suffix(1);
  return looks_like_network(word) ? 0 : colon + 1;
}

class Lexer {
 public:
  explicit Lexer(std::string_view line) : line_(line) {}

  Read<std::vector<Token>> run() {
    skip_separators();
    const std::size_t first = at_;
    while (at_ < line_.size()) {
      if (auto refused = token()) return std::move(*refused);
    }
    if (tokens_.empty() && first > 0) {
      return Fault{Wrong::empty, "Nothing was asked for.", Span{0, line_.size()}, std::nullopt};
    }
    // Separators in front belong to the first token.
    if (!tokens_.empty()) {
      const Span lead = trimmed_lead(first);
      if (lead.length > 0)
        tokens_.front().at = {lead.at, tokens_.front().at.length + first - lead.at};
    }
    return std::move(tokens_);
  }

 private:
  Span trimmed_lead(std::size_t first) const {
    const std::size_t front = line_.find_first_not_of(" \n");
    return {front, first > front ? first - front : 0};
  }

  void skip_separators() {
    while (at_ < line_.size() && (is_blank(line_[at_]) || is_separator(line_[at_]))) ++at_;
  }

  // What refuses it, if anything does. Ends in front of the next token.
  std::optional<Fault> token() {
    Token out;
    const std::size_t begin = at_;
    if (line_[at_] == '-') {
      out.negated = true;
      ++at_;
    }
    const std::string_view word = word_at(line_, at_);
    if (const std::size_t length = key_length(word)) {
      out.keyed = true;
      out.key = ascii::lower(word.substr(0, length - 1));
      std::replace(out.key.begin(), out.key.end(), '-', '_');
      at_ += length;
    }
    const std::size_t text_begin = at_;
    if (is_url(word)) {
      at_ += word.size();
    } else if (auto refused = text(out.keyed)) {
      return refused;
    }
    out.text_at = {text_begin, at_ - text_begin};
    out.text = line_.substr(text_begin, at_ - text_begin);
    std::size_t end = at_;
    skip_separators();
    for (std::size_t i = end; i < at_; ++i) {
      if (is_separator(line_[i])) end = i + 1;
    }
    out.at = {begin, end - begin};
    if (auto inner = unquoted(out.text)) {
      out.quoted = true;
      out.text = std::move(*inner);
    }
    tokens_.push_back(std::move(out));
    return std::nullopt;
  }

  // Goes to the end of the token's text. A comma between members of a value's list is in it.
  std::optional<Fault> text(bool keyed) {
    std::size_t open = std::string_view::npos;
    while (at_ < line_.size() && !is_blank(line_[at_])) {
      const char c = line_[at_];
      if (c == '"') {
        const std::size_t end = behind_quoted(line_, at_);
        if (end == std::string_view::npos) return open_quote();
        at_ = end;
        continue;
      }
      const bool in_brackets = open != std::string_view::npos;
      if (is_separator(c) && !in_brackets && !(keyed && joins(at_))) return std::nullopt;
      if (c == '<' && !in_brackets) open = at_;
      if (c == '>') open = std::string_view::npos;
      ++at_;
    }
    if (open == std::string_view::npos) return std::nullopt;
    return Fault{Wrong::open_bracket, "This < has no > behind it.", Span{open, 1},
                 Repair{{open, 1}, ""}};
  }

  Fault open_quote() const {
    return {Wrong::open_quote, "This quote does not end.", Span{at_, 1}, Repair{{at_, 1}, ""}};
  }

  // Whether a comma stands in a list: something follows it at once.
  bool joins(std::size_t comma) const {
    const std::size_t next = line_.find_first_not_of(",;", comma);
    return line_[comma] == ',' && next != std::string_view::npos && !is_blank(line_[next]);
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

bool is_url(std::string_view word) {
  return ascii::starts_with(word, "http://") || ascii::starts_with(word, "https://");
}

Read<std::vector<Token>> lex(std::string_view line) { return Lexer(line).run(); }

std::optional<std::string> unquoted(std::string_view text) {
  if (!text.starts_with('"') || behind_quoted(text, 0) != text.size()) return std::nullopt;
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    out += text[i];
  }
  return out;
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::vector<Span> list_members(std::string_view text) {
  std::vector<Span> out;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '"') {
      i = behind_quoted(text, i) - 1;
    } else if (i == text.size() || text[i] == ',') {
      out.push_back({begin, i - begin});
      begin = i + 1;
    }
  }
  return out;
}

std::string blinded(std::string_view text) {
  std::string out(text);
  bool in_brackets = false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (text[i] == '"') {
      const std::size_t end = std::min(behind_quoted(text, i), text.size());
      std::fill(out.begin() + static_cast<std::ptrdiff_t>(i),
                out.begin() + static_cast<std::ptrdiff_t>(end), 'x');
      i = end - 1;
      continue;
    }
    in_brackets = in_brackets || text[i] == '<';
    const bool closes = text[i] == '>';
    if (in_brackets) out[i] = 'x';
    if (closes) in_brackets = false;
  }
  return out;
}

bool looks_like_network(std::string_view text) {
  const auto fits = [](char c) {
    return ascii::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '.' ||
           c == ':' || c == '/';
  };
  if (text.empty() || !std::all_of(text.begin(), text.end(), fits)) return false;
  if (std::count(text.begin(), text.end(), ':') >= 2) return true;
  const auto of_v4 = [](char c) { return ascii::is_digit(c) || c == '.' || c == '/' || c == ':'; };
  return std::count(text.begin(), text.end(), '.') == 3 && ascii::is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), of_v4);
}

}  // namespace waybill::query::search
