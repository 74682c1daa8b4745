// Pages: the files of the dashboard in query/dashboard/dist, octet by octet, which the build puts
// in place. Nothing is read at run time.
#pragma once

#include <span>
#include <string_view>

namespace waybill::query::dashboard {

struct Page {
  std::string_view path;  // where it is served
  std::string_view content_type;
  std::string_view octets;
};

std::span<const Page> pages();

}  // namespace waybill::query::dashboard
