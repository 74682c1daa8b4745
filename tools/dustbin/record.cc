#include "tools/dustbin/record.h"

#include <boost/json.hpp>

#include "schemas/event.h"
#include "schemas/utf8.h"

namespace waybill::tools::dustbin {
namespace {

namespace json = boost::json;
using schemas::Reply;

std::string path_of(const std::optional<schemas::Address>& address) {
  return address ? "<" + escaped(address->text()) + ">" : "<>";
}

std::string_view fate(const Reply& reply) {
  if (reply.positive()) return "accepted";
  return reply.transient() ? "deferred" : "refused ";
}

std::string said(const Reply& reply) {
  std::string text = std::to_string(reply.code);
  if (!reply.enhanced.empty()) text += " " + reply.enhanced;
  return text + " " + escaped(reply.text);
}

// "12:00:00Z": a dustbin runs for minutes, its reader knows the day.
std::string time_of_day(runtime::WallTime at) {
  constexpr std::size_t kTimeBegins = 11;
  constexpr std::size_t kTimeOctets = 8;
  return schemas::rfc3339(at).substr(kTimeBegins, kTimeOctets) + "Z";
}

std::string utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = schemas::utf8_character(text);
    out += length > 0 ? text.substr(0, length) : std::string_view("\xef\xbf\xbd");
    text.remove_prefix(length > 0 ? length : 1);
  }
  return out;
}

json::object origin_fields(std::string_view event, const Origin& origin) {
  json::object out;
  out["event"] = event;
  out["time"] = schemas::rfc3339(origin.at);
  out["client"] = origin.client;
  out["helo"] = utf8(origin.helo);
  out["sender"] = origin.sender ? origin.sender->text() : std::string();
  return out;
}

json::object reply_fields(const Reply& reply) {
  json::object out;
  out["code"] = reply.code;
  out["enhanced"] = reply.enhanced;
  out["text"] = utf8(reply.text);
  return out;
}

}  // namespace

std::string escaped(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  while (!text.empty()) {
    const std::size_t length = schemas::utf8_character(text);
    const bool shown = length > 0 && !schemas::is_control(text);
    const std::string_view character = text.substr(0, length > 0 ? length : 1);
    text.remove_prefix(character.size());
    if (shown) {
      if (character == "\\") out += '\\';
      out += character;
      continue;
    }
    for (const char c : character) {
      const auto octet = static_cast<unsigned char>(c);
      out += "\\x";
      out += kHex[octet >> 4];
      out += kHex[octet & 0xf];
    }
  }
  return out;
}

std::string line_of(const Message& message) {
  std::string out = time_of_day(message.origin.at);
  out += ' ';
  out += fate(message.reply);
  out += " from " + path_of(message.origin.sender) + " to ";
  for (const auto& recipient : message.recipients) out += path_of(recipient) + ", ";
  out += std::to_string(message.octets) + " octets";
  if (!message.subject.empty()) out += ", subject \"" + escaped(message.subject) + "\"";
  out += message.message_id.empty() ? ", no Message-ID"
                                    : ", Message-ID " + escaped(message.message_id);
  if (!message.file.empty()) out += ", in " + message.file;
  if (!message.reply.positive()) out += ": " + said(message.reply);
  return out;
}

std::string line_of(const Refusal& refusal) {
  std::string out = time_of_day(refusal.origin.at);
  out += ' ';
  out += fate(refusal.reply);
  out += " recipient <" + escaped(refusal.recipient) + "> from ";
  out += path_of(refusal.origin.sender) + ": " + said(refusal.reply);
  return out;
}

std::string json_of(const Message& message) {
  json::object out = origin_fields("message", message.origin);
  json::array recipients;
  for (const auto& recipient : message.recipients) recipients.emplace_back(recipient.text());
  out["recipients"] = std::move(recipients);
  out["octets"] = message.octets;
  out["subject"] = utf8(message.subject);
  out["message_id"] = utf8(message.message_id);
  out["reply"] = reply_fields(message.reply);
  if (!message.file.empty()) out["file"] = message.file;
  return json::serialize(out);
}

std::string json_of(const Refusal& refusal) {
  json::object out = origin_fields("recipient", refusal.origin);
  out["recipient"] = utf8(refusal.recipient);
  out["reply"] = reply_fields(refusal.reply);
  return json::serialize(out);
}

}  // namespace waybill::tools::dustbin
