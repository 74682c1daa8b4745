#include "query/search/writing.h"

#include <algorithm>

#include "query/search/fields.h"
#include "query/search/lexer.h"
#include "query/search/shapes.h"
#include "query/search/spoken.h"
#include "query/search/times.h"
#include "query/search/values.h"

namespace waybill::query::search {
namespace {

Field field_of(Role role) {
  switch (role) {
    case Role::any: return Field::domain;
    case Role::sender: return Field::from;
    case Role::recipient: return Field::to;
    case Role::alias: return Field::alias;
    case Role::target: return Field::target;
  }
  return Field::domain;
}

Field field_of(Side side) {
  switch (side) {
    case Side::any: return Field::ip;
    case Side::client: return Field::client;
    case Side::next_hop: return Field::hop;
  }
  return Field::ip;
}

// As a field's value it must stand in quotes: the lexer would split it, or a wildcard be seen.
bool wants_quotes(std::string_view value) {
  return value.find_first_of(" \"\\,;<>*?") != std::string_view::npos;
}

std::string value_text(std::string_view value) {
  return wants_quotes(value) ? quote(value) : std::string(value);
}

struct Written {
  Field field;
  std::string value;  // behind the key
  std::string bare;   // without a key; empty: there is no such form
};

// One function for each kind of term; the compiler names one that is missing.
struct Writer {
  const Context& context;
  Times times;

  Written operator()(const AddressTerm& term) const {
    return {field_of(term.role), value_text(term.address.text()), ""};
  }
  Written operator()(const PrefixTerm& term) const {
    std::string text = term.local + '*';
    if (!term.domain.empty()) text += '@' + term.domain;
    return {field_of(term.role), text, term.role == Role::any ? text : ""};
  }
  Written operator()(const DomainTerm& term) const {
    const std::string at = '@' + term.domain;
    if (term.role == Role::any) return {Field::domain, term.domain, at};
    return {field_of(term.role), at, ""};
  }
  Written operator()(const NullSenderTerm&) const { return {Field::from, "<>", "<>"}; }
  Written operator()(const IdTerm& term) const {
    const std::string_view octets(reinterpret_cast<const char*>(term.octets.data()),
                                  term.octets.size());
    const std::string text = schemas::uuid_text(octets);
    return {Field::id, text, text};
  }
  Written operator()(const MessageIdTerm& term) const {
    // What is no address in brackets is a Message-ID alone.
    const std::string text = '<' + term.text + '>';
    return {Field::msgid, value_text(term.text), stands_bare(text, {term}) ? text : ""};
  }
  Written operator()(const ReturnPathTerm& term) const {
    return {Field::id, "", term.address.text()};
  }
  Written operator()(const NetworkTerm& term) const {
    const std::string text = to_string(term.network);
    return {field_of(term.side), text, term.side == Side::any ? text : ""};
  }
  Written operator()(const HopTerm& term) const { return {Field::hop, term.host, ""}; }
  Written operator()(const RuleTerm& term) const {
    return {Field::rule, value_text(term.word), ""};
  }
  Written operator()(const StateTerm& term) const { return {Field::is, term.word, ""}; }
  Written operator()(const StatusTerm& term) const { return {Field::status, term.text, term.text}; }
  Written operator()(const ClassTerm& term) const {
    return {Field::report_class, class_word(term.report), ""};
  }
  Written operator()(const SubjectTerm& term) const {
    return {Field::subject, value_text(term.text), ""};
  }
  Written operator()(const WordTerm& term) const { return {Field::subject, "", word(term)}; }
  Written operator()(const FromTimeTerm& term) const {
    if (term.ago && times == Times::as_said) return {Field::since, written_age(*term.ago), ""};
    return {Field::after, written_time(term.at, context), ""};
  }
  Written operator()(const ToTimeTerm& term) const {
    if (term.ago && times == Times::as_said) {
      return {Field::older_than, written_age(*term.ago), ""};
    }
    return {Field::before, written_time(term.at, context), ""};
  }

  // Whether the text stands for exactly these terms when it has no quotes around it.
  bool stands_bare(const std::string& text, const std::vector<Term>& terms) const {
    const auto tokens = lex(text);
    if (!tokens || tokens->size() != 1) return false;
    const Token& token = tokens->front();
    if (token.keyed || token.negated || token.quoted || token.text != text) return false;
    const auto read = read_bare(Piece{token.text, false, token.text_at}, context);
    return read && *read == terms;
  }

  std::string word(const WordTerm& term) const {
    return stands_bare(term.text, {term}) ? term.text : quote(term.text);
  }

  // Of a bare `x@y`, which is an address and a Message-ID.
  std::string address_or_id(const std::vector<Term>& terms) const {
    const auto* const id_first = std::get_if<MessageIdTerm>(&terms.front());
    const auto& id = id_first != nullptr ? *id_first : std::get<MessageIdTerm>(terms.back());
    const std::string text = id_first != nullptr ? '<' + id.text + '>' : id.text;
    return stands_bare(text, terms) ? text : quote(text);
  }
};

// "is:bounced,rejected"; of other fields "from:a from:b".
std::string keyed(const std::vector<Written>& values, Sense sense) {
  const Field field = values.front().field;
  const std::string key =
      (sense == Sense::is_not ? "-" : "") + std::string(traits_of(field).key) + ':';
  const bool as_list = field == Field::is || field == Field::status || field == Field::report_class;
  std::string out;
  for (const Written& one : values) {
    if (out.empty()) {
      out = key;
    } else {
      out += as_list ? "," : ' ' + key;
    }
    out += one.value;
  }
  return out;
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string out;
  for (const std::string& piece : pieces) out += (out.empty() ? "" : " ") + piece;
  return out;
}

}  // namespace

bool is_address_or_id(const Condition& condition) {
  const auto& terms = condition.any_of;
  return terms.size() == 2 && std::count_if(terms.begin(), terms.end(), [](const Term& term) {
                                const auto* const address = std::get_if<AddressTerm>(&term);
                                return address != nullptr && address->role == Role::any;
                              }) == 1;
}

std::string written(const Condition& condition, Times times, const Context& context) {
  const Writer writer{context, times};
  if (is_address_or_id(condition)) return writer.address_or_id(condition.any_of);
  std::vector<Written> values;
  for (const Term& term : condition.any_of) values.push_back(std::visit(writer, term));
  const bool alone = values.size() == 1 && condition.sense == Sense::is;
  if (alone && !values.front().bare.empty()) return values.front().bare;
  return keyed(values, condition.sense);
}

void write(Query& query, const Context& context) {
  std::vector<std::string> said;
  std::vector<std::string> pinned;
  for (const Condition& condition : query.all_of) {
    said.push_back(written(condition, Times::as_said, context));
    pinned.push_back(written(condition, Times::pinned, context));
    query.chips.push_back(chip_of(condition, said.back(), context));
  }
  query.canonical = joined(said);
  query.pinned = joined(pinned);
  query.sentence = spoken(query, context);
}

}  // namespace waybill::query::search
