#include "query/log_question.h"

#include <algorithm>

#include "query/events_question.h"
#include "query/question.h"
#include "schemas/address.h"
#include "schemas/kind.h"

namespace waybill::query {
namespace {

using projector::TermOf;

const std::vector<std::string>& all_kinds() {
  static const auto words = [] {
    std::vector<std::string> out;
    for (const schemas::KindTraits& kind : schemas::kKinds) out.emplace_back(kind.word);
    return out;
  }();
  return words;
}

constexpr std::pair<const char*, projector::Role> kRoles[] = {{"alias", projector::Role::alias},
                                                              {"sender", projector::Role::sender},
                                                              {"target", projector::Role::target}};

class LogReader {
 public:
  LogReader(const Sources& sources, const http::Request& request, http::Parameters& parameters)
      : sources_(sources), parameters_(parameters), out_{.filter{.sight = request.sight()}} {}

  LogQuestion read(schemas::Scopes scopes) {
    read_kinds(scopes);
    read_classes();
    AsLists lists;
    read_domain(lists);
    read_address_or_roles(lists);
    FurtherConditions further = read_further_conditions(parameters_, lists);
    auto& all_of = out_.filter.wanted.all_of;
    further.wanted.all_of.insert(further.wanted.all_of.begin(), all_of.begin(), all_of.end());
    out_.filter.wanted = std::move(further.wanted);
    out_.subjects.insert(out_.subjects.end(), further.subjects.begin(), further.subjects.end());
    return std::move(out_);
  }

 private:
  // Those that an event may have; what it must not have is a condition of its own.
  std::vector<std::string> read_words(const char* name, TermOf of,
                                      const std::vector<std::string>& known) {
    std::vector<std::string> both = known;
    for (const std::string& word : known) both.push_back(kWithout + word);
    std::vector<std::string> with;
    projector::EventCondition without{true, {}};
    for (const std::string& word : parameters_.words(name, both)) {
      if (word.starts_with(kWithout)) {
        without.any_of.push_back({of, word.substr(1)});
      } else {
        with.push_back(word);
      }
    }
    if (without.any_of.empty()) return with;
    if (with.empty()) {
      out_.filter.wanted.all_of.push_back(std::move(without));
      return with;
    }
    std::erase_if(with, [&](const std::string& word) {
      return std::any_of(without.any_of.begin(), without.any_of.end(),
                         [&](const auto& left_out) { return left_out.text == word; });
    });
    if (with.empty()) {
      parameters_.conflict(name, "\"" + std::string(name) + "\" leaves out all that it asks for.");
    }
    return with;
  }

  void read_kinds(schemas::Scopes scopes) {
    out_.filter.kinds = read_words("kind", TermOf::kind, all_kinds());
    const auto scope = feed::scope_missing(out_.filter.kinds, scopes);
    if (!scope) return;
    const std::string word(schemas::word_of(*scope));
    parameters_.refuse(
        http::problem_of(403, "scope_missing",
                         "The kind \"" + word + "\" asks for the scope \"" + word + "\" too."));
  }

  void read_classes() {
    out_.filter.classes = read_words("class", TermOf::bounce_class, feed::bounce_classes());
  }

  void read_domain(AsLists& lists) {
    const auto domain = parameters_.text("domain");
    if (!domain) return;
    lists.domain = domain->find(kEither) != domain->npos;
    if (lists.domain) return;
    auto normal = schemas::normalise_domain(*domain);
    if (!normal) {
      return parameters_.name_nothing("domain", "The domain is none: write example.org.");
    }
    out_.domain = *normal;
    out_.subjects.push_back(*normal);
    out_.filter.domain = std::move(*normal);
  }

  // Several, or how some begin, are a list.
  void read_address(const std::string& address, AsLists& lists) {
    const auto parsed = schemas::Address::parse(address);
    const bool is_quoted = address.starts_with('"');
    lists.address = !parsed || (!is_quoted && address.find(kAnyEnding) != address.npos);
    if (lists.address) return;
    out_.filter.address = parsed->folded().text();
    out_.subjects.push_back(out_.filter.address);
  }

  // In any case, or with `role` and `match` as its histories have it.
  void read_address_or_roles(AsLists& lists) {
    const auto address = parameters_.text("address");
    const auto roles = parameters_.words("role", {"alias", "sender", "target"});
    const auto match = parameters_.word("match", {"mailbox", "exact"});
    if (!address && !roles.empty()) {
      parameters_.conflict("role", "\"role\" is that of an \"address\".");
    }
    if (match && roles.empty()) parameters_.conflict("match", "\"match\" is of a \"role\".");
    if (!address) return;
    if (roles.empty()) return read_address(*address, lists);
    out_.subjects.push_back(*address);
    for (const auto& [word, role] : kRoles) {
      if (std::find(roles.begin(), roles.end(), word) == roles.end()) continue;
      projector::HistoryQuestion question;
      question.role = role;
      const auto set =
          set_address(question, *address, match == "exact" ? Match::exact : Match::mailbox,
                      sources_.local_parts);
      if (!set) {
        return parameters_.name_nothing(
            "address",
            "With \"role\" the address is one mailbox of RFC 5321 4.1.2: write local@domain, "
            "percent-encoded, such as sales%40example.org.");
      }
      const bool any = projector::has_spellings(role);
      const auto spellings = any ? question.spellings : projector::kExactly;
      out_.filter.parts.push_back({role, projector::Sought(question.address, spellings)});
    }
  }

  const Sources& sources_;
  http::Parameters& parameters_;
  LogQuestion out_;
};

}  // namespace

LogQuestion read_log_question(const Sources& sources, const http::Request& request,
                              http::Parameters& parameters) {
  return LogReader(sources, request, parameters).read(request.asker->scopes);
}

}  // namespace waybill::query
