#include "relay/trust/dmarc/evaluate.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <set>

#include "relay/trust/dmarc/discovery.h"
#include "runtime/ascii.h"
#include "runtime/dns/domain_name.h"
#include "runtime/scope.h"

namespace waybill::relay::trust::dmarc {

using runtime::Instant;
using runtime::Result;
using runtime::Task;

namespace {

// Whether an identifier belongs to the author; unknown: DNS gave no answer.
enum class Alignment { aligned, apart, unknown };

// A record that applies to the author, and where it stands.
struct PolicySource {
  std::optional<Record> record;
  std::string domain;
};

struct SuffixRules {
  const PublicSuffixes* suffixes;
  runtime::Chance* chance;
};

Policy one_below(Policy policy) {
  return policy == Policy::reject ? Policy::quarantine : Policy::none;
}

Record record_of(const std::vector<FoundRecord>& found, const std::string& domain) {
  const auto one = std::find_if(found.begin(), found.end(), [&domain](const FoundRecord& other) {
    return other.domain == domain;
  });
  return one->record;
}

// The author that all From fields agree on; empty if there is none, or several, or one who cannot
// be read.
std::string only_author(const std::vector<std::string>& authors) {
  const std::string first =
      authors.empty() ? std::string() : runtime::ascii::lower(authors.front());
  const bool agreed = std::all_of(
      authors.begin(), authors.end(),
      [&first](const std::string& other) { return runtime::ascii::lower(other) == first; });
  return agreed ? first : std::string();
}

}  // namespace

// One author's evaluation.
class Judgement {
 public:
  Judgement(runtime::dns::Resolver& resolver, const std::vector<std::string>& authors,
            std::optional<SuffixRules> suffix_rules)
      : discovery_(resolver, Instant{}), suffix_rules_(suffix_rules) {
    out_.author = only_author(authors);
    if (!out_.author.empty()) return;
    const bool unread = std::any_of(authors.begin(), authors.end(),
                                    [](const std::string& one) { return one.empty(); });
    end(DmarcCode::permerror, authors.empty() ? "The message names no author"
                              : unread        ? "The message names an author who cannot be read"
                                              : "The message names too many authors");
  }

  Task<void> find_policy(Instant deadline) {
    if (ended_) co_return;
    discovery_.go_on_until(deadline);
    const auto source = co_await find_record();
    if (!source) {
      out_.policy = co_await worst_policy(source.error());
      end(DmarcCode::temperror, "DNS gave no answer for the DMARC policy");
      co_return;
    }
    if (!source->record) {
      end(DmarcCode::none, out_.author + " has no DMARC policy");
      co_return;
    }
    out_.policy_domain = source->domain;
    record_ = *source->record;
    if (!is_usable(record_)) {
      end(DmarcCode::permerror, "The DMARC policy of " + source->domain + " cannot be read");
      co_return;
    }
    answered_ = co_await find_published(record_);
  }

  Task<DmarcResult> decide(DmarcRequest request, Instant deadline) {
    request_ = std::move(request);
    if (ended_) {
      // Whatever the policy is, it is met by an identifier of the author's very domain.
      if (out_.code == DmarcCode::temperror && author_vouches()) out_.policy = Policy::none;
      co_return out_;
    }
    discovery_.go_on_until(deadline);
    const Alignment alignment = co_await align_all(record_);
    if (alignment == Alignment::aligned) {
      const AlignedIdentifier& first = out_.aligned.front();
      const std::string by = first.method == Method::spf ? "SPF" : "A DKIM signature";
      end(DmarcCode::pass, by + " of " + first.domain + " vouches for the author");
      co_return out_;
    }
    out_.policy = answered_ ? applied(record_) : Policy::reject;
    if (alignment == Alignment::unknown || !answered_) {
      end(DmarcCode::temperror, "An answer that DMARC needs did not come");
      co_return out_;
    }
    end(DmarcCode::fail, "Nothing vouches for " + out_.author + " as the author");
    co_return out_;
  }

 private:
  void end(DmarcCode code, std::string reason) {
    out_.code = code;
    out_.reason = std::move(reason);
    ended_ = true;
  }

  // Where the policy is not told. A domain none of whose names any server answers for has none that
  // anybody could see: its mail is not put off for it.
  Task<Policy> worst_policy(runtime::Error error) {
    if (error == runtime::Errc::timeout) co_return Policy::reject;
    const auto existence = co_await discovery_.existence(out_.author);
    if (existence || existence.error() == runtime::Errc::timeout) co_return Policy::reject;
    // One below a living domain has that one's policy.
    for (const std::string& above : walk_of(out_.author)) {
      if (above == out_.author || above.find('.') == std::string::npos) continue;
      const auto found = co_await discovery_.record_at(above);
      if (found && found->record) {
        const Record& record = *found->record;
        co_return record.subdomain_policy.value_or(record.policy.value_or(Policy::none));
      }
    }
    co_return Policy::none;
  }

  bool author_vouches() const {
    const auto is_authors = [this](const Identifier& one) {
      return one.outcome == Authentication::passed &&
             runtime::ascii::lower(one.domain) == out_.author;
    };
    return (request_.spf && is_authors(*request_.spf)) ||
           std::any_of(request_.dkim.begin(), request_.dkim.end(), is_authors);
  }

  // RFC 9989 4.10.1; RFC 7489 6.6.3.
  Task<Result<PolicySource>> find_record() {
    PolicySource out;
    const auto own = co_await discovery_.record_at(out_.author);
    if (!own) co_return own.error();
    out.domain = out_.author;
    out.record = own->record;
    if (out.record) co_return out;
    if (suffix_rules_) {
      const std::string top = organisation_by_suffix(out_.author);
      // Several records end the search as much as one does.
      if (own->count > 0 || top == out_.author) co_return out;
      const auto found = co_await discovery_.record_at(top);
      if (!found) co_return found.error();
      out.domain = top;
      out.record = found->record;
      co_return out;
    }
    const auto found = co_await discovery_.walk(out_.author);
    if (!found) co_return found.error();
    if (found->empty()) co_return out;
    out_.organisation = organisation_in(*found, out_.author);
    // The organisation's record, else that of the public suffix above it: the walk ended there.
    const bool has_own = std::any_of(found->begin(), found->end(), [this](const FoundRecord& one) {
      return one.domain == out_.organisation;
    });
    out.domain = has_own ? out_.organisation : found->back().domain;
    out.record = record_of(*found, out.domain);
    co_return out;
  }

  bool is_usable(const Record& record) const {
    if (record.reports == ReportAddress::given) return true;
    if (record.policy_tags == PolicyTags::wrong) return false;
    // RFC 9989 4.7 takes a missing p for none; RFC 7489 6.6.3 does so where reports are asked for.
    return !suffix_rules_ || record.policy.has_value();
  }

  // False if DNS gave no answer.
  Task<bool> find_published(Record record) {
    if (record.policy_tags == PolicyTags::wrong) co_return true;
    out_.published = record.policy.value_or(Policy::none);
    if (out_.policy_domain == out_.author) co_return true;
    const Policy subdomains = record.subdomain_policy.value_or(out_.published);
    out_.published = subdomains;
    if (!record.nonexistent_policy || *record.nonexistent_policy == subdomains) co_return true;
    const auto existence = co_await discovery_.existence(out_.author);
    if (!existence) co_return false;
    if (*existence == runtime::dns::Existence::no_such_name)
      out_.published = *record.nonexistent_policy;
    co_return true;
  }

  Policy applied(const Record& record) const {
    if (!suffix_rules_) {
      return record.test == TestMode::on ? one_below(out_.published) : out_.published;
    }
    // RFC 7489 6.6.4
    const bool spared = record.percent < 100 && suffix_rules_->chance->below(100) >= record.percent;
    return spared ? one_below(out_.published) : out_.published;
  }

  // What the best of all identifiers comes to.
  Task<Alignment> align_all(Record record) {
    Alignment best = Alignment::apart;
    if (request_.spf) best = co_await align(*request_.spf, record.spf, Method::spf);
    for (const Identifier& one : request_.dkim) {
      const Alignment next = co_await align(one, record.dkim, Method::dkim);
      if (next == Alignment::aligned) best = next;
      if (next == Alignment::unknown && best == Alignment::apart) best = next;
    }
    co_return best;
  }

  // Aligned: it passed, and belongs to the author. Unknown: it might.
  Task<Alignment> align(Identifier one, AlignmentMode mode, Method method) {
    if (one.outcome == Authentication::failed) co_return Alignment::apart;
    const std::string domain = runtime::ascii::lower(one.domain);
    Alignment out = domain == out_.author ? Alignment::aligned : Alignment::apart;
    const bool is_open = out == Alignment::apart && mode == AlignmentMode::relaxed;
    if (is_open) out = co_await compare_organisations(domain);
    if (out != Alignment::aligned) co_return out;
    if (one.outcome == Authentication::unknown) co_return Alignment::unknown;
    AlignedIdentifier aligned;
    aligned.method = method;
    aligned.domain = domain;
    out_.aligned.push_back(std::move(aligned));
    co_return out;
  }

  // RFC 9989 4.10.2; RFC 7489 3.1.
  Task<Alignment> compare_organisations(std::string domain) {
    if (suffix_rules_) {
      const bool same = organisation_by_suffix(domain) == organisation_by_suffix(out_.author);
      co_return same ? Alignment::aligned : Alignment::apart;
    }
    if (out_.organisation.empty()) {
      const auto found = co_await discovery_.walk(out_.author);
      if (!found) co_return Alignment::unknown;
      out_.organisation = organisation_in(*found, out_.author);
    }
    // An organisation's names are all beneath it: no need to ask for those elsewhere.
    if (!runtime::dns::is_at_or_under(domain, out_.organisation)) co_return Alignment::apart;
    if (walks_ >= kMaxIdentifiers) co_return Alignment::apart;
    ++walks_;
    const auto found = co_await discovery_.walk(domain);
    if (!found) co_return Alignment::unknown;
    const bool same = organisation_in(*found, domain) == out_.organisation;
    co_return same ? Alignment::aligned : Alignment::apart;
  }

  std::string organisation_by_suffix(const std::string& domain) {
    std::string top = suffix_rules_->suffixes->organisation_of(domain);
    if (domain == out_.author) out_.organisation = top;
    return top;
  }

  Discovery discovery_;
  DmarcRequest request_;
  std::optional<SuffixRules> suffix_rules_;
  DmarcResult out_;
  bool ended_ = false;
  Record record_;
  bool answered_ = false;  // DNS told all that `published` needs
  std::size_t walks_ = 0;
};

namespace {

// In order; the empty one, which is nobody's domain, first.
std::vector<std::string> distinct(const std::vector<std::string>& authors) {
  std::set<std::string> out;
  for (const std::string& one : authors) out.insert(runtime::ascii::lower(one));
  return {out.begin(), out.end()};
}

// How much stands against a message whose author is judged so.
int severity(const DmarcResult& result) {
  switch (result.code) {
    case DmarcCode::pass: return 0;
    case DmarcCode::none: return 1;
    case DmarcCode::permerror: return 3;
    case DmarcCode::temperror: return result.policy == Policy::reject ? 5 : 2;
    case DmarcCode::fail: break;
  }
  switch (result.policy) {
    case Policy::none: return 2;
    case Policy::quarantine: return 4;
    case Policy::reject: return 6;
  }
  return 6;
}

Task<void> find_one(Judgement& author, Instant deadline) { co_await author.find_policy(deadline); }

Task<void> decide_one(Judgement& author, DmarcRequest request, Instant deadline, DmarcResult& out) {
  out = co_await author.decide(std::move(request), deadline);
}

}  // namespace

std::string_view word(DmarcCode code) {
  switch (code) {
    case DmarcCode::none: return "none";
    case DmarcCode::pass: return "pass";
    case DmarcCode::fail: return "fail";
    case DmarcCode::temperror: return "temperror";
    case DmarcCode::permerror: return "permerror";
  }
  return "";
}

Evaluation::Evaluation(runtime::dns::Resolver& resolver, const std::vector<std::string>& authors) {
  const auto domains = distinct(authors);
  const bool each =
      domains.size() > 1 && domains.size() <= kMaxAuthorDomains && !domains.front().empty();
  if (!each) {
    authors_.push_back(std::make_unique<Judgement>(resolver, authors, std::nullopt));
    return;
  }
  for (const std::string& one : domains) {
    authors_.push_back(
        std::make_unique<Judgement>(resolver, std::vector<std::string>(1, one), std::nullopt));
  }
}

Evaluation::~Evaluation() = default;

// At one time, so that the name servers of one author cannot use up the time of another.
Task<void> Evaluation::find_policies(Instant deadline) {
  runtime::Scope scope(co_await boost::asio::this_coro::executor);
  for (const auto& author : authors_) {
    scope.spawn("dmarc policy", find_one(*author, deadline));
  }
  co_await scope.join();
}

// RFC 7489 6.6.1: the strictest of all.
Task<DmarcResult> Evaluation::decide(DmarcRequest request, Instant deadline) {
  std::vector<DmarcResult> results(authors_.size());
  runtime::Scope scope(co_await boost::asio::this_coro::executor);
  for (std::size_t i = 0; i < authors_.size(); ++i) {
    scope.spawn("dmarc author", decide_one(*authors_[i], request, deadline, results[i]));
  }
  co_await scope.join();
  co_return *std::max_element(
      results.begin(), results.end(),
      [](const DmarcResult& a, const DmarcResult& b) { return severity(a) < severity(b); });
}

Task<DmarcResult> evaluate(runtime::dns::Resolver& resolver, DmarcRequest request,
                           Instant deadline) {
  Evaluation evaluation(resolver, request.authors);
  co_await evaluation.find_policies(deadline);
  DmarcResult out = co_await evaluation.decide(std::move(request), deadline);
  co_return out;
}

Task<DmarcResult> evaluate_by_suffixes(runtime::dns::Resolver& resolver,
                                       const PublicSuffixes& suffixes, runtime::Chance& chance,
                                       DmarcRequest request, Instant deadline) {
  const SuffixRules rules{&suffixes, &chance};
  Judgement judgement(resolver, request.authors, rules);
  co_await judgement.find_policy(deadline);
  DmarcResult out = co_await judgement.decide(std::move(request), deadline);
  co_return out;
}

}  // namespace waybill::relay::trust::dmarc
