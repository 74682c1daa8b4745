// OpenStreams: the streams of one seat that are under way at this moment: what became of each, and
// their end when the server stops.
//
// waybill_http_streams is how many are open, waybill_http_streams_total{route,end} how many ended
// and how. The seat's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "http/stream.h"
#include "runtime/metrics.h"
#include "runtime/permits.h"

namespace waybill::http {

enum class StreamEnd {
  whole,      // its last piece was written
  head_only,  // no more was asked for (RFC 9110 9.3.2)
  failed,     // its source gave an error
  refused,    // who reads may not read any more
  gone,       // the client closed the connection
  slow,       // the client did not take a piece in time
  expired,    // the source was silent for too long, or the whole took too long
  stopped,    // the server stops
};
std::string_view word_of(StreamEnd end);

class OpenStreams;

// One stream, from its place among the others to its end.
class OpenStream {
 public:
  // `place`: among those that may be open.
  OpenStream(OpenStreams& all, runtime::Permits::Held place, Stream stream,
             std::unique_ptr<Source> source, std::string route);
  // Counted by its end(); without one its client is gone.
  ~OpenStream();
  OpenStream(const OpenStream&) = delete;
  OpenStream& operator=(const OpenStream&) = delete;

  Stream& stream() { return stream_; }
  Source& source() { return *source_; }
  const std::string& route() const { return route_; }
  bool stopped() const { return stopped_; }

  // How it ended. The source is cancelled, unless it gave all.
  void end(StreamEnd how);
  // The server stops: the source is cancelled.
  void stop();

 private:
  void cancel_source();

  OpenStreams& all_;
  const runtime::Permits::Held place_;
  Stream stream_;
  const std::unique_ptr<Source> source_;
  const std::string route_;
  StreamEnd end_ = StreamEnd::gone;
  bool ended_ = false;
  bool cancelled_ = false;
  bool stopped_ = false;
};

class OpenStreams {
 public:
  // `metrics` outlives it.
  explicit OpenStreams(runtime::Metrics& metrics);

  // Tells all sources that nobody reads any more.
  void stop_all();

 private:
  friend class OpenStream;
  void enter(OpenStream& stream);
  void leave(OpenStream& stream, StreamEnd how);

  runtime::Metrics& metrics_;
  runtime::Gauge& gauge_;
  std::set<OpenStream*> open_;
};

}  // namespace waybill::http
