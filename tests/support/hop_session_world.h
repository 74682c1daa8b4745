// HopSessionWorld: one session with one scripted next hop; each step of it as one line of words.
#pragma once

#include "tests/support/hop_world.h"

namespace waybill::tests {

inline const std::string kOffersPipelining = "250-mx.test\r\n250 PIPELINING";
// Both ways to say MAIL and RCPT.
inline const HopScript kPlain;
inline const HopScript kPipelining = {{"EHLO", kOffersPipelining}};

inline const std::string kTrace = "Received: by us\r\n";
inline const std::string kText = "Subject: x\r\n\r\n.hello\r\n";

class HopSessionWorld : public HopWorld {
 public:
  // A session with a hop of this script, not open yet.
  void dial(HopScript script) {
    hops_.listen(kHop, {std::move(script)});
    auto connection = run(hops_.dial(endpoint(kHop), in(std::chrono::minutes(1))));
    session_ = std::make_unique<relay::forward::HopSession>(std::move(connection.value()), clock_);
    hops_.take_heard();
  }

  std::string open(runtime::Duration patience = std::chrono::seconds(30)) {
    return words(run(session_->open("relay.test", in(patience))));
  }
  std::string begin(runtime::Duration patience = std::chrono::minutes(5)) {
    return words(
        run(session_->begin(mail_from("ann@e.test"), rcpt_to("bob@h.test"), in(patience))));
  }
  std::string send(std::string_view text = kText,
                   runtime::Duration patience = std::chrono::minutes(10)) {
    const auto spool = body(text);
    answer_ = run(session_->send(kTrace, *spool, clearance_, in(patience)));
    return words(answer_);
  }
  // A session that is ready to send, and what it heard so far forgotten.
  void ready(const HopScript& script) {
    dial(script);
    ASSERT_EQ(open(), "EHLO 250");
    ASSERT_EQ(begin(), "RCPT 250");
    hops_.take_heard();
  }

  std::unique_ptr<relay::forward::HopSession> session_;
  ScriptedClearance clearance_{clock_};
  relay::forward::HopAnswer answer_;
};

}  // namespace waybill::tests
