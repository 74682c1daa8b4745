// GET /v1/aliases: the aliases of ours that mail was accepted for, by how they begin.

#include <set>

#include "projector/views/terms_key.h"
#include "query/events_question.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "query/render.h"
#include "runtime/ascii.h"
#include "schemas/address.h"
#include "schemas/json_members.h"

namespace waybill::query {
namespace {

constexpr std::size_t kMostListed = 500;
constexpr std::size_t kDefaultListed = 50;

struct AliasesAsked {
  std::string beginning;  // of the local part, in lower case; empty: all
  std::string domain;     // empty: all that are seen
  std::size_t limit = kDefaultListed;
};

// By domain, and then by local part, in any case.
struct ByDomain {
  bool operator()(const std::string& a, const std::string& b) const {
    return projector::text_of_alias(a) < projector::text_of_alias(b);
  }
};
struct Names {
  std::set<std::string, ByDomain> names;
  bool more = false;  // there are, behind them
};

runtime::Result<Names> ask_partition(const LocalPartition& local, const AliasesAsked& asked,
                                     const schemas::Sight& sight) {
  runtime::Result<std::vector<std::string>> domains = std::vector{asked.domain};
  if (asked.domain.empty()) domains = local.history->domains(sight);
  if (!domains) return domains.error();
  Names out;
  for (const std::string& domain : *domains) {
    const auto found = local.history->aliases(domain, asked.beginning, asked.limit + 1, sight);
    if (!found) return found.error();
    out.names.insert(found->begin(), found->end());
  }
  return out;
}

std::optional<Names> read_part(const PeerSaid& said) {
  const auto* const list = schemas::array_member(said.answer, "aliases");
  const auto* const more = said.answer.if_contains("more");
  if (list == nullptr || more == nullptr || !more->is_bool()) return std::nullopt;
  Names out;
  out.more = more->as_bool();
  for (const auto& name : *list) {
    if (!name.is_string()) return std::nullopt;
    out.names.emplace(std::string_view(name.as_string()));
  }
  return out;
}

http::Response read_aliases(const Sources& sources, const AliasesAsked& asked,
                            const http::Request& request) {
  std::vector<Names> parts;
  const schemas::Sight sight = request.sight();
  bool too_many = false;
  const auto ask = [&](const LocalPartition& local) -> runtime::Result<Names> {
    auto part = ask_partition(local, asked, sight);
    too_many = too_many || (!part && part.error() == runtime::Errc::limit_exceeded);
    return part;
  };
  Inquiry inquiry = inquiry_into(parts, ask, [](PeerSaid said) { return read_part(said); });
  inquiry.refused = kTooManyTerms;
  Gathered gathered = gather(sources, request, inquiry);
  if (too_many || gathered.refused) {
    auto problem =
        http::problem_of(409, kTooManyTerms,
                         "There are more than " + std::to_string(projector::kMaxTermsAsked) +
                             " domains of ours: name one as \"domain\".");
    problem.parameter = "domain";
    return http::to_response(problem);
  }
  if (gathered.problem || parts.empty()) {
    return http::to_response(
        nothing_found("Nobody who was asked has such aliases.", std::move(gathered)));
  }
  Names all;
  for (Names& part : parts) {
    all.names.merge(part.names);
    all.more = all.more || part.more;
  }
  while (all.names.size() > asked.limit) {
    all.names.erase(std::prev(all.names.end()));
    all.more = true;
  }
  http::Response response;
  response.body = render_aliases({all.names.begin(), all.names.end()}, all.more, gathered.as_of);
  response.shown = shown_of(all.names.size(), gathered.as_of, asked.domain);
  return response;
}

}  // namespace

http::Plan plan_aliases(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  AliasesAsked asked;
  asked.beginning = runtime::ascii::lower(parameters.text("begins").value_or(""));
  if (asked.beginning.ends_with(kAnyEnding)) asked.beginning.pop_back();
  if (asked.beginning.find_first_of("@*\"") != asked.beginning.npos) {
    parameters.name_nothing("begins",
                            "It is the beginning of a local part, without \"@\": write "
                            "begins=sales-, and domain=example.org.");
  }
  asked.limit = parameters.number("limit", 1, kMostListed).value_or(kDefaultListed);
  if (const auto text = parameters.text("domain")) {
    if (auto domain = schemas::normalise_domain(*text)) {
      asked.domain = std::move(*domain);
    } else {
      parameters.name_nothing("domain", "The domain is none: write example.org.");
    }
  }
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  return plan_read(sources, request, std::nullopt,
                   [&sources, asked, request] { return read_aliases(sources, asked, request); });
}

}  // namespace waybill::query
