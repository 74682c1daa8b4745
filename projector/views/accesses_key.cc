#include "projector/views/accesses_key.h"

namespace waybill::projector {
namespace {

constexpr char kEach = 'a';
constexpr char kBySubject = 's';
constexpr char kByPrincipal = 'p';

std::string with_hash(char tag, std::string_view text) {
  const Prefix hash = prefix_of(text);
  std::string out(1, tag);
  out.append(hash.data(), kAccessHash);
  return out;
}

}  // namespace

std::string all_accesses_prefix() { return std::string(1, kEach); }

std::string accesses_of_subject_prefix(std::string_view subject) {
  return with_hash(kBySubject, subject);
}

std::string accesses_by_principal_prefix(std::string_view principal) {
  return with_hash(kByPrincipal, principal);
}

runtime::Result<schemas::EventIndex> index_of_access_key(std::string_view key,
                                                         std::string_view prefix) {
  if (!key.starts_with(prefix)) return make_error_code(runtime::Errc::corrupt);
  const auto number = read_falling(key.substr(prefix.size()));
  if (!number) return make_error_code(runtime::Errc::corrupt);
  return schemas::EventIndex(*number);
}

}  // namespace waybill::projector
