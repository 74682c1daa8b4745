// What a schema did to one that was released, as far as it hurts: records that are in logs, and
// programs of others that read them. One sentence for each change, which says what to do instead.
//
// New files, messages, enums, fields and values are welcome. A field or value may go if its number
// and its name are reserved; a file, message or enum may move to another file. Wire format, JSON
// and the names in generated code count; comments and options do not. Pure function.
#pragma once

#include <google/protobuf/descriptor.pb.h>

#include <string>
#include <vector>

namespace waybill::tests {

// Both hold every file that they import, as protoc --include_imports writes them.
std::vector<std::string> breaking_changes(const google::protobuf::FileDescriptorSet& released,
                                          const google::protobuf::FileDescriptorSet& today);

}  // namespace waybill::tests
