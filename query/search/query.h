// Query: what a line of search text asks for, as values.
//
// A Query is an AND of conditions, and a condition an OR of terms of one field: `from:a* from:b*
// is:bounced` has two conditions, of two terms and of one. Terms are a variant, so that whoever
// carries a query out visits each kind of them by name, and a kind that he forgot does not compile.
// Nothing of the text is missing: each octet but blanks is in the span of a condition, of an offer
// or of a note. Spans are octets of the text as it was given.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/network.h"
#include "runtime/time.h"
#include "schemas/address.h"
#include "schemas/event.h"
#include "schemas/ids.h"
#include "schemas/kind.h"

namespace waybill::query::search {

struct Span {
  std::size_t at = 0;
  std::size_t length = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

// As whom an address took part. `recipient` is alias or target, `any` is the sender too.
enum class Role { any, sender, recipient, alias, target };

// One mailbox. Letters of the local part are as they were typed.
struct AddressTerm {
  schemas::Address address;
  Role role = Role::any;
  friend bool operator==(const AddressTerm&, const AddressTerm&) = default;
};

// All addresses whose local part begins so, at one domain or at all.
struct PrefixTerm {
  std::string local;   // not empty, its ASCII letters in lower case
  std::string domain;  // A-labels; empty: of any domain
  Role role = Role::any;
  friend bool operator==(const PrefixTerm&, const PrefixTerm&) = default;
};

enum class Owner { ours, foreign };

// All addresses of a domain. With role `any`, a domain of ours is a page of its own, and a foreign
// one is also the name of a next hop.
struct DomainTerm {
  std::string domain;  // A-labels
  Role role = Role::any;
  Owner owner = Owner::foreign;
  friend bool operator==(const DomainTerm&, const DomainTerm&) = default;
};

// The sender "<>" (RFC 5321 4.5.5).
struct NullSenderTerm {
  friend bool operator==(const NullSenderTerm&, const NullSenderTerm&) = default;
};

// The id of a delivery, a message or an event; the text does not say which.
struct IdTerm {
  std::array<std::uint8_t, schemas::kUuidOctets> octets{};
  friend bool operator==(const IdTerm&, const IdTerm&) = default;
};

// A Message-ID (RFC 5322 3.6.4) without its angle brackets, letter by letter.
struct MessageIdTerm {
  std::string text;
  friend bool operator==(const MessageIdTerm&, const MessageIdTerm&) = default;
};

// An address of the form of our return paths, in lower case: "b.<47 letters>@domain". Whether a key
// of ours signed it is not asked.
struct ReturnPathTerm {
  schemas::Address address;
  friend bool operator==(const ReturnPathTerm&, const ReturnPathTerm&) = default;
};

enum class Side { any, client, next_hop };

struct NetworkTerm {
  runtime::Network network;  // of one address, or of more
  Side side = Side::any;
  friend bool operator==(const NetworkTerm&, const NetworkTerm&) = default;
};

// A next hop by its name.
struct HopTerm {
  std::string host;  // A-labels
  friend bool operator==(const HopTerm&, const HopTerm&) = default;
};

// A word of docs/rules.md, or the name of a route that rejects or drops.
struct RuleTerm {
  std::string word;
  friend bool operator==(const RuleTerm&, const RuleTerm&) = default;
};

// A kind of event, a state of a delivery, or both: many words are both.
struct StateTerm {
  std::string word;
  std::optional<schemas::Kind> kind;
  bool is_state = false;
  friend bool operator==(const StateTerm&, const StateTerm&) = default;
};

struct StatusTerm {
  enum class Shape {
    code,            // "550": the reply's three digits
    code_class,      // "5xx": any reply of that first digit
    enhanced,        // "5.1.1" (RFC 3463 2)
    enhanced_class,  // "5.x": any enhanced code of that class
  };
  Shape shape = Shape::code;
  std::string text;  // as in the examples
  friend bool operator==(const StatusTerm&, const StatusTerm&) = default;
};

// What a report said.
struct ClassTerm {
  schemas::pb::BounceClass report = schemas::pb::BOUNCE_CLASS_UNSPECIFIED;
  friend bool operator==(const ClassTerm&, const ClassTerm&) = default;
};

// Words that stand side by side in a subject.
struct SubjectTerm {
  std::string text;
  friend bool operator==(const SubjectTerm&, const SubjectTerm&) = default;
};

// Words of no shape: the beginning of an alias in the domains that the reader sees, or words of a
// subject where those are logged.
struct WordTerm {
  std::string text;
  friend bool operator==(const WordTerm&, const WordTerm&) = default;
};

// Not before this moment. `ago`: it was said as a distance from now.
struct FromTimeTerm {
  runtime::WallTime at;
  std::optional<std::chrono::seconds> ago;
  friend bool operator==(const FromTimeTerm&, const FromTimeTerm&) = default;
};

// Before this moment.
struct ToTimeTerm {
  runtime::WallTime at;
  std::optional<std::chrono::seconds> ago;
  friend bool operator==(const ToTimeTerm&, const ToTimeTerm&) = default;
};

using Term = std::variant<AddressTerm, PrefixTerm, DomainTerm, NullSenderTerm, IdTerm,
                          MessageIdTerm, ReturnPathTerm, NetworkTerm, HopTerm, RuleTerm, StateTerm,
                          StatusTerm, ClassTerm, SubjectTerm, WordTerm, FromTimeTerm, ToTimeTerm>;

enum class Sense { is, is_not };

struct Condition {
  Sense sense = Sense::is;
  // At least one. A bare `x@y` has two, the address in any role and the Message-ID, because both
  // look the same; groups of results are shown in their order.
  std::vector<Term> any_of;
  std::vector<Span> spans;
};

// Where no time was said, how far back the query reaches.
enum class Reach {
  all_time,  // an exact look-up: an address, a domain, an id, a host
  as_said,   // a time is among the conditions
  last_day,  // everything else: the last 24 hours, as the page shows
};

// A condition as a thing to be removed: the queries of all others, joined by blanks, are the query
// without it.
struct Chip {
  std::string label;  // "from", "domain", "not is"
  std::string text;   // "ann@example.org"
  std::string query;  // "from:ann@example.org"
};

// Something that was seen in the text and is not asked for yet.
struct Offer {
  std::string label;
  std::string query;  // parses to a Query; to be added to this one, or to be asked alone
  std::vector<Span> spans;
};

// What was changed or left out before the text was read, in a sentence.
struct Note {
  std::string words;
  std::vector<Span> spans;
};

struct Query {
  // All must hold. Empty exactly where something was pasted that makes offers alone.
  std::vector<Condition> all_of;
  Reach reach = Reach::last_day;
  // The query in its normal form; parsed again in the same context it asks for the same.
  std::string canonical;
  // The same with each time as a moment: good for a link that others open later.
  std::string pinned;
  std::string sentence;
  std::vector<Chip> chips;  // one for each of all_of
  std::vector<Offer> offers;
  std::vector<Note> cleaned;
};

// Whether it is a bare `x@y`: the address, and the Message-ID that it may be as well.
bool is_bare_address(const Condition& condition);

// Whether both ask for the same in the same order, wherever it stood in the text.
bool same_question(const Query& a, const Query& b);

}  // namespace waybill::query::search
