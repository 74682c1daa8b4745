#include "relay/smtp/client_core.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "relay/smtp/dsn_parameters.h"
#include "runtime/ascii.h"
#include "runtime/check.h"

namespace waybill::relay::smtp {
namespace {

using runtime::Errc;
using runtime::Result;

using runtime::ascii::is_digit;

bool is_control(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet < 0x20 || octet == 0x7f;
}

// The number of characters of an enhanced status code (RFC 3463 2) at the start of `text`: its
// class is that of the reply code and a space or the end follows. 0: there is none.
std::size_t enhanced_length(std::string_view text, int code) {
  const int status_class = code / 100;
  if (status_class == 3 || text.empty() || text[0] != '0' + status_class) return 0;
  std::size_t at = 1;
  for (int part = 0; part < 2; ++part) {
    if (at >= text.size() || text[at] != '.') return 0;
    const std::size_t first = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == first || at - first > 3) return 0;
  }
  return at == text.size() || text[at] == ' ' ? at : 0;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string_view next_word(std::string_view& rest) {
  const std::size_t first = std::min(rest.find_first_not_of(' '), rest.size());
  const std::size_t end = std::min(rest.find(' ', first), rest.size());
  const std::string_view word = rest.substr(first, end - first);
  rest.remove_prefix(end);
  return word;
}

// RFC 1870 3: digits, 0 for "no fixed limit". What is no number tells no limit either.
std::uint64_t size_limit(std::string_view parameter) {
  std::uint64_t limit = 0;
  const char* const end = parameter.data() + parameter.size();
  const auto [stop, error] = std::from_chars(parameter.data(), end, limit);
  return error == std::errc() && stop == end ? limit : 0;
}

// As servers said it before it had its standard, and some say it still, beside the right one.
constexpr std::string_view kOldAuth = "AUTH=";

void add_mechanisms(std::string_view words, std::vector<Mechanism>& found) {
  for (std::string_view word = next_word(words); !word.empty(); word = next_word(words)) {
    const auto known = mechanism_of(word);
    if (known && std::find(found.begin(), found.end(), *known) == found.end()) {
      found.push_back(*known);
    }
  }
}

// The one door by which a command becomes octets.
std::string command_line(std::string text) {
  runtime::check(std::none_of(text.begin(), text.end(), is_control),
                 "no argument of an SMTP command has a control octet");
  text += "\r\n";
  return text;
}

std::string hello(std::string_view verb, std::string_view host_name) {
  runtime::check(!host_name.empty() && host_name.find(' ') == std::string_view::npos,
                 "a host name is one word");
  std::string text(verb);
  text += host_name;
  return command_line(std::move(text));
}

void add_parameter(std::string& text, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  runtime::check(value.find(' ') == std::string_view::npos, "a parameter's value is one word");
  text += name;
  text += value;
}

}  // namespace

void ReplyReader::feed(std::string_view octets) {
  if (failed_) return;
  buffer_.erase(0, consumed_);
  searched_ -= consumed_;
  consumed_ = 0;
  buffer_ += octets;
}

Result<std::optional<schemas::Reply>> ReplyReader::next() {
  if (failed_) return *failed_;
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched_);
    const std::size_t stop = end == std::string::npos ? buffer_.size() : end + 1;
    if (octets_ + (stop - consumed_) > kMaxReplyOctets) return fail(Errc::limit_exceeded);
    searched_ = stop;
    if (end == std::string::npos) return std::optional<schemas::Reply>();

    octets_ += stop - consumed_;
    const std::string_view line(buffer_.data() + consumed_, end - consumed_);
    consumed_ = stop;
    const Result<Taken> taken = take_line(line);
    if (!taken) return fail(runtime::errc_of(taken.error()));
    if (*taken == Taken::more_follow) continue;

    reply_.text = schemas::clean_reply_text(reply_.text, kMaxReplyOctets);
    lines_ = 0;
    octets_ = 0;
    return std::optional<schemas::Reply>(std::exchange(reply_, schemas::Reply()));
  }
}

// RFC 5321 4.2: "Reply-code [ SP / - textstring ]".
Result<ReplyReader::Taken> ReplyReader::take_line(std::string_view line) {
  if (lines_ == kMaxReplyLinesRead) return make_error_code(Errc::limit_exceeded);
  while (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, is_digit)) {
    return make_error_code(Errc::invalid);
  }
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (code < 200 || code > 599) return make_error_code(Errc::invalid);

  const char separator = line.size() > 3 ? line[3] : ' ';
  if (separator != ' ' && separator != '-') return make_error_code(Errc::invalid);
  line.remove_prefix(std::min<std::size_t>(line.size(), 4));

  const std::size_t enhanced = enhanced_length(line, code);
  const bool another_code = lines_ > 0 && code != reply_.code;
  if (another_code && !reply_.enhanced.empty()) reply_.text.insert(0, reply_.enhanced + ' ');
  if (lines_ > 0) reply_.text += '\n';
  if (lines_ == 0 || another_code) {
    reply_.code = code;
    reply_.enhanced = line.substr(0, enhanced);
  }
  // RFC 2034 4: every line repeats the code. One that differs is kept as text.
  if (enhanced > 0 && line.substr(0, enhanced) == reply_.enhanced) {
    line.remove_prefix(std::min(line.size(), enhanced + 1));
  }
  reply_.text += line;
  ++lines_;
  return separator == ' ' ? Taken::last : Taken::more_follow;
}

runtime::Error ReplyReader::fail(Errc code) {
  failed_ = make_error_code(code);
  buffer_ = std::string();
  consumed_ = 0;
  searched_ = 0;
  return *failed_;
}

bool ReplyReader::has_rest() const { return lines_ > 0 || consumed_ < buffer_.size(); }

Extensions parse_extensions(const schemas::Reply& reply) {
  struct Flag {
    std::string_view keyword;
    bool Extensions::*member;
  };
  static constexpr std::array kFlags = {
      Flag{"PIPELINING", &Extensions::pipelining},
      Flag{"8BITMIME", &Extensions::eight_bit_mime},
      Flag{"SMTPUTF8", &Extensions::smtputf8},
      Flag{"CHUNKING", &Extensions::chunking},
      Flag{"DSN", &Extensions::dsn},
      Flag{"STARTTLS", &Extensions::starttls},
      Flag{"XASKED", &Extensions::asked},
      Flag{"REQUIRETLS", &Extensions::require_tls},
      Flag{"ENHANCEDSTATUSCODES", &Extensions::enhanced_status_codes},
  };

  Extensions found;
  std::string_view rest = reply.text;
  while (true) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return found;
    rest.remove_prefix(end + 1);
    std::string_view line = rest.substr(0, rest.find('\n'));
    const std::string keyword = upper(next_word(line));
    if (keyword == "SIZE") found.size = size_limit(next_word(line));
    if (keyword == "AUTH") add_mechanisms(line, found.auth);
    if (keyword.starts_with(kOldAuth)) {
      add_mechanisms(keyword.substr(kOldAuth.size()), found.auth);
      add_mechanisms(line, found.auth);
    }
    for (const Flag& flag : kFlags) {
      if (keyword == flag.keyword) found.*flag.member = true;
    }
  }
}

std::string ehlo_command(std::string_view host_name) { return hello("EHLO ", host_name); }

std::string helo_command(std::string_view host_name) { return hello("HELO ", host_name); }

std::string mail_command(const MailParameters& parameters, const Extensions& offered) {
  std::string text = "MAIL FROM:<";
  if (parameters.sender) text += parameters.sender->text();
  text += '>';
  if (offered.size && parameters.size) text += " SIZE=" + std::to_string(*parameters.size);
  if (offered.eight_bit_mime && parameters.eight_bit_mime) text += " BODY=8BITMIME";
  if (offered.smtputf8 && parameters.smtputf8) text += " SMTPUTF8";
  if (offered.dsn) {
    add_parameter(text, " RET=", parameters.ret);
    add_parameter(text, " ENVID=", parameters.envid);
  }
  if (offered.asked) add_parameter(text, " XASKED=", parameters.asked);
  if (offered.require_tls && parameters.require_tls) text += " REQUIRETLS";
  return command_line(std::move(text));
}

std::string rcpt_command(const RcptParameters& parameters, const Extensions& offered) {
  std::string text = "RCPT TO:<" + parameters.recipient.text() + ">";
  if (offered.dsn) {
    add_parameter(text, " NOTIFY=", parameters.notify);
    const std::string& orcpt = parameters.orcpt;
    add_parameter(text, " ORCPT=", offered.smtputf8 ? orcpt : orcpt_in_ascii(orcpt));
  }
  return command_line(std::move(text));
}

std::string rcpt_command(const schemas::Address& recipient) {
  return command_line("RCPT TO:<" + recipient.text() + ">");
}

Result<void> BodyWriter::write(std::string_view chunk, std::string& out) {
  const std::size_t before = out.size();
  if (!refused_ && append(chunk, out)) return {};
  refused_ = true;
  out.resize(before);
  return make_error_code(Errc::invalid);
}

// Lines are only looked at; what is copied is whole runs, cut where a dot must be put in.
bool BodyWriter::append(std::string_view chunk, std::string& out) {
  if (chunk.empty()) return true;
  const char* at = chunk.data();
  const char* const end = at + chunk.size();
  const char* run = at;

  if (after_cr_) {
    if (*at != '\n') return false;
    ++at;
    after_cr_ = false;
    line_start_ = true;
  }
  while (at != end) {
    if (line_start_) {
      if (*at == '\0') return false;
      if (*at == '.') {
        out.append(run, at);
        out += '.';
        run = at;
      }
      line_start_ = false;
    }
    const auto left = static_cast<std::size_t>(end - at);
    const auto* cr = static_cast<const char*>(std::memchr(at, '\r', left));
    const char* const line_end = cr != nullptr ? cr : end;
    if (std::memchr(at, '\n', static_cast<std::size_t>(line_end - at)) != nullptr) return false;
    if (cr == nullptr) break;
    if (cr + 1 == end) {
      after_cr_ = true;
      break;
    }
    if (cr[1] != '\n') return false;
    at = cr + 2;
    line_start_ = true;
  }
  out.append(run, end);
  return true;
}

Result<void> BodyWriter::finish(std::string& out) {
  if (refused_ || after_cr_) {
    refused_ = true;
    return make_error_code(Errc::invalid);
  }
  out += line_start_ ? ".\r\n" : "\r\n.\r\n";
  return {};
}

}  // namespace waybill::relay::smtp
