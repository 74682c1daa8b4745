// The verdict rule: one reply out of what became of all deliveries of a message. Pure.
//
//   every delivery taken                          250
//   any open: put off, or in doubt                451 (4yz of the only one): come again; what is
//                                                 done is remembered, and not done twice
//   none open, every one refused                  the 5yz of the first
//   none open, some taken and some refused        250 once the sender was told of those refused by
//                                                 a notice; where that cannot be, the first 5yz
//
// A sender that asked for PRDR hears of each recipient by that rule, and of the message what is
// true of one of them at least: 250, else 451, else 5yz.
#pragma once

#include <optional>
#include <vector>

#include "relay/forward/hop_answer.h"
#include "schemas/reply.h"

namespace waybill::relay::plan {

// A next hop's reply as our own: 421 would end our session, so it becomes 451; a class without an
// enhanced code gets one, because we announced ENHANCEDSTATUSCODES (RFC 2034 4).
schemas::Reply carried_over(const schemas::Reply& reply);

// The reply to the body. `each` is empty, or has one for each recipient.
struct BodyReply {
  schemas::Reply whole;
  std::vector<schemas::Reply> each;
};

// Of at least one recipient.
schemas::Reply whole_of(const std::vector<schemas::Reply>& each);

class Verdicts {
 public:
  // What a next hop, or a rule in its place, made of a delivery.
  void add(const forward::HopAnswer& answer);
  // A delivery that needs none: dropped by its route, or done by an earlier try.
  void add_done() { ++done_; }

  enum class Sum { all_taken, open, all_refused, mixed };
  Sum sum() const;

  // The reply. `told`: of Sum::mixed, the sender has a notice of what was refused.
  enum class Told { no, yes };
  schemas::Reply reply(Told told = Told::no) const;

 private:
  int answers_ = 0;
  int taken_ = 0;
  int done_ = 0;
  std::optional<schemas::Reply> first_taken_;
  std::optional<schemas::Reply> first_open_;
  std::optional<schemas::Reply> first_refused_;
};

}  // namespace waybill::relay::plan
