#include "relay/trust/dkim/signed_header.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "relay/trust/dkim/canonical.h"
#include "runtime/ascii.h"

namespace waybill::relay::trust::dkim {
namespace {

// In any case of letters.
bool is_before(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return runtime::ascii::upper(x) < runtime::ascii::upper(y);
  });
}

// The field with an empty b= (RFC 6376 3.7): all that stands up to the next tag goes.
std::string without_data(std::string_view field, const message::HeaderField& own,
                         const Signature& signature) {
  const std::size_t value = field.size() - own.value.size();
  std::string out(field.substr(0, value + signature.data_begin));
  return out.append(field.substr(value + signature.data_end));
}

}  // namespace

SignedHeader::SignedHeader(const std::vector<message::HeaderField>& fields)
    : fields_(fields), by_name_(fields.size()) {
  std::iota(by_name_.rbegin(), by_name_.rend(), std::size_t{0});
  std::stable_sort(by_name_.begin(), by_name_.end(), [&](std::size_t a, std::size_t b) {
    return is_before(fields_[a].name, fields_[b].name);
  });
}

std::vector<std::size_t> SignedHeader::chosen(const Signature& signature, std::size_t own) const {
  std::vector<std::size_t> out;
  // How many of by_name_ are taken, kept at the place where a name begins there.
  std::vector<std::size_t> taken(by_name_.size());
  for (const std::string& name : signature.signed_names) {
    const auto first = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                                        [&](std::size_t place, const std::string& wanted) {
                                          return is_before(fields_[place].name, wanted);
                                        });
    const auto begin = static_cast<std::size_t>(first - by_name_.begin());
    if (begin == by_name_.size()) continue;
    std::size_t at = begin + taken[begin];
    if (at < by_name_.size() && by_name_[at] == own) ++at;
    if (at == by_name_.size() || !message::is_field(fields_[by_name_[at]], name)) continue;
    out.push_back(by_name_[at]);
    taken[begin] = at + 1 - begin;
  }
  return out;
}

runtime::Digest SignedHeader::hash(const Signature& signature, std::size_t own) const {
  std::string octets;
  for (const std::size_t place : chosen(signature, own)) {
    append_field(signature.header_form, fields_[place].octets, octets);
    octets += "\r\n";
  }
  const std::string field = without_data(fields_[own].octets, fields_[own], signature);
  append_field(signature.header_form, field, octets);
  return runtime::sha256(octets);
}

}  // namespace waybill::relay::trust::dkim
