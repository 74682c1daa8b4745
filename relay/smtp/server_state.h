// The inside of ServerCore: everything one session remembers. server_core.cc turns it, commands are
// obeyed in server_commands.cc and bodies read in server_body.cc. Not for others to include.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "relay/smtp/command.h"
#include "relay/smtp/server_core.h"

namespace waybill::relay::smtp {

using schemas::Reply;

// What the next octets are.
enum class Reading {
  commands,
  data,        // a body after DATA
  chunk,       // a BDAT chunk of the open body
  thrown_away  // a BDAT chunk that nobody wants
};

enum class Awaiting { nothing, mail, recipient, body_start, body_end };

enum class Tls { no, offered, on };

struct ServerCore::State {
  State(std::string host, ServerLimits given) : host_name(std::move(host)), limits(given) {}

  Step next();
  void answer(const Reply& reply);
  void answer_each(const std::vector<Reply>& each, const Reply& whole);
  void say(const Reply& reply) {
    say_in_group(reply);
    urgent = true;
  }
  // One that may wait for the others of its group (RFC 2920 3.2).
  void say_in_group(const Reply& reply) { output += schemas::wire(reply); }
  void error(const Reply& reply);  // counted towards kMaxErrors
  void idle(const Reply& reply);   // counted towards kMaxIdleCommands
  void hang_up(const Reply& reply);
  void close();
  bool has_body() const { return body.has_value(); }
  void mail_answered(const Reply& reply, bool own_refusal);
  void start_answered(const Reply& reply);
  // Reset if one was open.
  std::optional<Step> end_transaction();

  // One line of the client. nullopt: it is answered, go on.
  std::optional<Step> obey(const Line& line);
  std::optional<Step> obey(const Command& command);
  std::optional<Step> refuse_line(const Line& line, const Command& command);
  std::optional<Step> hello(Verb verb, std::string_view name);
  std::optional<Step> mail(std::string_view argument);
  std::optional<Step> rcpt(std::string_view argument);
  std::optional<Step> data(std::string_view argument);
  std::optional<Step> bdat(std::string_view argument);
  std::optional<Step> rset(std::string_view argument);
  std::optional<Step> starttls(std::string_view argument);
  // Why no body can start now.
  std::optional<Reply> body_out_of_order() const;
  Step recipient_step(RcptStep step);
  Step mail_step(MailStep step);

  // nullopt: nothing for the driver, go on.
  std::optional<Step> read_data();
  std::optional<Step> read_chunk();
  std::optional<Step> chunk_read();
  std::optional<Step> throw_away();
  Step end_body();
  // `reply` is sent once the chunk has passed.
  void throw_chunk_away(const Reply& reply);

  Tls tls = Tls::no;
  const std::string host_name;
  const ServerLimits limits;
  std::string helo_name;
  bool esmtp = false;

  std::string_view input;
  std::string output;
  bool urgent = false;
  LineReader lines;
  Reading reading = Reading::commands;
  Awaiting awaiting = Awaiting::nothing;
  bool refusal_due = false;  // the awaited answer cannot be an acceptance
  bool closed = false;
  bool closes_after_answer = false;  // the stream is out of step from here

  bool first_line = true;
  int errors = 0;
  int idle_commands = 0;
  std::size_t transactions = 0;

  bool in_transaction = false;
  Smtputf8 smtputf8 = Smtputf8::no;
  std::size_t recipients = 0;  // accepted
  bool recipient_tried = false;
  std::optional<BodyReader> body;  // from the positive answer to BodyStart until BodyEnd
  bool by_chunks = false;          // the body comes, or is to come, by BDAT
  ChunkArgument chunk;             // size: octets still to come
  std::uint64_t chunk_octets = 0;  // the size as announced
  Reply after_chunk;               // what throwing the chunk away is answered by
};

}  // namespace waybill::relay::smtp
