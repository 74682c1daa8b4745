#include "relay/plan/verdict_rule.h"

namespace waybill::relay::plan {

using forward::HopAnswer;
using schemas::Reply;

Reply carried_over(const Reply& reply) {
  Reply out = reply;
  if (out.code == 421) out.code = 451;
  if (out.enhanced.empty() || out.enhanced.front() != static_cast<char>('0' + out.code / 100)) {
    out.enhanced = std::to_string(out.code / 100) + ".0.0";
  }
  out.text = schemas::clean_reply_text(out.text);
  return out;
}

Reply whole_of(const std::vector<Reply>& each) {
  std::size_t taken = 0;
  const Reply* open = nullptr;
  for (const Reply& reply : each) {
    taken += reply.positive();
    if (open == nullptr && reply.transient()) open = &reply;
  }
  if (taken > 0) {
    return {250, "2.0.0",
            "Taken for " + std::to_string(taken) + " of " + std::to_string(each.size()) +
                " recipients"};
  }
  return open != nullptr ? *open : each.front();
}

void Verdicts::add(const HopAnswer& answer) {
  ++answers_;
  std::optional<Reply>* slot = nullptr;
  switch (answer.kind) {
    case HopAnswer::Kind::accepted:
      ++taken_;
      slot = &first_taken_;
      break;
    case HopAnswer::Kind::refused: slot = &first_refused_; break;
    case HopAnswer::Kind::deferred:
    case HopAnswer::Kind::in_doubt: slot = &first_open_; break;
  }
  if (!slot->has_value()) *slot = carried_over(answer.reply);
}

Verdicts::Sum Verdicts::sum() const {
  if (first_open_) return Sum::open;
  if (!first_refused_) return Sum::all_taken;
  return taken_ + done_ == 0 ? Sum::all_refused : Sum::mixed;
}

Reply Verdicts::reply(Told told) const {
  switch (sum()) {
    case Sum::open: {
      Reply open = *first_open_;
      // Whatever 4xx a next hop used, "try the whole message again" is said in one way.
      if (answers_ + done_ > 1) open.code = 451;
      return open;
    }
    case Sum::all_refused: return *first_refused_;
    case Sum::mixed:
      if (told == Told::no) return *first_refused_;
      return {250, "2.0.0",
              "Forwarded to " + std::to_string(taken_ + done_) + " of " +
                  std::to_string(answers_ + done_) + " targets; a notice tells of the others"};
    case Sum::all_taken: break;
  }
  if (taken_ == 0) return {250, "2.0.0", "Message taken"};
  if (taken_ == 1 && done_ == 0) {
    Reply taken = *first_taken_;
    taken.code = 250;
    return taken;
  }
  return {250, "2.0.0", "Forwarded to " + std::to_string(taken_ + done_) + " targets"};
}

}  // namespace waybill::relay::plan
