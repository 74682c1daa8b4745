#include "tools/api/owner_client.h"

#include <filesystem>

#include "app/config/config.h"

namespace waybill::tools {

void add_owner_options(app::Command command, app::ConfigFile& file, ApiOptions& options) {
  app::add_options(command, file);
  options.server.clear();
  add_options(command, options);
}

std::unique_ptr<ApiClient> owner_client(const app::ConfigFile& file, ApiOptions options,
                                        int& exit_code) {
  if (options.server.empty()) {
    const auto config = read_or_complain(file);
    if (!config) {
      exit_code = app::kExitUsage;
      return nullptr;
    }
    runtime::Endpoint at = config->http_listen;
    if (at.address.is_unspecified()) at.address = boost::asio::ip::address_v4::loopback();
    options.server = (config->http.certificate ? "https://" : "http://") + to_string(at);
    std::error_code error;
    const std::string owner = owner_file(*config);
    if (options.token_file.empty() && std::filesystem::exists(owner, error)) {
      options.token_file = owner;
    }
  }
  return ApiClient::make(options, exit_code);
}

}  // namespace waybill::tools
