#include "stream/transport/otlp.h"

#include <algorithm>

#include "runtime/version.h"
#include "schemas/kind.h"
#include "stream/transport/otlp_answer.h"
#include "stream/transport/sendable.h"

namespace waybill::stream {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Instant;

namespace {

// SeverityNumber and its short name (opentelemetry-specification, logs data model).
std::string_view otlp_severity(Severity severity) {
  switch (severity) {
    case Severity::error: return R"("severityNumber":17,"severityText":"ERROR")";
    case Severity::warning: return R"("severityNumber":13,"severityText":"WARN")";
    case Severity::notice: return R"("severityNumber":10,"severityText":"INFO2")";
    case Severity::informational: return R"("severityNumber":9,"severityText":"INFO")";
  }
  return {};
}

void append_attribute(std::string& out, std::string_view key, std::string_view value) {
  out += R"({"key":)";
  append_json(out, key);
  out += R"(,"value":{"stringValue":)";
  append_json(out, value);
  out += "}}";
}

std::string event_name(std::string_view kind) {
  for (const auto& one : schemas::kKinds) {
    if (one.word == kind) return std::string(one.ce_type);
  }
  return "waybill." + std::string(kind);
}

class Otlp final : public Transport {
 public:
  Otlp(std::unique_ptr<HttpWay> way, const OtlpSettings& settings)
      : way_(std::move(way)), bounds_(settings.bounds) {
    front_ = R"({"resourceLogs":[{"resource":{"attributes":[)";
    append_attribute(front_, "service.name", settings.service_name);
    front_ += ',';
    append_attribute(front_, "service.version", runtime::kRelease);
    if (!settings.host_name.empty()) {
      front_ += ',';
      append_attribute(front_, "host.name", settings.host_name);
    }
    front_ += R"(]},"scopeLogs":[{"scope":{"name":"waybill.events"},"logRecords":[)";
  }

  Grade grade() const override { return Grade::taken; }
  BatchBounds bounds() const override { return bounds_; }
  void cancel() noexcept override { way_->cancel(); }

  Outcome send(std::span<const Record> batch, Instant deadline) override {
    Sendable part = sendable(batch, text_fault);
    if (part.places.empty()) return std::move(part.outcome);
    HttpWay::Post post{
        .path = "/v1/logs", .content_type = "application/json", .body = body_of(batch, part)};
    HttpReply reply = way_->post(std::move(post), deadline);
    if (reply.trouble != Trouble::none) {
      const std::string words = read_otlp_error(reply.body);
      if (!words.empty()) reply.why = way_->said(reply, way_->words(words));
      return part.trouble(reply.trouble, std::move(reply.why), reply.retry_after);
    }
    const auto answer = read_otlp_answer(reply.body);
    if (!answer) {
      Failure why{Errc::corrupt,
                  way_->name() + ": its answer is none of OTLP: " + answer.error().why};
      return part.trouble(Trouble::weather, std::move(why), reply.retry_after);
    }
    part.settle(Fate::confirmed);
    part.outcome.unnamed_refusals = std::min<std::uint64_t>(answer->rejected, part.places.size());
    if (part.outcome.unnamed_refusals > 0) {
      part.outcome.why = way_->said(reply, std::to_string(part.outcome.unnamed_refusals) + " of " +
                                               std::to_string(part.places.size()) +
                                               " refused: " + way_->words(answer->words));
    }
    return std::move(part.outcome);
  }

 private:
  std::string body_of(std::span<const Record> batch, const Sendable& part) const {
    constexpr std::size_t kAround = 320;  // octets beside a body, with what is escaped in it
    std::size_t size = front_.size();
    for (const std::size_t place : part.places) size += batch[place].body.size() + kAround;
    std::string out;
    out.reserve(size);
    out += front_;
    bool first = true;
    for (const std::size_t place : part.places) {
      const Record& record = batch[place];
      const auto since_1970 = record.time.time_since_epoch().count();
      if (!std::exchange(first, false)) out += ',';
      out.append(R"({"timeUnixNano":")").append(std::to_string(since_1970)).append("\",");
      out.append(otlp_severity(record.severity)).append(R"(,"eventName":)");
      append_json(out, event_name(record.kind));
      out += R"(,"body":{"stringValue":)";
      append_json(out, record.body);
      out += R"(},"attributes":[)";
      append_attribute(out, "waybill.event.id", record.id);
      out += ',';
      append_attribute(out, "waybill.event.kind", record.kind);
      out += "]}";
    }
    return out += "]}]}]}";
  }

  const std::unique_ptr<HttpWay> way_;
  const BatchBounds bounds_;
  std::string front_;
};

}  // namespace

Explained<std::unique_ptr<Transport>> make_otlp(OtlpSettings settings,
                                                const runtime::Clock& clock) {
  auto way = HttpWay::make(settings.way, clock);
  if (!way) return way.error();
  return std::unique_ptr<Transport>(std::make_unique<Otlp>(std::move(*way), settings));
}

}  // namespace waybill::stream
