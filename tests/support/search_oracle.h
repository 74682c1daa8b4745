// What holds for each search text, whatever octets it has; for tests and for the fuzz target.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "query/search/parse.h"
#include "schemas/utf8.h"

namespace waybill::query::search {

// Told apart here once more, so that the parser's own list is not its judge.
inline bool is_blank_character(std::string_view character) {
  const std::uint32_t point = schemas::code_point(character);
  return point == ' ' || point == '\t' || point == '\r' || point == '\n' || point == 0xa0 ||
         point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 ||
         point == 0x2029 || point == 0x202f || point == 0x205f || point == 0x3000;
}

// "Each word is used or refused": the first octet that nothing of the query speaks of; npos: none.
inline std::size_t first_ignored(std::string_view text, const Query& query) {
  std::vector<bool> used(text.size(), false);
  const auto use = [&](const std::vector<Span>& spans) {
    for (const Span& span : spans) {
      for (std::size_t i = 0; i < span.length && span.at + i < used.size(); ++i) {
        used[span.at + i] = true;
      }
    }
  };
  for (const Condition& condition : query.all_of) use(condition.spans);
  for (const Offer& offer : query.offers) use(offer.spans);
  for (const Note& note : query.cleaned) use(note.spans);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t octets = std::max<std::size_t>(1, schemas::utf8_character(text.substr(i)));
    if (!used[i] && !is_blank_character(text.substr(i, octets))) return i;
    i += octets;
  }
  return std::string_view::npos;
}

inline std::string joined_chips(const Query& query, std::size_t without) {
  std::string out;
  for (std::size_t i = 0; i < query.chips.size(); ++i) {
    if (i != without) out += (out.empty() ? "" : " ") + query.chips[i].query;
  }
  return out;
}

// Without one of its chips a query asks for the others, or it is refused because it asks too much.
inline std::string complaint_of_chips(const Query& query, const Context& context) {
  if (query.chips.size() != query.all_of.size()) return "a condition has no chip";
  const std::size_t none = query.chips.size();
  if (joined_chips(query, none) != query.canonical) return "the chips are not the canonical text";
  for (std::size_t i = 0; none > 1 && i < none; ++i) {
    const std::string text = joined_chips(query, i);
    const Parsed parsed = parse(text, context);
    const auto* const refusal = std::get_if<Refusal>(&parsed);
    if (refusal != nullptr) {
      if (refusal->wrong == Wrong::alone) continue;
      return "without a chip \"" + text + "\" is refused: " + refusal->words;
    }
    const auto* const rest = std::get_if<Query>(&parsed);
    if (rest == nullptr || rest->canonical != text) return "a chip does not go alone: " + text;
  }
  return {};
}

inline std::string complaint_of_query(std::string_view text, const Query& query,
                                      const Context& context) {
  const std::size_t ignored = first_ignored(text, query);
  if (ignored != std::string_view::npos) return "ignored from octet " + std::to_string(ignored);
  if (!query.sentence.ends_with('.')) return "no sentence";
  for (const Offer& offer : query.offers) {
    const Parsed parsed = parse(offer.query, context);
    const auto* const offered = std::get_if<Query>(&parsed);
    if (offered == nullptr || offered->all_of.empty()) return "no query: " + offer.query;
  }
  if (query.all_of.empty()) return query.offers.empty() ? "nothing asked, nothing offered" : "";
  for (const std::string& written : {query.canonical, query.pinned}) {
    const Parsed parsed = parse(written, context);
    const auto* const again = std::get_if<Query>(&parsed);
    if (again == nullptr) return "refused: " + written;
    if (again->canonical != written) return written + " becomes " + again->canonical;
    if (!again->cleaned.empty()) return "cleaned: " + written;
    if (written == query.canonical && !same_question(query, *again)) {
      return "another question: " + written;
    }
  }
  return complaint_of_chips(query, context);
}

inline std::string complaint_of_refusal(std::string_view text, const Refusal& refusal,
                                        const Context& context) {
  if (!refusal.words.ends_with('.')) return "no sentence: " + refusal.words;
  if (!schemas::is_clean_utf8(refusal.words)) return "words that no terminal takes";
  const Span& at = refusal.at;
  if (at.at > text.size() || at.length > text.size() - at.at) return "a place outside the text";
  if (refusal.try_instead.empty()) return {};
  const Parsed parsed = parse(refusal.try_instead, context);
  const auto* const query = std::get_if<Query>(&parsed);
  const bool asks = query != nullptr && !query->all_of.empty();
  return asks ? "" : "does not work either: " + refusal.try_instead;
}

// Empty where all holds.
inline std::string complaint(std::string_view text, const Context& context) {
  const Parsed parsed = parse(text, context);
  if (const auto* const query = std::get_if<Query>(&parsed)) {
    return complaint_of_query(text, *query, context);
  }
  if (const auto* const refusal = std::get_if<Refusal>(&parsed)) {
    return complaint_of_refusal(text, *refusal, context);
  }
  const std::string& path = std::get<Place>(parsed).path;
  return path.starts_with('/') && !path.starts_with("//") ? "" : "a place elsewhere: " + path;
}

}  // namespace waybill::query::search
