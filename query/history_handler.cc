// GET /v1/addresses/{address}/history: what became of the mail of an address, newest first.
// GET /v1/clients/{ip}/history: what a client was told, newest first.

#include "query/cursor.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "query/merge.h"
#include "query/paging.h"
#include "query/question.h"
#include "query/render.h"
#include "schemas/partition.h"

namespace waybill::query {
namespace {

// How the local part of a return path begins (docs/return_path.md).
constexpr std::string_view kReturnPathMark = "b.";

// A history of an alias lies where its key does. Those of the other roles, and return paths, whose
// reports go where their deliveries are, may be anywhere.
std::optional<std::uint32_t> partition_of(const Sources& sources, const Question& question) {
  const std::string& address = question.asked.address;
  if (question.asked.role != projector::Role::alias || address.starts_with(kReturnPathMark)) {
    return std::nullopt;
  }
  return schemas::partition_of_key(address, sources.partition_count);
}

runtime::Result<HistoryPart> ask_partition(const LocalPartition& local, const Question& question,
                                           const schemas::Sight& sight) {
  projector::HistoryQuestion asked = question.asked;
  if (question.after) asked.after = after(*question.after, local.partition);
  auto page = local.history->timeline(asked, sight);
  if (!page) return page.error();
  return history_part(local.partition, std::move(*page));
}

// Of the alias that is asked about; empty: of nobody of ours, as far as is known.
std::string domain_of(const Question& question) {
  if (question.asked.role != projector::Role::alias) return {};
  return question.asked.address.substr(question.asked.address.rfind('@') + 1);
}

http::Response read_history(const Sources& sources, const Question& question,
                            const http::Request& request) {
  std::vector<HistoryPart> parts;
  const schemas::Sight sight = request.sight();
  Inquiry inquiry = inquiry_into(
      parts, [&](const LocalPartition& local) { return ask_partition(local, question, sight); },
      [&](PeerSaid said) { return read_history_part(std::move(said), question.asked); });
  inquiry.partition = partition_of(sources, question);
  Gathered gathered = gather(sources, request, inquiry);
  // A peer of an older release may answer 404 instead of an empty part.
  if (gathered.problem || parts.empty()) {
    return http::to_response(
        nothing_found("Nobody who was asked has such a history.", std::move(gathered)));
  }
  const auto history = merge_histories(std::move(parts), question.asked.limit);
  http::Response response;
  if (history.next) link_next(request, write_cursor(*history.next, question.asked), response);
  response.body = render_history(question.asked, history, gathered.as_of);
  response.shown = shown_of(history.lines.size(), gathered.as_of, domain_of(question));
  return response;
}

http::Plan plan_question(const Sources& sources, const http::Request& request,
                         std::variant<Question, http::Problem> read) {
  if (const auto* problem = std::get_if<http::Problem>(&read)) return http::to_response(*problem);
  auto question = std::get<Question>(std::move(read));
  const auto partition = partition_of(sources, question);
  const std::size_t lines = question.asked.limit;
  return plan_quick_read(sources, request, partition, lines,
                         [question = std::move(question), request](const Sources& from) {
                           return read_history(from, question, request);
                         });
}

}  // namespace

http::Plan plan_history(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  // That a domain is ours is not told to those who may not see it.
  const LocalPartsOf local_parts = [&](const std::string& domain) -> std::optional<LocalParts> {
    if (!sources.local_parts || !request.sight().sees_domain(domain)) return std::nullopt;
    return sources.local_parts(domain);
  };
  return plan_question(sources, request,
                       read_question(request.captured[0], parameters, local_parts));
}

http::Plan plan_client_history(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  return plan_question(sources, request, read_client_question(request.captured[0], parameters));
}

}  // namespace waybill::query
