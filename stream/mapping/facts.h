// Facts: what an event says, field by field of the table (fields.h), before any format. Values
// point into the event and into the facts themselves, which therefore stay where they are. Pure.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <forward_list>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/event.h"
#include "stream/mapping/fields.h"
#include "stream/mapping/kind_words.h"

namespace waybill::stream {

// Without initial values: an event has some forty of the table's fields.
class Value {
 public:
  enum class Type : std::uint8_t { text, number, time, boolean, fraction, uuid, octets, list };

  Value() = default;
  Value(Type type, std::string_view text) : text_(text.data()), size_(text.size()), type_(type) {}
  Value(Type type, std::uint64_t number) : size_(number), type_(type) {}
  // A list: places of Facts::item().
  Value(std::uint32_t begin, std::uint32_t end)
      : size_(std::uint64_t{begin} << 32 | end), type_(Type::list) {}

  Type type() const { return type_; }
  std::string_view text() const { return {text_, size_}; }  // of text; of uuid and octets, these
  // Of number and boolean; of time, nanoseconds since 1970; of fraction, its bits.
  std::uint64_t number() const { return size_; }
  std::uint32_t begin() const { return static_cast<std::uint32_t>(size_ >> 32); }
  std::uint32_t end() const { return static_cast<std::uint32_t>(size_); }

 private:
  const char* text_;
  std::uint64_t size_;
  Type type_;
};

class Facts {
 public:
  // The event outlives them, and its kind is that of the words. `version`: of this program; it
  // outlives them too.
  Facts(const schemas::Event& event, const EventWords& words, std::string_view version);
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;

  bool has(Field field) const { return there_[place(field)]; }
  const Value& operator[](Field field) const { return values_[place(field)]; }
  std::string_view item(std::uint32_t at) const { return items_[at]; }

  void drop(Field field) { there_.reset(place(field)); }
  // Of text, and of each text of a list.
  template <class Write>
  void rewrite(Field field, Write write);
  void set_number(Field field, std::uint64_t number);
  void set_text(Field field, std::string_view text) { put(field, Value(Value::Type::text, text)); }

 private:
  static std::size_t place(Field field) { return static_cast<std::size_t>(field); }
  void put(Field field, Value value) {
    values_[place(field)] = value;
    there_.set(place(field));
  }
  // What is empty, false or 0 says nothing (proto3), and has no value.
  void text(Field field, std::string_view text) {
    if (!text.empty()) set_text(field, text);
  }
  void number(Field field, std::uint64_t number);
  void time(Field field, std::uint64_t nanoseconds);
  void flag(Field field, bool said);
  void id(Field field, std::string_view octets);
  void octets(Field field, std::string_view octets);
  void begin_list(Field field);
  void add_item(Field field, std::string_view text);
  // A text of these parts, which lives as long as the facts.
  std::string_view joined(std::initializer_list<std::string_view> parts);

  void read_words(const schemas::Event& event, const EventWords& words, std::string_view version);
  void read_envelope(const schemas::Event& event);
  void read_mail(const schemas::Event& event, const EventWords& words);
  void read(const schemas::pb::Accepted& body);
  void read(const schemas::pb::Forwarded& body);
  void read(const schemas::pb::Bounced& body);
  void read(const schemas::pb::InDoubt& body);
  void read(const schemas::pb::ControlChanged& body);
  void read(const schemas::pb::Accessed& body);
  template <class Body>
  void read_refusal(const Body& body);
  void read_authentication(const schemas::pb::Accepted& body);
  void read_spam(const schemas::pb::SpamVerdict& spam);
  void read_tls(const schemas::pb::Tls& tls);
  void read_next_hop(const schemas::pb::NextHop& hop);
  void read_home(const schemas::pb::NextHop& hop);
  void read_target(std::string_view target);
  void status(Field field, const schemas::pb::Reply& reply);

  std::array<Value, kFieldCount> values_;
  std::bitset<kFieldCount> there_;
  std::vector<std::string_view> items_;
  // Texts of joined(); those for which there is no more room stand by themselves.
  std::array<char, 1024> room_;
  std::size_t used_ = 0;
  std::forward_list<std::string> others_;
};

template <class Write>
void Facts::rewrite(Field field, Write write) {
  Value& value = values_[place(field)];
  if (value.type() == Value::Type::text) {
    value = Value(Value::Type::text, joined({write(value.text())}));
  } else if (value.type() == Value::Type::list) {
    for (std::uint32_t at = value.begin(); at < value.end(); ++at) {
      items_[at] = joined({write(items_[at])});
    }
  }
}

// The address of a header field with one mailbox, "Carol <carol@example.net>"; empty: it has
// several, or none that can be told (RFC 5322 3.4).
std::string_view address_of_mailbox(std::string_view mailbox);

// The trace id of a traceparent (W3C Trace Context 3.2.2); empty: it is none.
std::string_view trace_id_of(std::string_view traceparent);

}  // namespace waybill::stream
