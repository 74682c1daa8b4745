// Session: one client's SMTP session. Drives the core with the connection's octets, keeps the
// clock, and gives each step to the transaction. Owner's thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "relay/refusals.h"
#include "relay/transaction.h"
#include "runtime/connection.h"
#include "runtime/one_shot.h"
#include "runtime/scope.h"

namespace waybill::relay {

class Session {
 public:
  // How the connection begins; in clear text STARTTLS is offered where there is a certificate.
  enum class Begins { in_clear, with_tls };
  Session(Lane& lane, std::unique_ptr<runtime::Connection> connection,
          Begins begins = Begins::in_clear);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Until the client or we are done. Then the connection is closed.
  runtime::Task<void> run();

  // One reply and the end, for a session that is not taken.
  runtime::Task<void> turn_away(schemas::Reply reply);

  // The server is stopping: a session without a body under way is told so by 421 and ends; one with
  // a body goes on to the reply that it owes, and ends then. `scope` is where it is told.
  void stop(runtime::Scope& scope);

 private:
  // Replies of a group whose next one takes longer than a group may wait go out meanwhile, by a
  // task of their own, one at a time.
  struct LateReplies {
    Session* session = nullptr;  // nullptr: it has ended
    bool under_way = false;      // the task is there
    bool waiting = false;        // a recipient's next hop is being asked
    std::optional<runtime::OneShot<bool>> writing;
  };
  static runtime::Task<void> send_late(std::shared_ptr<LateReplies> late, runtime::Clock& clock);

  // False: the client cannot be reached any more.
  runtime::Task<bool> flush();
  // Before a step that may wait.
  runtime::Task<bool> flush_before(const smtp::Step& step);
  runtime::Task<schemas::Reply> recipient(smtp::RcptStep step);
  // The reply to MAIL or RCPT, and what follows from too many refusals.
  runtime::Task<void> answer(schemas::Reply reply);
  // Looks at the client, and waits for its first word where that is asked for; false: it spoke too
  // early, and has heard so.
  runtime::Task<bool> at_the_door();
  runtime::Task<void> say_farewell(std::string words);
  runtime::Task<bool> read_more();
  runtime::Task<void> take(smtp::Step step);
  runtime::Task<void> timed_out();
  // The handshake is made by the first read; one that fails ends the session as a hang-up does.
  void begin_tls();
  void count_handshake();
  runtime::Task<schemas::Reply> mail(smtp::MailStep step);
  runtime::Instant read_deadline();

  Lane& lane_;
  std::unique_ptr<runtime::Connection> connection_;
  smtp::ServerCore core_;
  std::optional<door::ClientLook> look_;
  std::optional<Transaction> transaction_;
  Refusals refusals_;
  runtime::Instant command_deadline_{};
  runtime::Instant body_began_{};
  std::optional<runtime::Instant> first_body_octet_;
  std::optional<runtime::Instant> grouped_since_;  // the oldest reply that waits for its group
  std::shared_ptr<LateReplies> late_ = std::make_shared<LateReplies>();
  std::string buffer_;
  bool reading_ = false;
  bool stopping_ = false;
  bool judged_ = false;                             // by the rules of the door
  bool secured_ = false;                            // by TLS, whose handshake may be under way
  bool handshake_counted_ = true;                   // of the TLS that is under way
  std::optional<runtime::OneShot<bool>> farewell_;  // given once it is said
};

}  // namespace waybill::relay
