// The name of the events' schema, which each record carries as CloudEvents' attribute `dataschema`.
// A reader that keeps the descriptors of releases can tell from it which release wrote a record.
//
// "waybill.events.v1/" and the SHA-256, in lower-case hex, of the serialised FileDescriptorProto of
// event.proto: what `protoc --descriptor_set_out` writes for it, without the set around it.
// Comments are no part of it. The name is computed once; any thread may ask.
#pragma once

#include <string_view>

namespace waybill::schemas {

// Lives as long as the program.
std::string_view data_schema();

}  // namespace waybill::schemas
