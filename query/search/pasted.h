// A pasted header, whole or in parts, folded or not (RFC 5322 2.2.3): what in it can be searched
// for is offered, and nothing is asked before the reader chooses. Pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "query/search/clean_text.h"
#include "query/search/fault.h"
#include "query/search/parse.h"

namespace waybill::query::search {

// Several lines, or one that begins as Message-ID, Return-Path, From, To or Received does.
bool is_pasted(std::string_view text);

struct Pasted {
  std::vector<Offer> offers;  // each once; spans are of the clean text, as those of the notes
  std::vector<Note> notes;    // what offers nothing
};

// Refused: a text in which nothing can be searched for.
Read<Pasted> read_pasted(std::string_view text, const Context& context);

}  // namespace waybill::query::search
