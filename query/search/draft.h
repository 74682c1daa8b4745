// Draft: a query while its tokens are read, one after the other. Values of one field are gathered
// in one condition, wherever they stand; each piece without a key is a condition of its own.
#pragma once

#include <optional>
#include <vector>

#include "query/search/fault.h"
#include "query/search/fields.h"
#include "query/search/lexer.h"
#include "query/search/parse.h"
#include "query/search/shapes.h"

namespace waybill::query::search {

class Draft {
 public:
  explicit Draft(const Context& context) : context_(context) {}

  // What refuses the token, if anything does.
  std::optional<Fault> add(const Token& token);

  // The query that the tokens make, of `line`; spans are still of the clean text. Refused: a query
  // of negations alone, a status alone, a span without a moment, too many terms.
  Read<Query> finish(std::string_view line);

 private:
  struct Part {
    std::optional<Field> field;
    Condition condition;
    bool brackets_first = false;
  };

  std::optional<Fault> add_bare(const Token& token);
  std::optional<Fault> add_keyed(const Token& token);
  std::optional<Fault> add_values(const Token& token, const FieldTraits& field);
  std::optional<Fault> add_time(const Token& token, const FieldTraits& field);
  std::optional<Fault> unknown_field(const Token& token) const;
  Fault said_by_a_report(Fault fault, const FieldTraits& field, const Token& token,
                         std::size_t members) const;
  Fault bad_time_of(Fault fault, const Token& token, const Piece& value) const;
  void gather(Term term, Field field, const Token& token);
  void make_offers(const Token& token);
  void drop_doubles();
  bool is_narrow() const;
  bool says_time() const;
  std::optional<Fault> refuse_whole(std::string_view line) const;
  std::string without_times() const;

  const Context& context_;
  std::vector<Part> parts_;
  std::optional<FromTimeTerm> from_;
  std::optional<ToTimeTerm> to_;
  std::vector<Offer> offers_;
};

}  // namespace waybill::query::search
