#include "relay/smtp/server_core.h"

#include <utility>

#include "relay/smtp/server_replies.h"
#include "relay/smtp/server_state.h"
#include "runtime/check.h"

namespace waybill::relay::smtp {
namespace {

constexpr int kServiceClosing = 421;  // RFC 5321 3.8

}  // namespace

Step ServerCore::State::next() {
  runtime::check(awaiting == Awaiting::nothing, "a step is answered before the next");
  for (;;) {
    if (closed) return Hangup{};
    std::optional<Step> step;
    switch (reading) {
      case Reading::commands: {
        const auto line = lines.read(input);
        if (!line) return NeedInput{};
        step = obey(*line);
        break;
      }
      case Reading::data: step = read_data(); break;
      case Reading::chunk: step = read_chunk(); break;
      case Reading::thrown_away: step = throw_away(); break;
    }
    if (step) return *std::move(step);
  }
}

void ServerCore::State::answer(const Reply& reply) {
  if (closed) return;
  runtime::check(awaiting != Awaiting::nothing, "only a step that asks is answered");
  runtime::check(!refusal_due || !reply.positive(), "what the core refused is not accepted");
  const Awaiting asked = std::exchange(awaiting, Awaiting::nothing);
  const bool own_refusal = std::exchange(refusal_due, false);
  switch (asked) {
    case Awaiting::nothing: break;
    case Awaiting::mail: mail_answered(reply, own_refusal); break;
    case Awaiting::recipient:
      if (reply.positive()) ++recipients;
      // Too many recipients is no fault of syntax.
      if (own_refusal && reply.permanent()) {
        error(reply);
      } else {
        say_in_group(reply);
      }
      break;
    case Awaiting::body_start: start_answered(reply); break;
    case Awaiting::body_end:
      say(reply);
      end_transaction();
      break;
  }
  if (reply.code == kServiceClosing || closes_after_answer) close();
}

void ServerCore::State::answer_each(const std::vector<Reply>& each, const Reply& whole) {
  if (closed) return;
  runtime::check(awaiting == Awaiting::body_end, "the body alone has a reply for each recipient");
  runtime::check(each.size() == recipients, "each recipient has a reply");
  say(replies::one_by_one());
  for (const Reply& reply : each) say(reply);
  answer(whole);
}

void ServerCore::State::mail_answered(const Reply& reply, bool own_refusal) {
  if (own_refusal && reply.permanent()) return error(reply);
  say_in_group(reply);
  if (!reply.positive()) return;
  in_transaction = true;
  idle_commands = 0;
}

void ServerCore::State::start_answered(const Reply& reply) {
  if (reply.positive()) {
    body.emplace(by_chunks ? BodyFraming::counted : BodyFraming::dot_stuffed,
                 limits.max_message_octets);
    reading = by_chunks ? Reading::chunk : Reading::data;
    if (!by_chunks) say(replies::send_body());
    return;
  }
  end_transaction();
  if (by_chunks && reply.code != kServiceClosing) {
    throw_chunk_away(reply);
  } else {
    say(reply);
  }
}

std::optional<Step> ServerCore::State::end_transaction() {
  body.reset();
  recipients = 0;
  recipient_tried = false;
  if (!std::exchange(in_transaction, false) || closed) return std::nullopt;
  return Reset{};
}

void ServerCore::State::hang_up(const Reply& reply) {
  if (!closed) say(reply);
  close();
}

void ServerCore::State::close() {
  closed = true;
  awaiting = Awaiting::nothing;
  input = {};
}

void ServerCore::State::error(const Reply& reply) {
  say(reply);
  if (++errors >= kMaxErrors) hang_up(replies::too_many_errors());
}

void ServerCore::State::idle(const Reply& reply) {
  if (++idle_commands > kMaxIdleCommands) return hang_up(replies::too_many_idle());
  say(reply);
}

ServerCore::ServerCore(std::string host_name, ServerLimits limits)
    : state_(std::make_unique<State>(std::move(host_name), limits)) {}
ServerCore::~ServerCore() = default;
ServerCore::ServerCore(ServerCore&&) noexcept = default;

void ServerCore::greet(const Reply& greeting) {
  if (!greeting.positive()) return state_->hang_up(greeting);
  state_->say(replies::greeting(state_->host_name));
}

void ServerCore::offer_tls() { state_->tls = Tls::offered; }

void ServerCore::begin_with_tls() { state_->tls = Tls::on; }

void ServerCore::feed(std::string_view octets) {
  runtime::check(state_->input.empty(), "octets are fed when the core needs input");
  if (!state_->closed) state_->input = octets;
}

Step ServerCore::next() { return state_->next(); }

void ServerCore::answer(const Reply& reply) { state_->answer(reply); }

void ServerCore::answer_each(const std::vector<Reply>& each, const Reply& whole) {
  state_->answer_each(each, whole);
}

void ServerCore::shut_down(const Reply& reply) { state_->hang_up(reply); }

std::string ServerCore::take_output() {
  state_->urgent = false;
  return std::exchange(state_->output, {});
}
bool ServerCore::has_output() const { return !state_->output.empty(); }
bool ServerCore::output_is_urgent() const { return state_->urgent; }

const std::string& ServerCore::helo() const { return state_->helo_name; }
bool ServerCore::esmtp() const { return state_->esmtp; }
std::size_t ServerCore::recipients() const { return state_->recipients; }
std::uint32_t ServerCore::errors() const { return static_cast<std::uint32_t>(state_->errors); }
bool ServerCore::in_body() const { return state_->has_body(); }
std::uint64_t ServerCore::body_octets() const {
  return state_->has_body() ? state_->body->octets() + state_->body->drained() : 0;
}

}  // namespace waybill::relay::smtp
