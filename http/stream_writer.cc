#include "http/stream_writer.h"

#include <array>

#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::http {
namespace {

using runtime::Errc;
using runtime::Instant;
using runtime::Task;

// While a source has nothing: how soon a client that went away is noticed.
constexpr std::chrono::seconds kLook{1};
// Octets that are there are read at once; what TLS says to itself takes no longer.
constexpr std::chrono::milliseconds kGlance{10};

StreamEnd end_of(const runtime::Error& error) {
  return error == Errc::timeout ? StreamEnd::slow : StreamEnd::gone;
}

// False: the client closed the connection.
Task<bool> is_there(runtime::Connection& connection, HeadReader& reader, runtime::Clock& clock) {
  // A client that says more than a head fits no further request: it waits until this one is done.
  if (connection.quiet() || reader.unread() > kMaxHead) co_return true;
  std::array<char, 4096> octets;
  const std::span<char> into(octets);
  const auto count = co_await connection.read_some(into, clock.now() + kGlance);
  if (!count) co_return count.error() == Errc::timeout;
  reader.feed(std::string_view(octets.data(), *count));
  co_return true;
}

// Piece by piece of at most kMaxChunk octets; nullopt: all is written.
Task<std::optional<StreamEnd>> write_piece(runtime::Connection& connection, std::string_view piece,
                                           Framing framing, runtime::Clock& clock,
                                           runtime::Duration patience) {
  std::optional<StreamEnd> end;
  while (!piece.empty() && !end) {
    const std::string_view part = piece.substr(0, kMaxChunk);
    piece.remove_prefix(part.size());
    const std::string octets = framing == Framing::chunked ? write_chunk(part) : std::string(part);
    const auto written = co_await connection.write(octets, clock.now() + patience);
    if (!written) end = end_of(written.error());
  }
  co_return end;
}

Task<StreamEnd> write_last(runtime::Connection& connection, Framing framing, runtime::Clock& clock,
                           runtime::Duration patience) {
  if (framing != Framing::chunked) co_return StreamEnd::whole;
  const auto written = co_await connection.write(kLastChunk, clock.now() + patience);
  if (written) co_return StreamEnd::whole;
  co_return end_of(written.error());
}

StreamEnd other_length(const OpenStream& stream) {
  runtime::log(runtime::Level::warn, "http", "a stream's source is not as long as it said",
               {{"route", stream.route()}});
  return StreamEnd::failed;
}

}  // namespace

Task<StreamEnd> write_body(runtime::Connection& connection, OpenStream& stream, Framing framing,
                           HeadReader& reader, runtime::Clock& clock) {
  const StreamLimits& limits = stream.stream().limits;
  const Instant ends = clock.now() + limits.whole;
  Instant silent_until = runtime::sooner(clock.now() + limits.idle, ends);
  std::uint64_t left = stream.stream().length.value_or(UINT64_MAX);
  std::optional<StreamEnd> end;
  while (!end && !stream.stopped()) {
    const Instant until = runtime::sooner(clock.now() + kLook, silent_until);
    const Piece piece = co_await stream.source().next(until);
    if (stream.stopped()) break;
    if (piece && *piece && (*piece)->size() > left) {
      end = other_length(stream);
    } else if (piece && *piece) {
      left -= (*piece)->size();
      end = co_await write_piece(connection, **piece, framing, clock, limits.write);
      silent_until = runtime::sooner(clock.now() + limits.idle, ends);
      if (!end && clock.now() >= ends) end = StreamEnd::expired;
    } else if (piece && stream.stream().length && left > 0) {
      end = other_length(stream);
    } else if (piece) {
      end = co_await write_last(connection, framing, clock, limits.write);
    } else if (piece.error() == Errc::refused) {
      runtime::log(runtime::Level::info, "http", "a stream's reader may not read any more",
                   {{"route", stream.route()}});
      end = StreamEnd::refused;
    } else if (piece.error() != Errc::timeout || clock.now() < until) {
      runtime::log(runtime::Level::warn, "http", "a stream's source failed",
                   {{"route", stream.route()}, {"error", piece.error().message()}});
      end = StreamEnd::failed;
    } else if (clock.now() >= silent_until) {
      end = StreamEnd::expired;
    } else {
      const bool there = co_await is_there(connection, reader, clock);
      if (!there) end = StreamEnd::gone;
    }
  }
  co_return stream.stopped() ? StreamEnd::stopped : *end;
}

}  // namespace waybill::http
