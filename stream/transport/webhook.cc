#include "stream/transport/webhook.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "runtime/ascii.h"
#include "runtime/crypto.h"
#include "runtime/hex.h"
#include "runtime/network.h"
#include "schemas/kind.h"
#include "stream/transport/sendable.h"

namespace waybill::stream {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Instant;

namespace {

constexpr std::size_t kMostWebhookId = 512;  // octets

// It stands in a field, and a point would end it in what is signed.
std::string event_fault(const Record& record) {
  const bool plain = std::all_of(record.id.begin(), record.id.end(), [](char c) {
    return runtime::ascii::is_alphanumeric(c) || c == '-' || c == '_';
  });
  if (!plain || record.id.size() > kMostWebhookId)
    return "the record's id cannot be one of a webhook";
  return json_fault(record);
}

std::string_view webhook_type(std::string_view kind) {
  for (const auto& one : schemas::kKinds) {
    if (one.word == kind) return one.ce_type;
  }
  return "waybill.event";
}

// RFC 3339 5.6, with milliseconds.
std::string webhook_date(runtime::WallTime time) {
  using namespace std::chrono;
  const auto days_ = floor<days>(time);
  const year_month_day day(days_);
  const hh_mm_ss clock(floor<milliseconds>(time - days_));
  std::array<char, 64> out;
  const int size = std::snprintf(
      out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(day.year()),
      static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {out.data(), static_cast<std::size_t>(size)};
}

void append_event(std::string& out, const Record& record) {
  out.append(R"("type":")").append(webhook_type(record.kind));
  out.append(R"(","timestamp":")").append(webhook_date(record.time));
  out.append(R"(","data":)").append(record.body).append("}");
}

struct Message {
  std::string id;
  std::string body;
};

Message message_of(std::span<const Record> batch, const std::vector<std::size_t>& places) {
  const Record& last = batch[places.back()];
  Message out;
  if (places.size() == 1) {
    out.id = last.id;
    out.body = "{";
    append_event(out.body, last);
    return out;
  }
  std::string ids;
  out.body =
      R"({"type":"waybill.events","timestamp":")" + webhook_date(last.time) + R"(","data":[)";
  for (const std::size_t place : places) {
    ids.append(batch[place].id).append("\n");
    if (out.body.back() != '[') out.body += ',';
    out.body.append(R"({"id":")").append(batch[place].id).append(R"(",)");
    append_event(out.body, batch[place]);
  }
  out.body += "]}";
  out.id = "batch_" + runtime::hex(runtime::sha256(ids)).substr(0, 32);
  return out;
}

// The word of HTTP for a receiver that wants no more.
constexpr unsigned kGone = 410;

class Webhook final : public Transport {
 public:
  Webhook(std::unique_ptr<HttpWay> way, WebhookSettings settings)
      : way_(std::move(way)), secrets_(std::move(settings.secrets)), bounds_(settings.bounds) {}

  Grade grade() const override { return Grade::taken; }
  BatchBounds bounds() const override { return bounds_; }
  void cancel() noexcept override { way_->cancel(); }

  Outcome send(std::span<const Record> batch, Instant deadline) override {
    Sendable part = sendable(batch, event_fault);
    if (part.places.empty()) return std::move(part.outcome);
    Message message = message_of(batch, part.places);
    const auto since_1970 = way_->clock().wall().time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_1970).count();
    HttpWay::Post post{.content_type = "application/json"};
    post.fields.emplace_back("webhook-id", message.id);
    post.fields.emplace_back("webhook-timestamp", std::to_string(seconds));
    post.fields.emplace_back("webhook-signature",
                             webhook_signatures(secrets_, message.id, seconds, message.body));
    post.body = std::move(message.body);
    HttpReply reply = way_->post(std::move(post), deadline);
    if (reply.trouble == Trouble::none) {
      part.settle(Fate::confirmed);
      return std::move(part.outcome);
    }
    if (reply.status == kGone) {
      reply.why = way_->said(reply, "it wants no more events: remove the sink, or see its url");
    }
    return part.trouble(reply.trouble, std::move(reply.why), reply.retry_after);
  }

 private:
  const std::unique_ptr<HttpWay> way_;
  const std::vector<WebhookSecret> secrets_;
  const BatchBounds bounds_;
};

// The host of the URL, as HttpBase has it; empty: none.
std::string host_of_url(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return {};
  const auto base = runtime::HttpBase::parse(url.substr(0, url.find_first_of("/?", scheme + 3)));
  return base ? base->host : std::string();
}

}  // namespace

Explained<std::unique_ptr<Transport>> make_webhook(WebhookSettings settings,
                                                   const runtime::Clock& clock) {
  if (settings.secrets.empty()) return Failure{Errc::invalid, "a webhook has no secret"};
  const std::string host = host_of_url(settings.way.url);
  std::vector<runtime::Network> allowed;
  bool all = false;
  for (const std::string& one : settings.allow_private) {
    const auto network = runtime::network_of(one);
    if (network) allowed.push_back(*network);
    if (!network && !runtime::HttpBase::parse("http://" + one)) {
      return Failure{Errc::invalid, "allow_private: " + one + " is neither a host nor a network"};
    }
    all = all || (!host.empty() && runtime::ascii::equal(one, host));
  }
  settings.way.gzip = false;
  settings.way.may_dial = [all, allowed](const runtime::IpAddress& address) {
    return all || runtime::is_public(address) ||
           std::any_of(allowed.begin(), allowed.end(), [&](const runtime::Network& network) {
             return network.holds(runtime::unmapped(address));
           });
  };
  auto way = HttpWay::make(settings.way, clock);
  if (!way) return way.error();
  return std::unique_ptr<Transport>(
      std::make_unique<Webhook>(std::move(*way), std::move(settings)));
}

}  // namespace waybill::stream
