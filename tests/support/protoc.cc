#include "tests/support/protoc.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace waybill::tests {
namespace {

namespace fs = std::filesystem;
using google::protobuf::FileDescriptorSet;

// Whether protoc took them.
bool run_protoc(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (::posix_spawnp(&child, "protoc", nullptr, nullptr, arguments.data(), environ) != 0) {
    throw std::runtime_error("protoc is not installed");
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

FileDescriptorSet read_descriptors(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  FileDescriptorSet set;
  if (!in || !set.ParseFromIstream(&in)) {
    throw std::runtime_error(file.string() + " is no descriptor set");
  }
  return set;
}

FileDescriptorSet compile_schemas(const fs::path& folder) {
  const TemporaryDirectory directory;
  const std::string out = directory.path("descriptors");
  std::vector<std::string> words = {"protoc", "--proto_path=" + folder.string(),
                                    "--include_imports", "--descriptor_set_out=" + out};
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".proto") words.push_back(entry.path().filename());
  }
  if (!run_protoc(std::move(words))) {
    throw std::runtime_error("protoc does not take what is in " + folder.string());
  }
  return read_descriptors(out);
}

}  // namespace waybill::tests
