#include "query/ask_inside.h"

#include "http/problem.h"
#include "http/target.h"

namespace waybill::query {

http::Response ask_inside(const Sources& sources, const http::Request& whole,
                          const std::string& target, std::vector<std::string> captured,
                          http::Plan (*plan)(const Sources&, const http::Request&)) {
  auto inner = http::parse_target(target);
  if (!inner) return http::to_response(http::problem_of(500, "internal", inner.error().why));
  inner->method = whole.method;
  inner->target = target;
  inner->trace = whole.trace;
  inner->fields = whole.fields;
  inner->client = whole.client;
  inner->asker = whole.asker;
  inner->captured = std::move(captured);
  http::Plan planned = plan(sources, *inner);
  http::Answer answer;
  if (auto* const response = std::get_if<http::Response>(&planned)) return std::move(*response);
  if (auto* const read = std::get_if<http::Read>(&planned)) {
    answer = (*read)();
  } else if (auto* const quick = std::get_if<http::QuickRead>(&planned)) {
    answer = quick->read();
  } else if (auto* const remote = std::get_if<http::RemoteRead>(&planned)) {
    answer = remote->read();
  }
  return std::get<http::Response>(std::move(answer));
}

}  // namespace waybill::query
