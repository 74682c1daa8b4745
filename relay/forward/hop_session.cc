#include "relay/forward/hop_session.h"

#include <array>

#include "relay/forward/tls_outcome.h"
#include "relay/policy/limits.h"
#include "runtime/ascii.h"
#include "runtime/clock.h"

namespace waybill::relay::forward {

using policy::Rule;
using runtime::Errc;
using runtime::Instant;
using runtime::Result;
using runtime::Task;
using schemas::Reply;
using tlsrpt::ResultType;

namespace {

// The message is handed to the socket in pieces of about this many octets.
constexpr std::size_t kSendOctets = 64 << 10;

// Octets of the body that are held back together with the final dot until the acceptance is
// durable. If we must drop the connection, a server that mistakes the close for the end still lacks
// them.
constexpr std::size_t kHeldOctets = 512;

// A next hop that refuses in the middle of a body says so at once or not at all.
constexpr seconds kEarlyRefusalWait{2};

constexpr std::string_view kUser = "[user]";

// Of a reply that repeats a secret of ours, or might.
constexpr const char* kLeftOut = "(its words are left out: they repeat the log-in)";

// A stranger who is told why his mail waits is not told by whose name it would have gone. Whole
// words alone: "art" is no part of "STARTTLS".
std::string without_user(std::string_view text, std::string_view user) {
  const std::string said = runtime::ascii::lower(text);
  const std::string sought = runtime::ascii::lower(user);
  const auto goes_on = [&](std::size_t at) {
    return at < said.size() && runtime::ascii::is_alphanumeric(said[at]);
  };
  std::string out;
  std::size_t taken = 0;
  std::size_t at = sought.empty() ? std::string::npos : said.find(sought);
  for (; at != std::string::npos; at = said.find(sought, at + 1)) {
    const std::size_t end = at + sought.size();
    if (at < taken || (at > 0 && goes_on(at - 1)) || goes_on(end)) continue;
    out.append(text, taken, at - taken).append(kUser);
    taken = end;
  }
  return out.append(text.substr(taken));
}

HopAnswer answer_of(const Reply& reply, std::string command) {
  HopAnswer out;
  out.reply = reply;
  out.command = std::move(command);
  if (reply.code >= 200 && reply.code < 300) {
    out.kind = HopAnswer::Kind::accepted;
  } else if (reply.permanent()) {
    out.kind = HopAnswer::Kind::refused;
  } else {
    out.kind = HopAnswer::Kind::deferred;
  }
  return out;
}

// Has a place after DATA only (RFC 5321 4.2.1).
bool is_intermediate(const Reply& reply) { return reply.code >= 300 && reply.code < 400; }

HopAnswer lost(HopAnswer::Kind kind, std::string command, std::string text) {
  HopAnswer out;
  out.kind = kind;
  out.reply = policy::reply_of(Rule::connection_lost, std::move(text));
  out.by = HopAnswer::By::relay;
  out.rule = Rule::connection_lost;
  out.command = std::move(command);
  return out;
}

}  // namespace

void HopSession::protect(Protection protection) {
  protection_ = std::move(protection);
  if (protection_.login == nullptr) return;
  for (const smtp::Mechanism mechanism : protection_.login->mechanisms()) {
    const smtp::SaslClient client(mechanism, protection_.login->credentials(), protection_.host,
                                  remote().port);
    secrets_.insert(secrets_.end(), client.secrets().begin(), client.secrets().end());
  }
}

std::string HopSession::fit_to_tell(std::string text) const {
  if (protection_.login == nullptr) return text;
  if (smtp::quotes(text, secrets_)) return kLeftOut;
  return without_user(text, protection_.login->credentials().user);
}

Task<Result<Reply>> HopSession::read_reply(Instant deadline) {
  for (;;) {
    auto reply = replies_.next();
    if (!reply) {
      unusable_ = true;
      co_return reply.error();
    }
    if (reply->has_value()) {
      // 421: the server is about to close, whatever it was asked (RFC 5321 3.8).
      if ((*reply)->code == 421) unusable_ = true;
      co_return std::move(**reply);
    }
    std::array<char, 4096> buffer;
    const std::span<char> into(buffer);
    const auto count = co_await connection_->read_some(into, deadline);
    if (!count) {
      unusable_ = true;
      co_return count.error();
    }
    replies_.feed({buffer.data(), *count});
  }
}

runtime::Error HopSession::out_of_step() {
  unusable_ = true;
  return make_error_code(Errc::invalid);
}

Task<Result<Reply>> HopSession::exchange(std::string command, Instant deadline) {
  if (replies_.has_rest()) co_return out_of_step();
  const auto written = co_await connection_->write(command, deadline);
  if (!written) {
    unusable_ = true;
    co_return written.error();
  }
  co_return co_await read_reply(deadline);
}

Task<Result<Reply>> HopSession::ask(std::string command, Instant deadline) {
  auto reply = co_await exchange(std::move(command), deadline);
  if (reply && is_intermediate(*reply)) co_return out_of_step();
  co_return reply;
}

Task<Result<Answered>> HopSession::open(std::string our_name, Instant deadline) {
  if (protection_.asked() && protection_.from_start) {
    const auto shaken = co_await shake_hands(deadline);
    if (!shaken) co_return shaken.error();
  }
  auto reply = co_await read_reply(deadline);
  if (!reply) co_return reply.error();
  if (reply->code != 220) {
    if (reply->positive()) co_return out_of_step();
    unusable_ = true;
    co_return Answered{"connect", std::move(*reply)};
  }
  auto greeted = co_await say_hello(our_name, deadline);
  if (!greeted || !greeted->reply.positive()) co_return greeted;
  if (protection_.asked() && !protection_.from_start) {
    const auto secured = co_await start_tls(deadline);
    if (!secured) co_return secured.error();
    // RFC 3207 4.2: what was offered before may have been anybody's words.
    if (*secured == Secured::by_tls) greeted = co_await say_hello(our_name, deadline);
    // In TLS 1.3 a server that wants none of our handshake says so behind its end.
    if (!greeted) {
      co_return tls_failed("it went away after the handshake: " + greeted.error().message());
    }
  }
  if (protection_.login == nullptr || !greeted->reply.positive()) co_return greeted;
  const auto logged_in = co_await log_in(deadline);
  if (!logged_in) co_return logged_in.error();
  co_return greeted;
}

Task<Result<Answered>> HopSession::say_hello(const std::string& our_name, Instant deadline) {
  offered_ = {};
  auto reply = co_await ask(smtp::ehlo_command(our_name), deadline);
  if (!reply) co_return reply.error();
  if (reply->code == 250) {
    offered_ = smtp::parse_extensions(*reply);
    // In clear it is nobody's to offer (RFC 8689 2).
    if (!connection_->tls()) offered_.require_tls = false;
  } else if (reply->permanent() && !unusable_) {
    ehlo_refusal_ = std::to_string(reply->code) + ' ' + reply->text;
    reply = co_await ask(smtp::helo_command(our_name), deadline);
    if (!reply) co_return reply.error();
  }
  // A second 220 is a greeting too many.
  if (reply->positive() && reply->code != 250) co_return out_of_step();
  if (!reply->positive()) unusable_ = true;
  co_return Answered{"EHLO", std::move(*reply)};
}

runtime::Error HopSession::tls_failed(std::string why, ResultType result) {
  unusable_ = true;
  tls_result_ = result;
  tls_failure_ = fit_to_tell(std::move(why));
  return make_error_code(Errc::refused);
}

std::string HopSession::why_no_starttls() const {
  if (ehlo_refusal_.empty()) return "it does not offer STARTTLS";
  return "it refused EHLO, without which there is no STARTTLS: " + ehlo_refusal_;
}

Task<Result<HopSession::Secured>> HopSession::start_tls(Instant deadline) {
  if (!offered_.starttls) {
    tls_result_ = ResultType::starttls_not_supported;
    if (protection_.needed()) co_return tls_failed(why_no_starttls(), *tls_result_);
    co_return Secured::in_clear;
  }
  const Instant soon = runtime::sooner(deadline, clock_.now() + kStartTlsTimeout);
  const auto reply = co_await ask(std::string(smtp::kStartTlsCommand), soon);
  if (!reply) co_return tls_failed("it did not answer STARTTLS: " + reply.error().message());
  if (!reply->positive()) {
    std::string why = "it answered STARTTLS by " + std::to_string(reply->code) + " " + reply->text;
    tls_result_ = ResultType::starttls_not_supported;
    if (protection_.needed() || unusable_) co_return tls_failed(std::move(why), *tls_result_);
    tls_failure_ = fit_to_tell(std::move(why));
    co_return Secured::in_clear;
  }
  // What came in clear behind the reply is not the server's word (RFC 3207 6).
  if (replies_.has_rest()) co_return tls_failed("octets in clear followed its answer to STARTTLS");
  replies_ = {};
  const auto shaken = co_await shake_hands(deadline);
  if (!shaken) co_return shaken.error();
  co_return Secured::by_tls;
}

Task<Result<void>> HopSession::shake_hands(Instant deadline) {
  auto secured = protection_.by->secure(std::move(connection_), protection_);
  runtime::TlsConnection& tls = *secured;
  connection_ = std::move(secured);
  const auto shaken = co_await tls.shake_hands(deadline);
  if (!shaken) co_return tls_failed(shaken.error().why, result_of(tls.fault()));
  co_return Result<void>();
}

runtime::Error HopSession::login_failed(std::string why) {
  unusable_ = true;
  login_failure_ = fit_to_tell(std::move(why));
  return make_error_code(Errc::refused);
}

Task<Result<void>> HopSession::log_in(Instant deadline) {
  // What the levels say of TLS is seen to before; the secret depends on no level.
  if (!connection_->tls()) co_return login_failed("no log-in goes out in clear");
  const Login& login = *protection_.login;
  const auto mechanism = login.strongest_of(offered_.auth);
  if (!mechanism) co_return login_failed("it offers no log-in by what may be used");
  smtp::SaslClient client(*mechanism, login.credentials(), protection_.host, remote().port);
  auto reply = co_await exchange(client.begin(), deadline);
  while (reply && reply->code == 334) {
    if (client.cancelled()) co_return login_failed("it asked on where the log-in was over");
    reply = co_await exchange(client.answer(reply->text), deadline);
  }
  if (!reply) co_return login_failed("it did not end the log-in: " + reply.error().message());
  if (reply->code == 235) {
    logged_in_by_ = smtp::word_of(*mechanism);
    co_return Result<void>();
  }
  if (reply->code < 400) co_return login_failed("it answered the log-in out of turn");
  login_refused_ = reply->permanent();
  login_put_off_ = !login_refused_;
  std::string why = "it said: " + std::to_string(reply->code) + ' ';
  if (!reply->enhanced.empty()) why += reply->enhanced + ' ';
  co_return login_failed(why + reply->text);
}

Task<Result<Answered>> HopSession::begin(smtp::MailParameters mail, smtp::RcptParameters rcpt,
                                         Instant deadline) {
  ++transactions_;
  if (needs_reset_) {
    const auto reset = co_await ask(std::string(smtp::kRsetCommand), deadline);
    if (!reset) co_return reset.error();
  }
  needs_reset_ = true;
  const std::string mail_line = smtp::mail_command(mail, offered_);
  const std::string rcpt_line = smtp::rcpt_command(rcpt, offered_);
  if (!offered_.pipelining) {
    auto reply = co_await ask(mail_line, deadline);
    if (!reply) co_return reply.error();
    if (!reply->positive()) co_return Answered{"MAIL", std::move(*reply)};
    reply = co_await ask(rcpt_line, deadline);
    if (!reply) co_return reply.error();
    co_return Answered{"RCPT", std::move(*reply)};
  }
  auto mail_reply = co_await ask(mail_line + rcpt_line, deadline);
  if (!mail_reply) co_return mail_reply.error();
  if (unusable_) co_return Answered{"MAIL", std::move(*mail_reply)};
  auto rcpt_reply = co_await read_reply(deadline);
  if (!rcpt_reply) co_return rcpt_reply.error();
  if (!mail_reply->positive()) co_return Answered{"MAIL", std::move(*mail_reply)};
  // With a reply too many it is not sure which is whose.
  if (is_intermediate(*rcpt_reply) || replies_.has_rest()) co_return out_of_step();
  co_return Answered{"RCPT", std::move(*rcpt_reply)};
}

Task<Result<void>> HopSession::send_body(std::string trace, message::Spool& body,
                                         Clearance& clearance, Instant deadline, Sent& sent) {
  smtp::BodyWriter writer;
  std::string out;
  out.reserve(std::min<std::uint64_t>(kSendOctets, trace.size() + body.size() + 1024));
  auto wrote = writer.write(trace, out);
  std::uint64_t offset = 0;
  while (wrote && offset < body.size()) {
    const auto piece = co_await body.read(offset);
    if (!piece) {
      sent = Sent::unread;
      co_return piece.error();
    }
    offset += piece->size();
    wrote = writer.write(*piece, out);
    if (wrote && out.size() >= kSendOctets) {
      const Instant piece_deadline = runtime::sooner(deadline, clock_.now() + kBodyPieceTimeout);
      const std::size_t held = offset < body.size() ? 0 : kHeldOctets;
      const std::string_view before = std::string_view(out).substr(0, out.size() - held);
      wrote = co_await connection_->write(before, piece_deadline);
      out.erase(0, before.size());
    }
  }
  if (wrote) wrote = writer.finish(out);
  if (!wrote) co_return wrote;
  // If the process ends before clear() has returned, the next hop has a message without its end and
  // took nothing. The acceptance may be on the disk all the same: recovery then says InDoubt.
  const auto cleared = co_await clearance.clear();
  if (!cleared) {
    sent = Sent::not_cleared;
    co_return cleared.error();
  }
  // Nobody would listen to the answer.
  if (clock_.now() >= deadline) {
    sent = Sent::not_cleared;
    co_return make_error_code(Errc::timeout);
  }
  // A server that spoke or closed by now did not answer the end, and is not to get it.
  if (replies_.has_rest() || !connection_->quiet()) co_return make_error_code(Errc::closed);
  // If it ends from here on, the next hop may have taken the message, and only recovery's InDoubt
  // tells of it.
  sent = Sent::to_the_end;
  co_return co_await connection_->write(out, deadline);
}

Task<HopAnswer> HopSession::refusal_or_lost(Instant deadline) {
  unusable_ = true;
  const Instant soon = runtime::sooner(deadline, clock_.now() + kEarlyRefusalWait);
  const auto reply = co_await read_reply(soon);
  if (reply && !reply->positive()) co_return answer_of(*reply, "body");
  co_return lost(HopAnswer::Kind::deferred, "body",
                 "The next hop gave up before it had the whole message");
}

// The body writer met octets that some server would take for the end of the message. The connection
// is dropped in the middle of the body: nothing can have been taken.
HopAnswer HopSession::not_to_be_sent() {
  unusable_ = true;
  connection_->close();
  return body_answer(HopAnswer::Kind::refused, HopAnswer::By::policy, Rule::unsafe_octets);
}

// Without clearance the connection ends in the middle of the body: nothing can have been taken.
HopAnswer HopSession::dropped() {
  unusable_ = true;
  connection_->close();
  return lost(HopAnswer::Kind::deferred, "body", "The message was not cleared to be sent");
}

// Our own disk failed in the middle of the body: nothing can have been taken.
HopAnswer HopSession::unread() {
  unusable_ = true;
  connection_->close();
  return body_answer(HopAnswer::Kind::deferred, HopAnswer::By::relay, Rule::spool);
}

Task<HopAnswer> HopSession::send(std::string trace, message::Spool& body, Clearance& clearance,
                                 Instant deadline) {
  const Instant data_deadline = runtime::sooner(deadline, clock_.now() + kDataCommandTimeout);
  const auto go_ahead = co_await exchange(std::string(smtp::kDataCommand), data_deadline);
  if (!go_ahead) {
    closed_at_data_ = go_ahead.error() != Errc::timeout;
    co_return lost(HopAnswer::Kind::deferred, "DATA", "The next hop did not answer DATA");
  }
  if (go_ahead->code != 354) {
    auto refused = answer_of(*go_ahead, "DATA");
    // RFC 5321 3.8: it speaks of the connection and not of the message.
    closed_at_data_ = go_ahead->code == 421;
    // A 2xx to DATA means nothing: no message was sent.
    if (go_ahead->positive()) {
      unusable_ = true;
      refused = lost(HopAnswer::Kind::deferred, "DATA", "The next hop answered DATA out of turn");
    }
    co_return refused;
  }
  Sent sent = Sent::in_part;
  const auto wrote = co_await send_body(std::move(trace), body, clearance, deadline, sent);
  if (sent == Sent::not_cleared) co_return dropped();
  if (sent == Sent::unread) co_return unread();
  if (!wrote && wrote.error() == Errc::invalid) co_return not_to_be_sent();
  if (!wrote && sent == Sent::in_part) co_return co_await refusal_or_lost(deadline);
  if (!wrote) unusable_ = true;
  auto reply = co_await read_reply(deadline);
  if (!reply) {
    co_return lost(HopAnswer::Kind::in_doubt, "body",
                   "The next hop did not answer the end of the message; it may have taken it");
  }
  if (reply->code < 200 || is_intermediate(*reply)) {
    unusable_ = true;
    co_return lost(HopAnswer::Kind::in_doubt, "body",
                   "The next hop answered the message out of turn");
  }
  // A server may keep the transaction of a body that it refused.
  needs_reset_ = !reply->positive();
  co_return answer_of(*reply, "body");
}

Task<void> HopSession::quit(Instant deadline) {
  // A courtesy: the connection goes whatever becomes of it.
  const std::string_view command = smtp::kQuitCommand;
  co_await connection_->write(command, deadline);
}

}  // namespace waybill::relay::forward
