// TransactionLine: what became of one transaction: its replies are counted, and it leaves one line
// of the log, in the words of its events:
//
//   info relay: transaction client=192.0.2.1 verdict=accepted rule=unknown-alias recipients=2
//     accepted=1 size=1234 seconds=0.120 message_id=0198... tls=TLSv1.3 helo=mx.origin.test
//     sender=ann@origin.test reply="250 2.0.0 Ok"
//
// `verdict` is what the body was told (accepted, rejected, deferred), or where none came the
// recipients; `abandoned`: recipients were taken and no body came. `rule` names each rule that
// refused something. Written when it ends; a transaction without a recipient leaves no line.
#pragma once

#include <string>
#include <string_view>

#include "relay/sender_envelope.h"
#include "schemas/reply.h"

namespace waybill::relay {

class TransactionLine {
 public:
  // All outlive it.
  TransactionLine(const Lane& lane, const SenderEnvelope& envelope);
  ~TransactionLine();
  TransactionLine(const TransactionLine&) = delete;
  TransactionLine& operator=(const TransactionLine&) = delete;

  void recipient(const schemas::Reply& reply);
  void body(const schemas::Reply& reply, std::uint64_t octets);
  // A rule of ours refused something; comes before what is told of it.
  void refused_by(std::string_view rule);

 private:
  const Lane& lane_;
  const SenderEnvelope& envelope_;
  const runtime::Instant began_;
  std::uint64_t recipients_ = 0;
  std::uint64_t accepted_ = 0;
  schemas::Reply last_{};  // that was told
  bool ended_ = false;     // the body was answered
  std::uint64_t octets_ = 0;
  std::string rules_;
  std::string rule_;  // of what is told next
};

// A client that was refused before it had a transaction: the line's words, as far as there are any.
void log_refused_client(const Lane& lane, std::string_view client, std::string_view rule,
                        const schemas::Reply& reply, std::uint64_t sessions);

}  // namespace waybill::relay
