#include "query/log_filter.h"

#include <algorithm>
#include <string>
#include <vector>

#include "query/events_question.h"
#include "query/question.h"
#include "schemas/address.h"
#include "schemas/kind.h"

namespace waybill::query {
namespace {

const std::vector<std::string>& all_kinds() {
  static const auto words = [] {
    std::vector<std::string> out;
    for (const schemas::KindTraits& kind : schemas::kKinds) out.emplace_back(kind.word);
    return out;
  }();
  return words;
}

void refuse_address(http::Parameters& parameters) {
  parameters.name_nothing("address",
                          "The address is not a mailbox of RFC 5321 4.1.2: write local@domain, "
                          "percent-encoded, such as sales%40example.org.");
}

constexpr std::pair<const char*, projector::Role> kRoles[] = {{"alias", projector::Role::alias},
                                                              {"sender", projector::Role::sender},
                                                              {"target", projector::Role::target}};

}  // namespace

feed::Filter read_log_filter(const http::Request& request, http::Parameters& parameters) {
  feed::Filter out{.sight = request.sight()};
  out.kinds = parameters.words("kind", all_kinds());
  if (const auto scope = feed::scope_missing(out.kinds, request.asker->scopes)) {
    const std::string word(schemas::word_of(*scope));
    parameters.refuse(
        http::problem_of(403, "scope_missing",
                         "The kind \"" + word + "\" asks for the scope \"" + word + "\" too."));
  }
  out.classes = parameters.words("class", feed::bounce_classes());
  if (const auto domain = parameters.text("domain")) {
    if (auto normal = schemas::normalise_domain(*domain)) {
      out.domain = std::move(*normal);
    } else {
      parameters.name_nothing("domain", "The domain is none: write example.org.");
    }
  }
  return out;
}

void read_address(http::Parameters& parameters, feed::Filter& out) {
  const auto address = parameters.text("address");
  if (!address) return;
  const auto parsed = schemas::Address::parse(*address);
  if (!parsed || address->find(kAnyEnding) != address->npos) return refuse_address(parameters);
  out.address = parsed->folded().text();
}

void read_address_or_roles(const Sources& sources, http::Parameters& parameters,
                           feed::Filter& out) {
  const auto address = parameters.text("address");
  const auto roles = parameters.words("role", {"alias", "sender", "target"});
  const auto match = parameters.word("match", {"mailbox", "exact"});
  if (!address && !roles.empty()) parameters.refuse("role", "\"role\" is that of an \"address\".");
  if (match && roles.empty()) parameters.refuse("match", "\"match\" is of a \"role\".");
  if (!address) return;
  if (roles.empty()) return read_address(parameters, out);
  for (const auto& [word, role] : kRoles) {
    if (std::find(roles.begin(), roles.end(), word) == roles.end()) continue;
    projector::HistoryQuestion question;
    question.role = role;
    const auto set = set_address(
        question, *address, match == "exact" ? Match::exact : Match::mailbox, sources.local_parts);
    if (!set) return refuse_address(parameters);
    out.parts.push_back({role, projector::Sought(question.address, projector::has_spellings(role)
                                                                       ? question.spellings
                                                                       : projector::kExactly)});
  }
}

}  // namespace waybill::query
