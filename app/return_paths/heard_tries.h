// HeardTries: what other relays have on record of tries, told to the Tries of this one as it comes.
// One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "relay/plan/tries.h"
#include "schemas/event.h"

namespace waybill::app {

// Messages whose end is not known: what is done of them counts once one of their deliveries is put
// off, which the log has of one recipient before it has it of the next.
inline constexpr std::size_t kMostMessagesHeard = 10'000;

class HeardTries {
 public:
  // `own`: the name of this relay, whose own events since `start` are no news.
  HeardTries(std::string own, runtime::WallTime start, relay::plan::Tries& tries)
      : own_(std::move(own)), start_(start), tries_(tries) {}

  void hear(const schemas::Event& event, runtime::WallTime now);

 private:
  struct Done {
    relay::plan::TryKey key;
    std::string digest;
    schemas::DeliveryId delivery;
    runtime::WallTime at;
  };
  struct Message {
    bool open = false;  // its sender comes again
    std::vector<Done> done;
  };

  Message& message_of(const schemas::Event& event);
  void remember(const Done& done);

  const std::string own_;
  const runtime::WallTime start_;
  relay::plan::Tries& tries_;
  std::map<std::string, Message> messages_;
  std::deque<std::string> order_;  // oldest first
};

}  // namespace waybill::app
