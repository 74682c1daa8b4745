#include "projector/views/messages_key.h"

#include "runtime/check.h"

namespace waybill::projector {
namespace {

constexpr char kByMessage = 'm';
constexpr char kByRfc5322 = 'r';

void append_hash(std::string& out, std::string_view rfc5322_message_id) {
  const Prefix prefix = prefix_of(bare_message_id(rfc5322_message_id));
  out.append(prefix.data(), kMessageIdHash);
}

}  // namespace

std::string_view bare_message_id(std::string_view message_id) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = message_id.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  message_id = message_id.substr(first, message_id.find_last_not_of(kSpace) - first + 1);
  if (message_id.size() >= 2 && message_id.front() == '<' && message_id.back() == '>') {
    message_id = message_id.substr(1, message_id.size() - 2);
  }
  return message_id;
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
