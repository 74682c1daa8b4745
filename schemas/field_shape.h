// FieldShape: how a field of an event is written in JSON, told from its declaration alone, so that
// a new field of event.proto needs no line of code. Pure, any thread.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

namespace waybill::schemas {

enum class FieldShape {
  text,
  boolean,
  number32,
  number64,
  fraction,
  uuid,  // bytes whose name ends in _id
  hex,   // other bytes
  time,  // fixed64 whose name ends in _at, _date, _until, or is as_of: RFC 3339
  word,  // an enum value
  message,
  unsupported,  // a type that event.proto does not use: signed numbers, float, maps
};

FieldShape shape_of(const google::protobuf::FieldDescriptor& field);

// "next_hop" for VERDICT_BY_NEXT_HOP: without the prefix of the enum's names, in lower case. The
// prefix is what stands before UNSPECIFIED in the name of value 0.
std::string word_of(const google::protobuf::EnumValueDescriptor& value);

// The word of the value with that number; empty for "unspecified" and for one from a newer writer.
std::string word_of(const google::protobuf::EnumDescriptor& words, int number);

// The value of that word; null for a word of no value, and for "unspecified", which is said by
// leaving the field out.
const google::protobuf::EnumValueDescriptor* value_of_word(
    const google::protobuf::EnumDescriptor& words, std::string_view word);

}  // namespace waybill::schemas
