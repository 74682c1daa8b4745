#include "stream/transport/hec.h"

#include <algorithm>
#include <array>
#include <map>

#include "runtime/hex.h"
#include "stream/transport/hec_answer.h"
#include "stream/transport/sendable.h"
#include "stream/transport/stop.h"

namespace waybill::stream {

using runtime::Duration;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Instant;

namespace {

constexpr auto kMostPoll = std::chrono::seconds(10);
// Requests that wait for their acknowledgement at one time. The collector holds some 10,000 of a
// channel, and a question for these stays small.
constexpr std::size_t kMostOpen = 256;

// RFC 9562 5.4.
std::string guid(runtime::Chance& chance) {
  std::array<std::uint8_t, 16> octets;
  chance.fill(octets);
  octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0f) | 0x40);
  octets[8] = static_cast<std::uint8_t>((octets[8] & 0x3f) | 0x80);
  std::string out = runtime::hex(octets);
  for (const std::size_t at : {8, 13, 18, 23}) out.insert(at, 1, '-');
  return out;
}

// "1790000000.123": seconds since 1970 with milliseconds.
std::string hec_time(runtime::WallTime time) {
  const auto all = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::string rest = std::to_string(1000 + (all % 1000 + 1000) % 1000);
  return std::to_string((all - (all % 1000 + 1000) % 1000) / 1000) + "." + rest.substr(1);
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  append_json(out, name);
  out += ':';
  append_json(out, value);
  out += ',';
}

class Hec final : public Transport {
 public:
  Hec(std::unique_ptr<HttpWay> way, HecSettings settings, runtime::Chance& chance)
      : way_(std::move(way)),
        settings_(std::move(settings)),
        chance_(chance),
        channel_(guid(chance_)) {
    append_member(same_, "host", settings_.host);
    append_member(same_, "source", settings_.source);
    append_member(same_, "sourcetype", settings_.sourcetype);
    append_member(same_, "index", settings_.index);
  }

  Grade grade() const override { return acknowledges_ ? Grade::stored : Grade::taken; }
  // confirm() gives up by itself.
  Duration confirm_patience() const override { return 2 * settings_.ack_patience; }
  BatchBounds bounds() const override { return settings_.bounds; }

  void cancel() noexcept override {
    stop_.stop();
    way_->cancel();
  }

  Outcome send(std::span<const Record> batch, Instant deadline) override {
    Sendable part =
        sendable(batch, settings_.body == HecSettings::Body::json ? RecordFault(json_fault)
                                                                  : RecordFault(text_fault));
    if (part.places.empty()) return std::move(part.outcome);
    if (open_.size() >= kMostOpen) {
      const auto less = poll(deadline, kMostOpen - 1);
      if (!less || !*less) return give_up(std::move(part), less);
    }
    HttpWay::Post post{.path = "/services/collector/event",
                       .content_type = "application/json",
                       .body = body_of(batch, part)};
    post.fields.emplace_back("X-Splunk-Request-Channel", channel_);
    HttpReply reply = way_->post(std::move(post), deadline);
    if (reply.status == 0) return troubled(std::move(part), std::move(reply));
    const auto answer = read_hec_answer(reply.body);
    if (reply.trouble == Trouble::none) return taken(std::move(part), reply, answer);
    if (answer) refused(part, reply, *answer);
    return troubled(std::move(part), std::move(reply));
  }

  Explained<bool> confirm(Instant deadline) override { return poll(deadline, 0); }

 private:
  std::string body_of(std::span<const Record> batch, const Sendable& part) const {
    const std::size_t around = same_.size() + 128;
    std::size_t size = 0;
    for (const std::size_t place : part.places) size += batch[place].body.size() + around;
    std::string out;
    out.reserve(size);
    for (const std::size_t place : part.places) {
      const Record& record = batch[place];
      out.append(R"({"time":)").append(hec_time(record.time)).append(",").append(same_);
      out += R"("event":)";
      if (settings_.body == HecSettings::Body::json) {
        out += record.body;
      } else {
        append_json(out, record.body);
      }
      out += R"(,"fields":{"waybill_event_id":)";
      append_json(out, record.id);
      out += "}}\n";
    }
    return out;
  }

  Outcome taken(Sendable part, const HttpReply& reply, const Explained<HecAnswer>& answer) {
    if (!answer || answer->code != static_cast<std::uint64_t>(HecCode::success)) {
      const std::string why = answer ? way_->words(answer->text) : answer.error().why;
      Failure failure{Errc::corrupt, way_->name() + ": its answer is none of a collector: " + why};
      forget();
      return part.trouble(Trouble::weather, std::move(failure), reply.retry_after);
    }
    acknowledges_ = answer->ack_id.has_value();
    if (answer->ack_id && last_ack_ && *answer->ack_id <= *last_ack_) {
      // It was restarted and counts anew: an id that is awaited would come to mean another request.
      forget();
      Failure failure{Errc::closed, way_->name() + ": it counts acknowledgements anew"};
      return part.trouble(Trouble::weather, std::move(failure), reply.retry_after);
    }
    if (answer->ack_id) open_[*answer->ack_id] = way_->clock().now();
    last_ack_ = answer->ack_id;
    part.settle(acknowledges_ ? Fate::open : Fate::confirmed);
    return std::move(part.outcome);
  }

  // By the code where the status alone says too little.
  void refused(Sendable& part, HttpReply& reply, const HecAnswer& answer) const {
    switch (static_cast<HecCode>(answer.code)) {
      case HecCode::invalid_format:
      case HecCode::no_event:
      case HecCode::blank_event:
      case HecCode::wrong_fields:
        // Those in front may have been indexed: nothing says so, and a repeat has the same id.
        if (!answer.invalid_event || *answer.invalid_event >= part.places.size()) break;
        part.settle(Fate::again);
        part.outcome.records[part.places[*answer.invalid_event]] = {
            .fate = Fate::refused, .why = way_->words(answer.text)};
        reply.trouble = Trouble::none;
        return;
      case HecCode::wrong_index:
      case HecCode::no_channel:
      case HecCode::invalid_channel:
      case HecCode::no_acknowledgement: reply.trouble = Trouble::setup; break;
      case HecCode::busy: reply.trouble = Trouble::weather; break;
      default: break;
    }
    reply.why =
        way_->said(reply, way_->words(answer.text) + " (code " + std::to_string(answer.code) + ")");
  }

  // What is open is sent again with the rest, under a channel where nothing of it is awaited.
  Outcome troubled(Sendable part, HttpReply reply) {
    if (reply.trouble == Trouble::none) return std::move(part.outcome);
    // What is refused for something in it says nothing of requests before it.
    if (reply.trouble != Trouble::batch) forget();
    return part.trouble(reply.trouble, std::move(reply.why), reply.retry_after);
  }

  Outcome give_up(Sendable part, const Explained<bool>& polled) {
    forget();
    Failure why = polled ? Failure{Errc::timeout, way_->name() + ": it acknowledges too slowly"}
                         : polled.error();
    return part.trouble(Trouble::weather, std::move(why), std::nullopt);
  }

  void forget() {
    if (last_ack_) channel_ = guid(chance_);
    last_ack_.reset();
    open_.clear();
  }

  // Until no more than `most` are open (true), or the deadline (false).
  Explained<bool> poll(Instant deadline, std::size_t most) {
    Duration pause = settings_.first_poll;
    while (open_.size() > most) {
      const auto acks = ask(deadline);
      if (!acks && acks.error().code == Errc::refused) return lost(acks.error());
      if (acks) {
        for (const std::uint64_t id : *acks) open_.erase(id);
        if (!acks->empty()) pause = settings_.first_poll;
        if (open_.size() <= most) break;
      }
      const Instant now = way_->clock().now();
      const auto oldest = std::min_element(open_.begin(), open_.end(),
                                           [](auto& a, auto& b) { return a.second < b.second; });
      if (now - oldest->second >= settings_.ack_patience) {
        return lost({Errc::timeout, way_->name() + ": no acknowledgement came in time"});
      }
      if (now >= deadline) return false;
      const Instant next = runtime::sooner(now + pause, deadline);
      if (!stop_.wait_until(way_->clock(), next)) {
        return lost({Errc::closed, way_->name() + ": cancelled"});
      }
      pause = std::min<Duration>(2 * pause, kMostPoll);
    }
    return true;
  }

  Failure lost(Failure why) {
    forget();
    return why;
  }

  // Errc::refused: the collector will never tell. Other errors may pass, within the patience.
  Explained<std::set<std::uint64_t>> ask(Instant deadline) {
    HttpWay::Post post{.path = "/services/collector/ack", .content_type = "application/json"};
    post.fields.emplace_back("X-Splunk-Request-Channel", channel_);
    post.body = R"({"acks":[)";
    for (const auto& [id, since] : open_) {
      if (!post.body.ends_with('[')) post.body += ',';
      post.body += std::to_string(id);
    }
    post.body += "]}";
    HttpReply reply = way_->post(std::move(post), deadline);
    if (reply.trouble == Trouble::none) return read_hec_acks(reply.body);
    const bool passes = reply.trouble == Trouble::weather;
    reply.why.code = passes ? Errc::temporary : Errc::refused;
    return reply.why;
  }

  const std::unique_ptr<HttpWay> way_;
  const HecSettings settings_;
  runtime::Chance& chance_;
  std::string same_;  // members that each event has
  std::string channel_;
  bool acknowledges_ = false;
  std::map<std::uint64_t, Instant> open_;  // by ackId, since when
  std::optional<std::uint64_t> last_ack_;  // of this channel
  Stop stop_;
};

}  // namespace

Explained<std::unique_ptr<Transport>> make_hec(HecSettings settings, const runtime::Clock& clock,
                                               runtime::Chance& chance) {
  settings.way.secret_fields.emplace_back("Authorization", "Splunk " + settings.token);
  auto way = HttpWay::make(settings.way, clock);
  if (!way) return way.error();
  return std::unique_ptr<Transport>(
      std::make_unique<Hec>(std::move(*way), std::move(settings), chance));
}

}  // namespace waybill::stream
