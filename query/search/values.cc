#include "query/search/values.h"

#include <algorithm>

#include "query/search/lexer.h"
#include "query/search/not_offered.h"
#include "runtime/ascii.h"

namespace waybill::query::search {
namespace {

namespace ascii = runtime::ascii;

Fault bad_value(const FieldTraits& field, const Piece& value) {
  return {Wrong::bad_value, std::string(field.key) + ": takes " + std::string(field.takes) + ".",
          value.at, std::nullopt};
}

DomainTerm domain_term(std::string name, Role role, const Context& context) {
  const Owner owner = context.is_ours(name) ? Owner::ours : Owner::foreign;
  return {std::move(name), role, owner};
}

// Of "@example.org" and "*@example.org".
Read<Term> whole_domain(const Piece& piece, Role role, const Context& context) {
  const std::string name = piece.text.substr(piece.text.find('@') + 1);
  const auto domain = schemas::normalise_mail_domain(name);
  if (!domain) {
    std::string words = "\"" + name + "\" is no name of a domain.";
    if (name.empty()) words = "Behind the @ a domain is missing.";
    return Fault{Wrong::bad_address, std::move(words), piece.at, std::nullopt};
  }
  return Term(domain_term(*domain, role, context));
}

// Of "sub*" and "sub*@example.org"; bad_wildcard() has let the piece pass.
Read<Term> prefix(const Piece& piece, Role role, const Context& context) {
  const std::size_t star = piece.text.find('*');
  const std::string local = ascii::lower(piece.text.substr(0, star));
  if (star == 0) return whole_domain(piece, role, context);
  if (!is_bare_local(local)) {
    return Fault{Wrong::wildcard, "\"" + local + "\" is no beginning of an address.", piece.at,
                 std::nullopt};
  }
  if (star + 1 == piece.text.size()) return Term(PrefixTerm{local, "", role});
  const auto domain = schemas::normalise_mail_domain(piece.text.substr(star + 2));
  if (!domain) {
    return Fault{Wrong::bad_address,
                 "\"" + piece.text.substr(star + 2) + "\" is no name of a domain.", piece.at,
                 Repair{piece.at, local + '*'}};
  }
  return Term(PrefixTerm{local, *domain, role});
}

// Words for what has an "@" and is no address.
Fault bad_address(const Piece& piece) {
  const std::size_t at = piece.text.find('@');
  if (at + 1 == piece.text.size() && is_bare_local(piece.text.substr(0, at))) {
    return {Wrong::bad_address, "Behind the @ a domain is missing.", piece.at,
            Repair{piece.at, piece.text.substr(0, at) + '*'}};
  }
  std::optional<Repair> repair;
  if (message_id_of(piece.text) && piece.text.find('"') == std::string::npos) {
    repair = Repair{piece.at, "msgid:" + piece.text};
  }
  return {Wrong::bad_address,
          "\"" + piece.text + "\" is no address of a mailbox; in quotes it is a word.", piece.at,
          std::move(repair)};
}

Read<Term> party_value(const FieldTraits& field, const Piece& value, Role role,
                       const Context& context) {
  const auto inner = peeled(value);
  if (!inner) return inner.error();
  const std::string& text = inner->text;
  if (text.empty() && inner->brackets == Brackets::angle) {
    if (role == Role::sender) return Term(NullSenderTerm{});
    return bad_value(field, value);
  }
  const Piece plain{text, value.quoted, value.at};
  if (!value.quoted && !ascii::starts_with(value.text, "mailto:")) {
    if (auto wildcard = bad_wildcard(plain)) return std::move(*wildcard);
    if (text.find('*') != std::string::npos) return prefix(plain, role, context);
  }
  if (text.starts_with('@')) return whole_domain(plain, role, context);
  if (const auto address = address_of(text)) return Term(AddressTerm{*address, role});
  if (text.find('@') != std::string::npos) return bad_address(plain);
  if (auto name = dotted_name(text)) return Term(domain_term(std::move(*name), role, context));
  if (is_bare_local(text)) return Term(PrefixTerm{ascii::lower(text), "", role});
  return bad_value(field, value);
}

Read<Term> domain_value(const FieldTraits& field, const Piece& value, const Context& context) {
  std::string_view text = value.text;
  if (text.starts_with('*')) text.remove_prefix(1);
  if (text.starts_with('@')) text.remove_prefix(1);
  auto name = schemas::normalise_mail_domain(text);
  if (!name) return bad_value(field, value);
  return Term(domain_term(std::move(*name), Role::any, context));
}

Read<Term> network_value(const Piece& value, Side side) {
  const auto network = network_in(value);
  if (!network) return network.error();
  return Term(NetworkTerm{*network, side});
}

Read<Term> hop_value(const FieldTraits& field, const Piece& value) {
  if (means_network(value.text)) return network_value(value, Side::next_hop);
  const auto host = schemas::normalise_domain(value.text);
  if (!host) return bad_value(field, value);
  return Term(HopTerm{*host});
}

Read<Term> id_value(const Piece& value) {
  const auto id = id_of(value.text);
  if (id) return Term(*id);
  return Fault{Wrong::bad_value,
               "An id has 32 digits of 0 to 9 and a to f; the beginning of one is not enough.",
               value.at, std::nullopt};
}

Read<Term> message_id_value(const FieldTraits& field, const Piece& value) {
  std::string_view text = value.text;
  if (text.starts_with('<') && text.ends_with('>') && text.size() > 1) {
    text = text.substr(1, text.size() - 2);
  }
  const auto id = message_id_of(text);
  if (!id) return bad_value(field, value);
  return Term(*id);
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

Fault unknown_word(const FieldTraits& field, const Piece& value,
                   const std::vector<std::string>& words) {
  std::string said = "\"" + value.text + "\" is no word of " + std::string(field.key) + ":.";
  // A list that is longer than a sentence helps nobody.
  constexpr std::size_t kShown = 12;
  if (words.size() <= kShown) said += " There are: " + listed(words) + ".";
  const std::string near = nearest(value.text, words);
  if (near.empty()) return {Wrong::unknown_word, std::move(said), value.at, std::nullopt};
  return {Wrong::unknown_word, said + " The nearest is " + near + ".", value.at,
          Repair{value.at, near}};
}

std::vector<std::string> state_words(const Context& context) {
  std::vector<std::string> out;
  for (const schemas::KindTraits& kind : schemas::kKinds) {
    if (kind.speaks_of_delivery) out.emplace_back(kind.word);
  }
  for (const std::string& state : context.states) {
    if (std::find(out.begin(), out.end(), state) == out.end()) out.push_back(state);
  }
  return out;
}

Read<Term> state_value(const FieldTraits& field, const Piece& value, const Context& context) {
  if (auto state = state_of(value.text, context)) return Term(std::move(*state));
  return unknown_word(field, value, state_words(context));
}

Read<Term> rule_value(const FieldTraits& field, const Piece& value, const Context& context) {
  if (auto rule = rule_of(value.text, context)) return Term(std::move(*rule));
  // The name of a route.
  const bool is_route = value.text.find('@') != std::string::npos &&
                        value.text.find_first_of(" \n\"\\") == std::string::npos;
  if (is_route) return Term(RuleTerm{value.text});
  return unknown_word(field, value, context.rules);
}

std::vector<schemas::pb::BounceClass> classes() {
  std::vector<schemas::pb::BounceClass> out;
  for (int number = schemas::pb::BOUNCE_CLASS_UNSPECIFIED + 1;
       number <= schemas::pb::BounceClass_MAX; ++number) {
    if (schemas::pb::BounceClass_IsValid(number)) {
      out.push_back(static_cast<schemas::pb::BounceClass>(number));
    }
  }
  return out;
}

Read<Term> class_value(const FieldTraits& field, const Piece& value) {
  std::string folded = ascii::lower(value.text);
  std::replace(folded.begin(), folded.end(), '-', '_');
  std::vector<std::string> words;
  for (const auto report : classes()) {
    if (class_word(report) == folded) return Term(ClassTerm{report});
    words.push_back(class_word(report));
  }
  return unknown_word(field, value, words);
}

Read<Term> subject_value(const Piece& value) {
  if (!value.quoted && value.text.find_first_of("*?") != std::string::npos) {
    std::string whole = value.text;
    std::erase_if(whole, [](char c) { return c == '*' || c == '?'; });
    return Fault{Wrong::wildcard, "Words of a subject are whole: there is no wildcard in them.",
                 value.at, Repair{value.at, std::move(whole)}};
  }
  return Term(SubjectTerm{value.text});
}

Read<std::vector<Term>> one(Read<Term> term) {
  if (!term) return term.error();
  return std::vector<Term>{std::move(*term)};
}

// `a@b`, `<a@b>`: an address, and a Message-ID too.
std::vector<Term> address_terms(const Peeled& peeled, const schemas::Address& address) {
  if (auto path = return_path_of(address)) return {std::move(*path)};
  // Letters of a Message-ID count as they are; a domain of other alphabets is none of its own.
  const std::size_t at = peeled.text.rfind('@');
  const bool as_typed = ascii::is_ascii(std::string_view(peeled.text).substr(at));
  const MessageIdTerm id{as_typed ? peeled.text : address.text()};
  const AddressTerm mailbox{address, Role::any};
  if (peeled.brackets == Brackets::angle) return {id, mailbox};
  return {mailbox, id};
}

// "from=ann" is how others write "from:ann".
std::optional<Fault> equals_sign(const Piece& piece) {
  const std::size_t sign = piece.text.find('=');
  if (sign == std::string::npos) return std::nullopt;
  const std::string key = ascii::lower(piece.text.substr(0, sign));
  if (find_field(key) == nullptr) return std::nullopt;
  return Fault{Wrong::unknown_field, "A field and its value have a colon between them.", piece.at,
               Repair{piece.at, key + ':' + piece.text.substr(sign + 1)}};
}

// Shapes that hold inside quotes too; nullopt: none of them.
std::optional<Read<std::vector<Term>>> exact_shape(const Piece& piece) {
  if (auto id = id_of(piece.text)) return std::vector<Term>{*id};
  if (means_network(piece.text)) {
    auto network = network_value(piece, Side::any);
    if (network || !piece.quoted) return one(std::move(network));
    return std::nullopt;
  }
  if (auto status = status_of(piece.text)) return std::vector<Term>{std::move(*status)};
  return std::nullopt;
}

}  // namespace

Read<std::vector<Term>> read_bare(const Piece& piece, const Context& context) {
  if (piece.text == "<>") return std::vector<Term>{NullSenderTerm{}};
  const bool is_link = ascii::starts_with(piece.text, "mailto:");
  if (auto found = exact_shape(piece)) return std::move(*found);
  if (!piece.quoted && !is_link) {
    if (auto refused = not_offered(piece)) return std::move(*refused);
    if (auto refused = equals_sign(piece)) return std::move(*refused);
    if (blinded(piece.text).find('*') != std::string::npos) {
      return one(prefix(piece, Role::any, context));
    }
  }
  const auto inner = peeled(piece);
  if (!inner) return inner.error();
  if (const auto address = address_of(inner->text)) return address_terms(*inner, *address);
  if (inner->brackets == Brackets::angle) {
    if (auto id = message_id_of(inner->text)) return std::vector<Term>{std::move(*id)};
  }
  if (piece.text.starts_with('@')) {
    auto domain = whole_domain(piece, Role::any, context);
    if (domain || !piece.quoted) return one(std::move(domain));
  }
  if (!piece.quoted && piece.text.find('@') != std::string::npos) return bad_address(piece);
  if (auto name = dotted_name(piece.text)) {
    return std::vector<Term>{domain_term(std::move(*name), Role::any, context)};
  }
  return std::vector<Term>{WordTerm{piece.text}};
}

Read<Term> read_value(const FieldTraits& field, const Piece& value, const Context& context) {
  switch (field.field) {
    case Field::from: return party_value(field, value, Role::sender, context);
    case Field::to: return party_value(field, value, Role::recipient, context);
    case Field::alias: return party_value(field, value, Role::alias, context);
    case Field::target: return party_value(field, value, Role::target, context);
    case Field::domain: return domain_value(field, value, context);
    case Field::hop: return hop_value(field, value);
    case Field::ip: return network_value(value, Side::any);
    case Field::client: return network_value(value, Side::client);
    case Field::id: return id_value(value);
    case Field::msgid: return message_id_value(field, value);
    case Field::rule: return rule_value(field, value, context);
    case Field::is: return state_value(field, value, context);
    case Field::status:
      if (auto status = status_of(value.text)) return Term(std::move(*status));
      return bad_value(field, value);
    case Field::report_class: return class_value(field, value);
    case Field::subject: return subject_value(value);
    case Field::after:
    case Field::before:
    case Field::since:
    case Field::newer_than:
    case Field::older_than:
    case Field::around: break;
  }
  return bad_value(field, value);
}

std::optional<StateTerm> state_of(std::string_view word, const Context& context) {
  std::string folded = ascii::lower(word);
  std::replace(folded.begin(), folded.end(), '-', '_');
  StateTerm out{folded, std::nullopt, false};
  const schemas::KindTraits* const kind = schemas::find_kind(std::string_view(folded));
  if (kind != nullptr && kind->speaks_of_delivery) out.kind = kind->kind;
  out.is_state =
      std::find(context.states.begin(), context.states.end(), folded) != context.states.end();
  if (!out.kind && !out.is_state) return std::nullopt;
  return out;
}

std::optional<RuleTerm> rule_of(std::string_view word, const Context& context) {
  std::string folded = ascii::lower(word);
  std::replace(folded.begin(), folded.end(), '_', '-');
  const auto& rules = context.rules;
  if (std::find(rules.begin(), rules.end(), folded) == rules.end()) return std::nullopt;
  return RuleTerm{std::move(folded)};
}

std::string class_word(schemas::pb::BounceClass report) {
  constexpr std::string_view kFront = "BOUNCE_CLASS_";
  return ascii::lower(schemas::pb::BounceClass_Name(report).substr(kFront.size()));
}

}  // namespace waybill::query::search
