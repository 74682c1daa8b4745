// Session: one client's SMTP session. Drives the core with the connection's octets, keeps the
// clock, and gives each step to the transaction. Owner's thread.
#pragma once

#include <memory>
#include <optional>

#include "relay/transaction.h"
#include "runtime/connection.h"

namespace waybill::relay {

class Session {
 public:
  Session(Lane& lane, std::unique_ptr<runtime::Connection> connection);

  // Until the client or we are done. Then the connection is closed.
  runtime::Task<void> run();

  // One reply and the end, for a session that is not taken.
  runtime::Task<void> turn_away(schemas::Reply reply);

  // The server is stopping: a session between two transactions ends now; one with mail under way
  // goes on to the reply it owes, and ends then.
  void stop();

 private:
  // False: the client cannot be reached any more.
  runtime::Task<bool> flush();
  runtime::Task<bool> read_more();
  runtime::Task<void> take(smtp::Step step);
  runtime::Task<void> timed_out();
  runtime::Task<schemas::Reply> mail(smtp::MailStep step);
  runtime::Instant read_deadline() const;

  Lane& lane_;
  std::unique_ptr<runtime::Connection> connection_;
  smtp::ServerCore core_;
  std::optional<Transaction> transaction_;
  runtime::Instant command_deadline_{};
  runtime::Instant body_began_{};
  std::string buffer_;
  bool stopping_ = false;
};

}  // namespace waybill::relay
