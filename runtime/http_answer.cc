#include "runtime/http_answer.h"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <utility>

namespace waybill::runtime {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::string_view kFront = "HTTP/1.";
// What ends a body in chunks at the least, "0" and two line ends: with less to read, an answer in
// chunks is never whole. Beast 1.81 ends the process when it is shown the last chunk a second time
// with less than this.
constexpr std::size_t kLastChunk = 5;

Errc translate(const Error& error) {
  if (error == http::error::body_limit || error == http::error::header_limit) {
    return Errc::limit_exceeded;
  }
  return Errc::closed;
}

}  // namespace

std::string_view HttpAnswer::field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (beast::iequals(key, name)) return value;
  }
  return {};
}

struct HttpAnswerReader::Parser {
  http::response_parser<http::string_body> beast;
};

HttpAnswerReader::HttpAnswerReader(std::size_t max_body, Body body)
    : max_body_(max_body), body_(body) {
  begin();
}

HttpAnswerReader::~HttpAnswerReader() = default;

void HttpAnswerReader::begin() {
  front_seen_ = false;
  parser_ = std::make_unique<Parser>();
  parser_->beast.eager(true);
  parser_->beast.header_limit(kMaxAnswerHead);
  parser_->beast.body_limit(max_body_);
  parser_->beast.skip(body_ == Body::none);
}

// Beast looks at a head when it is whole, which what is no HTTP may never be.
bool HttpAnswerReader::begins_well() {
  if (front_seen_) return true;
  const auto front = std::string_view(unread_).substr(0, kFront.size());
  front_seen_ = front.size() == kFront.size();
  return kFront.starts_with(front);
}

Result<HttpAnswerReader::State> HttpAnswerReader::feed(std::string_view octets) {
  unread_ += octets;
  while (!unread_.empty()) {
    if (!begins_well()) return make_error_code(Errc::closed);
    const bool in_chunks = parser_->beast.is_header_done() && parser_->beast.chunked();
    if (in_chunks && unread_.size() < kLastChunk) return State::wants_more;
    Error error;
    const std::size_t used = parser_->beast.put(boost::asio::buffer(unread_), error);
    unread_.erase(0, used);
    if (error == http::error::need_more) return State::wants_more;
    if (error) return make_error_code(translate(error));
    if (parser_->beast.need_eof()) return make_error_code(Errc::closed);
    if (!parser_->beast.is_done()) {
      if (used == 0) return State::wants_more;
      continue;
    }
    if (parser_->beast.get().result_int() / 100 != 1) return State::whole;
    begin();
  }
  return State::wants_more;
}

bool HttpAnswerReader::reusable() const { return unread_.empty() && parser_->beast.keep_alive(); }

std::string HttpAnswerReader::take_body() {
  auto& beast = parser_->beast;
  if (!beast.is_header_done() || beast.get().result_int() / 100 != 2) return {};
  return std::exchange(beast.get().body(), {});
}

HttpAnswer HttpAnswerReader::take() {
  auto message = parser_->beast.release();
  HttpAnswer out;
  out.status = message.result_int();
  for (const auto& field : message) {
    out.fields.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  out.body = std::move(message.body());
  return out;
}

}  // namespace waybill::runtime
