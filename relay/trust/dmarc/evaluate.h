// evaluate: is the author's domain, that of the From field, truly the author's? RFC 9989 5.3.
//
// Promises: ends by the deadline (temperror then, if nothing was decided). Never fails otherwise.
// The tree walk asks for at most kMaxWalk records for the author's domain, and as many for each of
// at most kMaxIdentifiers identifiers within the author's organisation that are to be aligned.
//
// Authors of several domains: RFC 9989 5.3.1 leaves them to the receiver. Each is judged at the
// same time, and the result is that of the author whose policy stands most against the message
// (RFC 7489 6.6.1): a mailbox more in From takes nothing from the policy of another.
//
// What the authors ask for does not depend on what SPF and DKIM find: an Evaluation may look for
// the one while others look for the other.
//
// The caller owes: the resolver, the list and the chance outlive the task; domains as A-labels
// (schemas::normalise_domain).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/trust/dmarc/public_suffixes.h"
#include "relay/trust/dmarc/record.h"
#include "runtime/chance.h"
#include "runtime/dns/resolver.h"
#include "runtime/task.h"
#include "runtime/time.h"

namespace waybill::relay::trust::dmarc {

// RFC 9989 4.10: questions of one tree walk.
inline constexpr std::size_t kMaxWalk = 8;
// DKIM identifiers looked at: each may cost a walk. More than any honest mail bears.
inline constexpr std::size_t kMaxIdentifiers = 10;

// Domains of authors that are judged; with more the message has no author.
inline constexpr std::size_t kMaxAuthorDomains = 16;

// What SPF or DKIM found of an identifier; unknown: a temporary error hid it.
enum class Authentication { passed, failed, unknown };

struct Identifier {
  std::string domain;
  Authentication outcome = Authentication::failed;
};

struct DmarcRequest {
  // The domain of each author, from every From field, in order.
  std::vector<std::string> authors;
  std::optional<Identifier> spf;  // of the reverse path (for a null one: HELO; RFC 7208 2.4)
  std::vector<Identifier> dkim;   // d= of each signature
};

enum class DmarcCode { none, pass, fail, temperror, permerror };
// The words of RFC 7489 11.2.
std::string_view word(DmarcCode code);

enum class Method { spf, dkim };

struct AlignedIdentifier {
  Method method = Method::spf;
  std::string domain;
  friend bool operator==(const AlignedIdentifier&, const AlignedIdentifier&) = default;
};

struct DmarcResult {
  // none       no policy record, so DMARC says nothing
  // pass       an identifier that passed is aligned
  // fail       none is
  // temperror  DNS or an aligned identifier's own temporary error hid the answer
  // permerror  no author, one who cannot be read, or too many domains of authors: refuse or judge
  //            without DMARC; or policy tags that cannot be read and no address for reports
  DmarcCode code = DmarcCode::none;
  // What the domain's owner asks for mail that fails, after t= or pct=. For fail; for temperror
  // what it may come to: reject, where DNS hides it, and not the whole domain. Else none.
  Policy policy = Policy::none;
  Policy published = Policy::none;  // as the record has it for this author
  std::string author;               // the domain judged; lower case; empty if there was not one
  std::string policy_domain;        // where the record stands
  std::string organisation;         // the author's organisational domain, as far as it was needed
  std::vector<AlignedIdentifier> aligned;  // those that passed
  std::string reason;                      // one short sentence for people; printable ASCII
};

class Judgement;

// RFC 9989: organisations by tree walk; t= honoured, pct= unknown. One thread.
class Evaluation {
 public:
  Evaluation(runtime::dns::Resolver& resolver, const std::vector<std::string>& authors);
  ~Evaluation();
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

  // What each author asks for. Ends by the deadline.
  runtime::Task<void> find_policies(runtime::Instant deadline);
  // After that: whether what was found of the message vouches for its authors. `request.authors` is
  // not looked at.
  runtime::Task<DmarcResult> decide(DmarcRequest request, runtime::Instant deadline);

 private:
  std::vector<std::unique_ptr<Judgement>> authors_;
};

// Both, one behind the other.
runtime::Task<DmarcResult> evaluate(runtime::dns::Resolver& resolver, DmarcRequest request,
                                    runtime::Instant deadline);

// RFC 7489 (and np= of RFC 9091): organisations by the public suffix list; pct= takes its share by
// chance, t= and psd= unknown.
runtime::Task<DmarcResult> evaluate_by_suffixes(runtime::dns::Resolver& resolver,
                                                const PublicSuffixes& suffixes,
                                                runtime::Chance& chance, DmarcRequest request,
                                                runtime::Instant deadline);

}  // namespace waybill::relay::trust::dmarc
