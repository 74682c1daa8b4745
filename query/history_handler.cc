// GET /v1/addresses/{address}/history: what became of the mail of an address, newest first.

#include "query/cursor.h"
#include "query/freshness.h"
#include "query/handlers.h"
#include "query/question.h"
#include "query/render.h"
#include "query/target.h"

namespace waybill::query {
namespace {

// RFC 8288 3: the next page as a reference, for clients that follow links.
std::string next_link(Request request, const std::string& cursor) {
  std::erase_if(request.parameters, [](const Parameter& p) { return p.name == "cursor"; });
  request.parameters.push_back({"cursor", cursor});
  return "<" + write_target(request) + ">; rel=\"next\"";
}

Response read_history(const ServerParts& parts, const projector::HistoryQuestion& question,
                      const Request& request) {
  const auto fresh = read_as_of(parts);
  if (!fresh) return to_response(unreadable(fresh.error()));
  const auto page = parts.history->timeline(question);
  if (!page) return to_response(unreadable(page.error()));
  Response response;
  std::optional<std::string> next;
  if (page->next) {
    next = write_cursor(*page->next, question);
    response.fields.emplace_back("Link", next_link(request, *next));
  }
  response.body = render_history(question, *page, next, *fresh);
  return response;
}

class HistoryHandler final : public Handler {
 public:
  explicit HistoryHandler(const ServerParts& parts) : parts_(parts) {}

  Plan plan(const Request& request) const override {
    Parameters parameters(request);
    auto read = read_question(request.captured[0], parameters, parts_.local_case);
    if (const auto* problem = std::get_if<Problem>(&read)) return to_response(*problem);
    return Read([&parts = parts_, question = std::get<projector::HistoryQuestion>(std::move(read)),
                 request] { return read_history(parts, question, request); });
  }

 private:
  const ServerParts& parts_;
};

}  // namespace

std::unique_ptr<Handler> history_handler(const ServerParts& parts) {
  return std::make_unique<HistoryHandler>(parts);
}

}  // namespace waybill::query
