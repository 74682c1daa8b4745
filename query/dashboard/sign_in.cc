#include "query/dashboard/sign_in.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "http/parameters.h"
#include "runtime/http_base.h"

namespace waybill::query::dashboard {

namespace json = boost::json;

void SignIn::set_endpoints(SignInEndpoints endpoints) {
  const runtime::MutexLock lock(mutex_);
  endpoints_ = std::move(endpoints);
}

std::string SignIn::json() const {
  json::object oidc;
  oidc["issuer"] = client_.issuer;
  oidc["client_id"] = client_.client_id;
  oidc["scope"] = client_.scope;
  oidc["token"] = client_.token;
  const runtime::MutexLock lock(mutex_);
  if (endpoints_) {
    oidc["authorization_endpoint"] = endpoints_->authorization;
    oidc["token_endpoint"] = endpoints_->token;
    oidc["authorization_response_iss_parameter_supported"] = endpoints_->is_named_in_answers;
  }
  return json::serialize(json::object{{"oidc", std::move(oidc)}});
}

std::string SignIn::token_origin() const {
  const runtime::MutexLock lock(mutex_);
  return endpoints_ ? origin_of(endpoints_->token) : std::string();
}

std::string origin_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return {};
  const std::size_t end = std::min(url.find_first_of("/?#", scheme + 3), url.size());
  // It goes into the head of an answer: a host that is none would be a part of the policy.
  const auto base = runtime::HttpBase::parse(url.substr(0, end));
  if (!base) return {};
  return (base->tls ? "https://" : "http://") + base->authority();
}

void add_sign_in_route(http::Router& router, std::shared_ptr<const SignIn> sign_in) {
  router.add("/v1/sign-in", http::kOpen,
             [sign_in = std::move(sign_in)](const http::Request& request) -> http::Plan {
               if (const auto problem = http::Parameters(request).problem()) {
                 return http::to_response(*problem);
               }
               http::Response response;
               response.body = sign_in ? sign_in->json() : "{}";
               return response;
             });
}

}  // namespace waybill::query::dashboard
