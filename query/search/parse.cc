#include "query/search/parse.h"

#include <algorithm>

#include "query/search/clean_text.h"
#include "query/search/draft.h"
#include "query/search/fault.h"
#include "query/search/lexer.h"
#include "query/search/pasted.h"
#include "query/search/shapes.h"
#include "query/search/values.h"
#include "query/search/writing.h"
#include "runtime/ascii.h"

namespace waybill::query::search {
namespace {

namespace ascii = runtime::ascii;

// The page of the dashboard that the address names; nullopt: it is another site's.
std::optional<Place> place_of(std::string_view url, const Context& context) {
  std::string_view base = context.dashboard;
  while (base.ends_with('/')) base.remove_suffix(1);
  if (base.empty() || !ascii::starts_with(url, base)) return std::nullopt;
  std::string path(url.substr(base.size()));
  if (path.empty() || path.front() == '?' || path.front() == '#') path.insert(0, 1, '/');
  // What a browser would read as another host's.
  const bool leaves = !path.starts_with('/') || path.starts_with("//") ||
                      path.find_first_of("\\ \"<>") != std::string::npos;
  if (leaves) return std::nullopt;
  return Place{std::move(path)};
}

// Faults of one text that are mended to offer another: nobody makes more at once.
constexpr int kMaxRepairs = 8;

// Words of a display name: neither an operator nor any of the shapes.
bool is_name(const Token& token, const Context& context) {
  if (token.keyed || token.negated) return false;
  if (token.quoted) return token.text.find('@') == std::string::npos;
  if (token.text == "AND" || token.text == "OR" || token.text == "NOT") return false;
  const auto terms = read_bare(Piece{token.text, true, token.text_at}, context);
  return terms && std::holds_alternative<WordTerm>(terms->front()) &&
         token.text.find_first_of("@*?") == std::string::npos;
}

bool is_bracketed_address(const Token& token) {
  const std::string& text = token.text;
  return !token.keyed && !token.negated && text.starts_with('<') && text.ends_with('>') &&
         address_of(std::string_view(text).substr(1, text.size() - 2));
}

// `Name <a@b>` is `a@b`: the name goes, and so do the brackets, because a Message-ID has no name.
std::vector<Token> without_names(std::vector<Token> tokens, const Context& context,
                                 std::vector<Note>& notes) {
  std::vector<Token> out;
  std::vector<Span> names;
  std::size_t words = 0;  // at the end of `out`
  for (Token& token : tokens) {
    if (is_name(token, context)) {
      ++words;
    } else if (words > 0 && is_bracketed_address(token)) {
      for (auto name = out.end() - static_cast<std::ptrdiff_t>(words); name != out.end(); ++name) {
        names.push_back(name->at);
      }
      out.resize(out.size() - words);
      token.text = token.text.substr(1, token.text.size() - 2);
      words = 0;
    } else {
      words = 0;
    }
    out.push_back(std::move(token));
  }
  if (!names.empty()) {
    notes.push_back({"Names in front of an address in angle brackets were left out.", names});
  }
  return out;
}

// `key: value` is meant as `key:value`, and a key with nothing behind it is not meant.
std::optional<Repair> without_gap(const Token& token, const Token* next) {
  if (!token.keyed || token.text_at.length > 0 || next == nullptr || next->keyed) {
    return Repair{token.at, ""};
  }
  const std::size_t end = token.at.at + token.at.length;
  return Repair{{end, next->at.at - end}, ""};
}

Read<Query> read_line(std::string_view line, const Context& context) {
  auto tokens = lex(line);
  if (!tokens) return tokens.error();
  std::vector<Note> notes;
  const std::vector<Token> asked = without_names(std::move(*tokens), context, notes);
  Draft draft(context);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const Token& token = asked[i];
    if (!token.keyed && is_url(token.text)) {
      return Fault{Wrong::elsewhere, "This is the address of another site.", token.at,
                   std::nullopt};
    }
    if (auto fault = draft.add(token)) {
      const Token* const next = i + 1 < asked.size() ? &asked[i + 1] : nullptr;
      if (fault->wrong == Wrong::empty_value) fault->repair = without_gap(token, next);
      return std::move(*fault);
    }
  }
  auto query = draft.finish(line);
  if (query) query->cleaned = std::move(notes);
  return query;
}

Read<Query> read_clean(const CleanText& clean, const Context& context) {
  const Span inner = trimmed(clean.text, {0, clean.text.size()});
  const std::string_view text = std::string_view(clean.text).substr(inner.at, inner.length);
  if (text.empty()) {
    return Fault{Wrong::empty, "Nothing was asked for.", Span{0, clean.text.size()}, std::nullopt};
  }
  if (is_pasted(text)) {
    auto pasted = read_pasted(clean.text, context);
    if (!pasted) return pasted.error();
    Query out;
    out.reach = Reach::as_said;
    out.offers = std::move(pasted->offers);
    out.cleaned = std::move(pasted->notes);
    return out;
  }
  if (text.size() > kMaxLine) {
    return Fault{Wrong::too_long,
                 "A query has at most " + std::to_string(kMaxLine) + " octets; this one has " +
                     std::to_string(text.size()) + ".",
                 Span{inner.at + kMaxLine, text.size() - kMaxLine}, std::nullopt};
  }
  return read_line(clean.text, context);
}

// Spans of the clean text as those of what was given.
void give_back(Query& query, const CleanText& clean) {
  const auto move = [&](std::vector<Span>& spans) {
    for (Span& span : spans) span = clean.given(span);
  };
  for (Condition& condition : query.all_of) move(condition.spans);
  for (Offer& offer : query.offers) move(offer.spans);
  for (Note& note : query.cleaned) move(note.spans);
  query.cleaned.insert(query.cleaned.begin(), clean.notes.begin(), clean.notes.end());
}

Refusal refusal_of(Fault fault, const CleanText& clean) {
  Refusal out{fault.wrong, std::move(fault.words), clean.given(fault.at), ""};
  if (!fault.repair) return out;
  out.try_instead = clean.text;
  std::size_t length = fault.repair->at.length;
  // What goes takes the blank behind it along.
  const std::size_t end = fault.repair->at.at + length;
  if (fault.repair->text.empty() && length > 0 && end < clean.text.size()) {
    if (clean.text[end] == ' ') ++length;
  }
  out.try_instead.replace(fault.repair->at.at, length, fault.repair->text);
  out.try_instead = ascii::trim(out.try_instead);
  return out;
}

// As parse(), but what is offered instead was not tried.
Parsed parse_once(std::string_view text, const Context& context) {
  if (text.size() > kMaxPasted) {
    return Refusal{Wrong::too_long,
                   "A pasted header has at most " + std::to_string(kMaxPasted) + " octets.",
                   Span{kMaxPasted, text.size() - kMaxPasted}, ""};
  }
  const auto clean = clean_text(text);
  if (!clean) return Refusal{clean.error().wrong, clean.error().words, clean.error().at, ""};
  const std::string_view only = ascii::trim(clean->text);
  if (is_url(only)) {
    if (auto place = place_of(only, context)) return std::move(*place);
  }
  auto query = read_clean(*clean, context);
  if (!query) return refusal_of(query.error(), *clean);
  give_back(*query, *clean);
  write(*query, context);
  if (std::max(query->canonical.size(), query->pinned.size()) > kMaxLine) {
    return Refusal{
        Wrong::too_long,
        "Written out, this query is longer than " + std::to_string(kMaxLine) + " octets.",
        Span{0, text.size()}, ""};
  }
  return std::move(*query);
}

}  // namespace

Parsed parse(std::string_view text, const Context& context) {
  Parsed out = parse_once(text, context);
  auto* const refusal = std::get_if<Refusal>(&out);
  if (refusal == nullptr) return out;
  // One repair may mend the first of several faults; only a query is worth offering.
  std::string candidate = std::move(refusal->try_instead);
  refusal->try_instead.clear();
  for (int repairs = 0; repairs < kMaxRepairs && !candidate.empty(); ++repairs) {
    Parsed instead = parse_once(candidate, context);
    if (auto* const again = std::get_if<Refusal>(&instead)) {
      candidate = std::move(again->try_instead);
      continue;
    }
    const auto* const query = std::get_if<Query>(&instead);
    if (query != nullptr && !query->all_of.empty()) refusal->try_instead = candidate;
    break;
  }
  return out;
}

}  // namespace waybill::query::search
