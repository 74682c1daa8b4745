// Terms: the words that an event is found by, beside its addresses: one rule for the view that
// writes them down (terms.h) and for whoever holds an event against a question. Pure; any thread.
//
// Texts are as the event has them, in lower case where case makes no difference. A text with a zero
// octet in it is no term, nor one of a stretch with more than kMaxTerm octets: nothing asks for
// one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/event.h"

namespace waybill::projector {

inline constexpr std::size_t kMaxTerm = 255;
// A subject may be a page long: what is beyond these words finds nothing.
inline constexpr std::size_t kMaxSubjectWords = 16;
// Names that a host is under and is found by: the longest of them, of two labels at least.
inline constexpr std::size_t kMaxNamesAbove = 4;

// What a term says of an event. As a number: the first octet of a key.
enum class TermOf : char {
  domain = 'd',         // ours: of the event, and of its alias
  sender_domain = 's',  // of the reverse-path
  target_domain = 't',  // of what was chosen, or where it went
  next_hop = 'h',       // that was asked: its name, and each name that it is under
  next_hop_ip = 'i',
  kind = 'k',          // a word of schemas/kind.h
  rule = 'r',          // docs/rules.md, or a route's name
  reply_code = 'c',    // "550", and its class, "5"; of 2yz none is written down
  status = 'e',        // RFC 3463, "5.1.1", and its class, "5"; of 2.x.x none
  bounce_class = 'b',  // a word of BounceClass
  subject = 'w',       // a word of the subject, where the domain logs it
  // Whole addresses, their ASCII letters in lower case, a target without its port, and who sent.
  // The views have pages of these (timeline.h): they are no terms of a stretch.
  alias = 'A',
  sender = 'S',
  target = 'T',
  client_ip = 'C',
};

inline constexpr std::string_view kNullSender = "<>";  // as a term

// Whether the view says in which events such terms stand.
constexpr bool is_in_stretches(TermOf of) {
  switch (of) {
    case TermOf::alias:
    case TermOf::sender:
    case TermOf::target:
    case TermOf::client_ip: return false;
    case TermOf::domain:
    case TermOf::sender_domain:
    case TermOf::target_domain:
    case TermOf::next_hop:
    case TermOf::next_hop_ip:
    case TermOf::kind:
    case TermOf::rule:
    case TermOf::reply_code:
    case TermOf::status:
    case TermOf::bounce_class:
    case TermOf::subject: return true;
  }
  return false;
}

// How a key of the term begins: what it says, the text, and this octet.
inline constexpr char kBehindTerm = '\0';

// The words of a subject: runs of letters, digits and octets that are not ASCII, in lower case.
std::vector<std::string> words_of_subject(std::string_view subject,
                                          std::size_t most = kMaxSubjectWords);

enum class Addresses { with, without };

// The terms of one event after the other, kept in one buffer.
class EventTerms {
 public:
  // Addresses are left out where only what stands in stretches is wanted.
  explicit EventTerms(Addresses addresses) : addresses_(addresses) {}

  // Of an event that does not speak of mail there are none.
  void read(const schemas::Event& event);

  bool empty() const { return sizes_.empty(); }
  // visit(prefix), which points into this, of each term as often as it was found: the beginning of
  // its keys.
  template <class Visit>
  void for_each(Visit visit) const {
    std::string_view rest = prefixes_;
    for (const std::size_t size : sizes_) {
      visit(rest.substr(0, size));
      rest.remove_prefix(size);
    }
  }

 private:
  void add(TermOf of, std::string_view text);
  void add_lower(TermOf of, std::string_view text);
  void add_address(TermOf of, TermOf of_domain, std::string_view address);
  void add_hop(const schemas::pb::NextHop& hop);
  void add_reply(const schemas::pb::Reply& reply);
  void add_host(std::string_view host);
  void add_status(std::string_view status);
  void read_body(const schemas::Event& event);

  const Addresses addresses_;
  std::vector<std::size_t> sizes_;
  std::string prefixes_;
};

}  // namespace waybill::projector
