#include "http/open_streams.h"

#include <utility>

namespace waybill::http {

std::string_view word_of(StreamEnd end) {
  switch (end) {
    case StreamEnd::whole: return "whole";
    case StreamEnd::head_only: return "head_only";
    case StreamEnd::failed: return "failed";
    case StreamEnd::refused: return "refused";
    case StreamEnd::gone: return "gone";
    case StreamEnd::slow: return "slow";
    case StreamEnd::expired: return "expired";
    case StreamEnd::stopped: return "stopped";
  }
  return "";
}

OpenStream::OpenStream(OpenStreams& all, runtime::Permits::Held place, Stream stream,
                       std::unique_ptr<Source> source, std::string route)
    : all_(all),
      place_(std::move(place)),
      stream_(std::move(stream)),
      source_(std::move(source)),
      route_(std::move(route)) {
  all_.enter(*this);
}

OpenStream::~OpenStream() {
  if (!ended_) end(stopped_ ? StreamEnd::stopped : StreamEnd::gone);
  all_.leave(*this, end_);
}

void OpenStream::end(StreamEnd how) {
  ended_ = true;
  end_ = how;
  if (how != StreamEnd::whole) cancel_source();
}

void OpenStream::stop() {
  stopped_ = true;
  cancel_source();
}

void OpenStream::cancel_source() {
  if (!std::exchange(cancelled_, true)) source_->cancel();
}

OpenStreams::OpenStreams(runtime::Metrics& metrics)
    : metrics_(metrics), gauge_(metrics.gauge("waybill_http_streams", "HTTP streams open.")) {}

void OpenStreams::stop_all() {
  for (OpenStream* const stream : open_) stream->stop();
}

void OpenStreams::enter(OpenStream& stream) {
  open_.insert(&stream);
  gauge_.add(1);
}

void OpenStreams::leave(OpenStream& stream, StreamEnd how) {
  open_.erase(&stream);
  gauge_.add(-1);
  metrics_
      .counter("waybill_http_streams_total", "HTTP streams ended, by how.",
               {{"route", stream.route()}, {"end", std::string(word_of(how))}})
      .add();
}

}  // namespace waybill::http
