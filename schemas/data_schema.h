// The name of the events' schema, as CloudEvents' attribute `dataschema` gives it with each record:
// whoever kept the descriptor of a release can tell which one a record was written by.
//
// "waybill.events.v1/" and the SHA-256, in lower-case hex, of the serialised FileDescriptorProto of
// event.proto: what `protoc --descriptor_set_out` writes for it, without the set around it.
// Comments are no part of it. Any thread; computed once.
#pragma once

#include <string_view>

namespace waybill::schemas {

// Lives as long as the program.
std::string_view data_schema();

}  // namespace waybill::schemas
