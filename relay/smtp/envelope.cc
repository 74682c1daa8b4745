#include "relay/smtp/envelope.h"

#include <algorithm>
#include <vector>

#include "relay/smtp/asked.h"
#include "relay/smtp/command.h"
#include "runtime/ascii.h"

namespace waybill::relay::smtp {
namespace {

using schemas::Address;
using schemas::Reply;

// A path in angle brackets, and what follows it.
struct Split {
  std::string_view path;
  std::string_view parameters;
};

struct Parameter {
  std::string name;  // in upper case
  std::optional<std::string_view> value;
};

Reply syntax_error(std::string text) { return {501, "5.5.4", std::move(text)}; }

Reply bad_parameter(const std::string& name) { return syntax_error("Bad parameter " + name); }

// RFC 5321 4.1.1.11
Reply unknown_parameter(const std::string& name) {
  return {555, "5.5.4", "Parameter not known: " + name};
}

Reply smtputf8_needed() { return {553, "5.6.7", "Address needs SMTPUTF8"}; }

void skip_spaces(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

// Where `mark` stands outside of quoted strings (RFC 5321 4.1.2).
std::size_t find_unquoted(std::string_view text, char mark) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == mark) {
      return i;
    }
  }
  return std::string_view::npos;
}

// `keyword` ":" "<" path ">", spaces around the colon tolerated; hosts in the wild send them.
std::optional<Split> split(std::string_view argument, std::string_view keyword) {
  if (!runtime::ascii::starts_with(argument, keyword)) return std::nullopt;
  argument.remove_prefix(keyword.size());
  skip_spaces(argument);
  if (!argument.starts_with(':')) return std::nullopt;
  argument.remove_prefix(1);
  skip_spaces(argument);
  if (!argument.starts_with('<')) return std::nullopt;
  const std::size_t end = find_unquoted(argument, '>');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view parameters = argument.substr(end + 1);
  if (!parameters.empty() && !parameters.starts_with(' ')) return std::nullopt;
  return Split{argument.substr(1, end - 1), parameters};
}

// RFC 5321 appendix C: a source route is read over. Empty if it is none.
std::string_view without_route(std::string_view path) {
  if (!path.starts_with('@')) return path;
  const std::size_t colon = path.find(':');
  if (colon == std::string_view::npos) return {};
  std::string_view route = path.substr(0, colon);
  for (;;) {
    const std::size_t comma = route.find(',');
    const std::string_view hop = route.substr(0, comma);
    if (!hop.starts_with('@') || !schemas::normalise_mail_domain(hop.substr(1))) return {};
    if (comma == std::string_view::npos) return path.substr(colon + 1);
    route.remove_prefix(comma + 1);
  }
}

std::optional<Address> parse_mailbox(std::string_view path) {
  auto address = Address::parse(without_route(path));
  if (!address) return std::nullopt;
  return *address;
}

// RFC 5321 4.1.1.11 and 4.1.2, esmtp-param. A name twice, or one that is no name: a refusal.
std::optional<Reply> take_parameters(std::string_view text, std::vector<Parameter>& out) {
  for (skip_spaces(text); !text.empty(); skip_spaces(text)) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    const std::size_t equals = word.find('=');
    Parameter parameter{runtime::ascii::upper(word.substr(0, equals)), std::nullopt};
    if (equals != std::string_view::npos) parameter.value = word.substr(equals + 1);
    const std::string& name = parameter.name;
    const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (!is_name) return syntax_error("Parameters are NAME or NAME=value");
    const bool twice =
        std::any_of(out.begin(), out.end(), [&name](const Parameter& p) { return p.name == name; });
    if (twice) return syntax_error("Parameter given twice: " + name);
    out.push_back(std::move(parameter));
  }
  return std::nullopt;
}

std::optional<Reply> apply_size(const Parameter& parameter, std::uint64_t max_size,
                                MailArgument& mail) {
  if (parameter.value) mail.size = parse_count(*parameter.value);
  if (!mail.size) return bad_parameter(parameter.name);
  if (*mail.size > max_size) return Reply{552, "5.3.4", "Message is larger than this host takes"};
  return std::nullopt;
}

std::optional<Reply> apply_body(const Parameter& parameter, MailArgument& mail) {
  const std::string_view value = parameter.value.value_or("");
  // RFC 3030 3: BINARYMIME is not announced, so it is a parameter value we do not know.
  if (runtime::ascii::equal(value, "BINARYMIME")) return unknown_parameter("BODY=BINARYMIME");
  if (runtime::ascii::equal(value, "8BITMIME")) {
    mail.body = BodyKind::eight_bit_mime;
  } else if (!runtime::ascii::equal(value, "7BIT")) {
    return bad_parameter(parameter.name);
  }
  return std::nullopt;
}

std::optional<Reply> apply(const Parameter& parameter, std::uint64_t max_size, MailArgument& mail) {
  const std::string& name = parameter.name;
  if (name == "SIZE") return apply_size(parameter, max_size, mail);
  if (name == "BODY") return apply_body(parameter, mail);
  if (name == "SMTPUTF8") {
    if (parameter.value) return bad_parameter(name);
    mail.smtputf8 = Smtputf8::yes;
  } else if (name == "PRDR") {
    if (parameter.value) return bad_parameter(name);
    mail.prdr = true;
  } else if (name == "REQUIRETLS") {
    if (parameter.value) return bad_parameter(name);
    mail.require_tls = true;
  } else if (name == "RET") {
    auto ret = parse_ret(parameter.value.value_or(""));
    if (!ret) return bad_parameter(name);
    mail.dsn.ret = std::move(*ret);
  } else if (name == "ENVID") {
    const std::string_view envid = parameter.value.value_or("");
    if (!is_envid(envid)) return bad_parameter(name);
    mail.dsn.envid = envid;
  } else if (name == "XASKED") {
    const std::string_view asked = parameter.value.value_or("");
    if (!is_asked(asked)) return bad_parameter(name);
    mail.asked = asked;
  } else {
    return unknown_parameter(name);
  }
  return std::nullopt;
}

std::optional<Reply> apply(const Parameter& parameter, Smtputf8 smtputf8, RcptArgument& rcpt) {
  if (parameter.name == "NOTIFY") {
    auto notify = parse_notify(parameter.value.value_or(""));
    if (!notify) return bad_parameter(parameter.name);
    rcpt.dsn.notify = std::move(*notify);
  } else if (parameter.name == "ORCPT") {
    const std::string_view orcpt = parameter.value.value_or("");
    if (!is_orcpt(orcpt, smtputf8)) return bad_parameter(parameter.name);
    rcpt.dsn.orcpt = orcpt;
  } else {
    return unknown_parameter(parameter.name);
  }
  return std::nullopt;
}

}  // namespace

MailArgument parse_mail(std::string_view argument, std::uint64_t max_size) {
  MailArgument mail;
  mail.path = argument;
  const auto parts = runtime::ascii::has_control(argument) ? std::nullopt : split(argument, "FROM");
  if (!parts) {
    mail.refusal = syntax_error("Syntax: MAIL FROM:<address> [parameters]");
    return mail;
  }
  mail.path = parts->path;
  if (!mail.path.empty()) {
    mail.sender = parse_mailbox(mail.path);
    if (!mail.sender) mail.refusal = Reply{501, "5.1.7", "Bad sender address syntax"};
  }
  std::vector<Parameter> parameters;
  if (!mail.refusal) mail.refusal = take_parameters(parts->parameters, parameters);
  for (const Parameter& parameter : parameters) {
    if (!mail.refusal) mail.refusal = apply(parameter, max_size, mail);
  }
  // RFC 6531 3.7.4.2
  if (!mail.refusal && mail.smtputf8 == Smtputf8::no && !runtime::ascii::is_ascii(mail.path)) {
    mail.refusal = smtputf8_needed();
  }
  return mail;
}

RcptArgument parse_rcpt(std::string_view argument, const std::string& host_name,
                        Smtputf8 smtputf8) {
  RcptArgument rcpt;
  rcpt.path = argument;
  const auto parts = runtime::ascii::has_control(argument) ? std::nullopt : split(argument, "TO");
  if (!parts) {
    rcpt.refusal = syntax_error("Syntax: RCPT TO:<address> [parameters]");
    return rcpt;
  }
  rcpt.path = parts->path;
  rcpt.recipient = runtime::ascii::equal(rcpt.path, "POSTMASTER")
                       ? parse_mailbox("postmaster@" + host_name)
                       : parse_mailbox(rcpt.path);
  if (!rcpt.recipient) rcpt.refusal = Reply{501, "5.1.3", "Bad recipient address syntax"};
  std::vector<Parameter> parameters;
  if (!rcpt.refusal) rcpt.refusal = take_parameters(parts->parameters, parameters);
  for (const Parameter& parameter : parameters) {
    if (!rcpt.refusal) rcpt.refusal = apply(parameter, smtputf8, rcpt);
  }
  if (!rcpt.refusal && smtputf8 == Smtputf8::no && !runtime::ascii::is_ascii(rcpt.path)) {
    rcpt.refusal = smtputf8_needed();
  }
  return rcpt;
}

}  // namespace waybill::relay::smtp
