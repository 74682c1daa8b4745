// How the server core reads a body, by DATA or by BDAT, and throws away what nobody wants.

#include <algorithm>

#include "relay/smtp/server_replies.h"
#include "relay/smtp/server_state.h"

namespace waybill::relay::smtp {

std::optional<Step> ServerCore::State::read_data() {
  const std::string_view piece = body->read(input);
  if (!piece.empty()) return BodyChunk{piece};
  if (body->ended()) return end_body();
  if (body->drained() > kMaxDrainedOctets) {
    closes_after_answer = true;
    return end_body();
  }
  return NeedInput{};
}

std::optional<Step> ServerCore::State::read_chunk() {
  if (chunk.size > limits.max_message_octets && chunk.size > kMaxDrainedOctets) {
    body->fail(BodyFault::too_large);
    closes_after_answer = true;
    return end_body();
  }
  std::string_view window = input.substr(0, std::min<std::uint64_t>(chunk.size, input.size()));
  const std::size_t had = window.size();
  const std::string_view piece = body->read(window);
  input.remove_prefix(had - window.size());
  chunk.size -= had - window.size();
  if (!piece.empty()) return BodyChunk{piece};
  if (chunk.size == 0) return chunk_read();
  return NeedInput{};
}

std::optional<Step> ServerCore::State::chunk_read() {
  reading = Reading::commands;
  if (chunk.last) body->finish();
  if (chunk.last || body->fault() != BodyFault::none) return end_body();
  say(replies::chunk_taken(chunk_octets));
  return std::nullopt;
}

Step ServerCore::State::end_body() {
  const BodyEnd end{body->fault(), body->octets()};
  body.reset();
  reading = Reading::commands;
  awaiting = Awaiting::body_end;
  refusal_due = end.fault != BodyFault::none;
  return end;
}

void ServerCore::State::throw_chunk_away(const Reply& reply) {
  if (chunk.size > kMaxDrainedOctets) return hang_up(reply);
  reading = Reading::thrown_away;
  after_chunk = reply;
}

std::optional<Step> ServerCore::State::throw_away() {
  const std::size_t taken = std::min<std::uint64_t>(chunk.size, input.size());
  input.remove_prefix(taken);
  chunk.size -= taken;
  if (chunk.size > 0) return NeedInput{};
  reading = Reading::commands;
  say(after_chunk);
  return std::nullopt;
}

}  // namespace waybill::relay::smtp
