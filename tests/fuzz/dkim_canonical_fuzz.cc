// Any octets as a body and as a header field: their canonical forms are those that RFC 6376 3.4
// describes, however the body is cut, and hashes with l= are of as many octets.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relay/trust/dkim/body_hash.h"
#include "relay/trust/dkim/canonical.h"

namespace {

namespace dkim = waybill::relay::trust::dkim;
namespace runtime = waybill::runtime;
using dkim::Form;

void require(bool kept) {
  if (!kept) std::abort();
}

class Text final : public dkim::CanonicalSink {
 public:
  void put(std::string_view octets) override { text += octets; }
  std::string text;
};

std::string canonical(Form form, std::string_view body, std::size_t piece) {
  Text out;
  dkim::CanonicalBody canon(form, out);
  for (; !body.empty(); body.remove_prefix(std::min(piece, body.size()))) {
    canon.take(body.substr(0, piece));
  }
  canon.end();
  return out.text;
}

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string tight(std::string_view line) {
  std::string out;
  for (const char c : line) {
    if (!is_space(c)) out += c;
    if (is_space(c) && !out.ends_with(' ')) out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

// RFC 6376 3.4.3, 3.4.4, line by line.
std::string expected(Form form, std::string_view body) {
  std::string out;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find("\r\n"), body.size());
    const std::string_view line = body.substr(0, end);
    out += form == Form::relaxed ? tight(line) : std::string(line);
    out += "\r\n";
    body.remove_prefix(std::min(end + 2, body.size()));
  }
  while (out.ends_with("\r\n\r\n")) out.resize(out.size() - 2);
  if (out == "\r\n") out.clear();
  return form == Form::simple && out.empty() ? "\r\n" : out;
}

void field_keeps_its_promises(std::string_view field) {
  std::string simple;
  std::string relaxed;
  dkim::append_field(Form::simple, field, simple);
  dkim::append_field(Form::relaxed, field, relaxed);
  const std::size_t colon = field.find(':');
  if (colon == std::string_view::npos) {
    require(simple.empty() && relaxed.empty());
    return;
  }
  require(simple == field && relaxed.size() <= field.size());
  const std::string_view value = std::string_view(relaxed).substr(relaxed.find(':') + 1);
  require(value.find('\t') == std::string_view::npos);
  require(value.find("  ") == std::string_view::npos);
  require(!value.starts_with(' ') && !value.ends_with(' '));
  // What is canonical stays so.
  std::string again;
  dkim::append_field(Form::relaxed, relaxed, again);
  require(again == relaxed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t length = data[0];
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  dkim::BodyHashes hashes;
  for (const Form form : {Form::simple, Form::relaxed}) {
    const std::string whole = expected(form, body);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, size}) {
      require(canonical(form, body, piece) == whole);
    }
    hashes.ask(form, {});
    hashes.ask(form, length);
  }
  for (const char& octet : body) hashes.take({&octet, 1});
  hashes.end();
  for (const Form form : {Form::simple, Form::relaxed}) {
    const std::string whole = expected(form, body);
    require(hashes.hash(form, {}).digest == runtime::sha256(whole));
    require(hashes.hash(form, length).digest == runtime::sha256(whole.substr(0, length)));
    require(hashes.hash(form, length).octets == whole.size());
  }
  // Relaxed fields that are not folded by the rules (RFC 5322 2.2.3) are nobody's promise.
  if (body.find("\r\n") == std::string_view::npos) field_keeps_its_promises(body);
  return 0;
}
