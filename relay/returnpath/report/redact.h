// What a sender may be told of a refusal behind an alias: the reason, never the target.
//
// Promises: none of the hidden names is left in the text, in any case, nor any e-mail address but
// the alias, host name, IP address, URL or identifier of a queue or a log. Removed words leave
// "[address]", "[host]" and the like. The words of a refusal are not understood: a server that
// names the target in words of its own is cleaned only of the hidden names.
//
// Pure functions, any thread; linear in the text for each hidden name.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::relay::returnpath::report {

struct Hidden {
  std::string alias;  // the one address that may stay
  // Addresses of the target, and names of hosts: its MX, the remote and the reporting MTA. Their
  // local parts, domains and the telling labels of these are hidden too.
  std::vector<std::string> names;
};

// "type; text" or text alone; the type is kept. At most kMaxFact octets, one clean line.
std::string redact(std::string_view diagnostic, const Hidden& hidden);

// The same of a reply's text (RFC 5321 4.2), which has no type.
std::string redact_reply(std::string_view text, const Hidden& hidden);

// Whether a line of which nobody knows what it says names anybody: a hidden name, its local part or
// a telling label of it, any other address or host, in any of the ways in which headers write them,
// or a word too long to be one, which may be either in another code.
bool names_somebody(std::string_view text, const Hidden& hidden);

// Takes names alone out of words that say nothing else that is to be hidden: our own, or a
// sender's.
class NameCleaner {
 public:
  // For parts of `text`: of the names, those that are in it.
  NameCleaner(const Hidden& hidden, std::string_view text);
  ~NameCleaner();
  NameCleaner(const NameCleaner&) = delete;
  NameCleaner& operator=(const NameCleaner&) = delete;

  std::string clean(std::string_view part) const;

 private:
  struct Secrets;
  std::string alias_;
  std::unique_ptr<Secrets> secrets_;
};
std::string without_names(std::string_view text, const Hidden& hidden);

// An RFC 3463 code without the private detail that some providers have of their own (RFC 5248):
// "5.7.606" becomes "5.7.0". Empty stays empty.
std::string redact_status(std::string_view status);

}  // namespace waybill::relay::returnpath::report
