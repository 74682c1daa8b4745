// Session: drives one ServerCore on one connection of a Dustbin.
//
// Ends when the client hangs up, says QUIT, is silent for kIdleTimeout, or the dustbin ends. The
// caller keeps dustbin and connection alive until run() has ended, and closes the connection then.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "relay/smtp/server_core.h"
#include "runtime/connection.h"
#include "tools/dustbin/dump.h"
#include "tools/dustbin/dustbin.h"
#include "tools/dustbin/record.h"

namespace waybill::tools::dustbin {

// RFC 5321 4.5.3.2.7: at least 5 minutes.
inline constexpr std::chrono::minutes kIdleTimeout{5};
// Octets from the front of a message in which Subject and Message-ID are looked for.
inline constexpr std::size_t kKeptHead = 64 * 1024;
inline constexpr std::size_t kReadOctets = 16 * 1024;

class Session {
 public:
  Session(Dustbin& dustbin, runtime::Connection& connection);

  // `greeting`: 220, or the refusal of the session.
  runtime::Task<void> run(schemas::Reply greeting);

  schemas::Reply welcome() const;
  static schemas::Reply too_many();

 private:
  // A mail transaction, from MAIL to the reply to its body.
  struct Transaction {
    Origin origin;
    std::vector<schemas::Address> recipients;
    std::string head;
    std::optional<DumpFile> dump;
    bool dump_failed;  // false from emplace(): clang 14 takes no initializer here
  };

  void take(const relay::smtp::Step& step);
  void mail(const relay::smtp::MailStep& step);
  void rcpt(const relay::smtp::RcptStep& step);
  void body_start();
  void body(std::string_view octets);
  void body_end(const relay::smtp::BodyEnd& end);
  schemas::Reply judge(relay::smtp::BodyFault fault) const;
  void dump_failed();

  runtime::Task<bool> flush();
  runtime::Task<bool> read_more();

  Dustbin& dustbin_;
  runtime::Connection& connection_;
  relay::smtp::ServerCore core_;
  std::optional<Transaction> transaction_;
  std::array<char, kReadOctets> buffer_;
};

}  // namespace waybill::tools::dustbin
