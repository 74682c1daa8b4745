#include "projector/views/messages_key.h"

#include "runtime/check.h"

namespace waybill::projector {
namespace {

constexpr char kByMessage = 'm';
constexpr char kByRfc5322 = 'r';

constexpr std::string_view kSpace = " \t\r\n";

// RFC 5322 3.2.2: how many octets at the beginning are white space and comments, which may hold
// others. A comment without an end is none.
std::size_t cfws_length(std::string_view text) {
  std::size_t length = 0;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (depth > 0 && text[i] == '\\') {
      ++i;
    } else if (text[i] == '(') {
      ++depth;
    } else if (depth > 0 && text[i] == ')') {
      --depth;
    } else if (depth == 0 && kSpace.find(text[i]) == std::string_view::npos) {
      break;
    }
    if (depth == 0) length = i + 1;
  }
  return length;
}

void append_hash(std::string& out, std::string_view rfc5322_message_id) {
  const Prefix prefix = prefix_of(bare_message_id(rfc5322_message_id));
  out.append(prefix.data(), kMessageIdHash);
}

}  // namespace

std::string_view bare_message_id(std::string_view message_id) {
  message_id.remove_prefix(cfws_length(message_id));
  if (message_id.starts_with('<')) {
    const std::size_t end = message_id.find('>');
    const bool alone = end != std::string_view::npos &&
                       cfws_length(message_id.substr(end + 1)) == message_id.size() - end - 1;
    if (alone) return message_id.substr(1, end - 1);
  }
  const std::size_t last = message_id.find_last_not_of(kSpace);
  return message_id.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string message_prefix(std::string_view message_id) {
  runtime::check(message_id.size() == kIdOctets, "a message id is 16 octets");
  std::string key(1, kByMessage);
  key += message_id;
  return key;
}

void append_message_key(std::string& out, std::string_view message_id, schemas::EventIndex index) {
  runtime::check(message_id.size() == kIdOctets, "a message id is 16 octets");
  out += kByMessage;
  out += message_id;
  append_be64(out, index.value());
}

std::string message_key(std::string_view message_id, schemas::EventIndex index) {
  std::string key;
  append_message_key(key, message_id, index);
  return key;
}

std::string rfc5322_prefix(std::string_view rfc5322_message_id) {
  std::string key(1, kByRfc5322);
  append_hash(key, rfc5322_message_id);
  return key;
}

void append_rfc5322_key(std::string& out, std::string_view rfc5322_message_id,
                        std::string_view message_id) {
  runtime::check(message_id.size() == kIdOctets, "a message id is 16 octets");
  out += kByRfc5322;
  append_hash(out, rfc5322_message_id);
  for (const char octet : message_id) out += static_cast<char>(~octet);
}

std::string rfc5322_key(std::string_view rfc5322_message_id, std::string_view message_id) {
  std::string key;
  append_rfc5322_key(key, rfc5322_message_id, message_id);
  return key;
}

std::string message_id_of_rfc5322_key(std::string_view key) {
  runtime::check(key.size() == 1 + kMessageIdHash + kIdOctets, "the key ends in a message id");
  std::string message_id;
  for (const char octet : key.substr(1 + kMessageIdHash)) message_id += static_cast<char>(~octet);
  return message_id;
}

}  // namespace waybill::projector
