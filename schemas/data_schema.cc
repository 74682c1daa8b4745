#include "schemas/data_schema.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <string>

#include "runtime/crypto.h"
#include "runtime/hex.h"
#include "schemas/event.h"

namespace waybill::schemas {
namespace {

std::string name_of_schema() {
  const auto& file = *Event::descriptor()->file();
  google::protobuf::FileDescriptorProto descriptor;
  file.CopyTo(&descriptor);
  // protoc writes these too.
  file.CopyJsonNameTo(&descriptor);
  return file.package() + ':' + runtime::hex(runtime::sha256(descriptor.SerializeAsString()));
}

}  // namespace

std::string_view data_schema() {
  static const std::string name = name_of_schema();
  return name;
}

}  // namespace waybill::schemas
