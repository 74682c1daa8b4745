#include "relay/trust/authors.h"

#include <algorithm>

#include "relay/message/header_fields.h"
#include "runtime/ascii.h"

namespace waybill::relay::trust {
namespace {

struct Author {
  std::string domain;  // A-label; empty: it cannot be read
  // Of the mailbox, without its quotes; may be no local part at all.
  std::string local;
};

// Words of one mailbox as they are read, put together where RFC 5322 puts them together: around
// "." and "@". Any other gap makes two words, and so does one in a domain, whose end a reader may
// see there.
struct Words {
  struct Word {
    std::string text;
    std::optional<std::size_t> at;  // where the "@" is that no quotes hide
    bool broken = false;            // it has another one, or one in quotes, which some readers take
  };
  std::vector<Word> all;
  bool gap = true;

  void add(char c, bool quoted) {
    const bool joins = !quoted && (c == '.' || c == '@');
    const bool open = !all.empty() && !all.back().text.empty() && joined_;
    if (all.empty() || (gap && ((!joins && !open) || in_domain()))) all.emplace_back();
    Word& word = all.back();
    if (c == '@') {
      word.broken = word.broken || quoted || word.at.has_value();
      if (!quoted) word.at = word.text.size();
    }
    word.text += c;
    gap = false;
    joined_ = joins;
  }
  // White space, a comment, or the border of a quoted string.
  void end_word() { gap = true; }

 private:
  bool in_domain() const { return all.back().at && *all.back().at + 1 < all.back().text.size(); }

  bool joined_ = false;  // the last octet puts the next word to its own
};

// RFC 2047 5: no encoded word stands in an address; some readers decode it all the same.
bool has_encoded_word(std::string_view text) {
  const std::size_t begin = text.find("=?");
  return begin != std::string_view::npos && text.find("?=", begin + 2) != std::string_view::npos;
}

Author author_of(const Words::Word& word) {
  if (word.broken || !word.at || *word.at == 0 || has_encoded_word(word.text)) return {};
  const auto name = schemas::normalise_mail_domain(word.text.substr(*word.at + 1));
  if (!name) return {};
  return {*name, word.text.substr(0, *word.at)};
}

// What some reader may take for an address in a name: up to what is no letter, digit, hyphen or
// dot. A name of one label has no policy.
std::string domain_in_name(const Words::Word& word) {
  std::string domain = author_of(word).domain;
  if (domain.empty()) {
    const std::string_view text = std::string_view(word.text).substr(*word.at + 1);
    std::size_t end = 0;
    while (end < text.size() &&
           (runtime::ascii::is_alphanumeric(text[end]) || text[end] == '-' || text[end] == '.')) {
      ++end;
    }
    while (end > 0 && !runtime::ascii::is_alphanumeric(text[end - 1])) --end;
    const auto name = schemas::normalise_mail_domain(std::string(text.substr(0, end)));
    if (name) domain = *name;
  }
  return domain.find('.') == std::string::npos ? std::string() : domain;
}

// Cuts a mailbox-list (RFC 5322 3.4) into mailboxes at its commas. Comments are dropped.
class ListReader {
 public:
  std::vector<Author> read(std::string_view list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const char c = list[i];
      if (quoted_ || comments_ > 0) {
        i += inside(list.substr(i));
      } else {
        outside(c);
      }
    }
    end_mailbox();
    // "Lee, Ann <ann@a.test>", where the name had to be in quotes, is Ann alone.
    if (authors_.empty() && in_pieces_) authors_.emplace_back();
    return std::move(authors_);
  }

 private:
  // Octets taken beyond the first: a quoted pair is two.
  std::size_t inside(std::string_view rest) {
    const bool pair = rest[0] == '\\' && rest.size() > 1;
    if (pair || (quoted_ && rest[0] != '"')) {
      if (quoted_) words_.add(rest[pair ? 1 : 0], true);
      return pair ? 1 : 0;
    }
    if (quoted_) {
      quoted_ = false;
      words_.end_word();
    } else if (rest[0] == '(') {
      ++comments_;
    } else if (rest[0] == ')') {
      --comments_;
    }
    return 0;
  }

  void outside(char c) {
    switch (c) {
      case '"':
        something_ = true;
        // Behind the angle-addr there is nothing but comments.
        broken_ = broken_ || closed_;
        words_.end_word();
        quoted_ = true;
        break;
      case '(':
        words_.end_word();
        ++comments_;
        break;
      case ')': broken_ = broken_ || angle_; break;
      case '<': open_angle(); break;
      case '>':
        if (!angle_ && !closed_) {  // in a name
          stray_ = true;
          words_.end_word();
          break;
        }
        broken_ = broken_ || !angle_;
        mailbox_ = std::move(words_);
        words_ = {};
        closed_ = true;
        angle_ = false;
        break;
      case ':': name_ends(); break;
      case ',':
        if (angle_) {
          end_route();
          break;
        }
        end_mailbox();
        break;
      case ';':
        end_mailbox();
        group_ = Group::closed;
        break;
      case ' ':
      case '\t':
      case '\r':
      case '\n': words_.end_word(); break;
      case '\0': broken_ = true; break;
      default:
        something_ = true;
        broken_ = broken_ || closed_;
        words_.add(c, false);
    }
  }

  void open_angle() {
    something_ = true;
    // All to the end of the mailbox is one that nobody can read.
    broken_ = broken_ || angle_ || closed_;
    if (broken_) words_ = {};
    for (const Words::Word& word : words_.all) {
      if (!word.at) continue;
      broken_ = broken_ || word.broken || named_.size() == kMaxAuthors;
      if (broken_) break;
      named_.push_back({domain_in_name(word), {}});
    }
    words_ = {};
    angle_ = true;
  }

  // Of the hosts of a source route (RFC 5322 4.4), each behind an "@".
  void end_route() {
    broken_ = broken_ || words_.all.size() > 1;
    for (const Words::Word& word : words_.all) broken_ = broken_ || word.at != 0 || word.broken;
    words_ = {};
  }

  // A source route, or the name of a group (3.4).
  void name_ends() {
    if (angle_) return end_route();
    broken_ = broken_ || closed_ || group_ != Group::none || !something_;
    for (const Words::Word& word : words_.all) broken_ = broken_ || word.at.has_value();
    group_ = Group::open;
    something_ = false;
    words_ = {};
  }

  void end_mailbox() {
    broken_ = broken_ || angle_ || quoted_ || comments_ > 0 || (stray_ && !closed_);
    if ((something_ || broken_) && authors_.size() <= kMaxAuthors) add_mailbox();
    words_ = {};
    mailbox_ = {};
    named_.clear();
    closed_ = angle_ = something_ = broken_ = stray_ = false;
  }

  void add_mailbox() {
    const Words& words = closed_ ? mailbox_ : words_;
    const bool names_nobody =
        std::none_of(words.all.begin(), words.all.end(),
                     [](const Words::Word& word) { return word.at.has_value(); });
    if (!broken_ && !closed_ && names_nobody) {
      in_pieces_ = true;
      return;
    }
    Author author;
    if (!broken_ && words.all.size() == 1) author = author_of(words.all.front());
    for (Author& other : named_) {
      if (!other.domain.empty() && other.domain != author.domain)
        authors_.push_back(std::move(other));
    }
    authors_.push_back(std::move(author));
  }

  Words words_;
  Words mailbox_;
  std::vector<Author> named_;  // in front of the angle-addr
  enum class Group { none, open, closed };
  Group group_ = Group::none;
  bool quoted_ = false;
  int comments_ = 0;
  bool angle_ = false;
  bool closed_ = false;
  bool something_ = false;
  bool broken_ = false;
  bool stray_ = false;      // a ">" in a name
  bool in_pieces_ = false;  // there was a piece without "@"
  std::vector<Author> authors_;
};

std::string quoted_local(std::string_view local) {
  std::string out = "\"";
  for (const char c : local) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// A name, as a local program signs with: no "@" but one that nothing follows, and no encoded one.
bool names_no_domain(std::string_view value) {
  for (std::size_t at = value.find('@'); at != std::string_view::npos;
       at = value.find('@', at + 1)) {
    const std::string_view rest = value.substr(at + 1);
    if (rest.find_first_not_of("> \t\r\n") != std::string_view::npos) return false;
  }
  return value.find('\0') == std::string_view::npos && value.find("=40") == std::string_view::npos;
}

// A field that is none of that name, and which a reader that skips what cannot be seen takes for
// it.
bool looks_like_from(const message::HeaderField& field) {
  std::string seen;
  for (const char c : field.name) {
    if (c > ' ' && c < 0x7f) seen += c;
  }
  return seen.size() < field.name.size() && runtime::ascii::equal(seen, "From");
}

From from_of(std::size_t fields, std::string_view value, const std::vector<std::string>& domains) {
  if (fields == 0) return From::missing;
  if (fields > 1) return From::repeated;
  const bool all = std::none_of(domains.begin(), domains.end(),
                                [](const std::string& domain) { return domain.empty(); });
  if (all) return From::readable;
  return domains.size() == 1 && names_no_domain(value) ? From::without_domain : From::unreadable;
}

}  // namespace

Authors authors_of(std::string_view header) {
  Authors out;
  std::vector<Author> authors;
  std::size_t fields = 0;
  std::string_view value;
  for (const message::HeaderField& field : message::split_header(header)) {
    if (!message::is_field(field, "From") && !looks_like_from(field)) continue;
    ++fields;
    value = field.value;
    auto found = ListReader().read(field.value);
    if (found.empty()) found.emplace_back();
    for (Author& author : found) {
      if (authors.size() < kMaxAuthors) {
        authors.push_back(std::move(author));
      } else if (authors.size() == kMaxAuthors) {
        // One stands for all that are not looked at: whose they are is not known.
        authors.emplace_back();
      }
    }
  }
  for (const Author& author : authors) out.domains.push_back(author.domain);
  out.from = from_of(fields, value, out.domains);
  if (out.from == From::readable && authors.size() == 1) {
    const auto mailbox =
        schemas::Address::parse(quoted_local(authors.front().local) + "@" + authors.front().domain);
    if (mailbox) out.mailbox = *mailbox;
  }
  return out;
}

}  // namespace waybill::relay::trust
