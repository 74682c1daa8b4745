// protoc, as a user of the schemas runs it: every .proto of a folder as one descriptor set.
//
// Throws std::runtime_error when protoc is not there or does not take them; it says on stderr why.
#pragma once

#include <google/protobuf/descriptor.pb.h>

#include <filesystem>

namespace waybill::tests {

google::protobuf::FileDescriptorSet compile_schemas(const std::filesystem::path& folder);

// A set that protoc has written.
google::protobuf::FileDescriptorSet read_descriptors(const std::filesystem::path& file);

}  // namespace waybill::tests
