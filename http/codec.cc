#include "http/codec.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <charconv>
#include <cstdio>

#include "http/local_host.h"
#include "http/stream.h"
#include "http/target.h"
#include "runtime/ascii.h"

namespace waybill::http {
namespace {

namespace beast = boost::beast::http;
using Parser = beast::request_parser<beast::empty_body>;

Problem malformed(std::string detail) {
  return problem_of(400, "malformed_request", std::move(detail));
}

Problem too_large(bool line_ended) {
  const std::string limit = std::to_string(kMaxHead) + " octets are taken.";
  // RFC 9112 3: a request line that is too long has a status of its own.
  if (!line_ended)
    return problem_of(414, "target_too_long", "The request line is too long: " + limit);
  return problem_of(431, "head_too_large", "The request's fields are too large: " + limit);
}

// RFC 9112 3: a method, a target and a version with one space between them, and CRLF behind. What
// has no such shape has no version that could be a wrong one.
bool is_request_line(std::string_view line) {
  if (!line.ends_with('\r') || std::count(line.begin(), line.end(), ' ') != 2) return false;
  line.remove_suffix(1);
  const std::string_view version = line.substr(line.rfind(' ') + 1);
  return version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
         runtime::ascii::is_digit(version[5]) && runtime::ascii::is_digit(version[7]);
}

// `line`: that of the request, without its LF.
Problem syntax_problem(const boost::system::error_code& error, std::string_view line) {
  if (error == beast::error::bad_version && is_request_line(line)) {
    return problem_of(505, "version_not_supported", "HTTP/1.1 and HTTP/1.0 are spoken here.");
  }
  return malformed("The request is not HTTP/1.1 as RFC 9112 has it: " + error.message() + ".");
}

std::optional<Problem> check_host(const Parser::value_type& request, Hosts hosts) {
  const auto count = request.count(beast::field::host);
  const bool absolute = !request.target().starts_with('/');
  if (count == 0 && request.version() == 10 && !absolute) return std::nullopt;
  if (count > 1 || (count == 0 && request.version() == 11))
    return malformed("A request has exactly one Host field.");
  // RFC 9112 3.2.2: the host of an absolute-form target replaces the field.
  const std::string target(request.target());
  const auto authority = authority_of(target);
  const std::string field(request[beast::field::host]);
  if (hosts == Hosts::any || names_local_host(authority ? *authority : field)) return std::nullopt;
  return problem_of(
      421, "misdirected_request",
      "This server answers as localhost or by IP address only; a proxy in front of it "
      "must set Host to one of these.");
}

std::optional<Problem> check_framing(const Parser::value_type& request) {
  const auto coding = request.find(beast::field::transfer_encoding);
  if (coding == request.end()) return std::nullopt;
  // RFC 9112 6.1
  if (request.version() == 10) return malformed("HTTP/1.0 has no Transfer-Encoding.");
  if (boost::beast::iequals(coding->value(), "chunked")) return std::nullopt;
  return problem_of(501, "coding_not_supported", "No transfer coding but chunked is known here.");
}

Incoming take(const Parser& parser, Hosts hosts) {
  const auto& request = parser.get();
  if (auto problem = check_framing(request)) return std::move(*problem);
  if (auto problem = check_host(request, hosts)) return std::move(*problem);
  Head head;
  head.version = request.version() == 10 ? Version::http_1_0 : Version::http_1_1;
  head.method = std::string(request.method_string());
  head.target = std::string(request.target());
  for (const auto& field : request) {
    head.fields.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  head.has_body = parser.chunked() || parser.content_length().value_or(0) > 0;
  head.keep_alive = parser.keep_alive() && !head.has_body;
  return head;
}

void put_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// RFC 9110 15.4.5: the client has the content, and its fields, already.
constexpr unsigned kNotModified = 304;

std::string begin_head(unsigned status, std::string_view content_type, runtime::WallTime now) {
  std::string out = "HTTP/1.1 ";
  out.append(std::to_string(status)).append(" ").append(reason_phrase(status)).append("\r\n");
  put_field(out, "Date", http_date(now));
  if (status != kNotModified) put_field(out, "Content-Type", content_type);
  return out;
}

void end_head(std::string& out, const Fields& fields, After after) {
  // Addresses are in nearly every answer: no store but the client's own memory may keep one. What
  // has none says so itself.
  if (find_field(fields, "Cache-Control").empty()) {
    put_field(out, "Cache-Control", "private, no-store");
  }
  put_field(out, "X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : fields) put_field(out, name, value);
  put_field(out, "Connection", after == After::close ? "close" : "keep-alive");
  out.append("\r\n");
}

}  // namespace

struct HeadReader::State {
  std::string unread;
  std::unique_ptr<Parser> parser;
  std::size_t taken = 0;  // octets of this head that the parser has
  bool skipped = false;   // an empty line before it
  Hosts hosts = Hosts::local;

  void begin() {
    parser = std::make_unique<Parser>();
    parser->header_limit(kMaxHead);
    parser->body_limit(boost::none);
    taken = 0;
    skipped = false;
  }

  // RFC 9112 2.2: an empty line before a request line is an old client's slip: one is skipped.
  void skip_empty_line() {
    if (taken > 0 || skipped || !unread.starts_with("\r\n")) return;
    unread.erase(0, 2);
    skipped = true;
  }

  bool line_ended() const { return taken > 0 || unread.find("\r\n") < kMaxHead; }
};

HeadReader::HeadReader(Hosts hosts) : state_(std::make_unique<State>()) {
  state_->hosts = hosts;
  state_->begin();
}
HeadReader::~HeadReader() = default;

void HeadReader::feed(std::string_view octets) { state_->unread.append(octets); }

bool HeadReader::idle() const { return state_->taken == 0 && state_->unread.empty(); }

std::size_t HeadReader::unread() const { return state_->taken + state_->unread.size(); }

std::optional<Incoming> HeadReader::next() {
  State& state = *state_;
  state.skip_empty_line();
  if (state.unread.empty() || (state.taken == 0 && state.unread == "\r")) return std::nullopt;

  // The parser's own limit counts only what it is given at once; the sum is counted here.
  boost::system::error_code error;
  const auto octets = boost::asio::buffer(state.unread);
  const std::size_t used = state.parser->put(octets, error);
  const bool line_ended = state.line_ended();
  const std::string line = error ? state.unread.substr(0, state.unread.find('\n')) : std::string();
  state.unread.erase(0, used);
  state.taken += used;
  const bool whole = !error && state.parser->is_header_done();
  const std::size_t size = state.taken + (whole ? 0 : state.unread.size());
  if (size > kMaxHead || error == beast::error::header_limit) return too_large(line_ended);
  if (error && error != beast::error::need_more) return syntax_problem(error, line);
  if (!whole) return std::nullopt;

  Incoming incoming = take(*state.parser, state.hosts);
  state.begin();
  return incoming;
}

std::string http_date(runtime::WallTime time) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  std::array<char, 64> out{};
  const int size = std::snprintf(
      out.data(), out.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
      kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
      kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return {out.data(), static_cast<std::size_t>(size)};
}

std::string write_response(const Response& response, Content content, After after,
                           runtime::WallTime now) {
  std::string out = begin_head(response.status, response.content_type, now);
  // RFC 9110 8.6: of a 304 it would be the length of what the client has.
  if (response.status != kNotModified) {
    put_field(out, "Content-Length", std::to_string(response.body.size()));
  }
  end_head(out, response.fields, after);
  if (content == Content::send) out.append(response.body);
  return out;
}

std::string write_stream_head(const Stream& stream, Framing framing, After after,
                              runtime::WallTime now) {
  std::string out = begin_head(stream.status, stream.content_type, now);
  if (framing == Framing::chunked) put_field(out, "Transfer-Encoding", "chunked");
  if (framing == Framing::by_length) {
    put_field(out, "Content-Length", std::to_string(stream.length.value_or(0)));
  }
  end_head(out, stream.fields, after);
  return out;
}

std::string write_chunk(std::string_view octets) {
  std::array<char, 16> size;
  const auto written = std::to_chars(size.data(), size.data() + size.size(), octets.size(), 16);
  std::string out(size.data(), written.ptr);
  out.append("\r\n").append(octets).append("\r\n");
  return out;
}

}  // namespace waybill::http
