#include "relay/transaction_line.h"

#include <cstdio>

#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::relay {

using runtime::Level;
using schemas::Reply;

namespace {

std::string_view word_for(const Reply& reply) {
  if (reply.positive()) return "accepted";
  return reply.permanent() ? "rejected" : "deferred";
}

// Its first line: an answer of the log is one.
std::string text_of(const Reply& reply) {
  std::string out = std::to_string(reply.code);
  if (!reply.enhanced.empty()) out += " " + reply.enhanced;
  return out + " " + reply.text.substr(0, reply.text.find('\n'));
}

}  // namespace

TransactionLine::TransactionLine(const Lane& lane, const SenderEnvelope& envelope)
    : lane_(lane), envelope_(envelope), began_(lane.clock.now()) {}

void TransactionLine::recipient(const Reply& reply) {
  ++recipients_;
  if (reply.positive()) ++accepted_;
  if (!reply.positive() || accepted_ == 0) last_ = reply;
  lane_.metrics.replies.count("RCPT", reply, std::exchange(rule_, {}));
}

void TransactionLine::body(const Reply& reply, std::uint64_t octets) {
  last_ = reply;
  ended_ = true;
  octets_ = octets;
  lane_.metrics.replies.count("body", reply, std::exchange(rule_, {}));
}

void TransactionLine::refused_by(std::string_view rule) {
  rule_ = rule;
  const std::string apart = "," + rules_ + ",";
  if (apart.find("," + std::string(rule) + ",") != std::string::npos) return;
  rules_.append(rules_.empty() ? "" : ",").append(rule);
}

TransactionLine::~TransactionLine() {
  if (recipients_ == 0 || !lane_.settings.log_transactions) return;
  const bool abandoned = !ended_ && accepted_ > 0;
  const std::chrono::duration<double> spent = lane_.clock.now() - began_;
  char took[32];
  std::snprintf(took, sizeof took, "%.3f", spent.count());
  const Client& client = envelope_.client;
  const auto& sender = envelope_.mail.sender;
  // What others chose stands last, so that a pattern for lines needs to skip nothing of it.
  log(Level::info, "relay", "transaction",
      {{"client", runtime::ip_text(client.endpoint.address)},
       {"verdict", abandoned ? "abandoned" : word_for(last_)},
       {"rule", rules_},
       {"recipients", recipients_},
       {"accepted", accepted_},
       {"size", octets_},
       {"seconds", took},
       {"message_id", envelope_.id.text()},
       {"tls", client.tls ? client.tls->version : std::string()},
       {"helo", client.helo},
       {"sender", sender ? sender->text() : "<>"},
       {"reply", abandoned ? std::string() : text_of(last_)}});
}

void log_refused_client(const Lane& lane, std::string_view client, std::string_view rule,
                        const Reply& reply, std::uint64_t sessions) {
  if (!lane.settings.log_transactions) return;
  log(Level::info, "relay", "client refused",
      {{"client", client},
       {"verdict", word_for(reply)},
       {"rule", rule},
       {"reply", text_of(reply)},
       {"sessions", sessions}});
}

}  // namespace waybill::relay
