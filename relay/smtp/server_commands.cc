// The server core at each command line: what it judges itself and what it asks of its driver.

#include <utility>

#include "relay/smtp/server_replies.h"
#include "relay/smtp/server_state.h"
#include "runtime/ascii.h"
#include "schemas/utf8.h"

namespace waybill::relay::smtp {
namespace {

constexpr std::size_t kMaxHelo = schemas::kMaxDomain;

// The name is the client's own word; only what could not stand in a trace field is refused (RFC
// 5321 4.1.4 forbids to refuse mail for a name that does not resolve).
bool is_helo_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxHelo && name.find(' ') == std::string_view::npos &&
         schemas::is_clean_utf8(name);
}

}  // namespace

std::optional<Step> ServerCore::State::obey(const Line& line) {
  const Command command = parse_command(line.text);
  const bool first = std::exchange(first_line, false);
  const bool unclean = runtime::ascii::has_control(line.text);
  if (command.verb == Verb::http) {
    hang_up(replies::this_is_smtp());
  } else if (command.verb == Verb::unknown && first && unclean) {
    // Another protocol's, TLS for one, perhaps by a third party's doing. A command in clear text
    // that nobody knows is a clumsy client's, and its session goes on (RFC 5321 4.2.4).
    hang_up(replies::unknown_command());
  } else if (line.fault != LineFault::none || unclean) {
    return refuse_line(line, command);
  } else {
    return obey(command);
  }
  return std::nullopt;
}

std::optional<Step> ServerCore::State::obey(const Command& command) {
  switch (command.verb) {
    case Verb::ehlo:
    case Verb::helo: return hello(command.verb, command.argument);
    case Verb::mail: return mail(command.argument);
    case Verb::rcpt: return rcpt(command.argument);
    case Verb::data: return data(command.argument);
    case Verb::bdat: return bdat(command.argument);
    case Verb::rset: return rset(command.argument);
    case Verb::starttls: return starttls(command.argument);
    case Verb::noop: idle(replies::ok()); break;
    case Verb::help: idle(replies::help()); break;
    case Verb::vrfy:
      // RFC 5321 4.1.1.6: a string, and an empty one names nobody.
      if (command.argument.empty() || command.argument == "\"\"") {
        error(replies::syntax("VRFY name"));
      } else {
        idle(replies::cannot_verify());
      }
      break;
    case Verb::quit:
      if (command.argument.empty()) {
        hang_up(replies::bye());
      } else {
        error(replies::syntax("QUIT"));
      }
      break;
    case Verb::not_offered: error(replies::not_offered()); break;
    case Verb::unknown:
    case Verb::http: error(replies::unknown_command()); break;
  }
  return std::nullopt;
}

std::optional<Step> ServerCore::State::refuse_line(const Line& line, const Command& command) {
  Reply refusal = replies::control_octet();
  if (line.fault == LineFault::too_long) refusal = replies::line_too_long();
  if (line.fault == LineFault::bare_line_feed) refusal = replies::bare_line_feed();
  if (command.verb == Verb::rcpt && in_transaction && !has_body()) {
    RcptStep step;
    step.argument = schemas::clean_reply_text(command.argument);
    step.syntax_error = std::move(refusal);
    return recipient_step(std::move(step));
  }
  if (command.verb == Verb::mail && !helo_name.empty() && !in_transaction) {
    MailStep step;
    step.argument = schemas::clean_reply_text(command.argument);
    step.syntax_error = std::move(refusal);
    return mail_step(std::move(step));
  }
  error(refusal);
  // RFC 3030 2: a chunk follows whose size this line hides.
  if (command.verb == Verb::bdat) close();
  return std::nullopt;
}

std::optional<Step> ServerCore::State::hello(Verb verb, std::string_view name) {
  if (!is_helo_name(name)) {
    error(replies::syntax("EHLO or HELO name"));
    return std::nullopt;
  }
  helo_name = name;
  esmtp = verb == Verb::ehlo;
  const char* const offers = tls == Tls::offered ? "\nSTARTTLS"
                             : tls == Tls::on    ? "\nREQUIRETLS"
                                                 : "";
  idle(esmtp ? replies::ehlo(host_name, limits.max_message_octets, offers)
             : replies::helo(host_name));
  return end_transaction();
}

std::optional<Step> ServerCore::State::rset(std::string_view argument) {
  if (!argument.empty()) {
    error(replies::syntax("RSET"));
    return std::nullopt;
  }
  idle(replies::ok());
  return end_transaction();
}

std::optional<Step> ServerCore::State::starttls(std::string_view argument) {
  if (tls == Tls::no) {
    error(replies::not_offered());
  } else if (!argument.empty()) {
    error(replies::syntax("STARTTLS"));
  } else if (tls == Tls::on || in_transaction) {
    error(replies::bad_sequence(in_transaction ? "A transaction is open" : "TLS is on already"));
  } else if (++idle_commands > kMaxIdleCommands) {
    hang_up(replies::too_many_idle());
  } else {
    say(replies::ready_for_tls());
    tls = Tls::on;
    input = {};
    helo_name.clear();
    esmtp = false;
    return StartTls{};
  }
  return std::nullopt;
}

std::optional<Step> ServerCore::State::mail(std::string_view argument) {
  if (helo_name.empty() || in_transaction) {
    error(replies::bad_sequence(in_transaction ? "A transaction is open" : "EHLO first"));
    return std::nullopt;
  }
  if (transactions >= limits.max_transactions) {
    hang_up(replies::too_many_transactions());
    return std::nullopt;
  }
  MailArgument parsed = parse_mail(argument, limits.max_message_octets);
  // RFC 8689 4.1: what came in clear may be known to anybody already.
  if (parsed.require_tls && tls != Tls::on && !parsed.refusal) {
    parsed.refusal = replies::needs_tls();
  }
  if (!parsed.refusal) ++transactions;
  smtputf8 = parsed.smtputf8;
  MailStep step;
  step.argument = schemas::clean_reply_text(parsed.path);
  step.sender = std::move(parsed.sender);
  step.size = parsed.size;
  step.body = parsed.body;
  step.smtputf8 = parsed.smtputf8 == Smtputf8::yes;
  step.dsn = std::move(parsed.dsn);
  step.asked = std::move(parsed.asked);
  step.prdr = parsed.prdr;
  step.require_tls = parsed.require_tls;
  step.syntax_error = std::move(parsed.refusal);
  return mail_step(std::move(step));
}

Step ServerCore::State::mail_step(MailStep step) {
  awaiting = Awaiting::mail;
  refusal_due = step.syntax_error.has_value();
  return step;
}

std::optional<Step> ServerCore::State::rcpt(std::string_view argument) {
  if (!in_transaction || has_body()) {
    error(replies::bad_sequence(has_body() ? "The body has begun" : "MAIL first"));
    return std::nullopt;
  }
  RcptArgument parsed = parse_rcpt(argument, host_name, smtputf8);
  if (!parsed.refusal && recipients >= limits.max_recipients) {
    parsed.refusal = replies::too_many_recipients();
  }
  RcptStep step;
  step.argument = schemas::clean_reply_text(parsed.path);
  step.recipient = std::move(parsed.recipient);
  step.syntax_error = std::move(parsed.refusal);
  step.dsn = std::move(parsed.dsn);
  return recipient_step(std::move(step));
}

Step ServerCore::State::recipient_step(RcptStep step) {
  awaiting = Awaiting::recipient;
  recipient_tried = true;
  refusal_due = step.syntax_error.has_value();
  return step;
}

std::optional<Step> ServerCore::State::data(std::string_view argument) {
  if (!argument.empty()) {
    error(replies::syntax("DATA"));
  } else if (has_body()) {
    // RFC 3030 2: a body begun by BDAT is not ended by DATA.
    error(replies::bad_sequence("The body comes by BDAT"));
  } else if (const auto refusal = body_out_of_order()) {
    // RFC 2920 3.1: a client that pipelines says DATA whatever became of its recipients.
    if (recipient_tried) {
      idle(*refusal);
    } else {
      error(*refusal);
    }
  } else {
    by_chunks = false;
    awaiting = Awaiting::body_start;
    return BodyStart{};
  }
  return std::nullopt;
}

std::optional<Step> ServerCore::State::bdat(std::string_view argument) {
  const auto parsed = parse_chunk_argument(argument);
  if (!parsed) {
    // The chunk's octets must not become commands, nor a message without them whole.
    hang_up(replies::syntax("BDAT size [LAST]"));
    return std::nullopt;
  }
  chunk = *parsed;
  chunk_octets = parsed->size;
  if (has_body()) {
    reading = Reading::chunk;
    return std::nullopt;
  }
  if (const auto refusal = body_out_of_order()) {
    // Idle, no error: a client that pipelines sends all its chunks before it reads a refusal.
    if (++idle_commands > kMaxIdleCommands) {
      hang_up(replies::too_many_idle());
    } else {
      throw_chunk_away(*refusal);
    }
    return std::nullopt;
  }
  by_chunks = true;
  awaiting = Awaiting::body_start;
  return BodyStart{};
}

std::optional<Reply> ServerCore::State::body_out_of_order() const {
  if (!in_transaction) return replies::bad_sequence("MAIL first");
  if (recipients > 0) return std::nullopt;
  // RFC 5321 3.3
  return recipient_tried ? replies::no_recipients() : replies::bad_sequence("RCPT first");
}

}  // namespace waybill::relay::smtp
