// HandoverWorld: what a Handover asks of the world, scripted: DNS, next hops, a pool, time.
#pragma once

#include "relay/forward/handover.h"
#include "tests/support/hop_world.h"
#include "tests/support/routes.h"
#include "tests/support/sim_net.h"
#include "tests/support/zone_resolver.h"

namespace waybill::tests {

class HandoverWorld : public HopWorld {
 public:
  // Where h.test takes its mail: at kHop first, then at kSecond.
  static inline const std::string kSecond = "192.0.2.2:25";
  static constexpr std::string_view kTwoHops =
      "h.test. MX 10 mx1.h.test.\nmx1.h.test. A 192.0.2.1\n"
      "h.test. MX 20 mx2.h.test.\nmx2.h.test. A 192.0.2.2\n";
  static constexpr std::string_view kOneHop =
      "h.test. MX 10 mx1.h.test.\nmx1.h.test. A 192.0.2.1\n";

  std::unique_ptr<relay::forward::Handover> handover(
      std::string_view target = "bob@h.test",
      const relay::smtp::MailParameters& mail = mail_from("ann@e.test")) {
    return std::make_unique<relay::forward::Handover>(parts_, client_, tests::target(target), mail);
  }

  std::string ask(relay::forward::Handover& one,
                  runtime::Duration patience = std::chrono::minutes(4)) {
    answer_ = run(one.ask(in(patience)));
    return words(answer_);
  }
  // Asked and let go of.
  std::string ask(std::string_view target = "bob@h.test") { return ask(*handover(target)); }

  std::string send(relay::forward::Handover& one, std::string_view text = "Subject: x\r\n\r\nx\r\n",
                   runtime::Duration patience = std::chrono::minutes(8)) {
    const auto spool = body(text);
    answer_ = run(one.send("Received: by us\r\n", *spool, clearance_, in(patience)));
    return words(answer_);
  }

  // One message to bob@h.test, on its way as far as it comes.
  std::string deliver(std::string_view text = "Subject: x\r\n\r\nx\r\n") {
    const auto one = handover();
    const std::string asked = ask(*one);
    return asked == "accepted RCPT 250" ? send(*one, text) : asked;
  }

  // "mx1.h.test 192.0.2.1:25" of the last answer.
  std::string hop() const {
    return answer_.hop ? answer_.hop->mx_host + " " + to_string(answer_.hop->endpoint) : "none";
  }

  ZoneResolver dns_{clock_};
  SeededChance chance_{1};
  relay::dns::Ourselves ourselves_{{"us.test"}, {endpoint("192.0.2.99:25")}};
  std::string host_name_ = "relay.test";
  runtime::IpAddress client_ = boost::asio::ip::make_address("198.51.100.7");
  relay::forward::HandoverParts parts_{clock_,  chance_,  hops_, dns_,       pool_,
                                       budget_, clients_, tls_,  ourselves_, host_name_};
  ScriptedClearance clearance_{clock_};
  relay::forward::HopAnswer answer_;
};

}  // namespace waybill::tests
