#include "query/search/draft.h"

#include <algorithm>

#include "query/search/times.h"
#include "query/search/values.h"
#include "query/search/writing.h"
#include "runtime/ascii.h"

namespace waybill::query::search {
namespace {

namespace ascii = runtime::ascii;

// What a query must have beside a status: with these, or in a day, there are few rows.
bool is_narrow_term(const Term& term) {
  struct Narrow {
    bool operator()(const AddressTerm&) const { return true; }
    bool operator()(const PrefixTerm&) const { return true; }
    bool operator()(const DomainTerm&) const { return true; }
    bool operator()(const NullSenderTerm&) const { return false; }
    bool operator()(const IdTerm&) const { return true; }
    bool operator()(const MessageIdTerm&) const { return true; }
    bool operator()(const ReturnPathTerm&) const { return true; }
    bool operator()(const NetworkTerm& term) const { return term.network.is_single(); }
    bool operator()(const HopTerm&) const { return true; }
    bool operator()(const RuleTerm&) const { return false; }
    bool operator()(const StateTerm&) const { return false; }
    bool operator()(const StatusTerm&) const { return false; }
    bool operator()(const ClassTerm&) const { return false; }
    bool operator()(const SubjectTerm&) const { return false; }
    bool operator()(const WordTerm&) const { return false; }
    bool operator()(const FromTimeTerm&) const { return false; }
    bool operator()(const ToTimeTerm&) const { return false; }
  };
  return std::visit(Narrow{}, term);
}

bool is_time(Field field) {
  switch (field) {
    case Field::after:
    case Field::before:
    case Field::since:
    case Field::newer_than:
    case Field::older_than:
    case Field::around: return true;
    default: return false;
  }
}

// In octets of the line: where the value of a list's member stands.
Piece member_of(const Token& token, const Span& member) {
  Piece out{token.text.substr(member.at, member.length), token.quoted,
            Span{token.text_at.at + member.at, member.length}};
  if (token.quoted) {
    out.at = token.text_at;
  } else if (auto inner = unquoted(out.text)) {
    out.text = std::move(*inner);
    out.quoted = true;
  }
  return out;
}

Fault empty_value(const Token& token, const FieldTraits& field, Span at) {
  return {Wrong::empty_value,
          std::string(field.key) + ": is empty; it takes " + std::string(field.takes) + ".",
          Span{token.at.at, at.at + at.length - token.at.at}, std::nullopt};
}

std::string trimmed_text(const std::string& text) { return std::string(ascii::trim(text)); }

}  // namespace

std::optional<Fault> Draft::add(const Token& token) {
  return token.keyed ? add_keyed(token) : add_bare(token);
}

std::optional<Fault> Draft::add_bare(const Token& token) {
  if (token.negated) {
    const Piece word{'-' + token.text, false, token.at};
    return Fault{
        Wrong::negation,
        "A - goes in front of is:, rule:, status: and class: alone; in quotes it is a "
        "letter.",
        Span{token.at.at, 1},
        token.text.empty() || token.quoted
            ? std::nullopt
            : std::optional(Repair{{token.at.at, token.text_at.length + 1}, quote(word.text)})};
  }
  const Piece piece{trimmed_text(token.text), token.quoted, token.text_at};
  if (piece.text.empty()) {
    return Fault{Wrong::empty_value, "There is nothing between these quotes.", token.text_at,
                 Repair{token.text_at, ""}};
  }
  auto terms = read_bare(piece, context_);
  if (!terms) return terms.error();
  Part part{std::nullopt, Condition{Sense::is, std::move(*terms), {token.at}}};
  part.brackets_first = part.condition.any_of.size() > 1 &&
                        std::holds_alternative<MessageIdTerm>(part.condition.any_of.front());
  const bool words = std::holds_alternative<WordTerm>(part.condition.any_of.front());
  parts_.push_back(std::move(part));
  if (words && !token.quoted) make_offers(token);
  return std::nullopt;
}

void Draft::make_offers(const Token& token) {
  const auto offer = [&](std::string label, Term term) {
    const Condition condition{Sense::is, {std::move(term)}, {}};
    offers_.push_back({std::move(label), written(condition, Times::as_said, context_), {token.at}});
  };
  if (auto state = state_of(token.text, context_)) offer("is", std::move(*state));
  if (auto rule = rule_of(token.text, context_)) offer("rule", std::move(*rule));
  if (!is_date(token.text) && !is_time_of_day(token.text)) return;
  const FieldTraits& around = traits_of(Field::around);
  if (read_time(around, Piece{token.text, false, token.at}, context_)) {
    offers_.push_back({"around", "around:" + token.text, {token.at}});
  }
}

std::optional<Fault> Draft::unknown_field(const Token& token) const {
  const Span key{token.at.at + (token.negated ? 1 : 0), token.key.size() + 1};
  if (token.key == "_exists_") {
    return Fault{Wrong::exists, "Whether a field is there cannot be searched for.", key,
                 std::nullopt};
  }
  const std::string near = nearest_key(token.key);
  std::string words = token.key + ": is no field";
  if (near.empty()) {
    const std::string whole = token.key + ':' + token.text;
    return Fault{Wrong::unknown_field, words + "; in quotes it is a word.", key,
                 Repair{{key.at, key.length + token.text_at.length}, quote(whole)}};
  }
  return Fault{Wrong::unknown_field, words + "; the nearest is " + near + ":.", key,
               Repair{key, near + ':'}};
}

std::optional<Fault> Draft::add_keyed(const Token& token) {
  const FieldTraits* const field = find_field(token.key);
  if (field == nullptr) return unknown_field(token);
  if (token.negated && field->negation == Negation::refused) {
    return Fault{Wrong::negation, "A - goes in front of is:, rule:, status: and class: alone.",
                 Span{token.at.at, 1}, Repair{{token.at.at, 1}, ""}};
  }
  if (trimmed_text(token.text).empty()) return empty_value(token, *field, token.text_at);
  return is_time(field->field) ? add_time(token, *field) : add_values(token, *field);
}

// "is:delivered": what a report said is class:.
Fault Draft::said_by_a_report(Fault fault, const FieldTraits& field, const Token& token,
                              std::size_t members) const {
  if (field.field != Field::is || members != 1) return fault;
  const FieldTraits& other = traits_of(Field::report_class);
  if (!read_value(other, Piece{trimmed_text(token.text), token.quoted, token.text_at}, context_)) {
    return fault;
  }
  const Span whole{token.at.at, token.text_at.at + token.text_at.length - token.at.at};
  fault.words = "\"" + token.text + "\" is what a report said, and no kind of event.";
  fault.repair =
      Repair{whole, (token.negated ? "-" : "") + std::string(other.key) + ':' + token.text};
  return fault;
}

std::optional<Fault> Draft::add_values(const Token& token, const FieldTraits& field) {
  std::vector<Span> members{Span{0, token.text.size()}};
  if (field.values == Values::list && !token.quoted) members = list_members(token.text);
  for (const Span& member : members) {
    Piece value = member_of(token, member);
    value.text = trimmed_text(value.text);
    if (value.text.empty()) return empty_value(token, field, value.at);
    auto term = read_value(field, value, context_);
    if (!term) return said_by_a_report(term.error(), field, token, members.size());
    gather(std::move(*term), field.field, token);
  }
  return std::nullopt;
}

void Draft::gather(Term term, Field field, const Token& token) {
  const Sense sense = token.negated ? Sense::is_not : Sense::is;
  auto part = std::find_if(parts_.begin(), parts_.end(), [&](const Part& other) {
    return other.field == field && other.condition.sense == sense;
  });
  if (part == parts_.end()) part = parts_.insert(parts_.end(), {field, Condition{sense, {}, {}}});
  auto& any_of = part->condition.any_of;
  if (std::find(any_of.begin(), any_of.end(), term) == any_of.end()) {
    any_of.push_back(std::move(term));
  }
  auto& spans = part->condition.spans;
  if (spans.empty() || spans.back() != token.at) spans.push_back(token.at);
}

// A distance behind after:, a date behind newer_than: and the like: another field takes it.
Fault Draft::bad_time_of(Fault fault, const Token& token, const Piece& value) const {
  if (fault.repair) return fault;
  const Field field = find_field(token.key)->field;
  Field other = Field::since;
  if (field == Field::before) other = Field::older_than;
  if (field == Field::newer_than) other = Field::after;
  if (field == Field::older_than) other = Field::before;
  const FieldTraits& row = traits_of(other);
  if (!read_time(row, value, context_)) return fault;
  const Span whole{token.at.at, value.at.at + value.at.length - token.at.at};
  fault.repair = Repair{whole, std::string(row.key) + ':' + value.text};
  return fault;
}

std::optional<Fault> Draft::add_time(const Token& token, const FieldTraits& field) {
  const Piece value{trimmed_text(token.text), token.quoted, token.text_at};
  const auto ends = read_time(field, value, context_);
  if (!ends) return bad_time_of(ends.error(), token, value);
  if ((ends->from && from_) || (ends->to && to_)) {
    return Fault{Wrong::twice, "Another time before this one says the same end of the span.",
                 token.at, Repair{token.at, ""}};
  }
  if (ends->from) {
    from_ = ends->from;
    parts_.push_back({std::nullopt, Condition{Sense::is, {*from_}, {token.at}}});
  }
  if (ends->to) {
    to_ = ends->to;
    parts_.push_back({std::nullopt, Condition{Sense::is, {*to_}, {token.at}}});
  }
  if (from_ && to_ && from_->at >= to_->at) {
    return Fault{Wrong::no_span, "The time ends before it begins.", token.at, std::nullopt};
  }
  return std::nullopt;
}

// Said twice is said once.
void Draft::drop_doubles() {
  std::vector<Part> once;
  for (Part& part : parts_) {
    const auto same = std::find_if(once.begin(), once.end(), [&](const Part& other) {
      return other.condition.sense == part.condition.sense &&
             other.condition.any_of == part.condition.any_of;
    });
    if (same == once.end()) {
      once.push_back(std::move(part));
      continue;
    }
    auto& spans = same->condition.spans;
    spans.insert(spans.end(), part.condition.spans.begin(), part.condition.spans.end());
  }
  parts_ = std::move(once);
  // A word in front of `<a@b>` is a name (parse.cc); in the canonical text none stands there.
  std::stable_partition(parts_.begin(), parts_.end(),
                        [](const Part& part) { return part.brackets_first; });
}

bool Draft::is_narrow() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& part) {
    const auto& any_of = part.condition.any_of;
    return part.condition.sense == Sense::is &&
           std::all_of(any_of.begin(), any_of.end(), is_narrow_term);
  });
}

bool Draft::says_time() const { return from_ || to_; }

std::string Draft::without_times() const {
  std::string out;
  for (const Part& part : parts_) {
    const Term& first = part.condition.any_of.front();
    if (std::holds_alternative<FromTimeTerm>(first) || std::holds_alternative<ToTimeTerm>(first)) {
      continue;
    }
    out += written(part.condition, Times::as_said, context_) + ' ';
  }
  return out;
}

std::optional<Fault> Draft::refuse_whole(std::string_view line) const {
  const Span whole{0, line.size()};
  std::size_t terms = 0;
  bool only_negations = true;
  for (const Part& part : parts_) {
    terms += part.field ? part.condition.any_of.size() : 1;
    only_negations = only_negations && part.condition.sense == Sense::is_not;
  }
  if (terms > kMaxTerms) {
    return Fault{Wrong::too_many,
                 "A query has at most " + std::to_string(kMaxTerms) + " terms; these are " +
                     std::to_string(terms) + ".",
                 whole, std::nullopt};
  }
  const Repair in_a_day{whole, without_times() + "since:24h"};
  if (only_negations) {
    return Fault{Wrong::alone, "A query that only leaves out would find nearly everything.", whole,
                 in_a_day};
  }
  return std::nullopt;
}

Read<Query> Draft::finish(std::string_view line) {
  drop_doubles();
  if (auto refused = refuse_whole(line)) return std::move(*refused);
  Query out;
  out.reach = is_narrow() ? Reach::all_time : Reach::last_day;
  if (says_time()) out.reach = Reach::as_said;
  for (Part& part : parts_) out.all_of.push_back(std::move(part.condition));
  out.offers = std::move(offers_);
  return out;
}

}  // namespace waybill::query::search
