#include "relay/trust/authors.h"

#include "relay/message/header_fields.h"

namespace waybill::relay::trust {
namespace {

struct Author {
  std::string domain;  // A-label; empty: it cannot be read
  // Of the mailbox, without its quotes; may be no local part at all.
  std::string local;
};

// The octets of a mailbox as they are read, and where the "@" is that no quotes hide.
struct Octets {
  std::string text;
  std::optional<std::size_t> at;
  void add(char c, bool quoted) {
    if (c == '@' && !quoted) at = text.size();
    text += c;
  }
};

// Cuts a mailbox-list (RFC 5322 3.4) into mailboxes at its commas. Comments are dropped, and quoted
// strings are kept only inside an angle-addr or before an "@", where they are a local part.
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
    return std::move(authors_);
  }

 private:
  // Octets taken beyond the first: a quoted pair is two.
  std::size_t inside(std::string_view rest) {
    const bool pair = rest[0] == '\\' && rest.size() > 1;
    if (pair || (quoted_ && rest[0] != '"')) {
      if (quoted_) octets_.add(rest[pair ? 1 : 0], true);
      return pair ? 1 : 0;
    }
    if (quoted_) {
      quoted_ = false;
    } else if (rest[0] == '(') {
      ++comments_;
    } else if (rest[0] == ')') {
      --comments_;
    }
    return 0;
  }

  void outside(char c) {
    switch (c) {
      case '"': quoted_ = true; break;
      case '(': ++comments_; break;
      case '<':
        octets_ = {};
        angle_ = true;
        break;
      case '>':
        mailbox_ = octets_;
        closed_ = true;
        angle_ = false;
        break;
      case ':':  // the name of a group (RFC 5322 3.4), or a source route
        octets_ = {};
        break;
      case ',':
      case ';':
        if (!angle_) end_mailbox();
        break;
      case ' ':
      case '\t':
      case '\r':
      case '\n': break;
      default: octets_.add(c, false);
    }
    something_ = something_ || (c != ' ' && c != '\t' && c != '\r' && c != '\n' && c != ',' &&
                                c != ';' && c != ':');
  }

  void end_mailbox() {
    if (something_ && authors_.size() <= kMaxAuthors) {
      authors_.push_back(author_of(closed_ ? mailbox_ : octets_));
    }
    octets_ = {};
    mailbox_ = {};
    closed_ = angle_ = something_ = false;
  }

  static Author author_of(const Octets& mailbox) {
    if (!mailbox.at || *mailbox.at == 0) return {};
    const auto name = schemas::normalise_mail_domain(mailbox.text.substr(*mailbox.at + 1));
    if (!name) return {};
    return {*name, mailbox.text.substr(0, *mailbox.at)};
  }

  Octets octets_;
  Octets mailbox_;
  bool quoted_ = false;
  int comments_ = 0;
  bool angle_ = false;
  bool closed_ = false;
  bool something_ = false;
  std::vector<Author> authors_;
};

std::vector<Author> authors_of(std::string_view header) {
  std::vector<Author> out;
  for (const message::HeaderField& field : message::split_header(header)) {
    if (!message::is_field(field, "From")) continue;
    auto authors = ListReader().read(field.value);
    if (authors.empty()) authors.emplace_back();
    for (Author& author : authors) {
      if (out.size() < kMaxAuthors) {
        out.push_back(std::move(author));
      } else if (out.size() == kMaxAuthors) {
        // One stands for all that are not looked at: whose they are is not known.
        out.emplace_back();
      }
    }
  }
  return out;
}

std::string quoted(std::string_view local) {
  std::string out = "\"";
  for (const char c : local) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

std::vector<std::string> author_domains(std::string_view header) {
  std::vector<std::string> out;
  for (Author& author : authors_of(header)) out.push_back(std::move(author.domain));
  return out;
}

std::optional<schemas::Address> only_mailbox(std::string_view header) {
  const auto authors = authors_of(header);
  if (authors.size() != 1 || authors.front().domain.empty()) return std::nullopt;
  const auto mailbox =
      schemas::Address::parse(quoted(authors.front().local) + "@" + authors.front().domain);
  return mailbox ? std::optional(*mailbox) : std::nullopt;
}

}  // namespace waybill::relay::trust
