// HopSession: one SMTP session with a next hop, as its client (RFC 5321 3). It carries one
// transaction after another; which of them, the pool decides.
//
// Promises: a reply is only ever taken for the command it answers; once that is no longer sure (a
// reply that breaks the syntax, an octet too many, a time-out) the session is unusable(). Every
// wait ends at its deadline. The message's octets are sent as they are, behind the trace field.
// Owner's thread.
#pragma once

#include <memory>
#include <string>

#include "relay/forward/clearance.h"
#include "relay/forward/hop_answer.h"
#include "relay/forward/hop_budget.h"
#include "relay/forward/hop_tls.h"
#include "relay/message/spool.h"
#include "relay/smtp/client_core.h"
#include "runtime/connection.h"

namespace waybill::relay::forward {

// A reply and the command that it answers.
struct Answered {
  std::string command;
  schemas::Reply reply;
};

class HopSession {
 public:
  HopSession(std::unique_ptr<runtime::Connection> connection, runtime::Clock& clock)
      : connection_(std::move(connection)), clock_(clock) {}

  // Leave for the connection, given back with it.
  void hold(HopBudget::Held leave) { leave_.emplace(std::move(leave)); }

  // What open() is to see to; without it the connection stays in clear.
  void protect(Protection protection);
  const Protection& protection() const { return protection_; }

  // What the server said, as it may be kept and told: without the secrets of a login and its user's
  // name. Answers of this class have the server's own words, which are read for what they mean.
  std::string fit_to_tell(std::string text) const;

  // The address of this host that was asked for; nullopt: none was.
  void left_from(std::optional<runtime::IpAddress> source) { source_ = std::move(source); }
  const std::optional<runtime::IpAddress>& source() const { return source_; }

  // Greeting and EHLO; HELO where EHLO is not known; STARTTLS and EHLO again where that is asked
  // for; AUTH where there is a login, and never in clear. The last reply of EHLO: 2xx, or the
  // refusal. Where TLS failed, so that the connection is of no more use or must not be used in
  // clear, or the log-in did, Errc::refused, and tls_failure() or login_failure() says why.
  runtime::Task<runtime::Result<Answered>> open(std::string our_name, runtime::Instant deadline);

  // MAIL and RCPT, in one go where PIPELINING is offered. The first refusal, or the reply to RCPT.
  runtime::Task<runtime::Result<Answered>> begin(smtp::MailParameters mail,
                                                 smtp::RcptParameters rcpt,
                                                 runtime::Instant deadline);

  // DATA and the message. `trace` is put in front. The message's last octets wait for the
  // clearance; without it the connection is dropped before them, and nothing can have been taken. A
  // HopAnswer without `hop`.
  runtime::Task<HopAnswer> send(std::string trace, message::Spool& body, Clearance& clearance,
                                runtime::Instant deadline);

  // QUIT, without waiting for the answer.
  runtime::Task<void> quit(runtime::Instant deadline);

  // How the connection is protected, and why it is not though TLS was asked for.
  std::optional<runtime::TlsFacts> tls() const { return connection_->tls(); }
  const std::string& tls_failure() const { return tls_failure_; }
  // The mechanism by which it is logged in; empty: it is not.
  std::string_view logged_in_by() const { return logged_in_by_; }
  // Why it is not, though there is a login, without a piece of its secret.
  const std::string& login_failure() const { return login_failure_; }
  bool login_refused() const { return login_refused_; }  // by 5yz
  bool login_put_off() const { return login_put_off_; }  // by 4yz

  // The same as a report names it; also where the next hop does not offer STARTTLS.
  std::optional<tlsrpt::ResultType> tls_result() const { return tls_result_; }
  // The connection before this one failed so.
  void fell_back(std::string why) { tls_failure_ = std::move(why); }

  const smtp::Extensions& offered() const { return offered_; }
  const runtime::Endpoint& local() const { return connection_->local(); }
  const runtime::Endpoint& remote() const { return connection_->remote(); }
  int transactions() const { return transactions_; }
  bool unusable() const { return unusable_; }
  // The peer has closed, or spoken unasked.
  bool gone() const { return unusable_ || replies_.has_rest() || !connection_->quiet(); }
  // The last send() ended because the peer was gone before DATA: it has nothing of the message.
  bool closed_at_data() const { return closed_at_data_; }
  // Idle, in step, and the peer has neither closed nor spoken unasked.
  bool fit_for_reuse() const { return !gone(); }

  runtime::Instant idle_since{};

 private:
  runtime::Task<runtime::Result<Answered>> say_hello(const std::string& our_name,
                                                     runtime::Instant deadline);
  // in_clear: it goes on as it was.
  enum class Secured { by_tls, in_clear };
  std::string why_no_starttls() const;
  runtime::Task<runtime::Result<Secured>> start_tls(runtime::Instant deadline);
  runtime::Task<runtime::Result<void>> shake_hands(runtime::Instant deadline);
  runtime::Error tls_failed(std::string why,
                            tlsrpt::ResultType result = tlsrpt::ResultType::validation_failure);
  runtime::Task<runtime::Result<void>> log_in(runtime::Instant deadline);
  runtime::Error login_failed(std::string why);
  runtime::Task<runtime::Result<schemas::Reply>> read_reply(runtime::Instant deadline);
  runtime::Task<runtime::Result<schemas::Reply>> exchange(std::string command,
                                                          runtime::Instant deadline);
  // As exchange(), for a command that no 3yz answers.
  runtime::Task<runtime::Result<schemas::Reply>> ask(std::string command,
                                                     runtime::Instant deadline);
  // No reply can be trusted any more: Errc::invalid.
  runtime::Error out_of_step();
  // How far the message got: its end is not sent, cannot be read, must not be sent, or may have
  // arrived.
  enum class Sent { in_part, unread, not_cleared, to_the_end };
  runtime::Task<runtime::Result<void>> send_body(std::string trace, message::Spool& body,
                                                 Clearance& clearance, runtime::Instant deadline,
                                                 Sent& sent);
  runtime::Task<HopAnswer> refusal_or_lost(runtime::Instant deadline);
  HopAnswer not_to_be_sent();
  HopAnswer dropped();
  HopAnswer unread();

  std::optional<HopBudget::Held> leave_;
  Protection protection_;
  std::optional<runtime::IpAddress> source_;
  std::string tls_failure_;
  std::string ehlo_refusal_;  // "502 no such command"; HELO was taken instead
  std::string login_failure_;
  std::string_view logged_in_by_;
  std::vector<std::string> secrets_;  // of the login: no text is kept that repeats one
  bool login_refused_ = false;
  bool login_put_off_ = false;
  std::optional<tlsrpt::ResultType> tls_result_;
  std::unique_ptr<runtime::Connection> connection_;
  runtime::Clock& clock_;
  smtp::ReplyReader replies_;
  smtp::Extensions offered_;
  int transactions_ = 0;
  bool unusable_ = false;
  bool closed_at_data_ = false;
  // A transaction was begun and not ended by a body that was taken: RSET goes before the next one.
  bool needs_reset_ = false;
};

}  // namespace waybill::relay::forward
