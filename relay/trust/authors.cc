#include "relay/trust/authors.h"

#include "relay/message/header_fields.h"
#include "schemas/address.h"

namespace waybill::relay::trust {
namespace {

// Cuts a mailbox-list (RFC 5322 3.4) into mailboxes at its commas. Comments are dropped, and quoted
// strings are kept only inside an angle-addr or before an "@", where they are a local part.
class ListReader {
 public:
  std::vector<std::string> read(std::string_view list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const char c = list[i];
      if (quoted_ || comments_ > 0) {
        i += inside(list.substr(i));
      } else {
        outside(c);
      }
    }
    end_mailbox();
    return std::move(domains_);
  }

 private:
  // Octets taken beyond the first: a quoted pair is two.
  std::size_t inside(std::string_view rest) {
    const bool pair = rest[0] == '\\' && rest.size() > 1;
    if (pair || (quoted_ && rest[0] != '"')) {
      if (quoted_) text_ += 'q';  // an octet of a local part; which one does not matter
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
        text_.clear();
        angle_ = true;
        break;
      case '>':
        mailbox_ = text_;
        closed_ = true;
        angle_ = false;
        break;
      case ':':  // the name of a group (RFC 5322 3.4), or a source route
        text_.clear();
        break;
      case ',':
      case ';':
        if (!angle_) end_mailbox();
        break;
      case ' ':
      case '\t':
      case '\r':
      case '\n': break;
      default: text_ += c;
    }
    something_ = something_ || (c != ' ' && c != '\t' && c != '\r' && c != '\n' && c != ',' &&
                                c != ';' && c != ':');
  }

  void end_mailbox() {
    if (something_ && domains_.size() <= kMaxAuthors) {
      const std::string& mailbox = closed_ ? mailbox_ : text_;
      const std::size_t at = mailbox.rfind('@');
      std::string domain;
      if (at != std::string::npos && at > 0) {
        if (const auto name = schemas::normalise_mail_domain(mailbox.substr(at + 1)))
          domain = *name;
      }
      domains_.push_back(std::move(domain));
    }
    text_.clear();
    mailbox_.clear();
    closed_ = angle_ = something_ = false;
  }

  std::string text_;
  std::string mailbox_;
  bool quoted_ = false;
  int comments_ = 0;
  bool angle_ = false;
  bool closed_ = false;
  bool something_ = false;
  std::vector<std::string> domains_;
};

}  // namespace

std::vector<std::string> author_domains(std::string_view header) {
  std::vector<std::string> out;
  for (const message::HeaderField& field : message::split_header(header)) {
    if (!message::is_field(field, "From")) continue;
    auto domains = ListReader().read(field.value);
    if (domains.empty()) domains.emplace_back();
    for (std::string& domain : domains) {
      if (out.size() <= kMaxAuthors) out.push_back(std::move(domain));
    }
  }
  return out;
}

}  // namespace waybill::relay::trust
