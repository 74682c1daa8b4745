// GET /v1/access: who asked for what, newest first.

#include "http/parameters.h"
#include "query/access_subject.h"
#include "query/cursor.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "query/paging.h"
#include "query/question.h"
#include "query/render.h"

namespace waybill::query {
namespace {

using projector::AccessQuestion;

// What a cursor belongs to.
std::string cursor_question(const AccessQuestion& question) {
  return "access " + std::to_string(question.subject.size()) + question.subject +
         question.principal;
}

http::Response read_accesses(const Sources& sources, const AccessQuestion& question,
                             const http::Request& request) {
  projector::AccessPage page;
  Inquiry inquiry;
  inquiry.partition = sources.access_partition;
  inquiry.ask = [&](const LocalPartition& local) -> runtime::Result<void> {
    auto read = local.history->accesses(question, request.sight());
    if (!read) return read.error();
    page = std::move(*read);
    return {};
  };
  const Gathered gathered = gather(sources, request, inquiry);
  if (gathered.problem) return http::to_response(*gathered.problem);
  http::Response response;
  std::optional<std::string> next;
  if (page.next) next = write_cursor(*page.next, cursor_question(question));
  if (next) link_next(request, *next, response);
  response.body = render_accesses(page.events, next, gathered.as_of);
  response.shown = shown_of(page.events.size(), gathered.as_of, {});
  return response;
}

}  // namespace

http::Plan plan_accesses(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  AccessQuestion question;
  question.limit = parameters.number("limit", 1, projector::kMaxPage).value_or(kDefaultPage);
  if (const auto subject = parameters.text("subject")) question.subject = access_subject(*subject);
  question.principal = parameters.text("principal").value_or("");
  if (const auto cursor = parameters.text("cursor")) {
    const auto before = read_index_cursor(*cursor, cursor_question(question));
    if (before) {
      question.before = *before;
    } else {
      refuse_cursor(parameters, *cursor, before.error());
    }
  }
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  if (!sources.access_partition) {
    return http::to_response(
        http::problem_of(501, "no_access_log", "Who asks is put on record by `waybill serve`."));
  }
  return http::Read([&sources, question, request] {
    return http::Answer(read_accesses(sources, question, request));
  });
}

}  // namespace waybill::query
